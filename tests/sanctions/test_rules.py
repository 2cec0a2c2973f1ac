"""The rule data are complete: whatever the code looks up is there, with a source."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credit.kernel.rules import load
from credit.model import PenaltyKind, Severity
from sanctions.lists import known_lists
from sanctions.model import Regime, Scope
from sanctions.verdicts import TenderRegime

RULES = load([Path(__file__).parents[2] / "sanctions" / "rules"])
DAY = date(2026, 11, 22)


@pytest.mark.parametrize("kind", PenaltyKind)
def test_every_kind_has_a_default_class_that_is_not_passed_off_as_verified(kind: PenaltyKind) -> None:
    found = RULES.at(f"class.default.{kind}", DAY)
    assert Severity(found.value)
    assert not found.verified


@pytest.mark.parametrize("regime", [Regime.NDRC36, Regime.SAMR107])
@pytest.mark.parametrize("severity", Severity)
def test_every_class_has_a_window(regime: Regime, severity: Severity) -> None:
    window = RULES.at(f"publication.{regime}.{severity}", DAY).value
    assert (window["min"] or 0) <= window["max"]


def test_no_day_since_the_first_regime_is_without_one() -> None:
    for day in (date(2023, 5, 1), date(2025, 12, 25), date(2026, 3, 31), date(2026, 4, 1), DAY):
        regimes = [r for r in (Regime.NDRC36, Regime.NDRC58) if RULES.find(f"regime.{r}", day)]
        assert len(regimes) == 1


def test_lists_that_stop_an_answer_have_a_verified_effect() -> None:
    lists = known_lists(RULES, DAY)
    assert {known.code for known in lists if known.depends} == {
        "government_procurement",
        "judgment_defaulter",
        "tax",
        "wage_arrears",
    }
    assert all(known.effect_verified for known in lists if known.depends)
    assert all(known.official_channel and known.fresh_hours > 0 for known in lists)


def test_clauses_are_of_kinds_the_answer_understands() -> None:
    lists = {known.code for known in known_lists(RULES, DAY)}
    for rule in RULES.under("condition.", DAY).values():
        assert rule.value["kind"] in {"list", "look_back", "any_ban", "serious_record"}
        assert rule.value.get("list", "tax") in lists


def test_bans_name_scopes_and_regimes_that_exist() -> None:
    for rule in RULES.under("ban.", DAY).values():
        assert {Scope(scope) for scope in (*rule.value["scopes"], *rule.value["competent"])}
        assert TenderRegime(rule.value["regime"])
