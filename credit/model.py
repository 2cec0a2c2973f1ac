"""The types of credit: who (Entity), what was decided (Record and its facts), and the words both use."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class SubjectKind(StrEnum):
    LEGAL_PERSON = "legal_person"
    SOLE_TRADER = "sole_trader"
    NATURAL_PERSON = "natural_person"


class RecordKind(StrEnum):
    PENALTY = "penalty"
    MERIT = "merit"
    LIST_ENTRY = "list_entry"
    REMOVAL = "removal"
    CONDUCT = "conduct"  # scored by a scheme, no penalty


class RemovalGround(StrEnum):
    """Why an entry leaves a list; `revoked` says that the entry should never have been."""

    REPAIR = "repair"  # 信用修复,提前移出
    EXPIRY = "expiry"  # 列入期满
    PERFORMANCE = "performance"  # 义务履行完毕,法院删除
    REVOKED = "revoked"  # 列入决定被撤销、变更或者确认违法


class PenaltyKind(StrEnum):
    """Kinds of 行政处罚法 art. 9, finer where the tender rules need it."""

    WARNING = "warning"
    CIRCULATED_CRITICISM = "circulated_criticism"
    FINE = "fine"
    CONFISCATE_GAINS = "confiscate_gains"
    CONFISCATE_GOODS = "confiscate_goods"
    SUSPEND_LICENCE = "suspend_licence"
    DOWNGRADE_QUALIFICATION = "downgrade_qualification"
    REVOKE_LICENCE = "revoke_licence"
    RESTRICT_OPERATIONS = "restrict_operations"
    ORDER_STOP = "order_stop"
    ORDER_CLOSE = "order_close"
    RESTRICT_OCCUPATION = "restrict_occupation"
    DETENTION = "detention"
    OTHER = "other"


class Field(StrEnum):
    CONSTRUCTION = "construction"
    WATER = "water"
    TRANSPORT = "transport"
    GOVERNMENT_PROCUREMENT = "government_procurement"
    LAND = "land"
    STATE_PROPERTY = "state_property"
    FOOD = "food"
    DRUGS = "drugs"
    SPECIAL_EQUIPMENT = "special_equipment"
    WORK_SAFETY = "work_safety"
    FIRE = "fire"
    ENVIRONMENT = "environment"
    MARKET = "market"
    TAX = "tax"
    LABOUR = "labour"
    OTHER = "other"


class Severity(StrEnum):
    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"


class Procedure(StrEnum):
    ORDINARY = "ordinary"
    SIMPLE = "simple"


class Stage(StrEnum):
    DRAFT = "draft"
    DECIDED = "decided"


class KindSource(StrEnum):
    """Where the kinds of a penalty were read: its own field, or named literally in 处罚内容."""

    FIELD = "field"
    CONTENT = "content"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """A public body as a document names it."""

    name: str
    code: str | None = None


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """停止执行 (复议法 42, 行政诉讼法 56): inclusive days; `to` null while it runs."""

    first_day: date
    last_day: date | None = None
    document_no: str


class PenaltyFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The structured part of a penalty: ids, dates, enums, amounts in fen. Prose lives in the payload."""

    authority: Authority
    document_no: str
    decided_on: date
    kinds: tuple[PenaltyKind, ...]
    kind_source: KindSource = KindSource.FIELD
    field: Field | None = None
    authority_field: Field | None = None  # the registered field of the deciding organisation
    source: Authority | None = None
    pushed_by: str = ""  # organisation code of the caller
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    procedure: Procedure = Procedure.ORDINARY
    severity: Severity | None = None  # the authority's own class, null = by the rules
    severity_by: str | None = None
    stage: Stage = Stage.DECIDED
    served_on: date | None = None
    corrected_on: date | None = None
    performed_on: date | None = None
    valid_until: date | None = None
    publish_until: date | None = None
    repaired_on: date | None = None
    stays: tuple[Stay, ...] = ()
    ban_unread: bool = False  # 处罚内容 speaks of a bar that nobody has entered as a restriction
    competence_unknown: bool = False


class MeritFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Good conduct that a scheme may count; `item` is the scheme's item code."""

    scheme: str
    item: str
    authority: Authority
    document_no: str
    granted_on: date
    valid_until: date | None = None


class ListFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry on a list: ids, dates, enums only. Its last day is computed where the document states none."""

    authority: Authority
    list: str  # code of the list, e.g. wage_arrears; its rule is list.<code>
    document_no: str
    decided_on: date
    authority_field: Field | None = None  # the registered field of the deciding organisation
    source: Authority | None = None
    pushed_by: str = ""  # organisation code of the caller
    served_on: date | None = None
    corrected_on: date | None = None
    until: date | None = None  # last day as the authority states it
    open_end: bool = False  # the authority states that there is no last day
    removed_on: date | None = None  # from this day no longer on the list
    removal_id: str | None = None  # the record of the removal
    competence_unknown: bool = False


class RemovalFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A removal from a list: a record of its own, beside the entry it closes."""

    authority: Authority
    entry_id: str  # record id of the entry
    list: str
    document_no: str
    decided_on: date
    ground: RemovalGround
    pushed_by: str = ""


class ConductFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Conduct that a scheme scores and that is no penalty: performance of contract, a post-award evaluation, the
    conduct of an agency or an expert. It counts only after statement and defence (`credit.conduct`)."""

    scheme: str
    item: str  # a fault item of the scheme that takes conduct
    authority: Authority  # who saw and recorded it
    document_no: str
    happened_on: date
    notice_served_on: date  # 告知书 served: statement and defence open
    pushed_by: str = ""  # organisation code of the caller
    project: str | None = None  # the tender or contract it concerns
    stated_on: date | None = None  # 陈述申辩 received
    replied_on: date | None = None  # the answer to the statement
    reply_entered_on: date | None = None  # the day on which it could be read here; null: on that of the answer
    upheld: bool | None = None  # whether the reply keeps the record; false = it never counts
    valid_until: date | None = None  # last day of the period as the deciding document states it
    repaired_on: date | None = None  # 整改完成: from this day it does not count


Facts = PenaltyFacts | MeritFacts | ListFacts | RemovalFacts | ConductFacts


class Prose(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Free text and personal data of a record: salted, erasable, never in the log."""

    subject_name: str = ""
    act_type: str = ""
    facts: str = ""
    basis: str = ""
    content: str = ""
    licence: str | None = None
    legal_representative: str | None = None
    contacts: tuple[dict[str, str], ...] = ()
    note: str | None = None
    evidence: str = ""  # of conduct: where it is
    statement: str = ""  # 陈述申辩
    reply: str = ""  # the answer to it
    withdrawal: str = ""  # why the record was taken back
    repair: str = ""  # of conduct: what shows that it was put right


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A company by its 统一社会信用代码, or a natural person by reference (library number or salted digest)."""

    entity_id: str
    kind: SubjectKind
    name: str
    code: str | None = None
    person_ref: str | None = None
    founded_on: date | None = None
    branch_of: str | None = None  # code of the parent
    merged_into: str | None = None  # code of the successor; history is never cleared
    representative: str | None = None  # salted token of the legal representative's name, to compare, never to read
    revision: int = 1
    seq: int = -1


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The newest revision of a record known at some log position. Days are inclusive when shown."""

    record_id: str
    revision: int
    kind: RecordKind
    entity_id: str
    seq: int  # log position of this revision
    first_seq: int  # log position of the record's first revision
    recorded_at: datetime
    facts: Facts
    withdrawn_on: date | None = None
    withdrawn: bool = False
    payload_id: str | None = None

    @property
    def penalty(self) -> PenaltyFacts:
        """The facts of a penalty; anything else is a programming error."""
        if not isinstance(self.facts, PenaltyFacts):
            raise TypeError(f"{self.record_id} is a {self.kind}, not a penalty")
        return self.facts

    @property
    def listing(self) -> ListFacts:
        """The facts of a list entry; anything else is a programming error."""
        if not isinstance(self.facts, ListFacts):
            raise TypeError(f"{self.record_id} is a {self.kind}, not a list entry")
        return self.facts

    @property
    def conduct(self) -> ConductFacts:
        """The facts of conduct; anything else is a programming error."""
        if not isinstance(self.facts, ConductFacts):
            raise TypeError(f"{self.record_id} is a {self.kind}, not conduct")
        return self.facts
