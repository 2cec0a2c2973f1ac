"""约谈: a talk with its demand and deadline; where it stands follows from what was recorded and the day. Pure.

A talk never bars anybody: what a centre may do with an unmet demand is refer it to the supervising department.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class TalkInput(msgspec.Struct, frozen=True, kw_only=True):
    """A talk that was held; `subject` is the company's code, `deadline` the last day to meet the demand."""

    subject: str
    reason: Text
    demand: Text
    deadline: date
    held_on: date
    document: Annotated[str, msgspec.Meta(max_length=200)] = ""


class CallInput(msgspec.Struct, frozen=True, kw_only=True):
    """A talk to come: 约谈通知. `attendee` is who is asked to come, `bring` what to bring, `basis` the text it rests on
    where there is one."""

    subject: str
    reason: Text
    meets_on: date
    meets_at: Line
    place: Line
    attendee: Line
    bring: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    basis: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class MeetingInput(msgspec.Struct, frozen=True, kw_only=True):
    """How the talk that was called went: the demand and its last day. `attended` false: nobody came."""

    held_on: date
    demand: Text
    deadline: date
    attended: bool = True
    document: Annotated[str, msgspec.Meta(max_length=200)] = ""


class ProofInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the company states to have done, and where the papers are."""

    text: Text


class ClosureInput(msgspec.Struct, frozen=True, kw_only=True):
    """The demand is met: how that was found."""

    finding: Text


class ReferralInput(msgspec.Struct, frozen=True, kw_only=True):
    """The demand is not met: to which supervising department, by its code, and why."""

    department: str
    note: Text


class TalkAnswerInput(msgspec.Struct, frozen=True, kw_only=True):
    """What the department did with the referral."""

    text: Text


class TalkAct(StrEnum):
    CALLED = "called"
    HELD = "held"
    PROOF = "proof"
    CLOSURE = "closure"
    REFERRAL = "referral"
    ANSWER = "answer"


class TalkState(StrEnum):
    CALLED = "called"  # still to be held
    OPEN = "open"
    PROOF_GIVEN = "proof_given"
    OVERDUE = "overdue"
    CLOSED = "closed"
    REFERRED = "referred"
    ANSWERED = "answered"


class TalkStep(msgspec.Struct, frozen=True, kw_only=True):
    """One act on a talk: by which organisation, on which day."""

    talk_id: str
    number: int
    seq: int
    act: TalkAct
    org_code: str
    subject_code: str
    day: date
    payload_id: str
    deadline: date | None = None
    department: str | None = None


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """A talk with everything done since, oldest first; the first step is the talk itself, or the call to it."""

    steps: tuple[TalkStep, ...]

    @property
    def held(self) -> TalkStep:
        """The talk itself; the call while it was not held."""
        return next((s for s in self.steps if s.act is TalkAct.HELD), self.steps[0])

    @property
    def deadline(self) -> date | None:
        """The last day to meet the demand; None while the talk was not held."""
        return self.held.deadline

    @property
    def department(self) -> str | None:
        """Whom it was referred to."""
        return next((s.department for s in self.steps if s.act is TalkAct.REFERRAL), None)

    def has(self, act: TalkAct) -> bool:
        return any(s.act is act for s in self.steps)

    def late(self, day: date) -> bool:
        """The deadline has passed and the demand was not found met."""
        return self.deadline is not None and day > self.deadline and not self.has(TalkAct.CLOSURE)

    def state(self, day: date) -> TalkState:
        """Where it stands on `day`."""
        for act, state in _ENDS:
            if self.has(act):
                return state
        if not self.has(TalkAct.HELD):
            return TalkState.CALLED
        if self.has(TalkAct.PROOF):
            return TalkState.PROOF_GIVEN
        return TalkState.OVERDUE if self.late(day) else TalkState.OPEN


_ENDS: Sequence[tuple[TalkAct, TalkState]] = (
    (TalkAct.CLOSURE, TalkState.CLOSED), (TalkAct.ANSWER, TalkState.ANSWERED), (TalkAct.REFERRAL, TalkState.REFERRED),
)
