"""What a company reads: the promises of the 信用修复告知书 and the 失信告知书, sentence by sentence."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from credit.model import PenaltyKind
from notices import letters
from notices.model import (
    Ban,
    Clock,
    Clocks,
    ClockUnit,
    Code,
    LetterFacts,
    LetterKind,
    NumberLine,
    Receipt,
    Repair,
    Signature,
)
from notices.wording import TemplateUnknown
from tests.notices import letter_samples as samples

REPAIR, LOCAL = LetterKind.REPAIR_NOTICE, LetterKind.DISHONESTY_NOTICE
LOOK_BACK_SENTENCE = (
    "信用修复不撤销处罚决定，也不改变“参加政府采购活动前三年内没有重大违法记录”声明所依据的事实；"
    "作虚假声明的，可能构成提供虚假材料或弄虚作假（政府采购法第七十七条、招标投标法实施条例第四十二条）。"
)


def text(facts: LetterFacts, kind: LetterKind = REPAIR) -> str:
    return "\n".join(letters.compose(kind, facts, samples.STAMP).words())


def test_the_general_notice_carries_every_required_part() -> None:
    shown = text(samples.GENERAL)
    for part in (
        "行政处罚信息信用修复告知书",
        "示例市样本建设工程有限公司（统一社会信用代码：91370100MA3EXMPL1X）：",
        "示城管罚字〔2026〕12号",
        "2026年5月20日",
        "未按规定设置施工围挡",
        "罚款23340元",
        "《中华人民共和国行政处罚法》第四十八条",
        "国办发〔2025〕22号",
        "国家发展和改革委员会令第36号",
        "一般失信信息（类别为系统暂定，以认定机关确认为准）",
        "至2026年8月20日（含当日）",
        "至2027年5月20日（含当日），期满自动停止公示",
        "2026年8月21日（以处罚决定确定的义务已履行完毕为前提）",
        "（1）法定责任义务履行完毕的证明材料；（2）信用承诺书",
        "“信用中国”网站（https://www.creditchina.gov.cn）；示例市政务服务大厅信用修复窗口（示例市样本路2号）",
        "3个工作日内决定是否受理",
        "10个工作日内反馈结果",
        "谁认定、谁修复",
        "信用信息异议",
        "本告知书不影响上述期限的计算",
        "信用修复免费办理，不收取任何费用，谨防以信用修复名义的收费代办",
        "联系电话：0000-12345678",
        "送达回证",
        LOOK_BACK_SENTENCE,
    ):
        assert part in shown, part


def test_without_a_service_day_no_last_day_of_review_is_computed() -> None:
    shown = text(samples.GENERAL)
    assert "自收到处罚决定书之日起60日内申请行政复议，或者6个月内提起行政诉讼" in shown
    assert "以送达回证为准" in shown


def test_with_a_service_day_the_last_days_of_review_suit_and_payment_are_named() -> None:
    clocks = Clocks(
        review=samples.clock(60, ClockUnit.DAYS, date(2026, 7, 20)),
        suit=samples.clock(6, ClockUnit.MONTHS, date(2026, 11, 23)),
        payment=samples.clock(15, ClockUnit.DAYS, date(2026, 6, 5)),
    )
    shown = text(msgspec.structs.replace(samples.GENERAL, served_on=date(2026, 5, 21), clocks=clocks))
    assert "60日内（至2026年7月20日，含当日）申请行政复议" in shown
    assert "6个月内（至2026年11月23日，含当日）提起行政诉讼" in shown
    assert "15日内缴纳（至2026年6月5日，含当日）" in shown


def test_a_penalty_on_the_spot_says_review_comes_first() -> None:
    shown = text(samples.MINOR)
    assert "应当先自收到处罚决定书之日起60日内申请行政复议，对复议决定不服的，再提起行政诉讼" in shown


def test_no_payment_limit_without_a_fine() -> None:
    assert "罚款应当" in text(samples.GENERAL)
    assert "罚款应当" not in text(samples.MINOR)


def test_an_unpublished_minor_record_has_nothing_to_repair() -> None:
    shown = text(samples.MINOR)
    assert "不对外公示，你单位无需申请信用修复" in shown
    assert "最早可申请日" not in shown
    assert "申请材料" not in shown


def test_a_published_minor_record_may_be_repaired_once_the_duty_is_done() -> None:
    shown = text(samples.MINOR_PUBLISHED)
    assert "处罚决定确定的义务履行完毕之日" in shown
    assert "最短公示期" not in shown


def test_while_the_duty_is_open_the_day_after_the_minimum_is_named_on_that_condition() -> None:
    open_duty = msgspec.structs.replace(samples.GENERAL, repair=Repair())
    assert "2026年8月21日（以处罚决定确定的义务已履行完毕为前提）" in text(open_duty)
    done = Repair(earliest=date(2026, 9, 2), performed_on=date(2026, 9, 2))
    shown = text(msgspec.structs.replace(samples.GENERAL, repair=done))
    assert "2026年9月2日\n" in shown
    assert "为前提" not in shown


def test_a_last_day_that_the_decision_states_is_named_as_such() -> None:
    window = msgspec.structs.replace(samples.GENERAL.publication, max_until=date(2026, 12, 31), max_stated=True)
    shown = text(msgspec.structs.replace(samples.GENERAL, publication=window))
    assert "至2026年12月31日（含当日），以处罚决定载明的公示截止期为准，期满自动停止公示" in shown


def test_a_minor_record_under_samr107_stops_by_itself() -> None:
    shown = text(samples.SAMR_MINOR)
    assert "至2026年8月20日（含当日），期满自动停止公示，无需申请" in shown
    assert "国家市场监督管理总局令第107号" in shown
    assert "申请材料" not in shown
    assert "你（经营者）" in shown


def test_the_legacy_regime_has_no_classes_and_shows_both_readings() -> None:
    shown = text(samples.LEGACY)
    assert "国家发展和改革委员会令第58号" in shown
    assert "不区分轻微、一般、严重类别" in shown
    assert "2026年4月16日；按另一种理解为2027年1月16日" in shown
    assert "自较早之日起即可提出申请，是否准予修复由认定机关决定" in shown


def test_a_stated_ban_runs_to_its_last_day_and_repair_does_not_shorten_it() -> None:
    for kind in samples.OF_PENALTIES:
        shown = text(samples.SERIOUS, kind)
        assert "依据《中华人民共和国招标投标法》第五十三条，自2026年5月20日起限制参加依法必须" in shown
        assert "限制至2027年5月19日（含当日）" in shown
        assert "信用修复不缩短" in shown


def test_a_ban_without_end_names_no_day() -> None:
    ban = Ban(title="参加评标活动", basis="《中华人民共和国招标投标法》第五十六条", first_day=date(2026, 5, 20))
    shown = text(msgspec.structs.replace(samples.SERIOUS, bans=(ban,)))
    assert "自2026年5月20日起限制参加评标活动，处罚决定未载明截止日期" in shown


def test_the_look_back_is_not_removed_by_repair() -> None:
    for kind in samples.OF_PENALTIES:
        shown = text(samples.SERIOUS, kind)
        assert "自2026年5月20日至2029年5月20日（含当日）" in shown
        assert "信用修复不消除该情形" in shown


def test_without_a_stated_ban_the_letter_claims_none() -> None:
    assert "该处罚决定未载明限制投标、限制参加政府采购活动等措施" in text(samples.GENERAL)
    unread = text(msgspec.structs.replace(samples.GENERAL, ban_unread=True))
    assert "未载明限制投标" not in unread
    assert "其范围和期限以处罚决定书为准" in unread


def test_a_class_set_by_the_authority_is_not_called_provisional() -> None:
    shown = text(samples.SERIOUS)
    assert "严重失信信息（由认定机关确定）" in shown
    assert "暂定" not in shown


def test_a_draft_says_that_nothing_holds_before_service() -> None:
    for kind in samples.OF_PENALTIES:
        shown = text(samples.DRAFT, kind)
        assert "本告知书与处罚决定书一并送达" in shown
        assert "处罚决定书送达前" in shown
        assert "不公示、不产生限制效果" in shown


def test_the_local_letter_tells_channel_steps_and_conditions() -> None:
    shown = text(samples.GENERAL, LOCAL)
    for part in ("失信告知书", "基本条件", "申请渠道", "办理流程", "免费办理", "送达回证"):
        assert part in shown, part


def test_amounts_stand_beside_the_kinds_they_belong_to() -> None:
    facts = msgspec.structs.replace(
        samples.GENERAL,
        kinds=(PenaltyKind.FINE, PenaltyKind.CONFISCATE_GAINS),
        fine_fen=199_999_999,
        confiscated_fen=5_000,
    )
    assert "罚款1999999.99元、没收违法所得50元" in text(facts)


def test_an_unstamped_letter_has_no_number_no_day_and_no_code() -> None:
    letter = letters.compose(REPAIR, samples.GENERAL)
    assert NumberLine("文号待编") in letter.blocks
    assert not [block for block in letter.blocks if isinstance(block, Code)]
    assert [block.day for block in letter.blocks if isinstance(block, Signature)] == ["日期待定"]


def test_the_stamp_sets_number_day_and_verify_address() -> None:
    letter = letters.compose(REPAIR, samples.GENERAL, samples.STAMP)
    assert NumberLine("示城管信修告〔2026〕7号") in letter.blocks
    assert [b.url for b in letter.blocks if isinstance(b, Code)] == [samples.STAMP.verify_url]
    assert [b.day for b in letter.blocks if isinstance(b, Signature)] == ["2026年5月21日"]
    assert isinstance(letter.blocks[-1], Receipt)


def test_the_score_is_told_in_its_own_sentences_and_an_older_version_is_as_it_was() -> None:
    shown = text(samples.SCORED, LOCAL)
    for part in ("2026年5月21日为35分，等级D", *samples.SCORE.sentences, *samples.SCORE.notes):
        assert part in shown, part
    assert "得分" not in text(samples.SERIOUS, LOCAL)
    before = [letters.compose(LOCAL, facts, samples.STAMP, "v1").words() for facts in (samples.SCORED, samples.SERIOUS)]
    assert before[0] == before[1] == letters.compose(LOCAL, samples.SERIOUS, samples.STAMP).words()


def test_headings_are_numbered_in_order() -> None:
    heads = [word for word in letters.compose(REPAIR, samples.GENERAL).words() if word[1:2] == "、"]
    assert [head[0] for head in heads] == list("一二三四五")


def test_an_unknown_template_version_is_refused() -> None:
    with pytest.raises(TemplateUnknown):
        letters.compose(REPAIR, samples.GENERAL, version="v99")


@pytest.mark.parametrize("kind", samples.OF_PENALTIES)
@pytest.mark.parametrize("name", list(samples.ALL))
def test_no_letter_shows_an_empty_word_or_a_template_mark(name: str, kind: LetterKind) -> None:
    for word in letters.compose(kind, samples.ALL[name], samples.STAMP).words():
        assert not any(mark in word for mark in ("{{", "{%", "None", "||", "\n", "  ")), word


def test_a_clock_that_is_missing_leaves_no_hole() -> None:
    shown = text(msgspec.structs.replace(samples.GENERAL, clocks=Clocks()))
    assert "办理时限" not in shown
    assert "本告知书不影响上述期限的计算" in shown
    only = Clocks(feedback=Clock(amount=10, unit=ClockUnit.WORKING_DAYS, source="示例"))
    assert "10个工作日内反馈结果" in text(msgspec.structs.replace(samples.GENERAL, clocks=only))
