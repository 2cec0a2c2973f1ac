"""screening: a million codes of a file answered: seconds from the request to the result, and peak memory."""

from __future__ import annotations

import asyncio
import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from python_calamine import CalamineWorkbook

from benchmarks import data, house
from benchmarks.figure import Figure, compared, step
from benchmarks.imports import Watch
from credit.accounts.model import Caller, Role
from credit.kernel.settings import Settings
from sanctions.events import Origin
from sanctions.service.listing.sources import SourceInput
from sanctions.service.screening.model import State
from sanctions.spreadsheets import write_xlsx
from sanctions.tasks import SCREEN
from sanctions.verdicts import Tender, TenderType

NAME = "screening"
_LISTED = 1000  # companies with penalties, spread over the file
_CODES = 900_000  # the generator's; a longer list names some twice
_HOME = Path(__file__).parent.parent
_ASKER = Caller(key_id="key_bench", org_code=house.OFFICE, role=Role.PLATFORM, scopes=frozenset())
_TENDER = Tender(type=TenderType.CONSTRUCTION, mandatory=True)


def run(*, quick: bool = False) -> Iterator[Figure]:
    """CSV and XLSX on each engine (quickly: the first).

    The baseline reads the same file barely, with one look into a dict for each row.
    """
    for engine in house.ENGINES[:1] if quick else house.ENGINES:
        yield from asyncio.run(_measure(engine, 2000 if quick else 1_000_000))


async def _measure(engine: str, rows: int) -> list[Figure]:
    found = []
    async with house.place(engine) as chosen:
        async with house.opened(chosen) as services:
            listed = [await services.receiving.prepare(c, house.CALLER) for c in house.commands(chosen.data, _LISTED)]
            await services.receiving.receive_many(listed, by="bench", origin=Origin.IMPORT, letters=False)
            for name in ("government_procurement", "judgment_defaulter", "tax", "wage_arrears"):
                held = SourceInput(list=name, official_channel="示例渠道", fetched_at=services.clock(), static=True)
                await services.sources.declare(held, by="bench")
        for kind in ("csv", "xlsx"):
            path = _written(chosen.data / f"list.{kind}", rows)
            found += _figures(f"{NAME} {kind} {engine}", rows, _screened(engine, chosen, path), _bare(path))
    return found


def _written(path: Path, rows: int) -> Path:
    """The list, as a platform exports it."""
    lines = (["统一社会信用代码"] if n < 0 else [data.code(n % _CODES)] for n in range(-1, rows))
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as target:
            csv.writer(target).writerows(lines)
    else:
        with path.open("wb") as raw:
            write_xlsx(raw, lines)
    return path


def _bare(path: Path) -> float:
    """Seconds to read the file and look each code up in a dict."""
    held = {data.code(n): n for n in range(_LISTED)}
    started = time.perf_counter()
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as source:
            sum(1 for row in csv.reader(source) if held.get(row[0]) is not None)
    else:
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        sum(1 for row in sheet.iter_rows() if held.get(str(row[0])) is not None)
    return time.perf_counter() - started


def _figures(name: str, rows: int, said: dict[str, Any], plain: float) -> list[Figure]:
    took = compared(
        name, f"{rows:,} rows from the request to the result", said["seconds"], "s", baseline=plain,
        baseline_what="the file read barely, one look into a dict a row", target="under 60 s",
        note=f"outcomes {said['counts']}, result of {said['bytes'] / 1e6:.0f} MB",
    )
    peak = compared(
        name, "peak memory of the process and its reader", said["peak"] / 2**20, "MiB",
        baseline=said["start"] / 2**20, baseline_what="the same process before the request", target="under 1,000 MB",
    )
    return [took, peak]


def _screened(engine: str, chosen: Settings, path: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.screening", str(path), str(chosen.data)]
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


async def take(path: Path, chosen: Settings) -> None:
    """In the fresh process: asks about the file and works its task, telling how far it is."""
    async with house.opened(chosen) as services:
        await services.register.load()
        made, files = services.screenings.draft()
        await asyncio.to_thread(shutil.copy, path, files.upload)
        start, started = psutil.Process().memory_info().rss, time.perf_counter()
        await services.screenings.request(made, "0" * 64, _TENDER, None, _ASKER)
        await services.register.follow()
        runner = services.runner()
        runner.subscribers = {SCREEN: runner.subscribers[SCREEN]}  # no letters meanwhile
        work = asyncio.create_task(runner.drain())
        while not work.done():
            await asyncio.wait({work}, timeout=1)
            at = await services.screenings.progress(made, _ASKER)
            print(json.dumps({"done": at.done, "of": at.screening.rows or 1}), flush=True)
        at = await services.screenings.progress(made, _ASKER)
        assert at.screening.state is State.FINISHED, at.screening.fault
        spent = time.perf_counter() - started
    print(json.dumps({"seconds": spent, "start": start, "counts": at.counts, "bytes": at.screening.result_bytes}))


if __name__ == "__main__":
    url = sys.argv[3] if len(sys.argv) > 3 else None
    asyncio.run(take(Path(sys.argv[1]), house.settings(Path(sys.argv[2]), url)))
