"""register: how long a serving process reads a million companies at its start, and what they weigh in memory.

`python -m benchmarks.loading DATA [URL]` loads the register of an existing place and prints what it took, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from api.wiring import build
from benchmarks import crowd, house
from benchmarks.figure import Figure, compared
from credit.kernel import database
from credit.packing import EntityRow
from sanctions.service.answering.register import Register

NAME = "register"
_BARE = f"SELECT {', '.join(EntityRow.__struct_fields__)}, folded_name FROM credit_entity"
_NAMES = "SELECT code, name FROM credit_entity"
_HOME = Path(__file__).parent.parent


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On both engines (quickly: the first), in a fresh process each."""
    companies = 2000 if quick else 1_000_000
    for engine in house.ENGINES[:1] if quick else house.ENGINES:
        yield from asyncio.run(_measure(engine, companies))


async def _measure(engine: str, companies: int) -> list[Figure]:
    async with house.place(engine) as chosen:
        async with house.opened(chosen):
            await crowd.fill(companies)
        command = [sys.executable, "-m", "benchmarks.loading", str(chosen.data), *filter(None, [chosen.database.url])]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=True, cwd=_HOME, text=True)
    took = json.loads(done.stdout)
    what = f"{companies:,} companies, {companies // crowd.EVERY:,} barred, {engine}"
    grown = took["grown"] / companies
    return [
        compared(NAME, f"loading {what}", took["seconds"], "seconds", baseline=took["bare"],
                 baseline_what="reading the same rows of companies and dropping them", target="10 s"),
        compared(NAME, f"memory of {what}", grown, "bytes a company", baseline=took["dict"] / companies, target="300",
                 baseline_what="a dict from code to name",
                 note=f"growth of the process over the load, tables and allocator included; at its highest "
                      f"{took['highest'] / companies:.0f} bytes a company more than before"),
    ]


async def _load(data: Path, url: str | None) -> dict[str, float]:
    services = build(house.settings(data, url))
    async with database.opened(database.make_engine(url, data)):
        await services.book.at(0)
        before, started = _resident(), time.perf_counter()
        async for _ in database.stream(_BARE):
            pass
        bare = time.perf_counter() - started
        started = time.perf_counter()
        register = Register()
        await register.load()
        seconds = time.perf_counter() - started
        assert len(register) > 0
        highest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        after = _resident()
        names = {code: name async for part in database.stream(_NAMES) for code, name in part}
        return {"seconds": seconds, "bare": bare, "grown": after - before, "highest": highest - before,
                "dict": _resident() - after, "companies": len(names)}


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize()


if __name__ == "__main__":
    found = asyncio.run(_load(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None))
    print(json.dumps(found))
