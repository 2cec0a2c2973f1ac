"""A period by month ends on the corresponding day, or at the end of a month that has none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.periods import add_months, next_day


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 3, date(2026, 11, 30)),
        (date(2026, 8, 31), 12, date(2027, 8, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 3, 10), 36, date(2028, 3, 10)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 5, 20), 0, date(2026, 5, 20)),
        (date(9999, 5, 20), 12, date.max),
    ],
)
def test_the_corresponding_day_is_the_last_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_longer_periods_never_end_earlier(day: date, months: int) -> None:
    assert day <= add_months(day, months) < add_months(day, months + 1)


def test_what_ended_on_a_day_is_over_on_the_next() -> None:
    assert next_day(date(2026, 2, 28)) == date(2026, 3, 1)
    assert next_day(date.max) == date.max
