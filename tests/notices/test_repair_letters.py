"""The letters of an application: what each must say, and that the 承诺书 is the company's own paper."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from notices import html, letters, text
from notices.fonts import FontCache
from notices.model import PROCEEDINGS, Code, LetterFacts, LetterKind, NumberLine, Organ, Proceeding, Signature
from notices.pdf import check
from notices.register import TITLES
from tests.notices import letter_samples as samples
from tests.notices.test_letters import LOOK_BACK_SENTENCE

ENTRY = (
    "示例市人力资源和社会保障局于2025年9月15日作出的列入“拖欠农民工工资失信联合惩戒对象名单”的决定"
    "（示人社列〔2025〕3号）"
)
PROCEEDING = Proceeding(
    records=(ENTRY,), applied_on=date(2026, 11, 22), due_on=date(2026, 12, 4), until=date(2026, 11, 30),
    defects=(("法定责任义务履行完毕的证明材料", "请补交工资支付凭证"),), reason="工资支付凭证与欠薪数额不符",
    granted_on=date(2026, 11, 25), lifts=("移出名单,名单产生的限制同时解除", "终止公示"),
    runs_on=("限制参加依法必须进行招标的项目的投标,限制至2027年5月19日(含当日)(招标投标法第五十三条)",),
    caution=LOOK_BACK_SENTENCE,
)
FACTS = msgspec.structs.replace(samples.GENERAL, proceeding=PROCEEDING, kinds=(), score=samples.SCORE)
BARE = msgspec.structs.replace(FACTS, proceeding=Proceeding(records=(ENTRY,), until=date(2026, 12, 1),
                                                            granted_on=date(2026, 11, 25), reason="示例"))


def words(kind: LetterKind, facts: LetterFacts = FACTS) -> str:
    return "\n".join(letters.compose(kind, facts, samples.STAMP).words())


def test_the_grant_says_what_ends_what_runs_on_and_what_repair_does_not_change() -> None:
    shown = words(LetterKind.REPAIR_GRANT)
    for part in ("准予信用修复决定书", ENTRY, "2026年11月25日", "移出名单", "限制至2027年5月19日(含当日)",
                 "信用修复不缩短其期限", LOOK_BACK_SENTENCE, "送达回证"):
        assert part in shown, part


def test_the_refusal_gives_its_reason_and_every_remedy() -> None:
    for kind in (LetterKind.REPAIR_REFUSAL, LetterKind.REPAIR_NON_ACCEPTANCE):
        shown = words(kind)
        for part in ("工资支付凭证与欠薪数额不符", "重新提出申请", "信用信息异议", "60日内申请行政复议",
                     "6个月内提起行政诉讼"):
            assert part in shown, part


def test_the_supplement_tells_everything_at_once_with_its_last_day() -> None:
    shown = words(LetterKind.REPAIR_SUPPLEMENT)
    for part in ("一次性告知", "请补交工资支付凭证", "至2026年11月30日（含当日）", "不计入办理期限"):
        assert part in shown, part


def test_acceptance_promises_no_grant_and_names_the_limit() -> None:
    shown = words(LetterKind.REPAIR_ACCEPTANCE)
    assert "至2026年12月4日（含当日）" in shown and "受理不等于准予修复" in shown


def test_the_extension_gives_its_reason_and_day() -> None:
    shown = words(LetterKind.REPAIR_EXTENSION)
    assert "至2026年11月30日（含当日）" not in shown and "2026年11月30日（含当日）" in shown
    assert "工资支付凭证与欠薪数额不符" in shown


def test_the_promise_is_the_companys_paper_without_letterhead_number_or_code() -> None:
    company = msgspec.structs.replace(samples.ISSUER, name="示例市样本建设工程有限公司", short="")
    signed = msgspec.structs.replace(PROCEEDING, signed_by="示例法人")
    facts = msgspec.structs.replace(FACTS, issuer=company, proceeding=signed)
    stamp = msgspec.structs.replace(samples.STAMP, number="", verify_url="", issued_on=date(2026, 11, 20))
    letter = letters.compose(LetterKind.COMMITMENT, facts, stamp)
    assert not [b for b in letter.blocks if isinstance(b, Organ | NumberLine | Code)]
    assert [(b.name, b.day) for b in letter.blocks if isinstance(b, Signature)] == [(company.name, "2026年11月20日")]
    shown = "\n".join(letter.words())
    for part in (ENTRY, "真实、合法、有效", "完全履行", "公开", "愿意依法承担", "示例法人"):
        assert part in shown, part


@pytest.mark.parametrize("facts", [FACTS, BARE], ids=["full", "bare"])
@pytest.mark.parametrize("kind", sorted(PROCEEDINGS - {LetterKind.LISTING_REMOVAL}))
def test_every_letter_has_its_title_its_twins_and_no_hole(
    kind: LetterKind, facts: LetterFacts, font_cache: FontCache
) -> None:
    letter = letters.compose(kind, facts, samples.STAMP)
    assert letter.title == TITLES[kind]
    assert check(letter, str(font_cache.folder)) <= 2
    for word in letter.words():
        assert not any(mark in word for mark in ("{{", "{%", "None", "||", "\n", "  ")), word
    assert letter.title in html.page(letter) and letter.title in text.render(letter)
