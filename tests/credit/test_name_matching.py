"""Are two names one firm's? Measured on the labelled pairs, and what no spelling may ever change."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.names import Verdict, compare, parse, plain

PAIRS = Path(__file__).parent.parent / "cases/names"
REGIONS = ("济南", "青岛", "苏州市", "山东省", "内蒙古自治区", "西安", "历城区", "")
SHOPS = ("示例", "样本恒", "砚秋", "ＡＢ示例", "示例簡體")
TRADES = ("建设", "建筑工程", "信息技术", "医药", "园林绿化工程")
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司", "经营部", "")
NAMES = st.builds("{}{}{}{}".format, *map(st.sampled_from, (REGIONS, SHOPS, TRADES, FORMS)))
ANY = st.one_of(NAMES, st.text(max_size=30), st.text("示例第一二1２()（）市区公司有限集团分", max_size=20))


@pytest.mark.parametrize("half", ["open", "sealed"])
def test_precision_and_recall_on_the_labelled_pairs(half: str) -> None:
    """At least 0.98 of what is called the same is the same; at least 0.95 of what is the same is called so."""
    pairs = yaml.safe_load((PAIRS / f"{half}.yaml").read_text("utf-8"))
    called = [(p["label"] == "same", compare(p["a"], p["b"]).verdict is Verdict.SAME) for p in pairs]
    right = sum(same and said for same, said in called)
    assert right / sum(said for _, said in called) >= 0.98
    assert right / sum(same for same, _ in called) >= 0.95


@given(ANY, ANY)
def test_the_order_of_two_names_does_not_matter(a: str, b: str) -> None:
    assert compare(a, b) == compare(b, a)


@given(ANY)
def test_a_name_is_itself(name: str) -> None:
    match = compare(name, name)
    assert (match.verdict, match.score) == ((Verdict.SAME, 1.0) if plain(name) else (Verdict.DIFFERENT, 0.0))


@given(ANY)
def test_folding_for_likeness_twice_changes_nothing(name: str) -> None:
    assert plain(plain(name)) == plain(name)
    assert parse(plain(name)) == parse(name)


@given(ANY, ANY)
def test_what_contradicts_is_never_outweighed(a: str, b: str) -> None:
    match = compare(a, b)
    assert 0 <= match.score <= 1
    if any(c.contradicts for c in match.components):
        assert match.verdict is Verdict.DIFFERENT
        assert match.score <= 0.5


@given(ANY, ANY)
def test_two_codes_are_two_firms_whatever_the_names_say(a: str, b: str) -> None:
    assert compare(a, b, ("91370199MAEX00029R", "91370199MAEX00045F")).verdict is Verdict.DIFFERENT
    same_code = ("91370199MAEX00029R", "91370199MAEX00029R")
    assert compare(a, b, same_code) == compare(a, b)


@given(NAMES, st.integers(1, 99), st.integers(1, 99))
def test_other_numbers_are_other_firms(name: str, one: int, other: int) -> None:
    match = compare(f"第{one}{name}", f"第{other}{name}")
    assert (match.verdict is Verdict.SAME) == (one == other)


@pytest.mark.parametrize(
    ("a", "b", "verdict", "code"),
    [
        ("示例第一建设有限公司", "示例第二建设有限公司", Verdict.DIFFERENT, "number_contradicts"),
        ("示例（济南）建设有限公司", "示例（青岛）建设有限公司", Verdict.DIFFERENT, "region_contradicts"),
        ("济南示例建设有限公司", "济南示例建设有限公司青岛分公司", Verdict.DIFFERENT, "branch_or_head"),
        ("济南示例建设有限公司", "济南示例医药有限公司", Verdict.DIFFERENT, "trade_differs"),
        ("济南示例东街超市", "济南示例西街超市", Verdict.DIFFERENT, "word_contradicts"),
        ("济南示例建设有限公司", "济南示例建设集团有限公司", Verdict.DIFFERENT, "group_or_member"),
        ("济南示例建设有限公司", "济南示例建设经营部", Verdict.DIFFERENT, "form_contradicts"),
        ("济南示例建设有限公司", "示例建设有限公司", Verdict.MAYBE, "region_omitted"),
        ("济南示例建设有限公司", "濟南示例建設有限責任公司", Verdict.SAME, "form_agrees"),
        ("济南示例建设有限公司", "示例（济南）建设", Verdict.SAME, "form_omitted"),
        ("济南远桥建筑工程有限公司", "远桥建筑", Verdict.MAYBE, "trade_longer"),
        ("济南远桥建筑工程有限公司", "远桥建工", Verdict.MAYBE, "trade_longer"),
        ("济南远桥建筑工程有限公司", "远桥建工有限公司", Verdict.DIFFERENT, "trade_differs"),
        ("济南远桥建筑工程有限公司", "远桥", Verdict.MAYBE, "trade_omitted"),
        ("济南远桥建筑工程有限公司", "远桥医药", Verdict.DIFFERENT, "trade_differs"),
        ("济南远桥建筑工程有限公司", "青岛远桥建筑", Verdict.DIFFERENT, "region_contradicts"),
        ("济南远桥建设集团有限公司", "济南远桥建设", Verdict.MAYBE, "group_omitted"),
        ("济南远桥建设集团有限公司", "远桥建设", Verdict.MAYBE, "group_omitted"),
        ("济南远桥建筑工程有限公司", "济南建筑", Verdict.DIFFERENT, "shop_differs"),
        ("示例第八工程局有限公司", "示例八局", Verdict.SAME, "abbreviated"),
        ("济南示例健设有限公司", "济南示例建设有限公司", Verdict.SAME, "mistyped"),
    ],
)
def test_each_verdict_says_why(a: str, b: str, verdict: Verdict, code: str) -> None:
    match = compare(a, b)
    assert match.verdict is verdict
    assert code in {c.code for c in match.components}
    assert all(match.sentences)


@given(st.sampled_from(SHOPS), st.sampled_from(["建筑", "建工", "路桥", "医药", "集团", ""]))
def test_a_short_form_is_never_more_than_a_candidate(shop: str, trade: str) -> None:
    assert compare(f"{shop}{trade}", f"济南{shop}建筑工程有限公司").verdict is not Verdict.SAME


@pytest.mark.parametrize(
    ("written", "numbers"),
    [("示例壹佰贰拾局", (120,)), ("示例第二十一工程局", (21,)), ("示例１０３地质大队", (103,)),
     ("示例一〇三地质大队", (103,)),
     ("示例十一局", (11,)), ("示例三一重工", ()), ("示例一局集团第五工程有限公司", (1, 5))],
)
def test_numbers_are_read_however_they_are_written(written: str, numbers: tuple[int, ...]) -> None:
    assert parse(written).numbers == numbers


def test_the_parts_of_a_name() -> None:
    parts = parse("山东省济南市历下区示例路桥集团股份有限公司")
    assert (parts.region.province, parts.region.city, parts.region.county) == ("山东", "济南", "历下")
    assert (parts.shop, parts.trade, parts.form, parts.group) == ("示例", "路桥", "stock", "group")
