"""Values of rules in words: units said, codes translated, nothing left out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.web.rule_words import SCHEME, Part, label, parts
from credit.kernel.rules import RuleSet

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20,
)


def test_a_window_is_told_with_its_unit() -> None:
    shown = parts({"published": True, "min": 3, "max": 12}, "months")
    assert [(name, part.text) for name, part in shown.fields] == [("公示", "是"), ("最短", "3个月"), ("最长", "12个月")]


def test_an_amount_is_told_in_yuan() -> None:
    assert parts(200_000_000, "fen").text == "2,000,000元"


def test_what_null_means_depends_on_where_it_stands() -> None:
    shown = parts({"fields": None, "months": None})
    assert [part.text for _, part in shown.fields] == ["各领域", "法律未定"]


def test_points_of_a_scheme_are_told_as_points() -> None:
    """Schemes hold hundredths: 7000 is 70 points; months and counts are what they are."""
    shown = parts({"base": 7000, "merits": [{"points": 450, "months": 24, "count": 3}]}, SCHEME)
    assert said(shown) == "基准分70分守信项分值4.5分期限（月）24最多计入项数3"


def test_a_scheme_for_experts_is_told_in_chinese() -> None:
    shown = parts({"applies_to": {"roles": ["expert"]}, "hearing": {"state_within": 5},
                   "thresholds": [{"points": 1500, "within": "once", "months": 6}]}, SCHEME)
    assert said(shown) == (
        "适用范围评价对象评标评审专家陈述申辩申辩期限（工作日）5累计扣分分值15分累计范围一次期限（月）6")


def test_codes_are_told_in_chinese_and_unknown_ones_as_they_are() -> None:
    assert parts(["warning", "circulated_criticism", "example_code"]).text == "警告、通报批评、example_code"
    assert label("example_key") == "example_key"


def test_every_rule_of_this_house_can_be_shown(ruleset: RuleSet) -> None:
    for rule in ruleset.rules.values():
        for value in rule.values:
            assert said(parts(value.value, rule.unit))


@given(VALUES)
def test_any_value_can_be_shown(value: object) -> None:
    assert parts(value).size >= 1


def said(part: Part) -> str:
    inner = [*(name + said(p) for name, p in part.fields), *(said(p) for p in part.items)]
    return part.text + "".join(inner)
