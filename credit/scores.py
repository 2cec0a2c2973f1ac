"""What a score is made of: records made ready, lines, the score itself. Points are hundredths of a point."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum

import msgspec

from credit.model import ListFacts, MeritFacts, Record, RemovalFacts, Severity, Stage
from credit.schemes import Scheme

NOT_LISTED = "未列入计分项目"


class LineKind(StrEnum):
    """What a line is; only `fault` and `merit` move the score by a record's full points."""

    BASE = "base"
    FAULT = "fault"
    VETO = "veto"
    MERIT = "merit"
    CAPPED = "capped"  # good conduct cut by a cap or count
    NOT_LISTED = "not_listed"
    LIMIT = "limit"  # what floor or ceiling adds or takes


class ScoredRecord(msgspec.Struct, frozen=True):
    """A record with what scoring must be told: its class and the codes of its acts (rule ids of stated bans, of the
    list it is entered on)."""

    record: Record
    severity: Severity | None = None
    acts: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One addend. `first` and `last` are inclusive days, null = open; `grade` is set until `grade_until`."""

    kind: LineKind
    rule: str
    title: str
    basis: str
    points: int
    record_id: str | None = None
    first: date | None = None
    last: date | None = None
    grade: str | None = None
    grade_until: date | None = None


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """The score on a day; the points of all lines add up to `value`."""

    scheme: str
    on: date
    value: int
    grade: str
    lines: tuple[Line, ...]


def scored(
    records: Iterable[Record],
    severity_of: Callable[[Record], Severity | None],
    acts_of: Callable[[Record], tuple[str, ...]] = lambda record: (),
) -> list[ScoredRecord]:
    """Records made ready for scoring by the caller's classification."""
    return [ScoredRecord(r, severity_of(r), acts_of(r)) for r in records]


def first_day(record: Record) -> date:
    """The first day a record counts: a penalty or list entry from its decision, once served; a merit from its grant."""
    facts = record.facts
    if isinstance(facts, MeritFacts):
        return facts.granted_on
    if isinstance(facts, RemovalFacts):
        return facts.decided_on
    return max(facts.decided_on, facts.served_on or facts.decided_on)


def counts(record: Record, day: date) -> bool:
    """Whether a record is in force on `day`: decided and served, not withdrawn, not repaired or removed by then."""
    if record.withdrawn or first_day(record) > day:
        return False
    facts = record.facts
    if isinstance(facts, MeritFacts):
        return True
    if isinstance(facts, RemovalFacts):
        return False
    if isinstance(facts, ListFacts):
        return not (facts.removed_on and facts.removed_on <= day)
    return facts.stage is Stage.DECIDED and not (facts.repaired_on and facts.repaired_on <= day)


def unlisted(record: Record, scheme: Scheme) -> Line:
    """The 0-point line of a record that no item of the scheme takes."""
    return Line(
        kind=LineKind.NOT_LISTED,
        record_id=record.record_id,
        rule=scheme.rule_id("not_listed"),
        title=NOT_LISTED,
        basis=scheme.source,
        points=0,
        first=first_day(record),
    )
