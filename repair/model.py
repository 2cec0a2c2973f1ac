"""The types of repair: a case with its records, evidence, promises and limits. Prose is kept apart, erasable."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.model import Authority


class CaseState(StrEnum):
    """How far a case is; from `not_accepted` on it is closed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED_PREFILLED = "ended_prefilled"  # 已代填,待认定单位决定


OPEN = frozenset({CaseState.DRAFT, CaseState.SUBMITTED, CaseState.SUPPLEMENT_REQUESTED, CaseState.ACCEPTED})
STATE_TITLES = {
    CaseState.DRAFT: "填写中", CaseState.SUBMITTED: "已提交,待受理", CaseState.SUPPLEMENT_REQUESTED: "待补正",
    CaseState.ACCEPTED: "已受理,办理中", CaseState.NOT_ACCEPTED: "不予受理", CaseState.GRANTED: "准予修复",
    CaseState.PARTLY_GRANTED: "部分准予修复", CaseState.REFUSED: "不予修复", CaseState.WITHDRAWN: "已撤回",
    CaseState.ENDED_PREFILLED: "已代填,待认定单位决定",
}


class Party(StrEnum):
    """As what somebody acts on a case: 申请人, 认定单位, or the office that fills in for others (代填窗口)."""

    APPLICANT = "applicant"
    DECIDER = "decider"
    WINDOW = "window"


class FilingChannel(StrEnum):
    CREDITCHINA = "creditchina"
    SECTOR_SYSTEM = "sector_system"
    OFFLINE_WINDOW = "offline_window"


class Outcome(StrEnum):
    """What became of one record of a case; `prefilled`: the 认定单位 has yet to decide elsewhere."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    PREFILLED = "prefilled"


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file of the case under its SHA-256. `unscanned`: no virus scanner has seen it; `pages` null where unknown."""

    evidence_id: str
    paper: str
    sha256: str
    media_type: str
    size: int
    added_on: date
    by: Party
    pages: int | None = None
    record_id: str | None = None
    unscanned: bool = True


class Commitment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """承诺书 of one record; `evidence_id` is the signed file where one was handed in."""

    record_id: str
    signed_on: date
    evidence_id: str | None = None


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One record of a case. `strict_day`: the first day by the stricter reading, where opening was before it."""

    record_id: str
    strict_day: date | None = None
    outcome: Outcome = Outcome.PENDING
    reason_code: str | None = None
    decided_on: date | None = None
    decided_by: str = ""
    decided_as: Party | None = None
    decision_no: str = ""
    external_no: str = ""


class Supplement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """补正, asked once: the papers named, those still open, and in which state it was asked."""

    asked_on: date
    until: date
    asked_in: CaseState
    papers: tuple[str, ...]
    missing: tuple[str, ...]
    answered_on: date | None = None


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """延期: the new last day of the decision; the reason is in the words."""

    made_on: date
    until: date


class Words(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prose and names of a case: erasable, never in the log. Signers and refusal reasons by record id."""

    contact: str = ""
    signers: dict[str, str] = {}
    defects: tuple[tuple[str, str], ...] = ()  # paper, what is wrong with it
    extension_reason: str = ""
    closing_reason: str = ""
    reasons: dict[str, str] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One application for one or several records of the same 认定单位. `version` counts its revisions from 1."""

    case_id: str
    version: int
    entity_id: str
    code: str
    state: CaseState
    channel: FilingChannel
    decider: Authority
    opened_on: date
    items: tuple[Item, ...]
    region: str = ""  # of the 认定单位, six digits
    windows: tuple[str, ...] = ()  # organisations that may fill in
    evidence: tuple[Evidence, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    supplement: Supplement | None = None
    extension: Extension | None = None
    corrected_on: date | None = None  # as the company states it, where the record has no such day
    submitted_on: date | None = None
    accepted_on: date | None = None
    closed_on: date | None = None
    seq: int = -1
    words: Words = Words()

    @property
    def is_open(self) -> bool:
        """Whether anything may still happen to it."""
        return self.state in OPEN

    def item(self, record_id: str) -> Item | None:
        """The record's part of the case."""
        return next((i for i in self.items if i.record_id == record_id), None)

    def commitment(self, record_id: str) -> Commitment | None:
        """The signed promise for a record."""
        return next((c for c in self.commitments if c.record_id == record_id), None)
