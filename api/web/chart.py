"""A score over time as a small drawing: a stepped line with its scale, and the same in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise

import msgspec

from credit.explain import points_text
from credit.scores import Score
from credit.turning import ScoreEvent
from sanctions.wording import day_text

WIDTH, HEIGHT = 640, 160  # units of the drawing's own coordinates
_ROOM = 500  # hundredths of a point left free above and below


class Mark(msgspec.Struct, frozen=True):
    """A day on which the score changed, to be labelled."""

    x: int
    y: int
    on: date
    value: str
    grade: str


class Flag(msgspec.Struct, frozen=True):
    """The days on which something happened, with their numbers in the table below the drawing."""

    x: int
    number: int
    event: ScoreEvent


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    path: str  # points of a polyline
    marks: tuple[Mark, ...]
    first: date
    last: date
    top: str
    bottom: str
    alternative: str
    flags: tuple[Flag, ...] = ()

    @property
    def numbers(self) -> tuple[tuple[int, str], ...]:
        """Where numbers are written: one place per day, "2–3" for several."""
        places = [(x, [flag.number for flag in same]) for x, same in groupby(self.flags, key=lambda flag: flag.x)]
        return tuple((x, str(of[0]) if len(of) == 1 else f"{of[0]}–{of[-1]}") for x, of in places)


def chart(changes: Sequence[Score], first: date, last: date, events: Sequence[ScoreEvent] = ()) -> Chart | None:
    """The drawing of a score that changed on these days, oldest first, with what happened between them; None where
    nothing is known."""
    if not changes:
        return None
    low = min(s.value for s in changes) - _ROOM
    high = max(s.value for s in changes) + _ROOM
    marks = tuple(_mark(s, first, last, low, high) for s in changes)
    return Chart(path=_path(marks), marks=marks, first=first, last=last, top=points_text(high),
                 bottom=points_text(low), alternative=_words(changes, first, last),
                 flags=tuple(Flag(_place(e.on, first, last), n, e) for n, e in enumerate(events, 1)))


def _mark(found: Score, first: date, last: date, low: int, high: int) -> Mark:
    y = round((high - found.value) * HEIGHT / (high - low))
    return Mark(_place(found.on, first, last), y, found.on, points_text(found.value), found.grade)


def _place(day: date, first: date, last: date) -> int:
    whole = max(1, (last - first).days)
    return round(min(whole, max(0, (day - first).days)) * WIDTH / whole)


def _path(marks: Sequence[Mark]) -> str:
    points = [f"0,{marks[0].y}"]
    for before, after in pairwise(marks):
        points += [f"{after.x},{before.y}", f"{after.x},{after.y}"]
    return " ".join([*points, f"{WIDTH},{marks[-1].y}"])


def _words(changes: Sequence[Score], first: date, last: date) -> str:
    told = "；".join(f"{day_text(s.on)}{points_text(s.value)}分（{s.grade}级）" for s in changes)
    return f"{day_text(first)}至{day_text(last)}的当日得分：{told}。"
