"""What a subject's file says on a day: bans in force, look-back, clauses, what nobody has read yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from credit.kernel.periods import next_day
from credit.model import PenaltyFacts, Record, RecordKind, Stage, SubjectKind
from sanctions.bans import KnownBan, known_ban
from sanctions.clauses import by_ban, by_look_back, serious_record
from sanctions.linked import own_state
from sanctions.listed import listed
from sanctions.lookback import LookBack, look_back
from sanctions.model import Restriction
from sanctions.question import ENTITY_UNKNOWN, PERSON_UNKNOWN, Question
from sanctions.reasons import Finding, bar, doubt, note
from sanctions.verdicts import Dossier, ReasonSource, Remedy, RemedyKind
from sanctions.wording import ban_title, day_text, look_back_title


def counts(record: Record) -> bool:
    """Whether a record may matter at all: a penalty, in force, not withdrawn."""
    return record.kind is RecordKind.PENALTY and not record.withdrawn and record.penalty.stage is Stage.DECIDED


def stayed(facts: PenaltyFacts, day: date) -> bool:
    """Whether 停止执行 (复议法 42, 行政诉讼法 56) suspends the penalty on `day`."""
    return any(stay.first_day <= day and (stay.last_day is None or day <= stay.last_day) for stay in facts.stays)


def findings(dossier: Dossier, question: Question) -> Iterator[Finding]:
    """Everything in the file that bars, leaves open or is worth seeing, in no particular order."""
    records = {record.record_id: record for record in dossier.records}
    read: set[str] = set()
    for restriction in dossier.restrictions:
        if not restriction.withdrawn:
            read.add(restriction.record_id)
            yield from _of_restriction(restriction, records.get(restriction.record_id), question)
    for record in dossier.records:
        if counts(record):
            yield from _of_record(record, record.record_id in read, dossier, question)
    for entry in dossier.listings:
        yield from listed(entry, _kind(dossier), question)
    for trace in dossier.parked:
        title = "有一条处罚信息不完整、尚待补全,可能涉及本项目"
        reason = doubt("record_incomplete", ReasonSource.DATA, title, seq=trace.seq)
        yield Finding(reason, question.under(trace.regimes))
    yield from _of_entity(dossier, question)


def _kind(dossier: Dossier) -> SubjectKind:
    return dossier.entity.kind if dossier.entity else SubjectKind.LEGAL_PERSON


def _of_restriction(restriction: Restriction, record: Record | None, question: Question) -> Iterator[Finding]:
    last = restriction.last_day
    if last is not None and question.day > last:
        return
    if record is None:
        title = "有一条限制,其所依据的决定未能读取"
        reason = doubt("record_missing", ReasonSource.DATA, title, basis=restriction.basis, seq=restriction.seq)
        yield Finding(reason, question.in_scope(restriction.scope))
        return
    if not counts(record):
        return
    ban = known_ban(restriction.basis_id, record.penalty.decided_on, question.rules)
    facts = _facts(restriction, record)
    title = ban_title(restriction.scope, last)
    first = max(restriction.first_day, record.penalty.decided_on)
    if question.day < first:
        title = f"{title},自{day_text(first)}起"
        yield Finding(note("ban_not_started", ReasonSource.STATUTE, title, **facts), -1)
    elif stayed(record.penalty, question.day):
        yield Finding(note("ban_stayed", ReasonSource.STATUTE, f"{title};现停止执行", **facts), -1)
    else:
        yield from _in_force(restriction, record, ban, title, question)


def _facts(restriction: Restriction, record: Record) -> dict[str, Any]:
    last = restriction.last_day
    remedy = Remedy(kind=RemedyKind.WAIT, earliest=next_day(last)) if last else Remedy(kind=RemedyKind.NONE)
    return {
        "basis": restriction.basis,
        "record_id": record.record_id,
        "seq": restriction.seq,
        "first_day": restriction.first_day,
        "until": last,
        "remedy": remedy,
    }


def _in_force(
    restriction: Restriction, record: Record, ban: KnownBan | None, title: str, question: Question
) -> Iterator[Finding]:
    facts = _facts(restriction, record) | {"verified": ban is not None and ban.verified}
    reason = bar("ban_in_force", ReasonSource.STATUTE, title, **facts)
    held = question.in_scope(restriction.scope, ban.regime if ban else None)
    elsewhere = note("ban_elsewhere", ReasonSource.STATUTE, f"{title};不涉及本项目", **facts)
    yield Finding(reason, held, elsewhere)
    if record.penalty.competence_unknown:
        told = f"作出限制的机关“{record.penalty.authority.name}”未在本系统登记权限"
        yield Finding(note("competence_unknown", ReasonSource.DATA, told, record_id=record.record_id), -1)
    yield from by_ban(reason, question)


def _of_record(record: Record, read: bool, dossier: Dossier, question: Question) -> Iterator[Finding]:
    facts = record.penalty
    if question.day < facts.decided_on:
        return
    found = look_back(facts, question.rules)
    if found is not None:
        yield from _look_back(found, record, question)
    if facts.ban_unread and not read:
        title = "处罚内容提到限制参加活动,尚未录入为限制,待人工核对"
        reason = doubt("ban_unread", ReasonSource.DATA, title, record_id=record.record_id, seq=record.seq)
        yield Finding(reason, _unread(facts, question))
    yield from serious_record(record, dossier, question)


def _unread(facts: PenaltyFacts, question: Question) -> int:
    rule = question.rules.find("unread_ban.regimes", question.day)
    fields = {field for field in (facts.field, facts.authority_field) if field is not None}
    if rule is None or not fields or not fields <= rule.value.keys():
        return question.everywhere
    return question.under(regime for field in fields for regime in rule.value[field])


def _look_back(found: LookBack, record: Record, question: Question) -> Iterator[Finding]:
    over = question.day > found.until
    if over and found.until_verified:
        return
    facts: dict[str, Any] = {
        "basis": found.basis,
        "record_id": record.record_id,
        "seq": record.seq,
        "first_day": found.first_day,
        "until": found.until,
        "until_verified": found.until_verified,
        "remedy": Remedy(kind=RemedyKind.WAIT, earliest=next_day(found.until)),
    }
    title = look_back_title(found.trigger, found.first_day, found.until)
    if over:
        told = f"{title};期限未核实,请向认定机关确认"
        reason = doubt("duration_unverified", ReasonSource.STATUTE, told, verified=found.verified, **facts)
    elif not found.certain:
        reason = doubt("fine_amount_unknown", ReasonSource.DATA, title, verified=found.verified, **facts)
    else:
        reason = bar("look_back", ReasonSource.STATUTE, title, verified=found.verified, **facts)
    yield Finding(reason, question.procurement)
    yield from by_look_back(reason, question)


def _of_entity(dossier: Dossier, question: Question) -> Iterator[Finding]:
    if not dossier.known:
        yield ENTITY_UNKNOWN if dossier.code is not None else PERSON_UNKNOWN
    yield from own_state(dossier, question)
