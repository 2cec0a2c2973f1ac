"""Fetching updates where there is no public address: one process at a time, under a lease of the database."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from bots import store
from bots.incoming import TELEGRAM, Gone, Unsendable, Wait
from bots.intake import Intake
from credit.kernel import leases
from credit.kernel.clock import Clock
from credit.kernel.ids import new_token

if TYPE_CHECKING:
    from bots.telegram import Telegram

log = logging.getLogger("tendercredit.telegram")
LEASE = "telegram.poll"
_LENGTH = timedelta(seconds=90)
_PATIENCE = 20  # seconds one question waits for an update; far below the lease


class Polling:
    """Asks Telegram for updates as long as this process holds the lease, and stores each before asking on."""

    def __init__(self, telegram: Telegram, intake: Intake, clock: Clock, *, patience: int = _PATIENCE) -> None:
        self.telegram = telegram
        self.intake = intake
        self.clock = clock
        self.patience = patience
        self.token = new_token()

    async def run(self, *, every: float = 5.0) -> None:
        """Polls until cancelled; without the lease it looks again every `every` seconds."""
        try:
            while True:
                try:
                    if not await self.once():
                        await asyncio.sleep(every)
                except (Wait, Gone, Unsendable) as exc:
                    log.warning("Telegram does not answer (%s); trying again", exc)
                    await asyncio.sleep(every)
                except Exception as exc:  # noqa: BLE001 - a database away for a moment must not end the polling
                    log.warning("polling failed (%s); trying again", type(exc).__name__)
                    await asyncio.sleep(every)
        finally:
            await leases.give(LEASE, self.token)

    async def once(self) -> bool:
        """One question under the lease; False where another process holds it."""
        if not await leases.take(LEASE, self.token, self.clock(), _LENGTH):
            return False
        found = await self.telegram.updates(await store.last_number(TELEGRAM), self.patience)
        for number, incoming in found:
            if incoming is not None:
                await self.intake.receive(incoming)
            else:
                await store.skip(TELEGRAM, number, self.clock())
        return True
