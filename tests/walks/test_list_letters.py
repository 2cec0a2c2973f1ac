"""What a listed company receives: decision and repair notice together, once; the removal; nothing half known."""

from __future__ import annotations

from credit.accounts.model import Role
from tests.walks.cases import firm
from tests.walks.house import House
from tests.walks.repairs import LABOUR, wage_arrears
from tests.walks.test_listings import enter, entry, removal


async def test_decision_and_repair_notice_arrive_together_and_the_removal_by_itself(house: House) -> None:
    desk, record = await wage_arrears(house)
    found = {x["kind"]: x for x in await house.letters(desk.code, await desk.company())}
    assert set(found) == {"listing_decision", "listing_repair_notice"}
    assert found["listing_decision"]["number"].startswith("示人社列通〔2026〕")
    shown = await house.letter_text(found["listing_decision"]["id"], await desk.company())
    for part in ("拖欠农民工工资失信联合惩戒对象名单", "至2028年9月15日（含当日）", "示例事实。",
                 "限制你单位参加政府采购活动、参加依法必须进行招标的项目的投标", "60日内申请行政复议"):
        assert part in shown, part
    way = await house.letter_text(found["listing_repair_notice"]["id"], await desk.company())
    assert "2026年7月11日；按另一种理解为2026年9月16日" in way
    gone = await house.post(f"/v1/listings/{record}/removal", removal(ground="expiry"), await house.office(LABOUR))
    assert gone.status_code == 201, gone.text
    kinds = [x["kind"] for x in await house.letters(desk.code, await desk.company())]
    assert sorted(kinds) == ["listing_decision", "listing_removal", "listing_repair_notice"]
    page = await house.get(await house.printed_address(found["listing_decision"]["id"], await desk.company()))
    assert "已终止公示" in page.text


async def test_without_facts_nothing_goes_out_until_they_are_entered_and_then_once(house: House) -> None:
    await wage_arrears(house)  # the office has its 机关代字
    code, office = firm(), await house.office(LABOUR)
    made = (await house.post("/v1/listings", entry(code, facts=""), office)).json()
    assert made["no_letter"]["code"] == "facts_missing" and "补全" in made["no_letter"]["title"]
    assert await house.letters(code) == []
    for facts in ("示例事实。", "示例事实,另有补充。"):
        path = f"/v1/listings/{made['id']}/corrections"
        assert (await house.post(path, entry(code, facts=facts), office)).status_code == 200
        assert [x["kind"] for x in await house.letters(code)] == ["listing_decision", "listing_repair_notice"]


async def test_a_court_sends_its_own_and_a_body_without_a_number_series_sends_none(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))  # enters the office without 机关代字
    assert made["no_letter"]["code"] == "no_issuer"
    assert await house.letters(code) == []
    key = await house.key(Role.AUTHORITY, LABOUR, "push:any")
    await wage_arrears(house)
    court = entry(code, list="judgment_defaulter", authority={"name": "示例市人民法院"}, document_no="示执1号")
    told = (await house.post("/v1/listings", court, key)).json()
    assert told["no_letter"]["code"] == "issued_elsewhere", told
    assert await house.letters(code) == []
