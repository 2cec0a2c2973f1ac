"""Rivals in one lot of whom one controls or manages the other: what each law says, and how sure it is. Pure.

招标投标法实施条例 34 speaks of 控股, 政府采购法实施条例 18 of 直接控股. A relation bars both bids where a public body
entered it with its source and both bids stand in the same lot; everything less certain leaves the answer open, and
what a company says of itself is only shown. 控股 through a third bidder of the opening (`related.chain`) is such a less
certain thing under 34 and none under 18; firms that do not bid are not searched for further links.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from credit.profiles.model import RELATION_TITLES, RelationFacts, RelationKind, StatedBy, Statement
from sanctions.linked import told
from sanctions.question import Question
from sanctions.reasons import Finding, bar, doubt, note
from sanctions.verdicts import Party, ReasonSource, Subject, TenderRegime

_CONTROL = (RelationKind.CONTROLS, RelationKind.DIRECTLY_CONTROLS)


def rivals(one: Subject, other: Subject) -> bool:
    """Whether two subjects may stand against each other: of different bids, in a lot that may be the same."""
    if one is other or (one.code is not None and one.code == other.code):
        return False
    apart = one.bid is None or other.bid is None or one.bid != other.bid
    return apart and (one.lot is None or other.lot is None or one.lot == other.lot)


def related(parties: Sequence[Party], question: Question) -> dict[int, tuple[Finding, ...]]:
    """By position: what the relations between rivals do to each of both."""
    if not question.under(TenderRegime) or not any(p.dossier and p.dossier.statements for p in parties):
        return {}
    places: dict[str, list[int]] = defaultdict(list)
    for position, party in enumerate(parties):
        if party.subject.code:
            places[party.subject.code].append(position)
    found: dict[int, list[Finding]] = defaultdict(list)
    for one, party in enumerate(parties):
        for statement in _in_force(party, question):
            assert isinstance(statement.facts, RelationFacts)
            for other in places.get(statement.facts.other_code, ()):
                if rivals(party.subject, parties[other].subject):
                    found[one] += _findings(statement, party, parties[other], parties[other], question)
                    found[other] += _findings(statement, party, parties[other], party, question)
    for position, finding in _chained(parties, places, question):
        found[position].append(finding)
    return {position: tuple(dict.fromkeys(each)) for position, each in found.items()}


def _chained(
    parties: Sequence[Party], places: Mapping[str, Sequence[int]], question: Question
) -> Iterator[tuple[int, Finding]]:
    """控股 of a rival through others of the opening, entered by public bodies: to be looked at, for both."""
    rule = question.rules.find("related.chain", question.day)
    touched = question.under(tuple(map(TenderRegime, rule.value))) if rule else 0
    held = _controlled(parties, question) if touched else {}
    for code in held:
        for reached, (first, through) in _through(code, held).items():
            for one, other in product(places[code], places.get(reached, ())):
                if rule is not None and rivals(parties[one].subject, parties[other].subject):
                    about: dict[str, Any] = {"basis": rule.source, "verified": rule.verified, **told(first)}
                    for at, rival in ((one, other), (other, one)):
                        title = (f"与同一标段其他投标的单位 {_called(parties[rival])} 经由 {through} 存在间接控股关系;"
                                 "间接控股是否属于法律所称的控股,需核实")
                        yield at, Finding(doubt("related_party", ReasonSource.RELATION, title, **about), touched)


def _controlled(parties: Sequence[Party], question: Question) -> dict[str, dict[str, Statement]]:
    """By code, whom each bidder controls by a public body's entry."""
    held: dict[str, dict[str, Statement]] = defaultdict(dict)
    for party in parties:
        for statement in _in_force(party, question):
            facts = statement.facts
            assert isinstance(facts, RelationFacts)
            if facts.relation in _CONTROL and statement.stated_by is not StatedBy.SELF and party.subject.code:
                held[party.subject.code].setdefault(facts.other_code, statement)
    return held


def _through(code: str, held: Mapping[str, Mapping[str, Statement]]) -> dict[str, tuple[Statement, str]]:
    """Whom a company controls only through others: the first statement of the way there, and the first in between."""
    direct = held[code]
    found: dict[str, tuple[Statement, str]] = {}
    for between, first in direct.items():
        waiting, seen = [between], {code, between}
        while waiting:
            for reached in held.get(waiting.pop(), ()):
                if reached not in seen:
                    seen.add(reached)
                    waiting.append(reached)
                    if reached not in direct:
                        found.setdefault(reached, (first, between))
    return found


def _in_force(party: Party, question: Question) -> Iterator[Statement]:
    for statement in party.dossier.statements if party.dossier else ():
        if isinstance(statement.facts, RelationFacts) and statement.holds(question.day):
            yield statement


def _findings(
    statement: Statement, holder: Party, held: Party, other: Party, question: Question
) -> Iterator[Finding]:
    """What one statement does to the one of two rivals that is not `other`, law by law."""
    facts = statement.facts
    assert isinstance(facts, RelationFacts)
    title = f"与同一标段其他投标的单位 {_called(other)} 存在{RELATION_TITLES[facts.relation]}关系"
    for regime in TenderRegime:
        rule, touched = question.rules.find(f"related.{regime}", question.day), question.under((regime,))
        if rule is None or not touched:
            continue
        about: dict[str, Any] = {"basis": rule.source, "verified": rule.verified, **told(statement)}
        bars, asks = facts.relation in rule.value["bars"], facts.relation in rule.value["open"]
        if not bars and not asks and not _majority(facts, question):
            continue
        if statement.stated_by is StatedBy.SELF:
            yield Finding(note("related_party_stated", ReasonSource.RELATION, f"{title}(自行填报)", **about), touched)
        elif bars and statement.firm and _same_lot(holder.subject, held.subject):
            yield Finding(bar("related_party", ReasonSource.RELATION, title, **about), touched)
        else:
            why = _why_open(statement, bars=bars)
            yield Finding(doubt("related_party", ReasonSource.RELATION, f"{title};{why}", **about), touched)


def _why_open(statement: Statement, *, bars: bool) -> str:
    if not bars:
        return "是否构成法律所称的控股、直接控股,需核实"
    if not statement.sourced:
        return "录入时未注明来源,需核实"
    return "未写明是否不同投标、是否同一标段,需核实"


def _majority(facts: RelationFacts, question: Question) -> bool:
    rule = question.rules.find("related.majority", question.day)
    return facts.relation is RelationKind.HOLDS and rule is not None and (facts.share or 0) > rule.value


def _same_lot(one: Subject, other: Subject) -> bool:
    """Whether two different bids are certainly in one lot, or in a tender that has none."""
    return one.bid is not None and other.bid is not None and one.lot == other.lot


def _called(party: Party) -> str:
    entity = party.dossier.entity if party.dossier else None
    return entity.name if entity else party.subject.code or ""
