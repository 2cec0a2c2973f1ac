"""The types of sanctions: the command that brings a penalty in, and the bar that a decision itself states."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from credit.model import Authority, Field, KindSource, PenaltyKind, Procedure, RemovalGround, Severity, SubjectKind


class Scope(StrEnum):
    """What a restriction bars; `all_public_resources` bars everywhere."""

    MANDATORY_TENDER = "mandatory_tender"
    GOVERNMENT_PROCUREMENT = "government_procurement"
    AGENCY_WORK = "agency_work"
    EVALUATION_WORK = "evaluation_work"
    LAND_TRANSACTION = "land_transaction"
    PROPERTY_TRANSACTION = "property_transaction"
    ALL_PUBLIC_RESOURCES = "all_public_resources"


class Regime(StrEnum):
    """Which repair rule governs a record: by the authority's field and the day of the decision."""

    NDRC58 = "ndrc58"
    NDRC36 = "ndrc36"
    SAMR107 = "samr107"


class SubjectInput(msgspec.Struct, frozen=True, kw_only=True):
    kind: SubjectKind = SubjectKind.LEGAL_PERSON
    name: str
    code: str | None = None
    person_ref: str | None = None
    legal_representative: str | None = None


class RestrictionInput(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """A bar stated in the decision: inclusive days, `to` null = open, `basis` as the document cites it."""

    scope: Scope
    first_day: date
    last_day: date | None = None
    basis: str


class PenaltyCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One penalty as `POST /v1/penalties` takes it and as a complete 双公示 row becomes. Money in fen."""

    subject: SubjectInput
    document_no: str
    act_type: str = ""
    facts: str = ""
    basis: str = ""
    field: Field | None = None
    kinds: tuple[PenaltyKind, ...]
    kind_source: KindSource = KindSource.FIELD
    content: str = ""
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    licence: str | None = None
    procedure: Procedure = Procedure.ORDINARY
    decided_on: date
    served_on: date | None = None
    corrected_on: date | None = None
    performed_on: date | None = None
    valid_until: date | None = None
    publish_until: date | None = None
    severity: Severity | None = None
    authority: Authority
    source: Authority | None = None
    restrictions: tuple[RestrictionInput, ...] = ()
    contacts: tuple[dict[str, str], ...] = ()
    note: str | None = None
    ban_unread: bool = False


class ListCode(StrEnum):
    """The lists a push may name; one without a rule `list.<code>` has no national basis and is refused."""

    GOVERNMENT_PROCUREMENT = "government_procurement"
    JUDGMENT_DEFAULTER = "judgment_defaulter"
    TAX = "tax"
    WAGE_ARREARS = "wage_arrears"
    MARKET_REGULATION = "market_regulation"
    WORK_SAFETY = "work_safety"
    CONSTRUCTION = "construction"
    BIDDING = "bidding"
    AGENCY = "agency"
    EXPERT = "expert"
    OTHER = "other"


NO_END_FROM = 2900  # a last day in this year or later is how other houses write that there is none


class ListingCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One entry on a list as `POST /v1/listings` takes it; `until` null = computed from the list's rule, `open_end` =
    the document states that there is no last day."""

    subject: SubjectInput
    list: ListCode
    document_no: str
    facts: str = ""
    basis: str = ""
    decided_on: date
    served_on: date | None = None
    corrected_on: date | None = None
    until: date | None = None
    open_end: bool = False
    authority: Authority
    source: Authority | None = None
    contacts: tuple[dict[str, str], ...] = ()


class RemovalInput(msgspec.Struct, frozen=True, kw_only=True):
    """The decision that takes an entry off its list; `ground` says why, `basis` cites the text."""

    document_no: str
    decided_on: date
    ground: RemovalGround
    basis: str


class CorrectionInput(msgspec.Struct, frozen=True, kw_only=True):
    """The day on which the dishonest act was corrected and the duty done, with where the evidence is."""

    corrected_on: date
    evidence: str | None = None


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """A bar in force from `first_day` to `last_day` inclusive (null = open), with the rule its basis names."""

    restriction_id: str
    record_id: str
    entity_id: str
    scope: Scope
    first_day: date
    last_day: date | None
    basis_id: str  # rule id, e.g. ban.tendering_law_53
    basis: str  # as the decision cites it
    seq: int
    withdrawn: bool = False


class ParkedState(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    REJECTED = "rejected"


class ParkedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is a penalty but lacks something; its text waits in the payload for a person."""

    parked_id: str
    revision: int
    seq: int
    org_code: str
    code: str | None
    row_number: int
    row_digest: str
    state: ParkedState
    missing: tuple[str, ...]
    regimes: tuple[str, ...]
    record_id: str | None = None
    payload_id: str | None = None


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """Since when a list's data is held, by which official channel; `static` = a fixed copy, shown as such."""

    list: str
    official_channel: str
    fetched_at: datetime
    static: bool
    revision: int = 1
    seq: int = -1
