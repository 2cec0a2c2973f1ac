"""Three years after 停产停业, 吊销 or a fine of 2,000,000 yuan the procurement condition fails, repaired or not."""

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
from credit.model import Authority, PenaltyFacts
from sanctions.lookback import look_back

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/lookback.yaml").read_text("utf-8"))


def penalty(**given: Any) -> PenaltyFacts:
    base = {"authority": Authority(name="示例市应急管理局"), "document_no": "示例罚〔2026〕1号"}
    return msgspec.convert({**base, **given}, PenaltyFacts, from_attributes=True)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_look_back_of_law_examples(case: dict[str, Any]) -> None:
    facts = penalty(**case["penalty"])
    found = look_back(facts, RULES)
    assert (found and found.until) == case["until"]
    if found is not None:
        assert found.first_day == facts.decided_on
        assert found.certain == case.get("certain", True)
        assert "第二十二条第一款第(五)项" in found.basis
        assert found.verified


def test_a_sector_may_set_a_higher_line() -> None:
    dated = Dated("look_back.fine_line.tax", date(2022, 2, 8), 500_000_000, "示例行业标准", True)
    rules = RuleSet({**RULES.rules, dated.rule_id: Rule(dated.rule_id, "示例", "fen", None, (dated,))})
    fined = {"decided_on": date(2026, 5, 20), "kinds": ["fine"], "fine_fen": 499_999_999}
    # 4,999,999.99 yuan: above the national line, below the sector's
    assert look_back(penalty(field="tax", **fined), rules) is None
    assert look_back(penalty(field="water", **fined), rules) is not None


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_larger_fine_is_never_better(a: int, b: int) -> None:
    less, more = sorted((a, b))
    day = date(2026, 5, 20)
    if look_back(penalty(decided_on=day, kinds=["fine"], fine_fen=less), RULES):
        assert look_back(penalty(decided_on=day, kinds=["fine"], fine_fen=more), RULES)
