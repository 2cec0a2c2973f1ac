"""names: searches per second over a million names, against rapidfuzz reading all of them for each search."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import msgspec
from rapidfuzz import fuzz, process

from benchmarks import company_names
from benchmarks.figure import Figure, compared, quantile, shown
from credit.names import NameIndex, plain

NAME = "names"
_COUNT, _ASKED, _SCANNED = 1_000_000, 3000, 20


def run(*, quick: bool = False) -> Iterator[Figure]:
    """One core, one thread, no database: rate by processor time, p99 by the clock on the wall."""
    count, asked, scanned = (20_000, 200, 5) if quick else (_COUNT, _ASKED, _SCANNED)
    known = list(company_names.names(count))
    index, seconds = _filled(known)
    queries = list(company_names.asked(known, asked))
    index.search(queries[0])  # the vocabulary is read once a process
    spent, waits = _timed(index.search, shown(queries, NAME))
    texts = [plain(name) for name in known]
    scan, _ = _timed(lambda q: process.extract(plain(q), texts, scorer=fuzz.ratio, limit=10), queries[:scanned])
    yield compared(
        NAME, f"searches among {count:,} names, a core", len(queries) / spent, "per second",
        baseline=scanned / scan, baseline_what="rapidfuzz process.extract over the same names, a core",
        target="300 per second", note=f"{len(queries)} searches, {scanned} scans, processor time",
    )
    yield Figure(name=NAME, what="p99 of one search, wall clock", value=quantile(waits, 0.99) * 1000, unit="ms",
                 target="100 ms", note=f"p50 {quantile(waits, 0.5) * 1000:.1f} ms")
    yield Figure(name=NAME, what="memory of the index", value=index.size / count, unit="bytes a name",
                 note=f"{index.size / 2**20:.0f} MiB, built in {seconds:.0f} s of processor time")
    yield _found(index, known, queries)


def _filled(known: list[str]) -> tuple[NameIndex, float]:
    index, started = NameIndex(), time.process_time()
    for number, name in enumerate(known):
        index.add(company_names.code(number), name)
    return index, time.process_time() - started


def _timed(search: Callable[[str], object], queries: list[str] | Iterator[str]) -> tuple[float, list[float]]:
    """Processor seconds of all, and wall seconds of each."""
    waits, started = [], time.process_time()
    for query in queries:
        began = time.perf_counter()
        search(query)
        waits.append(time.perf_counter() - began)
    return time.process_time() - started, waits


def _found(index: NameIndex, known: list[str], queries: list[str]) -> Figure:
    """Of names with one character mistyped, how many the index still offers."""
    mistyped = [(name, f"{name[:at]}某{name[at + 1:]}") for name, at in zip(known, _places(), strict=False)]
    mistyped = mistyped[: len(queries) // 4]
    offered = sum(any(f.name == plain(name) for f in index.search(typed)) for name, typed in mistyped)
    found = Figure(name=NAME, what="names offered in spite of one mistyped character", value=0.0, unit="of 100")
    return msgspec.structs.replace(found, value=100 * offered / len(mistyped), note=f"{len(mistyped)} names, first ten")


def _places() -> Iterator[int]:
    while True:
        yield from range(2, 6)
