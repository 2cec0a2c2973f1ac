"""What happens to talks. Ids and days only."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event


class TalkCalled(Event, frozen=True, kw_only=True):
    """约谈通知: a talk to come; `subject` and `record_id` are the talk. It bars nobody."""

    kind: ClassVar[str] = "talk_called"
    record_id: str
    code: str
    meets_on: date


class TalkHeld(Event, frozen=True, kw_only=True):
    """约谈: a demand with its last day; `subject` and `record_id` are the talk. It bars nobody."""

    kind: ClassVar[str] = "talk_held"
    record_id: str = ""
    code: str
    held_on: date
    deadline: date


class TalkProven(Event, frozen=True, kw_only=True):
    """The company stated how the demand was met."""

    kind: ClassVar[str] = "talk_proven"
    code: str


class TalkClosed(Event, frozen=True, kw_only=True):
    """Whoever held the talk found the demand met."""

    kind: ClassVar[str] = "talk_closed"
    code: str


class TalkReferred(Event, frozen=True, kw_only=True):
    """Not met by its last day: the file goes to the supervising department."""

    kind: ClassVar[str] = "talk_referred"
    record_id: str = ""
    code: str
    department: str


class TalkAnswered(Event, frozen=True, kw_only=True):
    """The department said what it did with the referral."""

    kind: ClassVar[str] = "talk_answered"
    code: str
