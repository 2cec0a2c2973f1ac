"""What keeps a serving process current: register and keys follow the log, question counts reach the database."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from api.auth import KeyRing
from api.wiring import Services
from credit.kernel import unit

log = logging.getLogger("tendercredit.following")
_POLL = 0.2  # seconds; acts of this process are followed at once
_PAUSE = 0.05
_FLUSH = 1.0
_MANY = 10_000  # companies from which it pays to look through all of memory before


@asynccontextmanager
async def following(services: Services, ring: KeyRing) -> AsyncIterator[None]:
    """Loads the register and keeps it, the known keys and the counts current for the length of the block."""
    await services.register.load()
    if len(services.register) > _MANY:
        gc.collect()
    gc.freeze()  # what lives as long as the process is not looked through again while requests wait
    wake = asyncio.Event()

    def nudge(size: int) -> None:
        services.register.heard(size)
        wake.set()

    unit.after_commit.append(nudge)
    jobs = [_follow(services, ring, wake), _flush(services), _warm(services)]
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        gc.unfreeze()
        unit.after_commit.remove(nudge)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await services.counting.flush()
        services.pool.shutdown()
        services.renderer.close()


async def _follow(services: Services, ring: KeyRing, wake: asyncio.Event) -> None:
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(wake.wait(), _POLL)
        wake.clear()
        try:
            await services.register.follow()
            await ring.follow()
            await asyncio.sleep(_PAUSE)  # many short acts in a row are followed together
        except Exception:
            log.exception("the register could not follow the log; trying again")
            await asyncio.sleep(_POLL)


async def _warm(services: Services) -> None:
    """Starts the drawing processes while the first questions are answered; fonts are converted here once a user."""
    try:
        await services.renderer.warm()
    except Exception:
        log.exception("the letter processes could not be started; the first letter will try again")


async def _flush(services: Services) -> None:
    while True:
        await asyncio.sleep(_FLUSH)
        try:
            await services.counting.flush()
        except Exception:
            log.exception("question counts could not be written; trying again")
