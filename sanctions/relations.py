"""What bidders are to each other in one opening: consortia, and firms whose representatives share a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

import msgspec

from credit.profiles.model import RepresentativeFacts, StatedBy
from sanctions.question import Question
from sanctions.reasons import Finding, doubt, note, with_note
from sanctions.related import rivals
from sanctions.verdicts import BidOutcome, Outcome, Party, Reason, ReasonSource, TenderRegime, Verdict


def same_representative(parties: Sequence[Party], question: Question) -> dict[int, Finding]:
    """By position: subjects of different bids in one lot whose representatives bear the same name.

    A name is not a person (招标投标法实施条例 34, 政府采购法实施条例 18): it leaves the outcome open, never bars.
    """
    touched = question.under(TenderRegime)
    tokens: dict[str, list[int]] = defaultdict(list)
    for position, party in enumerate(parties):
        for token in _representatives(party, question.day) if touched else ():
            tokens[token].append(position)
    if not tokens:
        return {}
    reason = _name_reason(question)
    return {
        one: Finding(reason, touched)
        for group in tokens.values()
        for one in group
        if any(rivals(parties[one].subject, parties[other].subject) for other in group)
    }


def bids(parties: Sequence[Party], answers: Sequence[Verdict]) -> tuple[BidOutcome, ...]:
    """The outcome of each bid per lot; a member without lot stands in every lot of its bid."""
    return tuple(_bid(bid, lot, [answers[i] for i in members]) for (bid, lot), members in _members(parties).items())


def with_partners(parties: Sequence[Party], answers: Sequence[Verdict], question: Question) -> Iterator[Verdict]:
    """The answers, each told when a partner of its consortium is barred; its own outcome stays its own."""
    told = _partner_note(question)
    affected = {
        i
        for members in _members(parties).values()
        for i in members
        if any(answers[j].outcome is Outcome.INELIGIBLE for j in members if j != i)
    }
    for i, answer in enumerate(answers):
        if i in affected:
            answer = msgspec.structs.replace(answer, reasons=with_note(answer.reasons, told))
        yield answer


def _representatives(party: Party, day: date) -> tuple[str, ...]:
    """Tokens of the legal representatives on `day`: as entered with their days, else as the entity has it."""
    stated = {
        statement.facts.token
        for statement in (party.dossier.statements if party.dossier else ())
        if isinstance(statement.facts, RepresentativeFacts) and statement.stated_by is StatedBy.REGISTRY
        and statement.holds(day)
    }
    if stated:
        return tuple(sorted(stated))
    return (party.subject.representative,) if party.subject.representative else ()


def _members(parties: Sequence[Party]) -> dict[tuple[str, str | None], list[int]]:
    lots: dict[str, dict[str | None, None]] = defaultdict(dict)
    for party in parties:
        if party.subject.bid is not None:
            lots[party.subject.bid][party.subject.lot] = None
    found: dict[tuple[str, str | None], list[int]] = defaultdict(list)
    for i, party in enumerate(parties):
        bid, lot = party.subject.bid, party.subject.lot
        if bid is not None:
            for entered in lots[bid] if lot is None else (lot,):
                if entered is not None or len(lots[bid]) == 1:
                    found[bid, entered].append(i)
    return found


def _bid(bid: str, lot: str | None, answers: list[Verdict]) -> BidOutcome:
    for outcome in (Outcome.INELIGIBLE, Outcome.UNDETERMINED):
        because = tuple(answer.code or answer.name or "" for answer in answers if answer.outcome is outcome)
        if because:
            return BidOutcome(bid=bid, lot=lot, outcome=outcome, because_of=because)
    return BidOutcome(bid=bid, lot=lot, outcome=Outcome.ELIGIBLE, because_of=())


def _name_reason(question: Question) -> Reason:
    regimes = {regime for reading in question.readings for regime in reading.regimes}
    rules = [question.rules.find(f"relation.{regime}", question.day) for regime in sorted(regimes)]
    return doubt(
        "same_representative_name",
        ReasonSource.RELATION,
        "与同一标段其他投标的单位法定代表人姓名相同,需核实身份",
        basis=";".join(rule.source for rule in rules if rule) or None,
    )


def _partner_note(question: Question) -> Reason:
    rule = question.rules.find("relation.consortium", question.day)
    return note(
        "consortium_member",
        ReasonSource.RELATION,
        "联合体其他成员查见限制情形,影响本投标",
        basis=rule.source if rule else None,
        verified=rule.verified if rule else False,
    )
