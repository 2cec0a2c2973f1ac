"""Who asked about whom, counted per kind of asker, subject and day, written at most every second."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

from credit.kernel.clock import Clock, business_day
from sanctions import store

_LONGEST = 18  # a code; whatever else was asked about is nobody


def person_key(entity_id: str) -> str:
    """Under what questions about a natural person are counted: no reference, no name, as long as a code."""
    return entity_id[:_LONGEST]


class Counting:
    """Counts in memory; `flush` writes. A crash loses at most what was counted since the last flush."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._asked: dict[tuple[date, str], list[str]] = {}
        self._writing = asyncio.Lock()

    def tally(self, asker: str) -> list[str]:
        """Where each code that a kind of asker asks about today is noted; another list tomorrow."""
        return self._asked.setdefault((business_day(self.clock()), asker), [])

    def add(self, asker: str, codes: Iterable[str]) -> None:
        """Counts one question about each code."""
        self.tally(asker).extend(codes)

    async def flush(self) -> None:
        """Writes what was counted; what another call is writing is written when this one returns."""
        async with self._writing:
            await self._write()

    async def _write(self) -> None:
        today, counted = business_day(self.clock()), {}
        for (day, asker), codes in sorted(self._asked.items()):
            counted[day, asker] = Counter(code for code in codes if len(code) <= _LONGEST)
            codes.clear()
            if day != today:
                del self._asked[day, asker]
        for (day, asker), counts in counted.items():
            if counts:
                await store.count_questions(day, asker, counts)

    async def of(self, code: str) -> list[dict[str, Any]]:
        """Day, kind of asker and count for one code, what was not yet written included."""
        await self.flush()
        return await store.question_counts(code)
