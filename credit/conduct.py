"""From when conduct counts: only after 告知, statement and defence. Pure; working days as the State Council sets."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from credit.kernel.workdays import Due, add_working_days
from credit.model import ConductFacts

_DAY = timedelta(days=1)


class Hearing(NamedTuple):
    """The clocks of statement and defence, in working days: to state after the notice, to reply after the statement."""

    state_within: int
    reply_within: int


def statement_due(facts: ConductFacts, hearing: Hearing) -> Due:
    """The last day on which the subject may state and defend."""
    return add_working_days(facts.notice_served_on, hearing.state_within)


def reply_due(facts: ConductFacts, hearing: Hearing) -> Due | None:
    """The last day for the reply; None while nothing was stated."""
    return None if facts.stated_on is None else add_working_days(facts.stated_on, hearing.reply_within)


def counts_from(facts: ConductFacts, hearing: Hearing) -> date | None:
    """The first day on which the conduct counts; None while it is open or after a reply that drops it.

    Silence is no objection: it counts from the day after the time to state. After a statement made in time it counts
    from the reply that keeps it, but not before the reply was entered where the subject can read it; a reply that is
    late does not make it count by itself. A notice served anew after the statement opens the time to state anew.
    """
    silence = statement_due(facts, hearing).day + _DAY
    if facts.stated_on is None or facts.stated_on >= silence:
        return silence if facts.upheld is not False else None
    if facts.replied_on is None or not facts.upheld:
        return None
    told = max(facts.replied_on, facts.reply_entered_on or facts.replied_on)
    return max(told, silence) if facts.stated_on < facts.notice_served_on else told


class ConductState(StrEnum):
    """Where a record of conduct stands on a day: computed from its dates, never stored."""

    OPEN = "open"  # 陈述申辩期内
    STATED = "stated"  # 已陈述申辩,待答复
    COUNTS = "counts"
    DROPPED = "dropped"  # 申辩成立,不予记录
    REPAIRED = "repaired"
    WITHDRAWN = "withdrawn"


class Followed(NamedTuple):
    """A record of conduct on a day: its state, the two clocks, and the first day on which it counts or counted."""

    state: ConductState
    statement_due: Due
    reply_due: Due | None
    reply_overdue: bool
    counts_from: date | None


def follow(facts: ConductFacts, hearing: Hearing, day: date, *, withdrawn: bool = False) -> Followed:
    """How far statement and defence are on `day`. A reply that is late keeps the record from counting, and is told."""
    reply, first = reply_due(facts, hearing), counts_from(facts, hearing)
    waiting = facts.stated_on is not None and facts.replied_on is None and not withdrawn
    return Followed(
        state=ConductState.WITHDRAWN if withdrawn else _state(facts, first, day),
        statement_due=statement_due(facts, hearing), reply_due=reply,
        reply_overdue=waiting and reply is not None and reply.day < day, counts_from=None if withdrawn else first,
    )


def _state(facts: ConductFacts, first: date | None, day: date) -> ConductState:
    if facts.upheld is False:
        return ConductState.DROPPED
    if facts.repaired_on is not None and facts.repaired_on <= day:
        return ConductState.REPAIRED
    if first is None:
        return ConductState.STATED
    return ConductState.COUNTS if first <= day else ConductState.OPEN
