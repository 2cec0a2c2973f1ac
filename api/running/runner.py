"""The task loop of a serving process: woken after each commit, and every second in any case."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from credit.kernel import unit

log = logging.getLogger("tendercredit.runner")


class TaskLoop:
    """Calls `drain` until stopped. A failing drain is logged and tried again; the poll is the guarantee."""

    def __init__(self, drain: Callable[[], Awaitable[int]], *, every: float = 1.0) -> None:
        self.drain = drain
        self.every = every
        self._wake = asyncio.Event()
        self._stopping = False

    def nudge(self, size: int = 0) -> None:
        """Something was committed: look now."""
        self._wake.set()

    async def run(self) -> None:
        """Runs until `stop`; what has begun is finished first."""
        while not self._stopping:
            self._wake.clear()
            try:
                await self.drain()
            except Exception:
                log.exception("tasks could not be worked; trying again in %s s", self.every)
                await self._pause()
            if not self._stopping and not self._wake.is_set():
                await self._pause()

    async def _pause(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), self.every)

    def stop(self) -> None:
        """Ends the loop after what it is doing."""
        self._stopping = True
        self._wake.set()


@asynccontextmanager
async def running(
    drain: Callable[[], Awaitable[int]], *, end: Callable[[], None] = lambda: None, grace: float = 10.0
) -> AsyncIterator[TaskLoop]:
    """A task loop beside the block. On leaving, `end` tells the work to begin nothing new, and what it has begun has
    `grace` seconds to finish; then its leases run out."""
    loop = TaskLoop(drain)
    unit.after_commit.append(loop.nudge)
    task = asyncio.create_task(loop.run(), name="tendercredit task loop")
    try:
        yield loop
    finally:
        unit.after_commit.remove(loop.nudge)
        loop.stop()
        end()
        done, _ = await asyncio.wait({task}, timeout=grace)
        if not done:
            log.warning("tasks did not end within %s s; their leases will run out", grace)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
