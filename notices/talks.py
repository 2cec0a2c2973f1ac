"""What the letters of a talk (约谈) are composed of. Pure."""

from __future__ import annotations

from datetime import date

import msgspec


class TalkStep(msgspec.Struct, frozen=True, kw_only=True):
    """One act on a talk, in words."""

    day: date
    title: str
    text: str


class TalkPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A talk as its letters tell it; what does not belong to the letter is left empty."""

    company: str
    code: str
    reason: str
    meets_on: date | None = None
    meets_at: str = ""
    place: str = ""
    attendee: str = ""
    bring: str = ""
    held_on: date | None = None
    attended: bool = True
    demand: str = ""
    deadline: date | None = None
    document: str = ""
    note: str = ""
    steps: tuple[TalkStep, ...] = ()
