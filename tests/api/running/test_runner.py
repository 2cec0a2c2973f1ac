"""The task loop: woken by a nudge, certain by its poll, not killed by a failure, ended cleanly."""

from __future__ import annotations

import asyncio

from api.running.runner import TaskLoop, running
from credit.kernel import unit


class Work:
    """Counts drains; the first `failures` of them fail."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.drained = 0
        self.seen = asyncio.Event()

    async def drain(self) -> int:
        self.drained += 1
        self.seen.set()
        if self.drained <= self.failures:
            raise RuntimeError("示例故障")
        return 0

    async def again(self) -> None:
        self.seen.clear()
        await asyncio.wait_for(self.seen.wait(), 5)


async def test_a_commit_wakes_it() -> None:
    work = Work()
    async with running(work.drain) as loop:
        loop.every = 3600
        await work.again()
        for tell in list(unit.after_commit):
            tell(1)
        await work.again()
    assert work.drained >= 2


async def test_without_a_nudge_it_polls() -> None:
    work = Work()
    loop = TaskLoop(work.drain, every=0.01)
    task = asyncio.create_task(loop.run())
    await work.again()
    await work.again()
    loop.stop()
    await asyncio.wait_for(task, 5)


async def test_a_failure_ends_nothing() -> None:
    work = Work(failures=2)
    loop = TaskLoop(work.drain, every=0.01)
    task = asyncio.create_task(loop.run())
    while work.drained < 4:
        await work.again()
    loop.stop()
    await asyncio.wait_for(task, 5)


async def test_what_has_begun_is_finished_before_it_ends() -> None:
    begun, finished = asyncio.Event(), False

    async def drain() -> int:
        nonlocal finished
        begun.set()
        await asyncio.sleep(0.05)
        finished = True
        return 0

    async with running(drain):
        await begun.wait()
    assert finished
    assert unit.after_commit == []


async def test_what_does_not_end_is_cancelled_after_its_grace() -> None:
    begun = asyncio.Event()

    async def drain() -> int:
        begun.set()
        await asyncio.Event().wait()
        return 0

    async with running(drain, grace=0.05):
        await begun.wait()
    assert [t for t in asyncio.all_tasks() if t.get_name() == "tendercredit task loop"] == []
