"""The plan of a company: per record what it is, from when, before whom, with what, how long, to what effect. Pure.

Every day comes from rule data, the calendar and what is on record; nothing is promised that a rule does not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from credit.kernel.rules import RuleSet
from credit.model import Authority, Severity
from credit.schemes import Scheme
from credit.scoring import ScoredRecord
from repair.barriers import Barrier, RunsOn, barriers, runs_on
from repair.clocks import ClockLine, clocks
from repair.effects import Effect, effect
from repair.model import Case, CaseState, FilingChannel
from repair.order import Advised, Candidate, Company, best_order
from repair.repairable import (
    RecordView,
    Repairable,
    authority_of,
    document_no,
    repairable,
    with_corrected,
)
from repair.steps import PaperLine, Step, papers, steps
from sanctions.model import Regime
from sanctions.publication import Publication
from sanctions.service.scoring.standing import ListingView


class Filing(msgspec.Struct, frozen=True, kw_only=True):
    """Where to file first; `others` are the other ways the regime knows."""

    channel: FilingChannel
    title: str
    url: str | None = None
    others: tuple[FilingChannel, ...] = ()


class Lifted(msgspec.Struct, frozen=True):
    """One thing that ends with the grant."""

    code: str
    title: str


class RepairPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of one record. `earliest_strict` null: only one reading. `warnings` are sentences to read first."""

    record_id: str
    kind: str  # penalty or list_entry
    document_no: str
    regime: Regime | None
    severity: Severity | None
    severity_source: str | None
    severity_provisional: bool
    publication: Publication | None
    earliest: date | None
    earliest_strict: date | None
    auto_stop_on: date | None
    decider: Authority
    filing: Filing
    papers: tuple[PaperLine, ...]
    steps: tuple[Step, ...]
    clocks: tuple[ClockLine, ...]
    repair_lifts: tuple[Lifted, ...]
    runs_on: tuple[RunsOn, ...]
    effect: Effect | None
    repairable: bool
    why_not: str | None
    why_not_title: str = ""
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    list: str | None = None
    case_id: str | None = None
    case_state: CaseState | None = None


class CompanyFile(msgspec.Struct, frozen=True, kw_only=True):
    """All that a plan is made of; `cases` are the newest case of each record."""

    views: tuple[RecordView, ...]
    scored: tuple[ScoredRecord, ...]
    cases: Mapping[str, Case]


class Plans(msgspec.Struct, frozen=True, kw_only=True):
    records: tuple[RepairPlan, ...]
    best_order: tuple[Advised, ...]


def plans(file: CompanyFile, day: date, rules: RuleSet, versions: Sequence[Scheme] = ()) -> Plans:
    """The plan of every record of a company on `day`, scored by `versions` of a scheme; which repair to take up first.
    """
    walls = tuple(wall for found in file.views for wall in barriers(found, day))
    made = tuple(_plan(found, file, walls, day, rules, versions) for found in file.views)
    candidates = [
        Candidate(record_id=p.record_id, earliest=p.earliest, document_no=p.document_no)
        for p in made if p.repairable and p.earliest is not None
    ]
    company = Company(barriers=walls, day=day, scored=file.scored, versions=tuple(versions))
    return Plans(records=made, best_order=best_order(candidates, company))


def _plan(
    found: RecordView, file: CompanyFile, walls: Sequence[Barrier], day: date, rules: RuleSet,
    versions: Sequence[Scheme],
) -> RepairPlan:
    record_id = found.record.record_id
    case = file.cases.get(record_id)
    of_case = with_corrected(found, case.corrected_on if case else None, day, rules)
    able = repairable(of_case, day, rules)
    of, window = found.classification, found.window
    lines = papers(record_id, case, day, rules) if able.possible else ()
    changes = None
    if able.possible and able.earliest is not None:
        changes = effect(record_id, max(day, able.earliest), day, file.scored, versions, walls)
    return RepairPlan(
        record_id=record_id, kind=found.record.kind.value, document_no=document_no(found), regime=of.regime,
        severity=of.severity, severity_source=of.severity_source.value if of.severity_source else None,
        severity_provisional=of.severity_provisional, publication=window, earliest=able.earliest,
        earliest_strict=able.strict if able.strict != able.earliest else None, auto_stop_on=_stops(found),
        decider=authority_of(found), filing=filing(of.regime, day, rules), papers=lines,
        steps=steps(record_id, able, case, lines, day), clocks=clocks(case, day, rules) if able.possible else (),
        repair_lifts=lifts(found, day, rules) if able.possible else (), runs_on=runs_on(found, day), effect=changes,
        repairable=able.possible, why_not=able.why_not, why_not_title=able.title, missing=able.missing,
        warnings=warnings(able, day), list=found.record.listing.list if isinstance(found, ListingView) else None,
        case_id=case.case_id if case else None, case_state=case.state if case else None,
    )


def filing(regime: Regime | None, day: date, rules: RuleSet) -> Filing:
    """Where to file under a regime; records of no regime go to 信用中国."""
    by_regime = rules.at("filing.channels", day).value
    named = by_regime.get(regime.value if regime else Regime.NDRC36.value, ["creditchina"])
    kinds = rules.at("repair.filing", day).value
    ways = [name for name in named if rules.find(f"filing.channel.{name}", day) is not None]
    first = rules.at(f"filing.channel.{ways[0]}", day)
    return Filing(
        channel=FilingChannel(kinds[ways[0]]), title=rules.rules[first.rule_id].title, url=first.value.get("url"),
        others=tuple(FilingChannel(kinds[way]) for way in ways[1:]),
    )


def warnings(able: Repairable, day: date) -> tuple[str, ...]:
    """What to know before applying: two readings, or dates still to be proven."""
    told = []
    if able.strict is not None and able.earliest is not None and able.strict > able.earliest:
        told.append(f"可申请日有两种理解:较早为{able.earliest},较严为{able.strict}({able.strict_basis});"
                    "自较早之日起即可申请,是否准予由认定单位决定")
    if able.earliest is not None and "performed_on" in able.missing:
        told.append("罚没款缴纳日期尚未登记,请随申请提交缴纳凭证")
    return tuple(told)


def _stops(found: RecordView) -> date | None:
    if isinstance(found, ListingView):
        last, window = found.term.until, found.window
        if window is None or last is None:
            return last
        return min(last, window.max_until)
    return found.window.max_until if found.window else None


def lifts(found: RecordView, day: date, rules: RuleSet) -> tuple[Lifted, ...]:
    """What ends when the repair of a record is granted."""
    rule = rules.find(f"repair.lifts.{found.record.kind.value}", day)
    return tuple(Lifted(line["code"], line["title"]) for line in rule.value) if rule else ()
