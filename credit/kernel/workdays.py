"""Working days as the State Council arranges them each year (package chinesecalendar), and 民法典 203.

A working day is Monday to Friday without holidays, plus make-up days. Outside the package's years the
arrangement is not (yet) published: Monday to Friday is used and the day is marked provisional.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import chinese_calendar

FIRST_YEAR: int = min(chinese_calendar.holidays).year
LAST_YEAR: int = max(chinese_calendar.holidays).year
_DAY = timedelta(days=1)


class Due(NamedTuple):
    """A computed day. `provisional` while a calendar year it passed through is not yet published."""

    day: date
    provisional: bool


def published(year: int) -> bool:
    """Whether the holiday arrangement of that year is known."""
    return FIRST_YEAR <= year <= LAST_YEAR


def is_working_day(day: date) -> bool:
    """Whether offices work on `day`; Monday to Friday in a year that is not published."""
    if published(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def add_working_days(day: date, n: int) -> Due:
    """The n-th working day after `day`; `day` itself is not counted (民法典 201). ValueError if n < 0."""
    if n < 0:
        raise ValueError("n must not be negative")
    if n == 0:
        return Due(day, not published(day.year))
    year, left = day.year, n
    days = _days_of(year)
    start = bisect_right(days, day)
    while start + left > len(days):
        left -= len(days) - start
        year, start = year + 1, 0
        days = _days_of(year)
    return Due(days[start + left - 1], not (published(day.year) and published(year)))


def roll_forward(day: date) -> Due:
    """`day` itself when offices work, else the first working day after the holiday (民法典 203)."""
    while not is_working_day(day):
        day += _DAY
    return Due(day, not published(day.year))


def working_days_between(first: date, last: date) -> int:
    """How many working days follow `first` up to and including `last`; 0 when `last` is not later."""
    if last <= first:
        return 0
    total = sum(len(_days_of(year)) for year in range(first.year, last.year))
    return total - bisect_right(_days_of(first.year), first) + bisect_right(_days_of(last.year), last)


@lru_cache(maxsize=64)
def _days_of(year: int) -> tuple[date, ...]:
    first = date(year, 1, 1)
    length = date(year, 12, 31).toordinal() - first.toordinal() + 1
    return tuple(d for i in range(length) if is_working_day(d := first + i * _DAY))


def year_length(year: int) -> int:
    """The number of working days of a year."""
    return len(_days_of(year))
