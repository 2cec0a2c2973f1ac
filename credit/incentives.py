"""守信激励: what a grade earns, by scheme; given by tenderers, platforms and supervisors, never decided here. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from credit.kernel.rules import RuleSet
from credit.ratings import Rating

_PREFIX = "incentive."


class Incentive(msgspec.Struct, frozen=True, kw_only=True):
    """One advantage of a grade with its basis; `by` says who gives it. `verified` false: an example, no entitlement."""

    code: str
    title: str
    text: str
    by: str
    basis: str
    verified: bool
    note: str | None = None


def incentives(found: Rating, rules: RuleSet, day: date) -> tuple[Incentive, ...]:
    """What the rating earns under the rules in force on `day`, by code."""
    return tuple(
        Incentive(code=rule_id.removeprefix(_PREFIX), title=rules.rules[rule_id].title, text=dated.value["text"],
                  by=dated.value["by"], basis=dated.source, verified=dated.verified, note=rules.rules[rule_id].note)
        for rule_id, dated in rules.under(_PREFIX, day).items() if found.grade in _grades(dated.value, found)
    )


def unknown_grades(rules: RuleSet) -> tuple[str, ...]:
    """Each `rule: scheme/grade` that an incentive names and no version of a scheme has."""
    return tuple(
        f"{rule_id}: {scheme}/{grade}"
        for rule_id, rule in rules.rules.items() if rule_id.startswith(_PREFIX)
        for dated in rule.values if dated.value is not None
        for scheme, grades in dated.value["given"].items()
        for grade in grades if grade not in _bands(rules, scheme)
    )


def _grades(value: dict[str, Any], found: Rating) -> list[str]:
    grades: list[str] = value["given"].get(found.scheme.scheme_id, [])
    return grades


def _bands(rules: RuleSet, scheme: str) -> set[str]:
    rule = rules.rules.get(f"scheme.{scheme}")
    values = [v.value for v in rule.values if v.value is not None] if rule else []
    return {band["grade"] for value in values for band in value["bands"]}
