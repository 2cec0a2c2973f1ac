"""The rules as a page to read: each dated value with its citation and whether it was checked against the text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, get
from litestar.response import Template

from api.auth import anyone
from api.web.pages import page
from api.web.rule_words import GROUPS, OTHER, SCHEME, Part, parts
from api.wiring import Services
from credit.kernel.clock import business_day
from credit.kernel.rules import Dated, Rule
from credit.scheme_rules import persons_only, version_on, versions_of
from sanctions.service.scoring.recomputing import NotComputed, SchemeAveraged

LONGEST = 60


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value over its days: `state` is now, later or past."""

    dated: Any
    shown: Part
    state: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    rule: Rule
    values: tuple[Value, ...]  # newest first


class Group(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    entries: tuple[Entry, ...]


class RulePage(Controller):
    """What the service goes by, for readers."""

    path = "/rules"
    guards = [anyone]
    include_in_schema = False

    @get("/", sync_to_thread=False)
    def show(self, services: Services, q: str = "") -> Template:
        """Every rule, or those whose heading, citation or id holds the words looked for."""
        sought, current = q.strip()[:LONGEST], services.book.current
        today = business_day(services.clock())
        found = [rule for rule in current.rules.values() if fits(rule, sought)]
        return page("rules", sought=sought, groups=grouped(found, today), count=len(found), digest=current.digest)

    @get("/schemes/{scheme:str}")
    async def grades(self, services: Services, scheme: str) -> Template:
        """How many have each grade of a scheme, as bars."""
        current = services.book.current
        version = version_on(versions_of(current, scheme), business_day(services.clock()))
        if persons_only(version):
            return page("grades", scheme=version, found=None, why="自然人的记分不公开")
        try:
            found = await services.recomputing.distribution(scheme)
        except (NotComputed, SchemeAveraged) as none:
            return page("grades", scheme=version, found=None, why=none.title.partition(" ")[0])
        return page("grades", scheme=version, found=found, total=sum(n for _, _, n in found.grades))


def fits(rule: Rule, sought: str) -> bool:
    """Whether every word looked for stands in the rule's id, heading, note or a citation."""
    text = " ".join([rule.rule_id, rule.title, rule.note or "", *(v.source for v in rule.values)]).casefold()
    return all(word in text for word in sought.casefold().split())


def grouped(rules: Iterable[Rule], today: date) -> tuple[Group, ...]:
    """Rules under the heading of their first word, in the order a reader looks for them."""
    found: dict[str, list[Entry]] = {}
    for rule in rules:
        name = rule.rule_id.partition(".")[0]
        found.setdefault(name if name in GROUPS else OTHER, []).append(_entry(rule, today))
    return tuple(Group(name=n, title=GROUPS[n], entries=tuple(found[n])) for n in GROUPS if n in found)


def _entry(rule: Rule, today: date) -> Entry:
    newest = max((v.since for v in rule.values if v.since <= today), default=None)
    unit = SCHEME if rule.rule_id.startswith("scheme.") else rule.unit
    made = (Value(dated=v, shown=parts(v.value, unit), state=_state(v, newest, today)) for v in rule.values)
    return Entry(rule=rule, values=tuple(made)[::-1])


def _state(value: Dated, newest: date | None, today: date) -> str:
    if value.since > today:
        return "later"
    return "now" if value.since == newest else "past"
