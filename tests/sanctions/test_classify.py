"""Each penalty gets the regime of its day and its authority, and the class that the gravest kind earns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import Dated, Rule, RuleSet, load
from credit.model import Authority, Field, PenaltyFacts, PenaltyKind, Severity
from sanctions.classify import RANK, classify

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/classification.yaml").read_text("utf-8"))


def penalty(**given: Any) -> PenaltyFacts:
    base = {"authority": Authority(name="示例市城乡建设局"), "document_no": "示例罚〔2026〕1号"}
    return msgspec.convert({**base, **given}, PenaltyFacts, from_attributes=True)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_class_of_law_examples(case: dict[str, Any]) -> None:
    found = classify(penalty(**case["penalty"]), RULES)
    assert {
        "regime": found.regime,
        "severity": found.severity,
        "source": found.severity_source,
        "provisional": found.severity_provisional,
    } == case["expect"]


def with_threshold(verified: bool) -> RuleSet:
    value = {"general_from": 1_000_000, "serious_from": 10_000_000}
    dated = Dated("fine_threshold.water", date(2026, 4, 1), value, "示例行业标准", verified)
    return RuleSet({**RULES.rules, dated.rule_id: Rule(dated.rule_id, "示例", "fen", None, (dated,))})


@pytest.mark.parametrize(
    ("fine_fen", "severity"),
    [
        (999_999, "minor"),  # below the first line
        (1_000_000, "general"),  # on the line
        (9_999_999, "general"),
        (10_000_000, "serious"),
    ],
)
def test_a_sector_that_published_its_lines_decides_by_amount(fine_fen: int, severity: str) -> None:
    facts = penalty(decided_on=date(2026, 6, 1), kinds=["fine"], fine_fen=fine_fen, field="water")
    found = classify(facts, with_threshold(verified=True))
    assert (found.severity, found.severity_source, found.severity_provisional) == (
        severity,
        "sector_rule",
        False,
    )


def test_an_unverified_sector_line_stays_provisional() -> None:
    facts = penalty(decided_on=date(2026, 6, 1), kinds=["fine"], fine_fen=5_000_000, field="water")
    found = classify(facts, with_threshold(verified=False))
    assert (found.severity, found.severity_provisional, found.verified) == ("general", True, False)


def test_a_result_names_the_rules_it_rests_on() -> None:
    facts = penalty(decided_on=date(2026, 6, 1), kinds=["fine"], fine_fen=5, field="tax")
    found = classify(facts, RULES)
    assert [basis.rule_id for basis in found.basis] == ["regime.ndrc36", "class.default.fine"]
    assert all(basis.source for basis in found.basis)


kinds = st.lists(st.sampled_from(PenaltyKind), min_size=1, max_size=5)


@given(kinds, st.sampled_from(PenaltyKind), st.sampled_from(Field))
def test_one_more_kind_never_makes_a_penalty_lighter(
    some: list[PenaltyKind], more: PenaltyKind, field: Field
) -> None:
    day = date(2026, 6, 1)
    fewer = classify(penalty(decided_on=day, kinds=some, fine_fen=1, field=field), RULES).severity
    all_kinds = classify(
        penalty(decided_on=day, kinds=[*some, more], fine_fen=1, field=field), RULES
    ).severity
    assert fewer is not None
    assert all_kinds is not None
    assert RANK[all_kinds] >= RANK[fewer]


@given(kinds, st.sampled_from(Severity), st.dates(date(2020, 1, 1), date(2027, 1, 1)))
def test_a_class_exists_exactly_under_regimes_with_classes(
    some: list[PenaltyKind], own: Severity, day: date
) -> None:
    found = classify(penalty(decided_on=day, kinds=some, severity=own), RULES)
    assert (found.severity is not None) == (found.regime in ("ndrc36", "samr107"))
