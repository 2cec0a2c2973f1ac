"""What a list entry does to an answer: bars by law, by a clause, or leaves it open; a removal never does anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from credit.kernel.periods import next_day
from credit.model import ListFacts, Record, SubjectKind
from sanctions.clauses import by_ban
from sanctions.lists import KnownList, known_list
from sanctions.question import Clause, Question
from sanctions.reasons import Finding, bar, doubt, note
from sanctions.removals import earliest_removal
from sanctions.terms import Term, classify_listing, listing_shown, on_list, term
from sanctions.verdicts import Effect, Reason, ReasonSource, Remedy, RemedyKind
from sanctions.wording import day_text, until_text


def listed(record: Record, subject: SubjectKind, question: Question) -> Iterator[Finding]:
    """Every finding of one list entry on the day of the question."""
    facts, day = record.listing, question.day
    if not on_list(facts, day, withdrawn=record.withdrawn):
        return
    known = known_list(facts.list, day, question.rules) or known_list(facts.list, facts.decided_on, question.rules)
    last = term(facts, question.rules)
    over = last.until is not None and day > last.until
    if known is None or (over and last.verified):
        return
    named = [clause for clause in question.clauses if clause.kind == "list" and clause.listed == known.code]
    reason = _reason(record, known, last, question, over=over, named=bool(named))
    yield from _effects(reason, known, named, question)
    if known.effect_verified and facts.competence_unknown:
        told = f"列入机关“{facts.authority.name}”未在本系统登记权限"
        yield Finding(note("competence_unknown", ReasonSource.DATA, told, record_id=record.record_id), -1)
    clauses = [clause for clause in question.clauses if clause.kind == "serious_record"]
    if clauses and listing_shown(facts, question.rules, day, subject=subject, withdrawn=record.withdrawn):
        yield from _serious(record, clauses, question)


def _reason(
    record: Record, known: KnownList, last: Term, question: Question, *, over: bool, named: bool
) -> Reason:
    """The entry as a bar; where a clause names a list, its effect does not rest on what the law says of it."""
    facts = record.listing
    told: dict[str, Any] = {
        "basis": known.basis, "verified": known.effect_verified or named,
        "record_id": record.record_id, "seq": record.seq, "first_day": facts.decided_on,
        "until": last.until, "until_verified": last.verified,
        "remedy": remedy(facts, last, question),
    }
    title = f"列入“{known.title}”,{_ends(last)}"
    if over:
        why = "规定期限已满而名单载明无截止日" if last.open_end else "列入期限未核实"
        return doubt("duration_unverified", ReasonSource.LIST, f"{title};{why},请向列入机关确认", **told)
    return bar("listed", ReasonSource.LIST, title, **told)


def _ends(last: Term) -> str:
    if last.until is None:
        return "名单载明无截止日,至移出之日" if last.open_end else "期限未核实"
    if last.open_end:
        return f"{until_text(last.until)},名单载明无截止日"
    return until_text(last.until) if last.verified else f"{until_text(last.until)},期限未核实"


def remedy(facts: ListFacts, last: Term, question: Question) -> Remedy:
    """Repair from the earlier of both readings; waiting where the term ends before that."""
    found = earliest_removal(facts, question.rules)
    if found.code == "ends_first" and last.until is not None:
        return Remedy(kind=RemedyKind.WAIT, earliest=next_day(last.until))
    return Remedy(kind=RemedyKind.REPAIR, earliest=found.day)


def _effects(reason: Reason, known: KnownList, named: list[Clause], question: Question) -> Iterator[Finding]:
    if not known.effect_verified:
        for clause in named:
            yield Finding(_by_clause(reason, clause, clause.basis), question.everywhere)
        if not named:
            yield Finding(reason, question.everywhere)
        return
    barred = _mask(known.bars, question)
    by_file = 0 if named else _mask(known.by_file, question) & ~barred
    unread = 0 if named else _mask(known.unread, question) & ~barred & ~by_file
    if barred or not (named or by_file or unread):
        elsewhere = msgspec.structs.replace(
            reason, code="listed_elsewhere", title=f"{reason.title};不涉及本项目", effect=Effect.NONE, bars=False)
        yield Finding(reason, barred, elsewhere)
    for clause in named:
        yield Finding(_by_clause(reason, clause, f"{clause.basis};{reason.basis}"), question.everywhere)
    if by_file:
        yield Finding(_rule_needed(reason), by_file)
    if unread:
        yield Finding(_unread(reason), unread)
    if known.bars:
        yield from by_ban(reason, question)


def _mask(scopes: tuple[Any, ...], question: Question) -> int:
    found = 0
    for scope in scopes:
        found |= question.in_scope(scope)
    return found


def _by_clause(reason: Reason, clause: Clause, basis: str) -> Reason:
    return msgspec.structs.replace(
        reason, code="condition_not_met" if reason.bars else reason.code, source=ReasonSource.TENDER_DOCUMENT,
        title=f"不符合“{clause.title}”:{reason.title}", basis=basis,
    )


def _rule_needed(reason: Reason) -> Reason:
    told = f"{reason.title};依法必须招标的项目按招标文件的规定执行,请补充招标文件是否有此条款(conditions)"
    return msgspec.structs.replace(
        reason, code="tender_rule_needed", title=told, effect=Effect.UNDETERMINED, bars=False)


def _unread(reason: Reason) -> Reason:
    told = f"{reason.title};该名单也涉及代理机构和评标(评审)专家,对其限制方式未核实,请委托人或者专家库管理单位核查"
    return msgspec.structs.replace(
        reason, code="effect_unverified", title=told, effect=Effect.UNDETERMINED, bars=False, verified=False)


def _serious(record: Record, clauses: list[Clause], question: Question) -> Iterator[Finding]:
    """A shown entry against a clause that admits no serious information."""
    found = classify_listing(record.listing, question.rules)
    facts: dict[str, Any] = {"record_id": record.record_id, "seq": record.seq, "first_day": record.listing.decided_on}
    for clause in clauses:
        told = f"涉及“{clause.title}”:{day_text(record.listing.decided_on)}列入名单"
        if found.severity is None or found.severity_provisional:
            code = "class_unknown" if found.severity is None else "class_provisional"
            told = f"{told},类别以认定机关确认为准"
            reason = doubt(code, ReasonSource.TENDER_DOCUMENT, told, basis=clause.basis, **facts)
        else:
            reason = bar("condition_not_met", ReasonSource.TENDER_DOCUMENT, told, basis=clause.basis,
                         verified=found.verified, **facts)
        yield Finding(reason, question.everywhere)


def in_effect(record: Record, day: date, known: KnownList, last: Term) -> bool:
    """Whether the entry bars by law on `day`: verified effect, decided, not removed, not over."""
    running = last.until is None or day <= last.until
    return known.effect_verified and bool(known.bars) and running and on_list(
        record.listing, day, withdrawn=record.withdrawn)
