"""A publication window as a small drawing: where the minimum ends, where today is. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

from api.v1.views import Window
from sanctions.wording import day_text

WIDTH = 320  # units of the drawing's own coordinates


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """Positions from 0 to WIDTH along inclusive days, and the same in words."""

    window: Window
    minimum: int | None  # where the shortest display ends
    today: int
    anchor: str  # of the word 今天, so that it stays inside
    alternative: str


def timeline(window: Window, today: date) -> Timeline:
    """The drawing of `window` seen on `today`; a day outside stands at the nearer end."""
    place = _place(window, today)
    shortest = window.min_until
    anchor = "start" if place < WIDTH // 8 else "end" if place > WIDTH * 7 // 8 else "middle"
    return Timeline(
        window=window, minimum=_place(window, shortest) if shortest else None, today=place, anchor=anchor,
        alternative=_words(window, today),
    )


def _place(window: Window, day: date) -> int:
    whole = max(1, (window.max_until - window.first_day).days)
    passed = min(whole, max(0, (day - window.first_day).days))
    return round(passed * WIDTH / whole)


def _words(window: Window, today: date) -> str:
    shortest = f"最短公示至{day_text(window.min_until)}，" if window.min_until else ""
    return (f"自{day_text(window.first_day)}起公示，{shortest}最长公示至{day_text(window.max_until)}（含当日）；"
            f"今天是{day_text(today)}。")
