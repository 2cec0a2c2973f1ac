"""Calendar periods by month and year (民法典 200-202). What would pass the last day of the calendar ends there."""

from __future__ import annotations

from calendar import monthrange
from datetime import MAXYEAR, date, timedelta


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, the end of the month where it has none (民法典 202).

    A period that starts on `day` ends at 24:00 of the day returned.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_day(day: date) -> date:
    """The day after `day`: the first on which something that ended on `day` is over."""
    return day + timedelta(days=1) if day < date.max else day
