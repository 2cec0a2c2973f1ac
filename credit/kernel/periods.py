"""Calendar periods by month and year (民法典 200-202)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def add_months(day: date, months: int) -> date:
    """The corresponding day `months` later, the end of the month where it has none (民法典 202).

    A period that starts on `day` ends at 24:00 of the day returned.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
