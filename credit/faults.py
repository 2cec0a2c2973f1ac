"""Bad items: which of them take a record, the strictest that still counts, its caps, and the grade a veto sets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from credit.caps import Rooms
from credit.kernel.periods import add_months
from credit.model import ConductFacts, ListFacts, MeritFacts, PenaltyFacts, PenaltyKind, Record, RemovalFacts, Severity
from credit.schemes import FaultItem, Match, Scheme
from credit.scores import Line, LineKind, ScoredRecord, first_day, unlisted

_SEVERITIES = (Severity.MINOR, Severity.GENERAL, Severity.SERIOUS)


class Fault(NamedTuple):
    """A bad item that takes a record: first and last day of its points, last day of its veto."""

    item: FaultItem
    first: date
    last: date
    veto_last: date | None


def _matches(match: Match, facts: PenaltyFacts | ListFacts, scored_record: ScoredRecord) -> bool:
    if isinstance(facts, ListFacts):
        field, kinds = facts.authority_field, frozenset[PenaltyKind]()
        if not match.acts:
            return False
    else:
        field, kinds = facts.field or facts.authority_field, frozenset(facts.kinds)
    if match == Match() or (match.fields and field not in match.fields):
        return False
    if match.kinds and not kinds & set(match.kinds):
        return False
    if match.acts and not set(match.acts) & set(scored_record.acts):
        return False
    return match.severity is None or _at_least(scored_record.severity, match.severity)


def _at_least(found: Severity | None, due: Severity) -> bool:
    return found is not None and _SEVERITIES.index(found) >= _SEVERITIES.index(due)


def matching(scored_record: ScoredRecord, scheme: Scheme) -> list[FaultItem]:
    """The items that take a penalty or a list entry by their criteria; none for anything else."""
    facts = scored_record.record.facts
    if not isinstance(facts, PenaltyFacts | ListFacts):
        return []
    return [item for item in scheme.faults if _matches(item.match, facts, scored_record)]


def faults(scored_record: ScoredRecord, scheme: Scheme) -> Iterator[Fault]:
    """Every item of the scheme that takes the record, whether or not it still counts.

    A list entry is taken only by an item that names its list among `acts`; conduct only by the item of its code, and
    only once it counts at all.
    """
    record, facts = scored_record.record, scored_record.record.facts
    if isinstance(facts, MeritFacts | RemovalFacts):
        return
    first = first_day(record, scheme)
    if first is None:
        return
    if isinstance(facts, ConductFacts):
        taken = scheme.conduct_item(facts.item) if facts.scheme in scheme.takes else None
        items, start = [taken] if taken else [], first
    else:
        items, start = matching(scored_record, scheme), facts.decided_on
    for item in items:
        until = facts.valid_until if item.at_least_penalty_period and not isinstance(facts, ListFacts) else None
        veto = _later(add_months(start, item.veto.months), until) if item.veto else None
        yield Fault(item, first, _last(item, scheme, first, start, until), veto)


def _last(item: FaultItem, scheme: Scheme, first: date, start: date, until: date | None) -> date:
    if item.months is None:
        return scheme.cycle.last_day(first) if scheme.cycle else date.max
    return _later(add_months(start, item.months), until)


def _later(day: date, other: date | None) -> date:
    return max(day, other) if other else day


class Taken(NamedTuple):
    """A record in force with the items that take it."""

    record: Record
    faults: tuple[Fault, ...]


def taken(scored_records: Iterable[ScoredRecord], scheme: Scheme) -> list[Taken]:
    """The bad records that concern the scheme: penalties, list entries, its own conduct; perhaps taken by no item."""
    return [
        Taken(r.record, tuple(faults(r, scheme)))
        for r in scored_records
        if isinstance(r.record.facts, PenaltyFacts | ListFacts)
        or (isinstance(r.record.facts, ConductFacts) and r.record.facts.scheme in scheme.takes)
    ]


def fault_lines(records: Sequence[Taken], scheme: Scheme, day: date) -> Iterator[Line]:
    """The lines of bad records on `day`: of each the strictest item within the caps, the worst veto grade, or
    未列入计分项目."""
    counting = {t.record.record_id: best for t in records if (best := strictest(t, day))}
    rooms, points = Rooms(scheme.fault_groups), dict[str, int]()
    for record_id, fault in sorted(counting.items(), key=lambda c: (-c[1].item.points, c[1].first, c[0])):
        points[record_id] = rooms.take(fault.item)
    for one in records:
        record_id = one.record.record_id
        if not one.faults:
            yield unlisted(one.record, scheme)
        if record_id in counting:
            yield _fault_line(one.record, scheme, counting[record_id], points[record_id])
        setting = [f for f in one.faults if f.veto_last and f.veto_last >= day]
        if setting:
            worst = max(setting, key=lambda f: (_veto_rank(f, scheme), f.veto_last, f.item.item))
            yield _veto_line(one.record, scheme, worst)


def strictest(one: Taken, day: date) -> Fault | None:
    """Of the items that take a record the one that still counts on `day` and takes off most."""
    counting = [f for f in one.faults if f.last >= day]
    return max(counting, key=lambda f: (f.item.points, f.last, f.item.item), default=None)


def _veto_rank(fault: Fault, scheme: Scheme) -> int:
    return scheme.rank(fault.item.veto.grade) if fault.item.veto else -1


def _fault_line(record: Record, scheme: Scheme, fault: Fault, points: int) -> Line:
    return Line(
        kind=LineKind.FAULT if points == fault.item.points else LineKind.FAULT_CAPPED,
        record_id=record.record_id,
        document=record.facts.document_no,
        rule=scheme.rule_id(fault.item.item),
        title=fault.item.title,
        basis=fault.item.source,
        points=-points,
        first=fault.first,
        last=fault.last,
    )


def _veto_line(record: Record, scheme: Scheme, fault: Fault) -> Line:
    return Line(
        kind=LineKind.VETO,
        record_id=record.record_id,
        document=record.facts.document_no,
        rule=scheme.rule_id(fault.item.item),
        title=fault.item.title,
        basis=fault.item.source,
        points=0,
        first=fault.first,
        last=fault.veto_last,
        grade=fault.item.veto.grade if fault.item.veto else None,
        grade_until=fault.veto_last,
    )


def pending_lines(records: Iterable[Record], scheme: Scheme, day: date) -> Iterator[Line]:
    """The 0-point lines of this scheme's conduct that has been notified but does not count yet."""
    for record in records:
        facts = record.facts
        if not isinstance(facts, ConductFacts) or facts.scheme not in scheme.takes or record.withdrawn:
            continue
        first, item = first_day(record, scheme), scheme.conduct_item(facts.item)
        dropped = facts.upheld is False or (facts.repaired_on is not None and facts.repaired_on <= day)
        if item is None or dropped or facts.notice_served_on > day or (first is not None and first <= day):
            continue
        yield Line(kind=LineKind.PENDING, record_id=record.record_id, document=facts.document_no,
                   rule=scheme.rule_id(item.item), title=item.title, points=0, first=first,
                   basis=scheme.hearing.source if scheme.hearing else item.source)
