"""What calls answer about penalties and companies: one shape per noun, narrower for the public."""

from __future__ import annotations

from datetime import date

import msgspec

from api.profiles import StatementLine
from credit.accounts.model import Caller, Role
from credit.model import Authority, Entity, PenaltyKind, Procedure, Prose, Severity, Stage, Stay, SubjectKind
from notices.issuance import REASONS, NoLetter
from sanctions.model import Regime, Restriction, Scope
from sanctions.publication import Publication
from sanctions.service.scoring.standing import ListingView, PenaltyView

_LINKS = ("records", "score", "history", "standing", "roles", "qualifications", "staff", "relations", "status")
INSIDERS = (Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR)


class Window(msgspec.Struct, frozen=True, rename={"first_day": "from"}):
    """The days on which a penalty is shown, inclusive; `min_until` null: no minimum."""

    first_day: date
    min_until: date | None
    max_until: date


class EntryRef(msgspec.Struct, frozen=True):
    """Where in the log an act is, and where to get the signed checkpoint."""

    seq: int
    leaf_hash: str
    checkpoint_url: str = "/v1/ledger/checkpoint"


class NoLetterLine(msgspec.Struct, frozen=True):
    """Why no letter follows, e.g. `past_window`."""

    code: NoLetter
    title: str


class PenaltyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a pushed penalty; the same again answers the same with `duplicate`."""

    id: str
    subject_code: str | None
    severity: Severity | None
    severity_source: str | None
    severity_provisional: bool
    publication: Window | None
    restriction_ids: tuple[str, ...]
    notices_url: str | None
    entry: EntryRef
    duplicate: bool = False
    name_differs: bool = False
    ban_unread: bool = False
    no_letter: NoLetterLine | None = None


class RestrictionLine(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    id: str
    scope: Scope
    first_day: date
    last_day: date | None
    basis: str


class LookBackLine(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """The condition of 政府采购法 22(1)(5) not met through `until`; repair does not change it."""

    trigger: str
    first_day: date
    until: date
    basis: str


class RecordLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A penalty as shown. Prose, ids and later acts are left out for the public."""

    document_no: str
    authority: Authority
    decided_on: date
    kinds: tuple[PenaltyKind, ...]
    regime: Regime | None
    severity: Severity | None
    severity_provisional: bool
    publication: Window | None
    published: bool
    id: str | None = None
    seq: int | None = None
    revision: int | None = None
    fine_fen: int | None = None
    confiscated_fen: int | None = None
    procedure: Procedure | None = None
    stage: Stage | None = None
    served_on: date | None = None
    corrected_on: date | None = None
    performed_on: date | None = None
    stays: tuple[Stay, ...] = ()
    withdrawn_on: date | None = None
    restrictions: tuple[RestrictionLine, ...] = ()
    look_back: LookBackLine | None = None
    earliest_repair: date | None = None
    earliest_why: str | None = None
    ban_unread: bool = False
    competence_unknown: bool = False
    prose: Prose | None = None


class ListingLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry on a list as shown. `until` unverified: from the next day only the authority can tell."""

    list: str
    title: str
    document_no: str
    authority: Authority
    decided_on: date
    until: date | None
    until_verified: bool
    open_end: bool  # the authority states that there is no last day
    effect_verified: bool
    bars: tuple[Scope, ...]
    basis: str
    regime: Regime | None
    severity: Severity | None
    severity_provisional: bool
    publication: Window | None
    published: bool
    id: str | None = None
    seq: int | None = None
    revision: int | None = None
    served_on: date | None = None
    corrected_on: date | None = None
    removed_on: date | None = None
    removal_id: str | None = None
    withdrawn_on: date | None = None
    earliest: date | None = None
    earliest_strict: date | None = None
    earliest_why: str | None = None
    earliest_needs: str | None = None
    earliest_basis: str | None = None
    competence_unknown: bool = False
    prose: Prose | None = None


class EntityCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A company at a glance."""

    code: str
    name: str
    kind: SubjectKind
    founded_on: date | None = None
    branch_of: str | None = None
    merged_into: str | None = None
    published_records: int = 0
    entered: bool = True  # by a public body or with a record; false: only the company itself has registered
    self_registered: bool = False
    roles: tuple[StatementLine, ...] = ()
    status: tuple[StatementLine, ...] = ()
    links: dict[str, str] = {}


