"""The time limits of a case: from rule data and the working-day calendar only. Silence is shown, it never decides."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from credit.kernel.rules import RuleSet
from credit.kernel.workdays import Due, add_working_days, working_days_between
from repair.model import Case


class ClockState(StrEnum):
    """`stopped`: 补正 is awaited; `overdue`: the last day has passed and nobody has acted."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    OVERDUE = "overdue"


class ClockLine(msgspec.Struct, frozen=True, kw_only=True):
    """One limit: `due_on` is its last day, provisional while a calendar year it passes is not published."""

    code: str
    title: str
    working_days: int | None
    due_on: date | None
    state: ClockState
    started_on: date | None = None
    done_on: date | None = None
    provisional: bool = False
    extended: bool = False
    source: str = ""
    verified: bool = True


class _Limit(NamedTuple):
    code: str
    rules: tuple[str, ...]
    start: date | None
    done: date | None
    extends: bool


def clocks(case: Case | None, day: date, rules: RuleSet) -> tuple[ClockLine, ...]:
    """Every limit of a case as of `day`; without a case the limits that will run, not yet started."""
    lines = [line for limit in _limits(case) if (line := _line(limit, case, day, rules)) is not None]
    if case is not None and case.supplement is not None:
        lines.append(_supplement(case, day))
    return tuple(lines)


def next_due(lines: tuple[ClockLine, ...]) -> ClockLine | None:
    """The limit that ends first among those running or overdue."""
    running = [line for line in lines if line.state in (ClockState.RUNNING, ClockState.OVERDUE) and line.due_on]
    return min(running, key=lambda line: (line.due_on or date.max, line.code), default=None)


def _limits(case: Case | None) -> tuple[_Limit, ...]:
    submitted = case.submitted_on if case else None
    accepted = case.accepted_on if case else None
    closed = case.closed_on if case else None
    return (
        _Limit("accept", ("clock.repair_accept",), submitted, accepted or closed, False),
        _Limit("result", ("clock.repair_result",), accepted, closed, True),
        _Limit("feedback", ("clock.repair_feedback", "clock.repair_legacy"), submitted, closed, True),
    )


def _line(limit: _Limit, case: Case | None, day: date, rules: RuleSet) -> ClockLine | None:
    since = limit.start or day
    rule = next((found for name in limit.rules if (found := rules.find(name, since)) is not None), None)
    if rule is None:
        return None
    due, extended = None, False
    if limit.start is not None and case is not None:
        due = _due(limit.start, rule.value, case, rules)
        if limit.extends and case.extension is not None:
            due, extended = Due(case.extension.until, due.provisional if due else False), True
    return ClockLine(
        code=limit.code, title=rules.rules[rule.rule_id].title, working_days=rule.value,
        due_on=due.day if due else None, state=_state(limit, due, day), started_on=limit.start,
        done_on=limit.done if limit.start else None, provisional=due.provisional if due else False,
        extended=extended, source=rule.source, verified=rule.verified,
    )


def _due(start: date, days: int, case: Case, rules: RuleSet) -> Due | None:
    """The last day, the time of 补正 not counted; None while the clock is stopped."""
    plain, asked = add_working_days(start, days), case.supplement
    if asked is None or rules.find("clock.repair_supplement_excluded", start) is None:
        return plain
    if asked.asked_on < start or asked.asked_on > plain.day:
        return plain
    if asked.answered_on is None:
        return None if case.is_open else plain
    left = days - working_days_between(start, asked.asked_on)
    return add_working_days(asked.answered_on, max(0, left))


def _state(limit: _Limit, due: Due | None, day: date) -> ClockState:
    if limit.start is None:
        return ClockState.NOT_STARTED
    if limit.done is not None:
        return ClockState.DONE
    if due is None:
        return ClockState.STOPPED
    return ClockState.OVERDUE if day > due.day else ClockState.RUNNING


def _supplement(case: Case, day: date) -> ClockLine:
    asked = case.supplement
    assert asked is not None
    done = asked.answered_on or case.closed_on
    late = ClockState.OVERDUE if day > asked.until else ClockState.RUNNING
    return ClockLine(code="supplement", title="补正期限", working_days=None, due_on=asked.until,
                     state=ClockState.DONE if done else late, started_on=asked.asked_on, done_on=done)
