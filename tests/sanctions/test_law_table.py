"""Every list and ban of the law, row by row, against the rule data: nothing missing, nothing added, nothing milder."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.kernel.rules import load
from sanctions.bans import bans_cited, known_ban
from sanctions.lists import known_lists

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
TABLE: dict[str, Any] = yaml.safe_load((ROOT / "tests/cases/law_table.yaml").read_text("utf-8"))
DAY = date(2026, 11, 22)


def test_the_table_has_every_list_and_ban_of_the_rules() -> None:
    assert {known.code for known in known_lists(RULES, DAY)} == TABLE["lists"].keys()
    assert {rule_id.removeprefix("ban.") for rule_id in RULES.under("ban.", DAY)} == TABLE["bans"].keys()


@pytest.mark.parametrize("code", TABLE["lists"])
def test_a_list(code: str) -> None:
    row, known = TABLE["lists"][code], next(k for k in known_lists(RULES, DAY) if k.code == code)
    value = RULES.at(f"list.{code}", DAY).value
    assert value["body"] and value["trigger"] and value["removal"]
    months, early = RULES.find(f"list_months.{code}", DAY), RULES.find(f"list_early.{code}", DAY)
    assert (months and months.value) == row["months"]
    assert (months and months.verified) == row.get("months_verified")
    told = early and [early.value["months"], early.value["counted_from"], early.verified]
    assert told == row["early"]
    assert (list(known.bars), list(known.by_file)) == (row["bars"], row.get("by_file", []))
    assert known.effect_verified == row["effect_verified"] and row["basis"] in known.basis + (
        months.source if months else "")
    assert known.effect_verified or not known.depends  # a list whose effect nobody read stops no answer


@pytest.mark.parametrize("code", TABLE["bans"])
def test_a_ban(code: str) -> None:
    row, ban = TABLE["bans"][code], known_ban(f"ban.{code}", DAY, RULES)
    assert ban is not None and ban.verified
    cited = {c["law"]: c["articles"] for c in RULES.at(f"ban.{code}", DAY).value["citations"]}
    assert cited == row["articles"]
    assert [ban.months_min, ban.months_max] == (row["months"] or [None, None])
    assert (list(ban.scopes), ban.regime, ban.open_end) == ([row["scope"]], row["regime"], row["open_end"])
    assert ban.scopes[0] in ban.competent and row["regime"] in (ban.regime, *ban.competent)


@pytest.mark.parametrize("article", TABLE["no_ban"])
def test_an_article_that_lets_nobody_be_barred(article: str) -> None:
    assert bans_cited(article, DAY, RULES) == ()
