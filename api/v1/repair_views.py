"""What calls answer about applications for repair: one shape for the parties, with the task list and the limits."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.rules import RuleSet
from credit.model import Authority
from repair.clocks import ClockLine, clocks
from repair.model import (
    STATE_TITLES,
    Case,
    CaseState,
    Commitment,
    Evidence,
    Extension,
    FilingChannel,
    Item,
    Outcome,
    Party,
)
from repair.order import Advised
from repair.plans import RepairPlan
from repair.service import CaseLine, DueLine
from repair.steps import PaperLine, Step, case_steps, papers


class PlanAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The plan of every record of a company; `best_order` says which repair to take up first, on which day, with
    what gain, `caution` what no repair changes."""

    code: str
    on: date
    records: tuple[RepairPlan, ...]
    best_order: tuple[Advised, ...]
    caution: str


class CaseRecordLine(msgspec.Struct, frozen=True, kw_only=True):
    """One record of an application. `reason` is what the company is told with a refusal."""

    record_id: str
    outcome: Outcome
    signed_on: date | None
    signed_by: str | None
    signed_file: str | None
    strict_day: date | None
    decided_on: date | None
    decided_by: str | None
    decision_no: str | None
    external_no: str | None
    reason_code: str | None
    reason: str | None


class DefectLine(msgspec.Struct, frozen=True):
    paper: str
    detail: str


class SupplementLine(msgspec.Struct, frozen=True, kw_only=True):
    """补正 as asked, once: `missing` are the papers not yet handed in again."""

    asked_on: date
    until: date
    defects: tuple[DefectLine, ...]
    missing: tuple[str, ...]
    answered_on: date | None


class EvidenceLine(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the application; `unscanned`: no virus scanner has seen it."""

    id: str
    paper: str
    record_id: str | None
    media_type: str
    size: int
    pages: int | None
    sha256: str
    added_on: date
    by: Party
    unscanned: bool
    url: str


class CaseAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An application as its parties see it; `version` belongs into the next act."""

    id: str
    version: int
    state: CaseState
    state_title: str
    code: str
    channel: FilingChannel
    decider: Authority
    opened_on: date
    submitted_on: date | None
    accepted_on: date | None
    closed_on: date | None
    corrected_on: date | None
    contact: str
    closing_reason: str
    records: tuple[CaseRecordLine, ...]
    steps: tuple[Step, ...]
    papers: tuple[PaperLine, ...]
    evidence: tuple[EvidenceLine, ...]
    clocks: tuple[ClockLine, ...]
    supplement: SupplementLine | None
    extension: Extension | None
    extension_reason: str
    warnings: tuple[str, ...]


class CasePage(msgspec.Struct, frozen=True):
    items: tuple[CaseLine, ...]
    next_cursor: str | None = None


class DuePage(msgspec.Struct, frozen=True):
    """Limits that run or have passed; 超期不等于准予或不予 nothing is decided by silence."""

    items: tuple[DueLine, ...]
    next_cursor: str | None = None


def case_answer(case: Case, day: date, rules: RuleSet) -> CaseAnswer:
    """A case with its words, task list and limits as of `day`."""
    lines = papers(case.items[0].record_id, case, day, rules)
    return CaseAnswer(
        id=case.case_id, version=case.version, state=case.state, state_title=STATE_TITLES[case.state], code=case.code,
        channel=case.channel, decider=case.decider, opened_on=case.opened_on, submitted_on=case.submitted_on,
        accepted_on=case.accepted_on, closed_on=case.closed_on, corrected_on=case.corrected_on,
        contact=case.words.contact, closing_reason=case.words.closing_reason,
        records=tuple(_record(item, case) for item in case.items), steps=case_steps(case, lines), papers=lines,
        evidence=tuple(_evidence(e, case.case_id) for e in case.evidence), clocks=clocks(case, day, rules),
        supplement=_supplement(case), extension=case.extension, extension_reason=case.words.extension_reason,
        warnings=tuple(_early(item) for item in case.items if item.strict_day is not None),
    )


def _record(item: Item, case: Case) -> CaseRecordLine:
    signed: Commitment | None = case.commitment(item.record_id)
    return CaseRecordLine(
        record_id=item.record_id, outcome=item.outcome, signed_on=signed.signed_on if signed else None,
        signed_by=case.words.signers.get(item.record_id) or None, signed_file=signed.evidence_id if signed else None,
        strict_day=item.strict_day, decided_on=item.decided_on, decided_by=item.decided_by or None,
        decision_no=item.decision_no or None, external_no=item.external_no or None, reason_code=item.reason_code,
        reason=case.words.reasons.get(item.record_id) or None,
    )


def _evidence(found: Evidence, case_id: str) -> EvidenceLine:
    return EvidenceLine(
        id=found.evidence_id, paper=found.paper, record_id=found.record_id, media_type=found.media_type,
        size=found.size, pages=found.pages, sha256=found.sha256, added_on=found.added_on, by=found.by,
        unscanned=found.unscanned, url=f"/v1/repair-cases/{case_id}/evidence/{found.evidence_id}",
    )


def _supplement(case: Case) -> SupplementLine | None:
    asked = case.supplement
    if asked is None:
        return None
    defects = tuple(DefectLine(paper, detail) for paper, detail in case.words.defects)
    return SupplementLine(asked_on=asked.asked_on, until=asked.until, defects=defects, missing=asked.missing,
                          answered_on=asked.answered_on)


def _early(item: Item) -> str:
    return (f"记录{item.record_id}按较早的理解受理申请;按较严的理解自{item.strict_day}起方可申请,"
            "是否准予由认定单位决定")
