"""The words of an eligibility answer: what is asked (Tender, Subject, Dossier) and what is answered (Verdict).

Fields are named as in the outside contract, so that the answers encode as they are.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from credit.model import Entity, Record
from credit.profiles.model import Statement
from sanctions.model import Restriction

CAVEAT = "供招标人、采购人、评标(评审)委员会依法核实使用,不代替资格审查"


class Outcome(StrEnum):
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


LABELS = {
    Outcome.ELIGIBLE: "未查见限制情形",
    Outcome.INELIGIBLE: "查见限制情形",
    Outcome.UNDETERMINED: "无法判定,请人工核查",
}


class ReasonSource(StrEnum):
    STATUTE = "statute"
    LIST = "list"
    TENDER_DOCUMENT = "tender_document"
    RELATION = "relation"
    DATA = "data"


class Effect(StrEnum):
    """What a reason does to the outcome; `bars` on the reason repeats the first for readers of two values."""

    BARS = "bars"
    UNDETERMINED = "undetermined"
    NONE = "none"


class RemedyKind(StrEnum):
    REPAIR = "repair"
    WAIT = "wait"
    OBJECTION = "objection"
    NONE = "none"


class Remedy(msgspec.Struct, frozen=True, kw_only=True):
    """The way out: what to do, and the first day on which it helps (null: not known, or never)."""

    kind: RemedyKind
    earliest: date | None = None
    url: str | None = None


NO_REMEDY = Remedy(kind=RemedyKind.NONE)


class Reason(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """One line of an answer with its source. Days are inclusive; `until` null with a bar means without end.

    `bars` is true exactly when `effect` is `bars`, and then `basis` is cited and `verified` is true.
    """

    code: str
    source: ReasonSource
    title: str
    effect: Effect
    bars: bool
    basis: str | None = None
    verified: bool = True
    record_id: str | None = None
    seq: int | None = None
    first_day: date | None = None
    until: date | None = None
    until_verified: bool = True
    remedy: Remedy = NO_REMEDY


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one subject: barring reasons first, then what is open, then what a buyer may want to see."""

    code: str | None
    name: str | None
    bid: str | None
    outcome: Outcome
    label: str
    reasons: tuple[Reason, ...]


class BidOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for a bid: one barred member bars it; `because_of` names the members that decide."""

    bid: str
    lot: str | None
    outcome: Outcome
    because_of: tuple[str, ...]


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    answers: tuple[Verdict, ...]
    bids: tuple[BidOutcome, ...]


class TenderType(StrEnum):
    CONSTRUCTION = "construction"
    GOVERNMENT_PROCUREMENT = "government_procurement"
    LAND = "land"
    MINING = "mining"
    STATE_PROPERTY = "state_property"
    AGENCY = "agency"
    EVALUATION = "evaluation"
    OTHER = "other"


class TenderRegime(StrEnum):
    """The law a tender runs under; a government works tender is under both (政府采购法 4)."""

    TENDERING = "tendering"
    GOVERNMENT_PROCUREMENT = "government_procurement"


class Phase(StrEnum):
    OPENING = "opening"
    EVALUATION = "evaluation"
    BEFORE_AWARD = "before_award"


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """A credit clause of the tender file (招标投标法 26)."""

    code: str
    clause: str | None = None
    text: str | None = None


class CreditWeight(msgspec.Struct, frozen=True, kw_only=True):
    """The credit item of a tender file; `scheme` null = the default of the tender's type."""

    scheme: str | None = None
    points: Annotated[float, msgspec.Meta(ge=0)]


class Tender(msgspec.Struct, frozen=True, kw_only=True):
    """The tender asked about. What is null is not known, and every reading of it is tried."""

    id: str | None = None
    type: TenderType | None = None
    regimes: tuple[TenderRegime, ...] | None = None
    mandatory: bool | None = None
    region: Annotated[str, msgspec.Meta(pattern="^[0-9]{6}$")] | None = None
    amount_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    conditions: tuple[Condition, ...] = ()
    credit_weight: CreditWeight | None = None
    phase: Phase | None = None
    query_cutoff: datetime | None = None


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """A company, or a person by `person_ref`, asked about. Same `bid` (in the same `lot`) = consortium.

    `representative` is a salted token of the legal representative's name, never the name.
    """

    code: str | None = None
    name: str | None = None
    person_ref: str | None = None
    role: str | None = None
    bid: str | None = None
    lot: str | None = None
    representative: str | None = None


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A list as this installation holds it; `static` is a sample or hand-kept copy without freshness."""

    list: str
    official_channel: str | None = None
    fetched_at: datetime | None = None
    static: bool = False


class ParkedTrace(msgspec.Struct, frozen=True, kw_only=True):
    """An incomplete penalty row with a valid code; `regimes` its text may touch, empty = any."""

    seq: int
    regimes: tuple[str, ...]
    code: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of one subject at a log position; `known` false: a well-formed code never seen.

    `records` are the penalties and must hold the record of every restriction, withdrawn ones included; `listings`
    are the list entries, removed ones included.
    """

    entity: Entity | None = None
    code: str | None = None
    records: tuple[Record, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    parked: tuple[ParkedTrace, ...] = ()
    known: bool = True
    listings: tuple[Record, ...] = ()
    merits: tuple[Record, ...] = ()  # only scores take them; they bar nobody and clear nobody
    conduct: tuple[Record, ...] = ()  # nor does conduct
    statements: tuple[Statement, ...] = ()  # relations, status and representatives, ended ones included


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A firm that a name may mean: how like the names are, 0 to 1, and why. Never more than a candidate."""

    code: str
    name: str  # borne today
    matched: str  # the name that was matched, borne now or before
    score: float
    verdict: str  # same or maybe
    sentences: tuple[str, ...]


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A subject with what is known of it: a dossier for a code, else the codes its name may mean.

    `linked` are the files of its head office and predecessors (`sanctions.linked.answering`).
    """

    subject: Subject
    dossier: Dossier | None = None
    candidates: tuple[str, ...] = ()
    likely: tuple[Candidate, ...] = ()
    doubts: tuple[Reason, ...] = ()  # about the identity itself: a malformed code, a name that is not the code's
    linked: tuple[Dossier, ...] = ()


class PublicRestriction(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """What anybody may see of a bar in force: no ids."""

    basis: str
    first_day: date
    until: date | None
