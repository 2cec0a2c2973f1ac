"""What a company is to others, and whether it still exists: head office, successor, deregistration. Pure.

A branch is no legal person, a successor is not its predecessor: what bars the other company leaves the answer open,
with the reason; it never bars by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from credit.profiles.model import STATUS_TITLES, RelationFacts, RelationKind, StatedBy, Statement, Status, StatusFacts
from sanctions.question import Question
from sanctions.reasons import Finding, doubt, note
from sanctions.verdicts import Dossier, Effect, Reason, ReasonSource
from sanctions.wording import day_text

ANSWERING = {RelationKind.BRANCH_OF: "branch.head", RelationKind.SUCCESSOR_OF: "merger.successor"}
_TITLES = {
    RelationKind.BRANCH_OF: "所属法人 {code} 查见限制情形;分支机构不具有法人资格,请核实投标主体",
    RelationKind.SUCCESSOR_OF: "被合并的单位 {code} 查见限制情形;是否及于承继单位,请核实",
}
MOST_REACHED = 50  # companies behind one; more are nobody's history
_KINDS = (RelationKind.BRANCH_OF, RelationKind.MERGED_INTO, RelationKind.SUCCESSOR_OF)


class Link(NamedTuple):
    """A tie to another company; `firm`: entered by a public body, else the company says so itself."""

    relation: RelationKind
    code: str
    firm: bool
    facts: dict[str, Any]  # seq and days of the statement it rests on


def links(dossier: Dossier, day: date) -> tuple[Link, ...]:
    """The ties in force on `day`: head office, successor, predecessor; each once, the firm one first."""
    found: dict[tuple[RelationKind, str], Link] = {}
    entity = dossier.entity
    if entity is not None and entity.branch_of:
        found[RelationKind.BRANCH_OF, entity.branch_of] = Link(RelationKind.BRANCH_OF, entity.branch_of, True, {})
    if entity is not None and entity.merged_into:
        found[RelationKind.MERGED_INTO, entity.merged_into] = Link(
            RelationKind.MERGED_INTO, entity.merged_into, True, {})
    for statement in sorted(dossier.statements, key=lambda s: (s.stated_by is StatedBy.SELF, s.seq)):
        facts = statement.facts
        if isinstance(facts, RelationFacts) and facts.relation in _KINDS and statement.holds(day):
            link = Link(facts.relation, facts.other_code, statement.stated_by is StatedBy.REGISTRY, told(statement))
            found.setdefault((facts.relation, facts.other_code), link)
    return tuple(found.values())


def told(statement: Statement) -> dict[str, Any]:
    """What a reason says of the statement it rests on."""
    return {"seq": statement.seq, "first_day": statement.first_day, "until": statement.last_day}


def answering(dossier: Dossier) -> tuple[str, ...]:
    """The codes whose own files an answer about this company needs: head office and predecessors, on whatever day."""
    entity = dossier.entity
    found = [entity.branch_of] if entity is not None and entity.branch_of else []
    for statement in dossier.statements:
        facts = statement.facts
        if isinstance(facts, RelationFacts) and facts.relation in ANSWERING and not statement.withdrawn:
            found.append(facts.other_code)
    return tuple(dict.fromkeys(found))


def reached(dossier: Dossier, file: Callable[[str], Dossier]) -> tuple[Dossier, ...]:
    """The files that an answer about this company needs, through head offices and predecessors of its own."""
    found: dict[str, Dossier] = {}
    waiting = [*answering(dossier)]
    while waiting and len(found) < MOST_REACHED:
        code = waiting.pop(0)
        if code != dossier.code and code not in found:
            found[code] = file(code)
            waiting += answering(found[code])
    return tuple(found.values())


def own_state(dossier: Dossier, question: Question) -> Iterator[Finding]:
    """Ties and status of the company itself: merged away or no longer existing leaves the answer open."""
    for link in links(dossier, question.day):
        reason = _tie(link)
        if reason is not None:
            yield Finding(reason, -1)
    for statement in dossier.statements:
        if isinstance(statement.facts, StatusFacts) and statement.holds(question.day):
            yield Finding(_status(statement, statement.facts), -1)


def barred_elsewhere(link: Link, found: tuple[Finding, ...], question: Question) -> Finding | None:
    """What bars the head office or the predecessor, as an open question about this company; None where nothing."""
    mask = 0
    for finding in found:
        if finding.reason.effect is Effect.BARS:
            mask |= finding.mask
    if not mask:
        return None
    title = _TITLES[link.relation].format(code=link.code)
    code = "head_office_barred" if link.relation is RelationKind.BRANCH_OF else "predecessor_barred"
    if not link.firm:
        return Finding(note(code, ReasonSource.RELATION, f"{title}(自行填报)", **link.facts), -1)
    rule = question.rules.find(ANSWERING[link.relation], question.day)
    reason = doubt(code, ReasonSource.RELATION, title, basis=rule.source if rule else None,
                   verified=rule.verified if rule else False, **link.facts)
    return Finding(reason, mask)


def _tie(link: Link) -> Reason | None:
    said = "" if link.firm else "(自行填报)"
    if link.relation is RelationKind.BRANCH_OF:
        title = f"该主体是 {link.code} 的分支机构,请一并查询{said}"
        return note("branch_of", ReasonSource.RELATION, title, **link.facts)
    if link.relation is RelationKind.MERGED_INTO:
        title = f"该主体登记为已并入 {link.code},请核实投标主体并查询承继主体"
        if not link.firm:
            return note("merged_into", ReasonSource.RELATION, f"该主体自行填报已并入 {link.code}", **link.facts)
        return doubt("merged_into", ReasonSource.RELATION, title, **link.facts)
    title = f"该主体是 {link.code} 的承继单位,请一并查询{said}"
    return note("successor_of", ReasonSource.RELATION, title, **link.facts)


def _status(statement: Statement, facts: StatusFacts) -> Reason:
    status = facts.status
    code = "deregistered" if status is Status.DEREGISTERED else "revoked" if status is Status.REVOKED else "dissolved"
    since = f",自{day_text(statement.first_day)}起" if statement.first_day else ""
    title = f"该主体{STATUS_TITLES[status]}{since}"
    if statement.stated_by is StatedBy.SELF:
        return note(code, ReasonSource.DATA, f"{title}(自行填报)", **told(statement))
    title = f"{title},请核实投标主体是否存续;既往记录仍予保留"
    return doubt(code, ReasonSource.DATA, title, **told(statement))
