"""What calls answer about conduct. A natural person's name leaves masked, whoever asks."""

from __future__ import annotations

from datetime import date

import msgspec

from api.v1.views import EntryRef
from credit.conduct import ConductState, follow
from credit.kernel import ledger
from credit.model import Authority, Prose, SubjectKind
from credit.persons import mask_name
from sanctions.service.deciding.conduct import ConductTaken, PreparedConduct
from sanctions.service.deciding.hearings import ConductView


class ConductAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a record; the same again answers the same with `duplicate`. Without a statement by
    `statement_until` it counts from `counts_from`; `provisional`: a calendar year of the clock is not yet published."""

    id: str
    subject_code: str | None
    scheme: str
    item: str
    state: ConductState
    statement_until: date
    provisional: bool
    counts_from: date | None
    entry: EntryRef
    duplicate: bool = False
    name_differs: bool = False


class ConductSubject(msgspec.Struct, frozen=True, kw_only=True):
    kind: SubjectKind
    name: str
    code: str | None
    person_ref: str | None


class ConductLine(msgspec.Struct, frozen=True, kw_only=True):
    """A record of conduct with where it stands today; `counts_from` null: it does not count, or not yet known."""

    id: str
    seq: int
    revision: int
    subject: ConductSubject
    scheme: str
    scheme_title: str
    item: str
    item_title: str
    authority: Authority
    document_no: str
    project: str | None
    happened_on: date
    notice_served_on: date
    valid_until: date | None
    state: ConductState
    statement_until: date
    provisional: bool
    stated_on: date | None
    reply_until: date | None
    reply_overdue: bool
    replied_on: date | None
    upheld: bool | None
    counts_from: date | None
    withdrawn_on: date | None
    repaired_on: date | None
    evidence: str | None = None
    statement: str | None = None
    reply: str | None = None
    withdrawal: str | None = None
    repair: str | None = None


async def conduct_answer(prepared: PreparedConduct, taken: ConductTaken, day: date) -> ConductAnswer:
    """As of `day`, from what was sent."""
    facts, found = prepared.facts, follow(prepared.facts, prepared.hearing, day)
    leaf = (await ledger.entry(taken.seq)).leaf if taken.seq >= 0 else ""
    return ConductAnswer(
        id=taken.record_id, subject_code=taken.code, scheme=facts.scheme, item=facts.item, state=found.state,
        statement_until=found.statement_due.day, provisional=found.statement_due.provisional,
        counts_from=found.counts_from, entry=EntryRef(taken.seq, leaf), duplicate=taken.duplicate,
        name_differs=taken.name_differs,
    )


def conduct_line(found: ConductView, prose: Prose | None = None) -> ConductLine:
    """The record as its parties see it, with its words where `prose` is given."""
    record, facts, entity, stands = found.record, found.facts, found.entity, found.followed
    person = entity.kind is SubjectKind.NATURAL_PERSON
    subject = ConductSubject(kind=entity.kind, name=mask_name(entity.name) if person else entity.name,
                             code=entity.code, person_ref=entity.person_ref)
    reply = stands.reply_due
    return ConductLine(
        id=record.record_id, seq=record.seq, revision=record.revision, subject=subject, scheme=facts.scheme,
        scheme_title=found.scheme_title, item=facts.item, item_title=found.item_title, authority=facts.authority,
        document_no=facts.document_no, project=facts.project, happened_on=facts.happened_on,
        notice_served_on=facts.notice_served_on, valid_until=facts.valid_until, state=stands.state,
        statement_until=stands.statement_due.day, stated_on=facts.stated_on, reply_until=reply.day if reply else None,
        provisional=stands.statement_due.provisional or (reply is not None and reply.provisional),
        reply_overdue=stands.reply_overdue, replied_on=facts.replied_on, upheld=facts.upheld,
        counts_from=stands.counts_from, withdrawn_on=record.withdrawn_on, repaired_on=facts.repaired_on,
        evidence=prose.evidence if prose else None, statement=prose.statement if prose else None,
        reply=prose.reply if prose else None, withdrawal=prose.withdrawal if prose else None,
        repair=prose.repair if prose else None,
    )
