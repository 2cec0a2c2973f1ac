"""Cached scores are kept current: every minute by whichever process serves, or by the workers when there are any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.wiring import Services

log = logging.getLogger("tendercredit.rescoring")
_EVERY = 60.0  # seconds
TURN = 20.0  # seconds of work on open ranges before the log and the day are looked at


@asynccontextmanager
async def rescoring(services: Services) -> AsyncIterator[None]:
    """Keeps cached scores current for the length of the block; left to the workers when a Redis URL is set."""
    if services.settings.jobs.redis_url:
        yield
        return
    task = asyncio.create_task(_rescore(services), name="tendercredit rescoring")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _rescore(services: Services) -> None:
    while True:
        try:
            await services.recomputing.turn(TURN)
        except Exception:
            log.exception("scores could not be brought up to date; trying again in a minute")
        await asyncio.sleep(_EVERY)
