"""Every date is the same wherever it is read: API, letter, company page, desk, and the bot's answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import httpx

from bots.console import Terminal, converse
from credit.accounts.model import Caller, Role
from tests.api.web.people import enter, page, person
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import House
from tests.walks.repairs import Desk, wage_arrears

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
DAY = r"(\d{4})年(\d{1,2})月(\d{1,2})日"
Days = dict[str, date]


async def test_a_general_penalty_has_the_same_days_everywhere(house: House) -> None:
    code = firm()
    made = await house.push(penalty(
        code, severity="general", served_on="2026-05-20", corrected_on="2026-06-15", performed_on="2026-06-10"))
    # shown from the decision of 2026-05-20, three months at least and a year at most; may be repaired a day later
    days = {"from": date(2026, 5, 20), "min_until": date(2026, 8, 20), "max_until": date(2027, 5, 20),
            "earliest": date(2026, 8, 21)}
    window = {name: days[name] for name in ("from", "min_until", "max_until")}
    assert isodays(made["publication"]) == window
    assert await of_record(house, code, made["id"]) == window
    assert await of_plan(house, code, made["id"]) == days
    letter = await letter_of(house, code)
    told = {"from": "公示期起算日", "min_until": "最短公示期至", "max_until": "最长公示期至",
            "earliest": "最早可申请日"}
    assert found(letter, told) == days
    shown = {"from": "起始", "min_until": "最短公示至", "max_until": "最长公示至"}
    assert found(tight(page(await house.get(f"/companies/{code}")).text), shown) == window
    async with at_desk(house, code) as browser:
        record = tight(page(await browser.get(f"/desk/records/{made['id']}")).text)
    assert found(record, {**shown, "earliest": "最早可申请"}) == days
    asked = {"min_until": "公示:至少至", "max_until": "最长至", "earliest": "最早可申请修复:"}
    assert found(await bot(house, code, "日期"), asked) == {name: days[name] for name in asked}



async def test_a_ban_has_the_same_first_and_last_day_everywhere(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code, corrected_on="2026-06-15", performed_on="2026-06-10"))
    first, last = date(2026, 5, 20), date(2027, 5, 19)
    answer = await house.now(code)
    (reason,) = [r for r in answer["reasons"] if r["bars"]]
    assert (reason["from"], reason["until"]) == (first.isoformat(), last.isoformat())
    assert {last} == {date(*map(int, m)) for m in re.findall(DAY, reason["title"])}
    plan = await Desk(house, code).plan_of(made["id"])
    assert [r["until"] for r in plan["runs_on"]] == [last.isoformat()]
    # serious: one year at least, three at most; the ban ends the day before the window may first be closed
    window = {"from": first, "min_until": date(2027, 5, 20), "max_until": date(2029, 5, 20)}
    assert await of_record(house, code, made["id"]) == isodays(plan["publication"]) == window
    assert plan["earliest"] == "2027-05-21"
    letter = await letter_of(house, code)
    assert found(letter, {"first": "招标投标法第五十三条,自", "last": "限制至", "earliest": "最早可申请日"}) == {
        "first": first, "last": last, "earliest": date(2027, 5, 21)}
    public = tight(page(await house.get(f"/companies/{code}")).text)
    assert found(public, {"last": "第五十三条自2026年5月20日至"}) == {"last": last}
    async with at_desk(house, code) as browser:
        desk = tight(page(await browser.get("/desk")).text)
        record = tight(page(await browser.get(f"/desk/records/{made['id']}")).text)
    assert found(desk, {"last": "法定禁止至"}) == {"last": last}
    assert found(record, {"last": "限制至", "earliest": "最早可申请"}) == {
        "last": last, "earliest": date(2027, 5, 21)}
    assert found(await bot(house, code, "为什么"), {"last": "限制至"}) == {"last": last}
    assert found(await bot(house, code, "日期"), {"last": "限制至", "earliest": "最早可申请修复:"}) == {
        "last": last, "earliest": date(2027, 5, 21)}


async def test_a_listing_has_the_same_two_earliest_days_everywhere(house: House) -> None:
    desk, record = await wage_arrears(house)
    days = {"earliest": date(2026, 7, 11), "earliest_strict": date(2026, 9, 16)}
    plan = await of_plan(house, desk.code, record)
    assert {name: plan[name] for name in days} == days
    answer = await house.now(desk.code)
    (reason,) = [r for r in answer["reasons"] if r["bars"]]
    assert reason["remedy"]["earliest"] == days["earliest"].isoformat()
    async with at_desk(house, desk.code) as browser:
        home = tight(page(await browser.get("/desk")).text)
        shown = tight(page(await browser.get(f"/desk/records/{record}")).text)
    assert found(home, {"earliest": "最早"}) == {"earliest": days["earliest"]}
    assert found(shown, {"earliest": "最早可申请", "earliest_strict": "较严的理解"}) == days
    words = {"earliest": "最早可申请修复:", "earliest_strict": "按较严理解,最早可申请修复:"}
    for asked in ("日期", "方案"):
        told = await bot(house, desk.code, asked)
        assert found(told.replace(words["earliest_strict"], "严:"), {**words, "earliest_strict": "严:"}) == days


def isodays(members: dict[str, Any]) -> Days:
    """The members that are days."""
    return {name: date.fromisoformat(day) for name, day in members.items()
            if isinstance(day, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", day)}


async def of_record(house: House, code: str, record: str) -> Days:
    """The days of a record as the public reads them; the single record says the same."""
    items = (await house.get(f"/v1/entities/{code}/records")).json()["items"]
    (shown,) = items
    single = (await house.get(f"/v1/penalties/{record}", await house.office())).json()
    assert single["publication"] == shown["publication"]
    return isodays(shown["publication"])


async def of_plan(house: House, code: str, record: str) -> Days:
    """The days of a repair plan: its window, and from when it may be applied for."""
    plan = await Desk(house, code).plan_of(record)
    own = isodays({name: plan[name] for name in ("earliest", "earliest_strict")})
    return {**isodays(plan["publication"] or {}), **own}


async def letter_of(house: House, code: str) -> str:
    """The words of the issued 信用修复告知书, tight."""
    company = await house.enterprise(code)
    (letter,) = [x for x in await house.letters(code, company) if x["kind"] == "repair_notice"]
    return tight(await house.letter_text(letter["id"], company))


def tight(text: str) -> str:
    """Words without blanks, with one kind of punctuation."""
    return re.sub(r"[\s《》]", "", text).translate(str.maketrans("，（）：", ",():"))


def found(text: str, after: dict[str, str]) -> Days:
    """The day that follows each phrase, which must be the same wherever the phrase stands."""
    days = {}
    for name, phrase in after.items():
        said = set(re.findall(re.escape(phrase) + DAY, text))
        assert len(said) == 1, (name, phrase, said, text)
        days[name] = date(*map(int, said.pop()))
    return days


@asynccontextmanager
async def at_desk(house: House, code: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which somebody of the company is signed in."""
    await house.enterprise(code)
    await person(house.services, Role.ENTERPRISE, code, f"days-{code}")
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as browser:
        browser.headers.update(BROWSER)
        await enter(browser, f"days-{code}")
        yield browser


async def bot(house: House, code: str, question: str) -> str:
    """The answer in a chat that is bound to the company."""
    await house.enterprise(code)
    company = Caller(key_id=f"key_{code}", org_code=code, role=Role.ENTERPRISE)
    bound = (await house.services.bots.links.issue(code, company)).code
    said: list[str] = []
    terminal = Terminal(said.append)

    async def lines() -> AsyncIterator[str]:
        yield question

    await converse(
        terminal, house.services.bots.with_platform(terminal), f"{code}{question}", lines(), first=f"绑定 {bound}")
    return tight("".join(said[1:]))
