"""Which public body may state a relation that bars rivals: it decides over others' bids, so not every key may. Pure."""

from __future__ import annotations

from credit.accounts.model import Organisation
from credit.kernel.errors import Forbidden
from credit.model import Field
from credit.profiles.model import RELATION_TITLES, RelationFacts, RelationKind, StatementFacts

COMPETENCE = "relations"
BARRING = frozenset({RelationKind.CONTROLS, RelationKind.DIRECTLY_CONTROLS, RelationKind.MANAGES})


class RelationNotCompetent(Forbidden):
    """Control and management bar both bids in one lot: whoever states them for others is registered for it."""

    code = "relation_not_competent"
    title = "机关无权录入该关系 Not competent for this relation"


def check_relation(facts: StatementFacts, body: Organisation | None) -> None:
    """Passes for the department that keeps the register of companies (market regulation) and for a body with the
    competence `relations`; any other relation or statement bars nobody and passes. Raises RelationNotCompetent."""
    if not isinstance(facts, RelationFacts) or facts.relation not in BARRING:
        return
    if body is not None and (body.field is Field.MARKET or COMPETENCE in body.competences):
        return
    raise RelationNotCompetent(
        f"{RELATION_TITLES[facts.relation]}关系使同一标段的不同投标都受限制,由市场监管部门或者有权限 {COMPETENCE} 的"
        "机关录入;请由有权机关录入,或由运营方登记本单位的权限")