def no_letter(reason: NoLetter | None) -> NoLetterLine | None:
    return NoLetterLine(reason, REASONS[reason]) if reason else None


def window(found: Publication | None) -> Window | None:
    return Window(found.first_day, found.min_until, found.max_until) if found else None


def restriction_line(found: Restriction) -> RestrictionLine:
    return RestrictionLine(id=found.restriction_id, scope=found.scope, first_day=found.first_day,
                           last_day=found.last_day, basis=found.basis)


def public_record(found: PenaltyView) -> RecordLine:
    """What anybody may see of a published penalty: no prose, no ids, no class that is only provisional."""
    facts, of = found.record.penalty, found.classification
    return RecordLine(
        document_no=facts.document_no, authority=facts.authority, decided_on=facts.decided_on, kinds=facts.kinds,
        regime=of.regime, severity=None if of.severity_provisional else of.severity,
        severity_provisional=of.severity_provisional, publication=window(found.window), published=found.published,
        fine_fen=facts.fine_fen, confiscated_fen=facts.confiscated_fen,
    )


def full_record(found: PenaltyView, prose: Prose | None) -> RecordLine:
    """Everything, for the company itself and for public bodies."""
    record, facts, past = found.record, found.record.penalty, found.look_back
    return msgspec.structs.replace(
        public_record(found), id=record.record_id, seq=record.seq, revision=record.revision,
        severity=found.classification.severity, procedure=facts.procedure, stage=facts.stage,
        served_on=facts.served_on, corrected_on=facts.corrected_on, performed_on=facts.performed_on,
        stays=facts.stays, withdrawn_on=record.withdrawn_on,
        restrictions=tuple(restriction_line(r) for r in found.restrictions),
        look_back=past and LookBackLine(trigger=past.trigger, first_day=past.first_day, until=past.until,
                                        basis=past.basis),
        earliest_repair=found.earliest.day, earliest_why=found.earliest.title, ban_unread=facts.ban_unread,
        competence_unknown=facts.competence_unknown, prose=prose,
    )


def public_listing(found: ListingView) -> ListingLine:
    """What anybody may see of a shown list entry: no prose, no ids, no class that is only provisional."""
    facts, of = found.record.listing, found.classification
    return ListingLine(
        list=facts.list, title=found.title, document_no=facts.document_no, authority=facts.authority,
        decided_on=facts.decided_on, until=found.term.until, until_verified=found.term.verified,
        open_end=found.term.open_end, effect_verified=found.effect_verified, bars=found.bars, basis=found.basis,
        regime=of.regime,
        severity=None if of.severity_provisional else of.severity, severity_provisional=of.severity_provisional,
        publication=window(found.window), published=found.published,
    )


def full_listing(found: ListingView, prose: Prose | None) -> ListingLine:
    """Everything, for the company itself and for public bodies; both readings of the first day of leaving early."""
    record, facts, early = found.record, found.record.listing, found.earliest
    return msgspec.structs.replace(
        public_listing(found), id=record.record_id, seq=record.seq, revision=record.revision,
        severity=found.classification.severity, served_on=facts.served_on, corrected_on=facts.corrected_on,
        removed_on=facts.removed_on, removal_id=facts.removal_id, withdrawn_on=record.withdrawn_on,
        earliest=early.day, earliest_strict=early.strict, earliest_why=early.title, earliest_needs=early.needs or None,
        earliest_basis=early.basis or None, competence_unknown=facts.competence_unknown, prose=prose,
    )


def card(entity: Entity, published: int) -> EntityCard:
    assert entity.code is not None
    base = f"/v1/entities/{entity.code}"
    links = {name: f"{base}/{name}" for name in _LINKS}
    return EntityCard(
        code=entity.code, name=entity.name, kind=entity.kind, founded_on=entity.founded_on,
        branch_of=entity.branch_of, merged_into=entity.merged_into, published_records=published, links=links,
    )


def told(found: PenaltyView, visitor: Caller | None) -> bool:
    """A draft decision is for public bodies only: the company learns of it when it is served."""
    return found.record.penalty.stage is Stage.DECIDED or (visitor is not None and visitor.may(*INSIDERS))


def sees_all(visitor: Caller | None, code: str) -> bool:
    """Public bodies see every record; a company sees its own."""
    if visitor is None:
        return False
    return visitor.may(*INSIDERS) or (visitor.role is Role.ENTERPRISE and visitor.org_code == code)
