"""recompute: everybody's score by `tendercredit scores recompute`, interrupted once and resumed, and its memory."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import crowd, house
from benchmarks.figure import Figure, compared, step
from benchmarks.imports import Watch
from benchmarks.scores import SCHEME
from credit import lookup
from credit.kernel.settings import Settings
from credit.scheme_rules import version_on, versions_of
from credit.scoring import score
from sanctions import store
from sanctions.service.scoring.standing import with_classes
from sanctions.service.scoring.store import page

NAME = "recompute"
_HOME = Path(__file__).parent.parent
_SAMPLE = 500
_FEW = 20  # how much smaller the run is against which memory is compared


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On PostgreSQL; first a twentieth, then all: memory is to be the same."""
    yield from asyncio.run(_measure(2000 if quick else 1_000_000))


async def _measure(companies: int) -> list[Figure]:
    few = await _job(companies // _FEW, interrupted=False)
    all_of = await _job(companies, interrupted=True)
    took = all_of["seconds"] + all_of["before"]
    return [
        compared(NAME, f"{companies:,} entities, {3 * companies:,} facts, whole job", companies / took, "entities/s",
                 baseline=few["entities"] / few["seconds"], baseline_what=f"the same job over {few['entities']:,}",
                 note=f"{took:.0f} s with {os.cpu_count()} processes, killed after {all_of['before']:.0f} s at range "
                      f"{all_of['done']} of {all_of['ranges']} and resumed; {_SAMPLE} of a random sample equal the "
                      f"answer one by one"),
        compared(NAME, "peak memory of all its processes", all_of["peak"] / 2**20, "MiB", baseline=few["peak"] / 2**20,
                 baseline_what=f"over {few['entities']:,}", target="flat"),
    ]


async def _job(companies: int, *, interrupted: bool) -> dict[str, Any]:
    async with house.place("postgres") as chosen:
        async with house.opened(chosen):
            await crowd.fill_scored(companies)
        found: dict[str, Any] = {"entities": companies, "before": 0.0}
        if interrupted:
            found |= await asyncio.to_thread(_killed, chosen)
        found |= await asyncio.to_thread(_done, chosen, "--resume" if interrupted else "")
        async with house.opened(chosen) as services:
            progress = await services.recomputing.progress([SCHEME])
            assert progress[0] == progress[1]
            found["ranges"] = progress[1]
            await _agree(services.book.current, companies, services.recomputing.distribution)
        return found


def _command(chosen: Settings, *more: str) -> subprocess.Popen[str]:
    place = {"TENDERCREDIT_DATA": str(chosen.data), "TENDERCREDIT_DATABASE_URL": chosen.database.url or ""}
    command = [sys.executable, "-m", "api.cli", "scores", "recompute", "--scheme", SCHEME, "--json"]
    command += filter(None, more)
    return subprocess.Popen(command, cwd=_HOME, env={**os.environ, **place}, stdout=subprocess.PIPE, text=True,
                            start_new_session=True)


def _killed(chosen: Settings) -> dict[str, Any]:
    """Begins the job and kills all its processes after some seconds; how long it had, and how far it came."""
    started = time.perf_counter()
    with _command(chosen) as process:
        time.sleep(10)
        os.killpg(process.pid, signal.SIGKILL)
    before = time.perf_counter() - started

    async def progress() -> tuple[int, int]:
        async with house.opened(chosen) as services:
            return await services.recomputing.progress([SCHEME])

    done, _ = asyncio.run(progress())
    return {"before": before, "done": done}


def _done(chosen: Settings, resume: str) -> dict[str, Any]:
    started = time.perf_counter()
    with _command(chosen, resume) as process:
        watch = Watch(process.pid)
        watch.start()
        assert process.stdout is not None
        said = json.loads(process.stdout.read())
    watch.join()
    assert said["left"] == 0, said
    return {"seconds": time.perf_counter() - started, "peak": watch.peak}


async def _agree(rules: Any, companies: int, distribution: Any) -> None:
    """A random sample of what was kept is what the answer one by one says."""
    told = await distribution(SCHEME)
    assert sum(n for _, _, n in told.grades) == companies
    scheme, draw = version_on(versions_of(rules, SCHEME), told.on_day), random.Random(7)
    kept: dict[str, Any] = {}
    for grade, _, count in told.grades:
        start = crowd.entity_id(draw.randrange(companies))
        if count:
            kept |= {c.entity_id: c for c in await page(SCHEME, grade, start, _SAMPLE // len(told.grades))}
    ids = sorted(kept)
    records, bars = await lookup.records_of_all(ids, told.seq), await store.restrictions_of_all(ids, told.seq)
    for number, entity_id in enumerate(ids, 1):
        file = with_classes(tuple(r for r in records if r.entity_id == entity_id),
                            tuple(b for b in bars if b.entity_id == entity_id), rules)
        found = score(file, scheme, told.on_day)
        assert (found.value, found.grade) == (kept[entity_id].value, kept[entity_id].grade), entity_id
        step("compared", number, len(ids))
