"""A company by chat: bound, told, led through its repair in few messages, and nobody else's business is ever shown."""

from __future__ import annotations

import re
from datetime import date

import pytest

from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import database
from repair.acts import AskSupplement, Decide
from repair.model import CaseState, Outcome
from tests.bots.conftest import COMPANY, OTHER, enterprise
from tests.bots.people import PDF, Person
from tests.bots.records import BAN, HOUSING, LABOUR, fined, listed, sources_fresh
from tests.bots.telegram_stand_in import StandIn
from tests.fakes import FakeClock

NUMBER = "示建罚〔2026〕1号"


@pytest.fixture
def person(services: Services, telegram: StandIn) -> Person:
    return Person(services, telegram)


def reviewer(of: str | None = HOUSING.code) -> Caller:
    return Caller(key_id="key_reviewer", org_code=of or "", role=Role.REVIEWER)


async def test_the_whole_repair_takes_nine_messages(
    services: Services, company: Caller, person: Person, clock: FakeClock
) -> None:
    await sources_fresh(services)
    await listed(services, COMPANY)
    assert "已绑定:示例建设有限公司" in await person.binds(company)
    assert "查见限制情形" in await person.says("状态")
    plan = await person.says("方案")
    assert "2026年7月11日" in plan
    assert "建议第1个办:" in plan and "不是承诺" in plan
    assert "请发送文件" in await person.presses("修复")
    promise = await person.hands("履行证明.pdf")
    assert "已收到材料" in promise
    assert "承诺不实或者违反承诺的" in promise
    assert "材料已齐" in await person.says("示例甲")
    assert "已提交,待受理" in await person.presses("确认提交")

    desk, who = services.repairs, reviewer(LABOUR.code)
    (line,) = await desk.reading.listing(who)
    await desk.cases.accept(line.id, line.version, who)
    act = Decide(record_id=line.records[0], outcome=Outcome.GRANTED, decided_by=LABOUR.name,
                 decision_no="示人社信修〔2026〕1号")
    case = await desk.deciding.decide(line.id, line.version + 1, act, who)
    assert case.state is CaseState.GRANTED
    answer = await person.says("状态")
    assert "依法必须招标的工程】未查见限制情形" in answer
    assert "没有可以申请修复" in await person.says("修复")
    assert person.written <= 12


async def test_days_are_those_of_the_plan(services: Services, company: Caller, person: Person) -> None:
    await fined(services, COMPANY, restrictions=(BAN,), severity="serious")
    await listed(services, COMPANY)
    await person.binds(company)
    told = await person.says("日期")
    plan = await services.repairs.reading.plan(COMPANY, company)
    for record in plan.records:
        days = [record.earliest, record.earliest_strict, *(r.until for r in record.runs_on)]
        window = record.publication
        days += [window.min_until, window.max_until] if window else []
        for day in days:
            assert day is None or f"{day.year}年{day.month}月{day.day}日" in told
    assert "2027年5月19日(含当日)" in told
    assert "修复后仍继续" in told


async def test_why_names_clause_and_last_day_or_says_that_there_is_nothing(
    services: Services, company: Caller, person: Person
) -> None:
    await sources_fresh(services)
    await fined(services, COMPANY)
    await person.binds(company)
    assert "没有理由可列" in await person.says("为什么")
    await fined(services, COMPANY, "示建罚〔2026〕2号", restrictions=(BAN,), severity="serious")
    told = await person.says("为什么")
    assert "查见限制情形" in told
    assert "依据:招标投标法 第五十三条" in told
    assert "截至2027年5月19日(含当日)" in told
    assert "以来为什么变化:" in told and "· 得分由" in told and "· 新计入:" in told


async def test_too_early_is_told_with_the_day(services: Services, company: Caller, person: Person) -> None:
    record = await fined(services, COMPANY, decided_on=date(2026, 10, 20), corrected_on=date(2026, 10, 25),
                         performed_on=date(2026, 10, 25))
    await person.binds(company)
    assert "最早可申请日期:2027年1月21日" in await person.says(f"修复 {record}")


async def test_another_companys_record_and_no_record_are_answered_alike(
    services: Services, company: Caller, person: Person, clock: FakeClock
) -> None:
    await enterprise(OTHER, clock)
    others = await fined(services, OTHER)
    await person.binds(company)
    told = {await person.says(f"修复 {what}") for what in (others, NUMBER, "pen_none", "示建罚〔2020〕9号")}
    assert told == {"没有可以为您办理的此项内容。"}


