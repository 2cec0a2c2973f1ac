"""Credit clauses of the tender file (招标投标法 26): they bar because the file says so, in every reading."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from credit.model import PenaltyKind, Record, Severity, SubjectKind
from sanctions.classify import Classification, classify
from sanctions.publication import Publication, earliest_repair, is_published, publication
from sanctions.question import Clause, Question
from sanctions.reasons import Finding, bar, doubt
from sanctions.verdicts import Dossier, Effect, Reason, ReasonSource, Remedy, RemedyKind
from sanctions.wording import until_text


def by_ban(ban: Reason, question: Question) -> Iterator[Finding]:
    """A ban in force against a clause that admits nobody with any ban."""
    return _carried("any_ban", ban, question)


def by_look_back(found: Reason, question: Question) -> Iterator[Finding]:
    """A 重大违法记录 of three years against a clause that extends the condition to this tender."""
    return _carried("look_back", found, question)


def serious_record(record: Record, dossier: Dossier, question: Question) -> Iterator[Finding]:
    """A serious record shown on the day against a clause that admits none.

    A class not given by the authority, or an old record without class, leaves the outcome open.
    """
    clauses = [clause for clause in question.clauses if clause.kind == "serious_record"]
    if not clauses:
        return
    facts, subject = record.penalty, dossier.entity.kind if dossier.entity else SubjectKind.LEGAL_PERSON
    found = classify(facts, question.rules)
    window = publication(facts, found, question.rules, subject=subject)
    if window is None or not is_published(facts, window, question.day):
        return
    for clause in clauses:
        reason = _graded(clause, record, found, window)
        if reason is not None:
            yield Finding(reason, question.everywhere)


def _carried(kind: str, reason: Reason, question: Question) -> Iterator[Finding]:
    for clause in question.clauses:
        if clause.kind == kind:
            carried = msgspec.structs.replace(
                reason,
                code="condition_not_met" if reason.effect is Effect.BARS else reason.code,
                source=ReasonSource.TENDER_DOCUMENT,
                title=f"不符合“{clause.title}”:{reason.title}",
                basis=f"{clause.basis};{reason.basis}",
            )
            yield Finding(carried, question.everywhere)


def _graded(clause: Clause, record: Record, found: Classification, window: Publication) -> Reason | None:
    facts = {
        "record_id": record.record_id,
        "seq": record.seq,
        "first_day": window.first_day,
        "until": window.max_until,
        "until_verified": window.verified,
        "remedy": Remedy(kind=RemedyKind.REPAIR, earliest=earliest_repair(record.penalty, window).day),
    }
    title = f"不符合“{clause.title}”:公示中的严重失信信息,{until_text(window.max_until)}"
    source = ReasonSource.TENDER_DOCUMENT
    if found.severity is None:
        return doubt("class_unknown", source, f"涉及“{clause.title}”:该记录没有类别", basis=clause.basis, **facts)
    open_kind = not {PenaltyKind.FINE, PenaltyKind.OTHER}.isdisjoint(record.penalty.kinds or (PenaltyKind.OTHER,))
    unsure = found.severity is Severity.SERIOUS or (found.severity is Severity.GENERAL and open_kind)
    if found.severity_provisional and unsure:
        told = f"涉及“{clause.title}”:类别为系统暂定,以认定机关确认为准"
        return doubt("class_provisional", source, told, basis=clause.basis, **facts)
    if found.severity is not Severity.SERIOUS:
        return None
    return bar("condition_not_met", source, title, basis=clause.basis, verified=found.verified, **facts)
