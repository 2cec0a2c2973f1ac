"""Stand-ins that behave: a clock that is set, chance that repeats."""

from __future__ import annotations

from datetime import datetime, timedelta

from credit.kernel.clock import SHANGHAI

START = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)  # a Sunday


class FakeClock:
    """A clock that stands still until it is told; calling it gives an aware moment."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        """Sets the clock to an aware moment, later or earlier."""
        if moment.tzinfo is None:
            raise ValueError("give the clock an aware moment")
        self.moment = moment

    def advance(self, **step: float) -> datetime:
        """Moves the clock by a timedelta's arguments, e.g. `advance(days=3)`, and returns the new moment."""
        self.moment += timedelta(**step)
        return self.moment
