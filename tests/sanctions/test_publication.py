"""A penalty is shown from its day to corresponding days, and repair opens the day after the minimum."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import Dated, Rule, RuleSet, load
from credit.model import Authority, PenaltyFacts, PenaltyKind, SubjectKind
from sanctions.classify import classify
from sanctions.publication import auto_stop_on, earliest_repair, is_published, publication, why_unpublished

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/publication.yaml").read_text("utf-8"))


def penalty(**given: Any) -> PenaltyFacts:
    base = {"authority": Authority(name="示例市城乡建设局"), "document_no": "示例罚〔2026〕1号"}
    return msgspec.convert({**base, **given}, PenaltyFacts, from_attributes=True)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_window_of_law_examples(case: dict[str, Any]) -> None:
    facts, expect = penalty(**case["penalty"]), case["expect"]
    subject = SubjectKind(case.get("subject", "legal_person"))
    classification = classify(facts, RULES)
    window = publication(facts, classification, RULES, subject=subject)
    assert (window and [window.first_day, window.min_until, window.max_until]) == expect["window"]
    why = why_unpublished(facts, classification, RULES, subject=subject)
    assert (why and why.code) == expect.get("why")
    repair = earliest_repair(facts, window)
    assert (repair.day, repair.code, list(repair.missing)) == (
        expect["repair"],
        expect.get("code"),
        expect.get("missing", []),
    )
    assert all(is_published(facts, window, day) for day in expect.get("shown", []))
    assert not any(is_published(facts, window, day) for day in expect.get("hidden", []))


def test_a_withdrawn_penalty_is_not_shown() -> None:
    facts = penalty(decided_on=date(2026, 6, 1), kinds=["fine"], fine_fen=1, field="tax")
    window = publication(facts, classify(facts, RULES), RULES)
    assert is_published(facts, window, date(2026, 7, 1))
    assert not is_published(facts, window, date(2026, 7, 1), withdrawn=True)


def test_display_stops_by_itself_at_the_end_of_its_last_day() -> None:
    facts = penalty(decided_on=date(2026, 8, 31), kinds=["fine"], fine_fen=1, field="tax")
    window = publication(facts, classify(facts, RULES), RULES)
    # 2026-08-31 + 12 months
    assert auto_stop_on(window) == date(2027, 8, 31)
    assert auto_stop_on(None) is None


def test_a_locality_that_shows_minor_records_lets_them_be_repaired_once_the_duty_is_done() -> None:
    value = {"published": True, "min": None, "max": 3}
    dated = Dated("publication.ndrc36.minor", date(2026, 4, 1), value, "示例地方规定", True)
    rules = RuleSet({**RULES.rules, dated.rule_id: Rule(dated.rule_id, "示例", "months", None, (dated,))})
    facts = penalty(
        decided_on=date(2026, 6, 1), kinds=["warning"], field="tax", corrected_on=date(2026, 6, 9)
    )
    window = publication(facts, classify(facts, rules), rules)
    assert window is not None
    # no minimum: from the day the duty is done; at most 3 months
    assert (window.min_until, window.max_until) == (None, date(2026, 9, 1))
    assert earliest_repair(facts, window).day == date(2026, 6, 9)


@given(st.dates(date(2023, 5, 1), date(2030, 1, 1)), st.lists(st.sampled_from(PenaltyKind), min_size=1))
def test_repair_never_opens_before_the_minimum_has_run(day: date, kinds: list[PenaltyKind]) -> None:
    facts = penalty(decided_on=day, kinds=kinds, fine_fen=1, field="tax", corrected_on=day)
    window = publication(facts, classify(facts, RULES), RULES)
    repair = earliest_repair(facts, window)
    if window is not None and window.min_until is not None and repair.day is not None:
        assert window.first_day < window.min_until < repair.day
        assert is_published(facts, window, repair.day - timedelta(days=1))
