"""Which words name a penalty, which only an order, and which a person must read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.model import KindSource, PenaltyKind
from sanctions.intake.bans import scopes_touched, speaks_of_ban
from sanctions.intake.kinds import KindsRead, KindsUnsure, NotAPenalty, read_kinds
from sanctions.model import Scope

ART_9 = {
    "警告": "warning",
    "通报批评": "circulated_criticism",
    "罚款": "fine",
    "没收违法所得": "confiscate_gains",
    "没收非法财物": "confiscate_goods",
    "暂扣许可证件": "suspend_licence",
    "降低资质等级": "downgrade_qualification",
    "吊销许可证件": "revoke_licence",
    "限制开展生产经营活动": "restrict_operations",
    "责令停产停业": "order_stop",
    "责令关闭": "order_close",
    "限制从业": "restrict_occupation",
    "行政拘留": "detention",
}


@pytest.mark.parametrize(("word", "kind"), ART_9.items())
def test_every_kind_of_article_9_is_read_in_its_column_and_in_prose(word: str, kind: str) -> None:
    assert read_kinds(word, "", "") == KindsRead((PenaltyKind(kind),), KindSource.FIELD)
    assert read_kinds("", f"决定给予{word}。", "") == KindsRead((PenaltyKind(kind),), KindSource.CONTENT)


@given(st.lists(st.sampled_from(sorted(ART_9)), min_size=1, max_size=2, unique=True), st.sampled_from("；;、，,\n"))
def test_several_kinds_in_any_order_give_the_order_of_the_law(words: list[str], mark: str) -> None:
    found = read_kinds(mark.join(words), "", "")
    assert isinstance(found, KindsRead)
    assert found.kinds == tuple(sorted((PenaltyKind(ART_9[w]) for w in words), key=list(PenaltyKind).index))


@pytest.mark.parametrize(
    "order",
    [
        "责令限期治理。",
        "责令改正",
        "责令立即改正违法行为；逾期不改正的，将依法处以罚款",
        "1、责令停止建设；2、限期整改",
        "责令你单位于示例日前，完成整改",
        "不予行政处罚",
        "免予处罚",
        "責令改正",
    ],
)
def test_an_order_is_no_penalty(order: str) -> None:
    assert read_kinds("", order, "") == NotAPenalty(in_column=False)


@pytest.mark.parametrize(
    ("column", "content", "code"),
    [
        ("", "责令改正；处以2万元", "kind_not_named"),
        ("", "责令限期拆除", "kind_not_named"),
        ("", "建议示例主管部门吊销资质证书", "kind_not_named"),
        ("暂扣许可证件、降低资质等级、吊销许可证件", "", "kind_ambiguous"),
        ("4", "", "kind_ambiguous"),
        ("没收", "", "kind_ambiguous"),
        ("警告", "警告；吊销示例许可证", "kind_contradicted"),
        ("警告；示例处理", "", "kind_unknown"),
    ],
)
def test_what_nobody_may_guess_goes_to_a_person(column: str, content: str, code: str) -> None:
    found = read_kinds(column, content, "")
    assert isinstance(found, KindsUnsure)
    assert found.code == code


def test_a_light_kind_beyond_the_column_is_mentioned_not_taken() -> None:
    found = read_kinds("罚款", "警告；罚款2万元", "")
    assert found == KindsRead((PenaltyKind.FINE,), KindSource.FIELD, beyond_column=True)


def test_an_order_beside_a_fine_leaves_the_fine() -> None:
    assert read_kinds("罚款；责令改正", "", "") == KindsRead((PenaltyKind.FINE,), KindSource.FIELD)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_text_gives_an_answer(column: str, content: str, number: str) -> None:
    found = read_kinds(column, content, number)
    assert isinstance(found, KindsRead | KindsUnsure | NotAPenalty)
    assert not isinstance(found, KindsRead) or found.kinds


@pytest.mark.parametrize(
    "text",
    [
        "一年内禁止参加政府采购活动",
        "一年以內禁止參加政府採購活動",
        "取消其一年内参加依法必须进行招标的项目的投标资格",
        "列入不良行为记录名单",
        "六个月内不得参与本市土地竞买",
        "暂停其招标代理业务资格",
        "不禁止参加政府采购活动",
        "禁止其在一年 内参加 投标",
    ],
)
def test_prose_that_speaks_of_a_bar_is_flagged_even_negated(text: str) -> None:
    assert speaks_of_ban(text)


@pytest.mark.parametrize("text", ["", "罚款2万元", "取消第一中标候选人资格", "吊销示例资质证书"])
def test_prose_without_a_bar_is_not(text: str) -> None:
    assert not speaks_of_ban(text)


def test_an_incomplete_row_touches_what_its_words_and_the_look_back_reach() -> None:
    assert scopes_touched("警告", look_back=False, ban=False) == ()
    assert scopes_touched("罚款", look_back=True, ban=False) == (Scope.GOVERNMENT_PROCUREMENT,)
    assert scopes_touched("串通投标", look_back=False, ban=False) == (Scope.MANDATORY_TENDER,)
    assert scopes_touched("市场禁入", look_back=False, ban=True) == (Scope.ALL_PUBLIC_RESOURCES,)
