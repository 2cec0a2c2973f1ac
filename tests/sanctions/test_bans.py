"""A bar is taken in only with a law we know, for the scope and length it allows, from a competent body."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.errors import Refusal
from credit.kernel.rules import load
from sanctions.bans import LengthNotAllowed, NotCompetent, check_competence, check_restriction, known_ban
from sanctions.model import RestrictionInput, Scope

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/bans.yaml").read_text("utf-8"))
DAY = date(2026, 5, 20)


def outcome(case: dict[str, Any]) -> dict[str, Any]:
    stated = msgspec.convert(case["restriction"], RestrictionInput)
    try:
        return {"ban": check_restriction(stated, case.get("decided_on", DAY), RULES).basis_id}
    except Refusal as refusal:
        assert refusal.status == 422
        assert len(refusal.detail) > 10
        return {"code": refusal.code}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_stated_bars_against_the_law(case: dict[str, Any]) -> None:
    assert outcome(case) == {key: case[key] for key in ("ban", "code") if key in case}


def test_procurement_bans_are_for_finance_departments() -> None:
    ban = known_ban("ban.procurement_law_77", DAY, RULES)
    assert ban is not None
    check_competence(ban, Scope.GOVERNMENT_PROCUREMENT, ["government_procurement"])
    with pytest.raises(NotCompetent) as refused:
        check_competence(ban, Scope.GOVERNMENT_PROCUREMENT, ["mandatory_tender"])
    assert refused.value.code == "not_competent"


def test_agents_of_procurement_are_barred_by_finance_departments_only() -> None:
    ban = known_ban("ban.procurement_law_78", DAY, RULES)
    assert ban is not None
    check_competence(ban, Scope.AGENCY_WORK, {"agency_work", "government_procurement"})
    with pytest.raises(NotCompetent):
        check_competence(ban, Scope.AGENCY_WORK, {"agency_work"})


def test_a_body_without_competence_bars_nobody() -> None:
    ban = known_ban("ban.tendering_law_53", DAY, RULES)
    assert ban is not None
    with pytest.raises(NotCompetent):
        check_competence(ban, Scope.MANDATORY_TENDER, ())


def test_every_ban_in_the_rules_is_complete_and_verified() -> None:
    for ban_id in RULES.under("ban.", DAY):
        ban = known_ban(ban_id, DAY, RULES)
        assert ban is not None
        assert ban.verified
        assert set(ban.scopes) <= set(ban.competent)
        assert ban.open_end or ban.months_max is not None


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-1500, 1500))
def test_what_is_accepted_lies_within_a_day_of_one_and_two_years(first: date, extra: int) -> None:
    last = first + timedelta(days=550 + extra)
    if last < first:
        return
    stated = RestrictionInput(
        scope=Scope.MANDATORY_TENDER, first_day=first, last_day=last, basis="招标投标法第五十三条"
    )
    days = (last - first).days + 1
    try:
        check_restriction(stated, first, RULES)
    except LengthNotAllowed:
        # a year has 365 or 366 days, two years 730 or 731
        assert days < 366 or days > 730
    else:
        assert 364 <= days <= 732
