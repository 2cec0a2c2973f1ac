"""Relapse by law examples: what is shown to the body that decides, and that it never bars."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.errors import Refusal
from credit.kernel.rules import Dated, Rule, RuleSet, load
from credit.model import Authority
from sanctions.entering import check_entry
from sanctions.model import ListCode, ListingCommand, SubjectInput
from sanctions.relapse import Ban, Entry, HintKind, HintState, Offence, hints

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/relapse.yaml").read_text("utf-8"))
DAY = date(2026, 11, 22)


def offence(number: int, given: dict[str, Any]) -> Offence:
    ban = f"ban.tendering_law_{given['article']}"
    return Offence(record_id=f"pen_{number}", decided_on=given["decided"], bases=frozenset({ban}),
                   words=given["words"], bans=(Ban(ban, given["to"]),) if "to" in given else ())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_law_examples(case: dict[str, Any]) -> None:
    acts = [offence(n, given) for n, given in enumerate(case["acts"])]
    entries = [Entry(record_id=f"lst_{n}", list=e["list"], decided_on=e["decided"])
               for n, e in enumerate(case.get("entries", []))]
    found, wanted = hints(acts, entries, case["day"], RULES), sorted(case["hints"])
    told = [[h.rule.removeprefix("relapse."), h.state, h.until, h.certain][:len(want)]
            for h, want in zip(found, wanted, strict=True)]
    assert told == wanted
    assert not found or any(h.basis.startswith(case["clause"]) for h in found)
    assert all(h.consequence for h in found)
    assert {h.rule for h in found if not h.verified} <= {"relapse.tendering_68.after_ban",
                                                         "relapse.list.judgment_defaulter"}


@given(st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(["串通投标", "行贿", ""])), max_size=6))
def test_a_further_act_never_makes_a_hint_milder(past: list[tuple[int, str]]) -> None:
    acts = [offence(n, {"article": 53, "decided": DAY - timedelta(days=ago), "words": words})
            for n, (ago, words) in enumerate(past)]
    met = {h.rule for h in hints(acts[:-1], [], DAY, RULES) if h.state is HintState.MET}
    assert met <= {h.rule for h in hints(acts, [], DAY, RULES) if h.state is HintState.MET}
    assert all(h.kind is not HintKind.ENTRIES for h in hints(acts, [], DAY, RULES))


def test_a_second_entry_may_be_longer_only_where_the_rule_of_the_list_says_so() -> None:
    longer = Dated("relapse.list.wage_arrears", date(2022, 1, 1), {
        "kind": "entries", "list": "wage_arrears", "words": [], "consequence": "示例", "longer": {"min": 12, "max": 24},
    }, "示例规定", False)
    rules = RuleSet({**RULES.rules, longer.rule_id: Rule(longer.rule_id, "示例", None, None, (longer,))})
    command = ListingCommand(
        subject=SubjectInput(name="示例", code="x"), list=ListCode.WAGE_ARREARS, document_no="示1号", basis="示例",
        decided_on=date(2026, 5, 20), until=date(2031, 5, 20), authority=Authority(name="示例局"))
    assert check_entry(command, rules, again=True).code == "wage_arrears"  # 36 + 24 months
    for given_rules, again in ((rules, False), (RULES, True)):
        with pytest.raises(Refusal, match="36个月"):
            check_entry(command, given_rules, again=again)
