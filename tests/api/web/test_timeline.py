"""The drawing of a publication window: days in their order, today never outside, and the same said in words."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.v1.views import Window
from api.web.timeline import WIDTH, timeline

DAYS = st.dates(date(2020, 1, 1), date(2035, 1, 1))
GENERAL = Window(date(2026, 5, 20), date(2026, 8, 20), date(2027, 5, 20))  # 365 days, the minimum after 92


def test_minimum_and_today_stand_in_proportion() -> None:
    """92 and 186 of 365 days on 320 units: 80.66 and 163.07."""
    drawn = timeline(GENERAL, date(2026, 11, 22))
    assert (drawn.minimum, drawn.today, drawn.anchor) == (81, 163, "middle")


def test_the_words_say_what_the_drawing_shows() -> None:
    assert timeline(GENERAL, date(2026, 11, 22)).alternative == (
        "自2026年5月20日起公示，最短公示至2026年8月20日，最长公示至2027年5月20日（含当日）；今天是2026年11月22日。"
    )


def test_without_a_minimum_none_is_drawn_or_said() -> None:
    drawn = timeline(Window(date(2026, 5, 20), None, date(2026, 8, 20)), date(2026, 5, 20))
    assert (drawn.minimum, drawn.today, drawn.anchor) == (None, 0, "start")
    assert "最短" not in drawn.alternative


@given(start=DAYS, length=st.integers(0, 1200), least=st.integers(0, 1200), today=DAYS)
def test_everything_stays_inside(start: date, length: int, least: int, today: date) -> None:
    until = start + timedelta(days=length)
    drawn = timeline(Window(start, min(until, start + timedelta(days=least)), until), today)
    assert drawn.minimum is not None
    assert 0 <= drawn.minimum <= WIDTH
    assert 0 <= drawn.today <= WIDTH
