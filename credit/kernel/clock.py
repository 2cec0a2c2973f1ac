"""Time as an argument: a clock is a callable that answers an aware moment; business days are Asia/Shanghai."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The moment now, in UTC."""
    return datetime.now(UTC)


def business_day(moment: datetime) -> date:
    """The day it is in Shanghai at `moment`, which must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a naive moment has no business day")
    return moment.astimezone(SHANGHAI).date()
