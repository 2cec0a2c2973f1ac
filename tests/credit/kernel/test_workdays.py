from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import workdays
from credit.kernel.workdays import Due

CASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "workdays.yaml").read_text(encoding="utf-8")
)
DAYS = st.dates(date(2003, 6, 1), date(2028, 12, 31))


@pytest.mark.parametrize("case", CASES["add"], ids=lambda c: f"{c['from']}+{c['days']}")
def test_due_days(case: dict[str, Any]) -> None:
    due = workdays.add_working_days(case["from"], case["days"])
    assert due == Due(case["due"], case["provisional"])


@pytest.mark.parametrize("case", CASES["roll_forward"], ids=lambda c: str(c["day"]))
def test_a_period_that_ends_on_a_holiday_ends_after_it(case: dict[str, Any]) -> None:
    assert workdays.roll_forward(case["day"]) == Due(case["due"], case["provisional"])


def test_2026_has_248_working_days() -> None:
    assert workdays.year_length(2026) == 248
    assert workdays.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize("day", CASES["make_up_days"], ids=str)
def test_make_up_days_of_2026_are_worked(day: date) -> None:
    assert workdays.is_working_day(day)
    assert day.weekday() >= 5


def test_years_without_arrangement_are_provisional() -> None:
    assert workdays.published(2026)
    assert not workdays.published(workdays.LAST_YEAR + 1)
    assert workdays.add_working_days(date(2030, 1, 1), 0).provisional


def test_counting_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        workdays.add_working_days(date(2026, 1, 5), -1)


@given(DAYS, st.integers(0, 400))
def test_adding_and_counting_agree(day: date, n: int) -> None:
    due = workdays.add_working_days(day, n)
    assert workdays.working_days_between(day, due.day) == n
    assert n == 0 or workdays.is_working_day(due.day)


@given(DAYS, st.integers(0, 60))
def test_counting_is_what_walking_day_by_day_gives(day: date, n: int) -> None:
    at, left = day, n
    while left:
        at += timedelta(days=1)
        left -= workdays.is_working_day(at)
    assert workdays.add_working_days(day, n).day == at
