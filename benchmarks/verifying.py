"""verify: entries recomputed from the tables per second, and inclusion proofs per second (information)."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Iterator

from api.wiring import witnessed
from benchmarks import house
from benchmarks.figure import Figure, compared, median, shown
from credit.kernel import database, ledger
from credit.kernel.verify import verify
from sanctions.events import Origin

NAME = "verify"


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On each engine, over a log of penalties."""
    for engine in house.ENGINES:
        yield from asyncio.run(_measure(engine, 100 if quick else 4000, 1 if quick else 5))


async def _measure(engine: str, rows: int, turns: int) -> list[Figure]:
    async with house.place(engine) as chosen, house.opened(chosen) as services:
        prepared = [await services.receiving.prepare(c, house.CALLER) for c in house.commands(chosen.data, rows)]
        await services.receiving.receive_many(prepared, by="bench", origin=Origin.IMPORT, letters=False)
        pairs = [await _turn() for _ in shown(range(turns), f"{NAME} {engine}")]
        proofs = [await _proofs(20 if turns == 1 else 300) for _ in range(turns)]
    return [_entries(engine, pairs), _proving(engine, proofs)]


def _entries(engine: str, pairs: list[tuple[float, float]]) -> Figure:
    ours, theirs = (median(pair[side] for pair in pairs) for side in (0, 1))
    return compared(f"{NAME} {engine}", "log entries verified with their rows", ours, "per second", baseline=theirs,
                    baseline_what="read entry and payload, one SHA-256 of each", note="information")


def _proving(engine: str, pairs: list[tuple[float, float]]) -> Figure:
    ours, theirs = (median(pair[side] for pair in pairs) for side in (0, 1))
    return compared(f"{NAME} {engine}", "inclusion proofs", ours, "per second", baseline=theirs,
                    baseline_what="read one entry by its number", note="information")


async def _turn() -> tuple[float, float]:
    """Entries per second: verified, and only read and hashed."""
    started = time.perf_counter()
    report = await verify(witnessed(), checkpoints=())
    ours = report.size / (time.perf_counter() - started)
    assert report.ok, report.faults[:3]
    started = time.perf_counter()
    for first in range(0, report.size, 500):
        rows = await database.fetch(_READ, first, first + 500)
        for row in rows:
            hashlib.sha256(row["body"].encode()).digest()
            hashlib.sha256(row["payload"].encode()).digest()
    return ours, report.size / (time.perf_counter() - started)


async def _proofs(count: int) -> tuple[float, float]:
    """Per second: inclusion proofs of entries anywhere in the log, and entries read."""
    size = (await ledger.head()).size
    chosen = [random.randrange(size) for _ in range(count)]
    started = time.perf_counter()
    for seq in chosen:
        await ledger.inclusion(seq, size)
    ours = time.perf_counter() - started
    started = time.perf_counter()
    for seq in chosen:
        await ledger.entry(seq)
    return count / ours, count / (time.perf_counter() - started)


_READ = """SELECT e.body, p.body AS payload FROM log_entry e JOIN log_payload p ON p.seq = e.seq
    WHERE e.seq >= {} AND e.seq < {} ORDER BY e.seq"""
