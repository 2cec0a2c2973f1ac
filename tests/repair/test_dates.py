"""Every day of a plan and of a case's limits, against days worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.kernel.rules import RuleSet
from repair.clocks import clocks
from repair.plans import CompanyFile, RepairPlan, plans
from repair.repairable import RecordView
from tests.repair.records import DAY, handed_in, listing, penalty_view

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "repair_dates.yaml").read_text(encoding="utf-8"))


def plan(found: RecordView, on: date, rules: RuleSet) -> RepairPlan:
    return plans(CompanyFile(views=(found,), scored=(), cases={}), on, rules).records[0]


def named(section: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("given", CASES[section], ids=[str(c["name"]) for c in CASES[section]])


def check(made: RepairPlan, given: dict[str, Any]) -> None:
    assert (made.earliest, made.earliest_strict) == (given.get("earliest"), given.get("strict"))
    assert made.auto_stop_on == given.get("stop")
    assert made.why_not == given.get("why")
    assert made.repairable is (given.get("why") in (None, "correction_date_unknown"))
    assert list(made.missing) == given.get("missing", ["corrected_on"] if "earliest" in given and made.repairable
                                           and made.earliest is None else [])


@named("penalties")
def test_the_days_of_a_penalty(given: dict[str, Any], ruleset: RuleSet) -> None:
    on = given.get("day", DAY)
    check(plan(penalty_view(ruleset, on=on, **given["facts"]), on, ruleset), given)


@named("listings")
def test_the_days_of_a_list_entry(given: dict[str, Any], ruleset: RuleSet) -> None:
    on = given.get("day", DAY)
    check(plan(listing(ruleset, on=on, **given["facts"]), on, ruleset), given)


@named("clocks")
def test_the_limits_of_a_case(given: dict[str, Any], ruleset: RuleSet) -> None:
    days = ("submitted_on", "accepted_on", "asked_on", "answered_on", "extended_until")
    facts: dict[str, Any] = {name: given.get(name) for name in days}
    made = handed_in(**facts)
    lines = {line.code: line for line in clocks(made, given["submitted_on"], ruleset)}
    for code in ("accept", "result", "feedback"):
        if code in given:
            assert lines[code].due_on == given[code], code
    assert [code for code, line in lines.items() if line.provisional] == given.get("provisional", [])


def test_there_are_thirty_worked_days_at_least() -> None:
    assert sum(map(len, CASES.values())) >= 30