async def test_a_second_application_is_the_first_one_continued(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    assert "已建立修复申请" in await person.says(f"修复 {NUMBER}")
    assert "填写中" in await person.says(f"修复 {NUMBER}")
    assert len(await services.repairs.reading.listing(company)) == 1


async def test_what_an_upload_is_not_is_refused_and_nothing_is_lost(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    await person.says("修复")
    assert "没有保存" in await person.hands("证明.pdf", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(25))
    assert "没有保存" in await person.hands("证明.exe", b"MZ" + bytes(100))
    assert "文件过大" in await person.hands("证明.pdf", PDF + bytes(10_000_001))
    assert "已收到材料" in await person.hands("证明.pdf")


async def test_a_file_sent_too_soon_is_kept_and_used_later(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    assert "文件已保存" in await person.hands("证明.pdf")
    assert "1份此前收到" in await person.says("修复")
    assert "承诺" in await person.presses("使用已存文件")


async def test_nothing_is_handed_in_without_the_promise(services: Services, company: Caller, person: Person) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    await person.says("修复")
    await person.hands("证明.pdf")
    assert "承诺书" in await person.says("提交")
    (line,) = await services.repairs.reading.listing(company)
    assert line.state is CaseState.DRAFT


async def test_a_supplement_is_asked_and_given_by_chat(services: Services, company: Caller, person: Person) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    await person.says("修复")
    await person.hands("证明.pdf")
    await person.says("示例甲")
    await person.says("提交")
    who = reviewer()
    (line,) = await services.repairs.reading.listing(who)
    ask = AskSupplement(defects=(("performance", "缺少缴款日期"),), until=date(2026, 12, 20))
    await services.repairs.cases.ask_supplement(line.id, line.version, ask, who)
    told = await person.says("修复")
    assert "缺少缴款日期" in told
    assert "2026年12月20日" in told
    assert "材料已齐" in await person.hands("缴款凭证.pdf")
    assert "已提交" in await person.says("提交")


async def test_a_tab_that_was_faster_stops_nobody_in_a_chat(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    await person.binds(company)
    await person.says("修复")
    (line,) = await services.repairs.reading.listing(company)
    await services.repairs.papers.sign(line.id, line.version, None, "示例甲", date(2026, 11, 20), company)
    assert "材料已齐" in await person.hands("证明.pdf")


async def test_before_binding_and_after_it_ends_nothing_is_shown(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    secret = re.compile(f"{COMPANY}|示例建设|{NUMBER}|20\\d\\d年")
    for word in ("状态", "为什么", "日期", "方案", f"修复 {NUMBER}", "上传", "收到", "提交", "解绑", "帮助", COMPANY):
        assert not secret.search(await person.says(word)), word
    assert not secret.search(await person.hands("证明.pdf"))
    assert await database.fetch("SELECT id FROM bots_upload") == []
    await person.binds(company)
    await person.says("解绑")
    assert "已解绑" in await person.presses("确认解绑")
    assert not secret.search(await person.says("状态"))


async def test_no_natural_person_is_named_in_any_answer(
    services: Services, company: Caller, person: Person
) -> None:
    await fined(services, COMPANY)
    told = await person.binds(company)
    for word in ("状态", "为什么", "日期", "方案", "修复"):
        told += await person.says(word)
    await person.hands("证明.pdf")
    told += await person.says("示例签署人乙")
    assert "示例法人甲" not in told
    assert "示例签署人乙" not in told
    assert "示例签署人乙" not in str(await database.fetch("SELECT * FROM bots_update"))


async def test_in_a_group_nothing_is_said(services: Services, company: Caller, telegram: StandIn) -> None:
    person = Person(services, telegram, -500)
    made = await services.bots.links.issue(COMPANY, company)
    for text in ("状态", f"绑定 {made.code}"):
        sent = await person.does(telegram.text(-500, text, kind="group"))
        assert [s.text for s in sent] == ["为保护企业信息,本助手只在一对一聊天中办理。请私聊本助手。"]
    assert await services.bots.links.of_chat("telegram", "-500") is None
