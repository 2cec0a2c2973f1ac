"""The letters of lists: what each must say, and what it must not claim where a text was not verified."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from notices import letters
from notices.fonts import FontCache
from notices.model import Clock, ClockUnit, Hearing, LetterFacts, LetterKind, Listed, Removal
from notices.pdf import check
from notices.register import TITLES
from tests.notices import letter_samples as samples

ENTRY = Listed(
    title="拖欠农民工工资失信联合惩戒对象名单", until=date(2029, 5, 20), until_verified=True, months=36,
    term_basis="人社部令第45号", bars=("参加政府采购活动", "参加依法必须进行招标的项目的投标"),
    effect_basis="保障农民工工资支付条例第四十八条", effect_verified=True,
    early="自纠正失信行为之日起满6个月，足额支付拖欠的农民工工资，并作出信用承诺", early_basis="人社部令第45号",
    early_verified=True,
    hearing=Hearing(served_on=date(2026, 5, 6), stated_on=date(2026, 5, 8), answer="示例复核不成立"),
)
FACTS = msgspec.structs.replace(
    samples.GENERAL, kinds=(), content="", document_no="示人社列〔2026〕3号", listed=ENTRY, facts="示例事实",
    basis="示例依据", clocks=msgspec.structs.replace(samples.CLOCKS, payment=None))
OPEN = msgspec.structs.replace(
    ENTRY, title="市场监督管理严重违法失信名单", until_verified=False, effect_verified=False, bars=(),
    early_verified=False, hearing=Hearing(days=Clock(amount=5, unit=ClockUnit.WORKING_DAYS, source="示例规定")))
GONE = msgspec.structs.replace(ENTRY, removal=Removal(
    document_no="示人社移〔2026〕1号", decided_on=date(2026, 11, 20), ground="列入期满", basis="人社部令第45号"))


def words(kind: LetterKind, listed: Listed = ENTRY, **facts: object) -> str:
    given: LetterFacts = msgspec.structs.replace(FACTS, listed=listed, **facts)
    return "\n".join(letters.compose(kind, given, samples.STAMP).words())


def said(shown: str, *parts: str) -> None:
    for part in parts:
        assert part in shown, part


def test_the_prior_notice_is_no_decision_and_opens_statement_and_defence() -> None:
    served = msgspec.structs.replace(ENTRY, hearing=Hearing(last_day=date(2026, 5, 13), by_authority=True))
    said(words(LetterKind.LISTING_PRIOR_NOTICE, served), "本告知书不是列入决定", "示例事实", "示例依据",
         "列入期限为36个月", "限制你单位参加政府采购活动、参加依法必须进行招标的项目的投标", "陈述、申辩的权利",
         "请最迟于2026年5月13日（含当日）提出。", "不因陈述、申辩加重处理", "送达回证")
    computed = words(LetterKind.LISTING_PRIOR_NOTICE, OPEN)
    said(computed, "自收到本告知书之日起5个工作日内提出；该期限为系统按已知规则推算（示例规定），未经核对")
    assert "限制你单位" not in computed and "不据此限制投标" in computed


def test_the_decision_and_the_repair_notice_arrive_together_with_remedies_and_the_way_out() -> None:
    said(words(LetterKind.LISTING_DECISION), "示人社列〔2026〕3号", "至2029年5月20日（含当日）（人社部令第45号）",
         "列入告知书于2026年5月6日送达", "示例复核不成立", "60日内", "申请行政复议", "6个月内", "提起行政诉讼",
         "《列入名单信用修复告知书》与本通知书一并送达")
    said(words(LetterKind.LISTING_REPAIR_NOTICE), "自纠正失信行为之日起满6个月，足额支付", "谁认定、谁修复", "免费办理",
         "最早可申请日", "处罚决定自身载明的限制", "《列入名单决定通知书》")


def test_what_was_not_verified_is_said_and_bars_nothing() -> None:
    decision = words(LetterKind.LISTING_DECISION, OPEN)
    said(decision, "未经核对，以认定机关确认为准", "尚未核实到法律、行政法规的条文")
    assert "列入期间限制" not in decision and "招标文件的规定执行" not in decision
    said(words(LetterKind.LISTING_REPAIR_NOTICE, OPEN), "该条件未经核对，以认定机关答复为准")
    none = msgspec.structs.replace(OPEN, until=None, months=None, early="", hearing=None)
    said(words(LetterKind.LISTING_DECISION, none), "以决定书载明的为准")
    said(words(LetterKind.LISTING_REPAIR_NOTICE, none), "未查见该名单提前移出的专门规定")
    said(words(LetterKind.LISTING_PRIOR_NOTICE, none), "可以自收到本告知书之日起提出陈述、申辩")


def test_the_removal_ends_the_list_and_nothing_else() -> None:
    said(words(LetterKind.LISTING_REMOVAL, GONE), "示人社移〔2026〕1号", "2026年11月20日", "列入期满",
         "名单产生的限制同时解除", "不缩短处罚决定载明的限制期限", "参加政府采购活动前三年内没有重大违法记录")


@pytest.mark.parametrize("kind", [k for k in LetterKind if k.value.startswith("listing_")])
def test_every_letter_of_a_list_can_be_drawn_and_bears_its_title(kind: LetterKind, font_cache: FontCache) -> None:
    for listed in (GONE, msgspec.structs.replace(OPEN, removal=GONE.removal)):
        letter = letters.compose(kind, msgspec.structs.replace(FACTS, listed=listed), samples.STAMP)
        assert letter.title == TITLES[kind]
        check(letter, str(font_cache.folder))
