"""`tendercredit scores`: the scores of everybody computed at once, over several processes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.console import AsJson, progress, run, say

if TYPE_CHECKING:
    from api.wiring import Services

_LOOK = 0.5  # seconds between two looks at the progress


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="得分统计 Scores", no_args_is_help=True)
    group.command()(recompute)
    group.command()(work)
    app.add_typer(group, name="scores")


def recompute(
    scheme: Annotated[list[str] | None, typer.Option(help="计分方案编号,可多次;默认全部")] = None,
    workers: Annotated[int | None, typer.Option(min=0, max=64, help="进程数;0 = 交给运行中的服务或 worker")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="接着未完成的统计 go on where it stopped")] = False,
    as_json: AsJson = False,
) -> None:
    """重新计算全部主体的得分和等级 Compute everybody's score and grade anew."""
    started = time.monotonic()
    with progress("计算 score") as show:
        found = run(_recompute(scheme, os.cpu_count() or 1 if workers is None else workers, show, resume=resume))
    found["seconds"] = round(time.monotonic() - started, 1)
    lines = [f"{name}: " + " ".join(f"{grade} {n}" for grade, n in grades.items())
             for name, grades in found["schemes"].items()]
    if found["left"]:
        lines.append(f"尚余 {found['left']} 段,由运行中的服务继续,或用 --resume 接着做 ranges left")
    say([*lines, f"{found['seconds']} 秒 seconds"], found, as_json=as_json)


def work(as_json: AsJson = False) -> None:
    """参与计算:做未完成的各段直至没有 Work open ranges until none is left, on this or another machine."""
    run(_work())
    say("没有未完成的段 nothing left", {"left": 0}, as_json=as_json)


async def _recompute(
    schemes: list[str] | None, workers: int, show: Callable[[int, int], None], *, resume: bool
) -> dict[str, Any]:
    from api.screening import reading
    from credit.kernel.settings import from_environment

    async with reading(from_environment()) as services:
        names = schemes or services.recomputing.schemes()
        for name in names:
            await services.recomputing.begin(name, resume=resume)
        await _watched(services, names, workers, show)
        done, total = await services.recomputing.progress(names)
        told = {name: await services.recomputing.distribution(name) for name in names}
    return {"schemes": {name: {grade: n for grade, _, n in found.grades} for name, found in told.items()},
            "left": total - done}


async def _watched(services: Services, names: list[str], workers: int, show: Callable[[int, int], None]) -> None:
    """The processes at work, until all have ended."""
    command = (sys.executable, "-m", "api.cli", "scores", "work", "--json")
    running = [await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
               for _ in range(workers)]
    ended = asyncio.gather(*(process.wait() for process in running))
    try:
        while not ended.done():
            show(*await services.recomputing.progress(names))
            await asyncio.wait({ended}, timeout=_LOOK)
    finally:
        for process in running:
            if process.returncode is None:
                process.terminate()


async def _work() -> None:
    from api.wiring import build
    from credit.kernel import database
    from credit.kernel.settings import from_environment

    settings = from_environment()
    services = build(settings)
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        await services.recomputing.drain()
