"""extracts: the public lists made into files: seconds, and how far memory grows with ten times the rows.

`python -m benchmarks.extracts DATA [URL]` makes the extract of an existing place and prints what it took, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from api.running import lifespan
from api.wiring import build
from benchmarks import crowd, house
from benchmarks.figure import Figure, compared
from benchmarks.imports import Watch
from credit.kernel import database
from credit.kernel.settings import Settings

NAME = "extracts"
_HOME = Path(__file__).parent.parent
_BARE = "SELECT facts FROM credit_record ORDER BY record_id"


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On both engines (quickly: the first): of all companies a tenth is barred, and that is what an extract holds."""
    for engine in house.ENGINES[:1] if quick else house.ENGINES:
        yield from asyncio.run(_measure(engine, 2000 if quick else 1_000_000))


async def _measure(engine: str, companies: int) -> list[Figure]:
    took = [await _taken(engine, count) for count in (companies // 10, companies)]
    few, many = took
    rows = many["rows"]
    return [
        compared(NAME, f"an extract of {rows:,} rows, CSV and JSON Lines, {engine}", many["seconds"], "seconds",
                 baseline=many["bare"], baseline_what="reading the same records and dropping them",
                 note=f"all in one archive {many['zip']:.1f} s; delta from the one before {many['delta']:.1f} s"),
        compared(NAME, f"memory it adds, {rows:,} rows, {engine}", many["grown"] / 2**20, "MiB",
                 baseline=few["grown"] / 2**20, baseline_what=f"with {few['rows']:,} rows", target="flat"),
    ]


async def _taken(engine: str, companies: int) -> dict[str, Any]:
    async with house.place(engine) as chosen:
        async with house.opened(chosen):
            await crowd.fill(companies)
        return await asyncio.to_thread(_child, chosen)


def _child(chosen: Settings) -> dict[str, Any]:
    """What a fresh process says of it, and how far it grew."""
    command = [sys.executable, "-m", "benchmarks.extracts", str(chosen.data), *filter(None, [chosen.database.url])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=_HOME, text=True) as child:
        watch = Watch(child.pid)
        watch.start()
        assert child.stdout is not None
        said: dict[str, Any] = json.loads(child.stdout.readline())
    watch.join()
    return {**said, "grown": watch.peak - said["start"]}


async def _make(data: Path, url: str | None) -> dict[str, float]:
    services = build(house.settings(data, url))
    async with lifespan.opened(services):
        started = time.perf_counter()
        async for _ in database.stream(_BARE):
            pass
        bare, start, started = time.perf_counter() - started, psutil.Process().memory_info().rss, time.perf_counter()
        made = await services.extracts.current()
        seconds, started = time.perf_counter() - started, time.perf_counter()
        await services.extracts.packed(made)
        packed, started = time.perf_counter() - started, time.perf_counter()
        await services.extracts.delta(made.kept.digest)
        rows = sum(one.rows for one in made.manifest.files if one.name.endswith(".jsonl"))
        return {"seconds": seconds, "bare": bare, "start": start, "zip": packed, "rows": rows,
                "delta": time.perf_counter() - started}


if __name__ == "__main__":
    found = asyncio.run(_make(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
    print(json.dumps(found), flush=True)
