"""What a score is made of: records made ready, lines, the score itself. Points are hundredths of a point."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from enum import StrEnum

import msgspec

from credit.conduct import counts_from
from credit.model import ConductFacts, ListFacts, MeritFacts, PenaltyFacts, Record, RemovalFacts, Severity, Stage
from credit.schemes import Scheme

NOT_LISTED = "未列入计分项目"
HIDDEN = "不在公示范围内的计分信息"


class LineKind(StrEnum):
    """What a line is; only `fault` and `merit` move the score by a record's full points."""

    BASE = "base"
    FAULT = "fault"
    FAULT_CAPPED = "fault_capped"  # bad conduct cut by a cap or count
    VETO = "veto"
    THRESHOLD = "threshold"  # the grade that points taken off together set
    NEWCOMER = "newcomer"  # the grade of who has no bad record
    PENDING = "pending"  # conduct in statement and defence
    MERIT = "merit"
    CAPPED = "capped"  # good conduct cut by a cap or count
    NOT_LISTED = "not_listed"
    LIMIT = "limit"  # what floor or ceiling adds or takes
    HIDDEN = "hidden"  # what records that the reader may not see add up to


class ScoredRecord(msgspec.Struct, frozen=True):
    """A record with what scoring must be told: its class and the codes of its acts (rule ids of stated bans, of the
    list it is entered on)."""

    record: Record
    severity: Severity | None = None
    acts: tuple[str, ...] = ()


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One addend. `first` and `last` are inclusive days, null = open; `grade` is set until `grade_until`. `document` is
    the number of the record's paper, by which people know it."""

    kind: LineKind
    rule: str
    title: str
    basis: str
    points: int
    record_id: str | None = None
    document: str = ""
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


def first_day(record: Record, scheme: Scheme) -> date | None:
    """The first day a record counts: a penalty or list entry from its decision, once served; a merit from its grant;
    conduct once statement and defence are over, None while they are not or where it was dropped."""
    facts = record.facts
    if isinstance(facts, MeritFacts):
        return facts.granted_on
    if isinstance(facts, RemovalFacts):
        return facts.decided_on
    if isinstance(facts, ConductFacts):
        return counts_from(facts, scheme.hearing.clocks) if scheme.hearing else None
    return max(facts.decided_on, facts.served_on or facts.decided_on)


def counts(record: Record, scheme: Scheme, day: date) -> bool:
    """Whether a record is in force on `day`: decided and served, not withdrawn, not repaired or removed by then."""
    if record.withdrawn or isinstance(record.facts, RemovalFacts):
        return False
    if isinstance(record.facts, PenaltyFacts) and record.facts.stage is not Stage.DECIDED:
        return False
    first, cleared = first_day(record, scheme), cleared_on(record)
    return first is not None and first <= day and not (cleared and cleared <= day)


def cleared_on(record: Record) -> date | None:
    """The first day from which a record no longer counts because it was repaired or removed from its list."""
    facts = record.facts
    if isinstance(facts, PenaltyFacts | ConductFacts):
        return facts.repaired_on
    return facts.removed_on if isinstance(facts, ListFacts) else None


def unlisted(record: Record, scheme: Scheme) -> Line:
    """The 0-point line of a record that no item of the scheme takes."""
    return Line(
        kind=LineKind.NOT_LISTED,
        record_id=record.record_id,
        document=record.facts.document_no,
        rule=scheme.rule_id("not_listed"),
        title=NOT_LISTED,
        basis=scheme.source,
        points=0,
        first=first_day(record, scheme),
    )


def only_shown(lines: Iterable[Line], shown: Collection[str]) -> tuple[Line, ...]:
    """The lines of no record or of `shown` ones; the others are added up into one that names none, so that all still
    add up to the same."""
    kept, hidden = list[Line](), list[Line]()
    for line in lines:
        (kept if line.record_id is None or line.record_id in shown else hidden).append(line)
    points = sum(line.points for line in hidden)
    if points or any(line.grade for line in hidden):
        kept.append(Line(kind=LineKind.HIDDEN, rule="hidden", title=HIDDEN, basis="", points=points))
    return tuple(kept)
