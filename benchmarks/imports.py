"""import: 10,000 rows of a file into an empty database, in a fresh process: seconds and peak memory, then once more."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks import data, house
from benchmarks.figure import Figure, compared, step
from benchmarks.units import bare, written
from credit.kernel import database
from credit.kernel.clock import business_day
from credit.kernel.settings import Settings
from sanctions import intake
from sanctions.service.deciding.files import ImportReport

NAME = "import"
_PER_COMMIT = 50
_HOME = Path(__file__).parent.parent


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Seconds and memory on each engine; the baseline writes the same rows barely, 50 penalties per commit."""
    for engine in house.ENGINES:
        yield from asyncio.run(_measure(engine, 200 if quick else 10_000))


async def _measure(engine: str, rows: int) -> list[Figure]:
    async with house.place(engine) as first, house.place(engine) as second:
        async with house.opened(second):
            pass
        async with house.opened(first):
            before = await _size()
        path = data.write_csv(first.data / "import.csv", rows)
        once, again = (_taken(engine, first, path) for _ in range(2))
        assert once["accepted"] == again["duplicates"] == rows, (once, again)
        async with database.opened(database.make_engine(first.database.url, first.data)):
            plain = await _bare(second, before)
    return _figures(engine, rows, once, again, plain)


def _figures(engine: str, rows: int, once: dict[str, Any], again: dict[str, Any], plain: float) -> list[Figure]:
    name = f"{NAME} {engine}"
    took = compared(
        name, f"{rows:,} rows read, checked and entered", once["seconds"], "s", baseline=plain,
        baseline_what=f"bare inserts of the same rows, {_PER_COMMIT} per commit", target="under 60 s",
        note=f"the same file again: {again['duplicates']:,} duplicates in {again['seconds']:.1f} s",
    )
    peak = compared(
        name, "peak memory of the importing process", max(once["peak"], again["peak"]) / 2**20, "MiB",
        baseline=once["start"] / 2**20, baseline_what="the same process before the file is read",
        target="under 400 MB",
    )
    return [took, peak]


def _taken(engine: str, chosen: Settings, path: Path) -> dict[str, Any]:
    """What a fresh process says of its import, with the peak of its memory as seen from outside."""
    command = [sys.executable, "-m", "benchmarks.imports", str(path), str(chosen.data)]
    command += filter(None, [chosen.database.url])
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=_HOME, text=True) as process:
        watch = Watch(process.pid)
        watch.start()
        assert process.stdout is not None
        for text in process.stdout:
            said: dict[str, Any] = json.loads(text)
            step(f"{NAME} {engine}", int(said.get("done", 1)), int(said.get("of", 1)))
    watch.join()
    return {**said, "peak": max(watch.peak, said["start"])}


class Watch(threading.Thread):
    """Looks every 10 ms how much memory a process and its children hold."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.process = psutil.Process(pid)
        self.peak = 0

    def run(self) -> None:
        while True:
            try:
                family = [self.process, *self.process.children(recursive=True)]
                held = sum(p.memory_info().rss for p in family)
            except psutil.NoSuchProcess:
                return
            if self.process.status() == psutil.STATUS_ZOMBIE:
                return
            self.peak = max(self.peak, held)
            time.sleep(0.01)


async def _size() -> int:
    return int((await database.fetch("SELECT size FROM log_head"))[0]["size"])


async def _bare(second: Settings, before: int) -> float:
    """Seconds to write all acts after `before` into the second database."""
    acts = await written(before)
    spent = 0.0
    async with bare(second) as plain:
        for start in range(0, len(acts), _PER_COMMIT):
            tables: dict[str, list[dict[str, Any]]] = {}
            for act in acts[start : start + _PER_COMMIT]:
                for table, rows in act:
                    tables.setdefault(table, []).extend(rows)
            started = time.perf_counter()
            await plain.commit(list(tables.items()))
            spent += time.perf_counter() - started
    return spent


async def take(path: Path, chosen: Settings) -> None:
    """In the fresh process: reads the file and takes it in, telling how far it is."""
    async with house.opened(chosen) as services:
        start = psutil.Process().memory_info().rss
        started = time.perf_counter()
        outcomes = list(intake.read(path, today=business_day(services.clock())))
        total = len(outcomes)

        def progress(done: int) -> None:
            print(json.dumps({"done": done, "of": total}), flush=True)

        report: ImportReport = await services.importing.take(outcomes, house.CALLER, progress=progress)
        spent = time.perf_counter() - started
    said = {"accepted": report.accepted, "duplicates": report.duplicates, "seconds": spent, "start": start}
    print(json.dumps(said), flush=True)


if __name__ == "__main__":
    url = sys.argv[3] if len(sys.argv) > 3 else None
    asyncio.run(take(Path(sys.argv[1]), house.settings(Path(sys.argv[2]), url)))
