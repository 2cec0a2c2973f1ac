"""Every dated value with its citation, as published law is read: by rule, by day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Controller, get
from litestar.params import Parameter

from api.auth import anyone
from api.wiring import Services
from credit.kernel.errors import NotFound
from credit.kernel.rules import Dated, Rule

Day = Annotated[date | None, Parameter(description="Only what is in force on this day")]


class RuleValue(msgspec.Struct, frozen=True, rename={"first_day": "from"}):
    """A value in force from a day on; null: the rule ended. `verified` false may not bar anybody."""

    first_day: date
    value: Any
    source: str
    verified: bool
    href: str | None = None


class RuleView(msgspec.Struct, frozen=True):
    id: str
    title: str
    unit: str | None
    note: str | None
    values: list[RuleValue]


class RuleBookView(msgspec.Struct, frozen=True):
    """All rules; `digest` names this set, and answers carry it as `rules`."""

    digest: str
    rules: list[RuleView]


class Rules(Controller):
    """Public: what the service goes by."""

    path = "/v1/rules"
    guards = [anyone]
    tags = ["rules"]

    @get("/", sync_to_thread=False)
    def all(self, services: Services, on: Day = None, prefix: str = "") -> RuleBookView:
        """Every rule, or those whose id begins with `prefix`; with `on` only what is in force that day."""
        current = services.book.current
        views = (_view(r, on) for r in current.rules.values() if r.rule_id.startswith(prefix))
        return RuleBookView(current.digest, [v for v in views if v.values])

    @get("/{rule_id:str}", sync_to_thread=False)
    def one(self, services: Services, rule_id: str, on: Day = None) -> RuleView:
        """One rule with its values over time."""
        rule = services.book.current.rules.get(rule_id)
        if rule is None:
            raise NotFound("没有此规则,全部规则见 /v1/rules no such rule")
        return _view(rule, on)


def _view(rule: Rule, on: date | None) -> RuleView:
    in_force = rule.at(on) if on else None
    values = rule.values if on is None else tuple(v for v in (in_force,) if v is not None)
    return RuleView(rule.rule_id, rule.title, rule.unit, rule.note, [_value(v) for v in values])


def _value(dated: Dated) -> RuleValue:
    return RuleValue(dated.since, dated.value, dated.source, dated.verified, dated.href)
