"""Bad items: which of them a penalty matches, the strictest that still counts, and the grade a veto sets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from credit.kernel.periods import add_months
from credit.model import ListFacts, MeritFacts, PenaltyFacts, PenaltyKind, Record, RemovalFacts, Severity
from credit.schemes import FaultItem, Match, Scheme
from credit.scores import Line, LineKind, ScoredRecord, first_day, unlisted

_SEVERITIES = (Severity.MINOR, Severity.GENERAL, Severity.SERIOUS)


class Fault(NamedTuple):
    """A bad item that a penalty or list entry matches: first and last day of its points, last day of its veto."""

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
    if match.fields and field not in match.fields:
        return False
    if match.kinds and not kinds & set(match.kinds):
        return False
    if match.acts and not set(match.acts) & set(scored_record.acts):
        return False
    return match.severity is None or _at_least(scored_record.severity, match.severity)


def _at_least(found: Severity | None, due: Severity) -> bool:
    return found is not None and _SEVERITIES.index(found) >= _SEVERITIES.index(due)


def faults(scored_record: ScoredRecord, scheme: Scheme) -> Iterator[Fault]:
    """Every item of the scheme that the record matches, whether or not it still counts.

    A list entry is matched only by an item that names its list among `acts`.
    """
    facts = scored_record.record.facts
    if isinstance(facts, MeritFacts | RemovalFacts):
        return
    for item in scheme.faults:
        if _matches(item.match, facts, scored_record):
            veto = _end(facts, item, item.veto.months) if item.veto else None
            yield Fault(item, first_day(scored_record.record), _end(facts, item, item.months), veto)


def _end(facts: PenaltyFacts | ListFacts, item: FaultItem, months: int) -> date:
    last = add_months(facts.decided_on, months)
    if isinstance(facts, PenaltyFacts) and item.at_least_penalty_period and facts.valid_until:
        return max(last, facts.valid_until)
    return last


def fault_lines(scored_record: ScoredRecord, scheme: Scheme, day: date) -> Iterator[Line]:
    """The lines of one penalty or list entry on `day`: the strictest item, the worst veto grade, or 未列入计分项目."""
    if isinstance(scored_record.record.facts, MeritFacts | RemovalFacts):
        return
    matched = list(faults(scored_record, scheme))
    if not matched:
        yield unlisted(scored_record.record, scheme)
    counting = [f for f in matched if f.last >= day]
    if counting:
        strictest = max(counting, key=lambda f: (f.item.points, f.last, f.item.item))
        yield _fault_line(scored_record.record, scheme, strictest, LineKind.FAULT)
    setting = [f for f in matched if f.veto_last and f.veto_last >= day]
    if setting:
        worst = max(setting, key=lambda f: (_veto_rank(f, scheme), f.veto_last, f.item.item))
        yield _fault_line(scored_record.record, scheme, worst, LineKind.VETO)


def _veto_rank(fault: Fault, scheme: Scheme) -> int:
    return scheme.rank(fault.item.veto.grade) if fault.item.veto else -1


def _fault_line(record: Record, scheme: Scheme, fault: Fault, kind: LineKind) -> Line:
    veto = fault.item.veto if kind is LineKind.VETO else None
    return Line(
        kind=kind,
        record_id=record.record_id,
        rule=scheme.rule_id(fault.item.item),
        title=fault.item.title,
        basis=fault.item.source,
        points=0 if veto else -fault.item.points,
        first=fault.first,
        last=fault.veto_last if veto else fault.last,
        grade=veto.grade if veto else None,
        grade_until=fault.veto_last if veto else None,
    )
