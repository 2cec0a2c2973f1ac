"""Who asked about whom, counted per kind of asker, subject and day, written at most every second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from credit.kernel.clock import Clock, business_day
from sanctions import store


class Counting:
    """Counts in memory; `flush` writes. A crash loses at most what was counted since the last flush."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._counts: dict[tuple[date, str], dict[str, int]] = {}

    def add(self, asker: str, codes: Iterable[str]) -> None:
        """Counts one question about each code."""
        day = self._counts.setdefault((business_day(self.clock()), asker), defaultdict(int))
        for code in codes:
            day[code] += 1

    async def flush(self) -> None:
        """Writes what was counted."""
        counted, self._counts = self._counts, {}
        for (day, asker), counts in sorted(counted.items()):
            await store.count_questions(day, asker, {c: n for c, n in counts.items() if len(c) <= 18})

    async def of(self, code: str) -> list[dict[str, Any]]:
        """Day, kind of asker and count for one code, what was not yet written included."""
        await self.flush()
        return await store.question_counts(code)
