"""What time alone brings: what was kept long enough is dropped, watches whose day has turned are looked at.

On start, then every hour and every minute, by whichever process serves.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from api.wiring import Services

log = logging.getLogger("tendercredit.expiring")
_HOUR, _MINUTE = 3600.0, 60.0  # seconds


@asynccontextmanager
async def expiring(services: Services) -> AsyncIterator[None]:
    """Does what falls due, for the length of the block."""
    todo = (("old screenings", services.screenings.expire, _HOUR), ("old messages", services.webhooks.expire, _HOUR),
            ("watches", services.watching.turn, _MINUTE), ("draws", services.draws.draw_due, _MINUTE))
    tasks = [asyncio.create_task(_again(*one), name=f"tendercredit {one[0]}") for one in todo]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again(what: str, act: Callable[[], Awaitable[object]], pause: float) -> None:
    while True:
        try:
            await act()
        except Exception:
            log.exception("%s could not be worked; trying again in %d s", what, pause)
        await asyncio.sleep(pause)
