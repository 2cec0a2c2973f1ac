"""Wage arrears from the plan to the removal, day by day; the past keeps its answer."""

from __future__ import annotations

from datetime import datetime

from credit.kernel import ledger
from credit.kernel.clock import SHANGHAI
from tests.walks.house import SUPPLIES, WORKS, House
from tests.walks.repairs import wage_arrears

_LETTERS = {"listing_decision", "listing_repair_notice", "repair_acceptance", "repair_supplement", "repair_grant",
            "listing_removal"}


async def test_a_wage_arrears_entry_is_repaired_and_yesterdays_answer_stays(house: House) -> None:
    desk, record = await wage_arrears(house)
    plan = await desk.plan_of(record)
    # 6 months since the correction of 2026-01-10 end on 2026-07-10; one year shown since 2025-09-15 on 2026-09-15
    assert (plan["earliest"], plan["earliest_strict"]) == ("2026-07-11", "2026-09-16")
    assert (plan["repairable"], plan["decider"]["code"]) == (True, desk.office)
    assert plan["effect"]["eligible_from"] == "2026-11-22"
    assert (await house.now(desk.code))["outcome"] == "ineligible"
    before = await house.log_size() - 1
    await desk.open(record)
    await desk.upload()
    await desk.sign()
    await desk.do("submission")
    # Sunday 2026-11-22: +3 working days is Wednesday 25, +10 is Friday 2026-12-04
    due = {c["code"]: c["due_on"] for c in desk.case["clocks"]}
    assert (due["accept"], due["feedback"]) == ("2026-11-25", "2026-12-04")
    await house.turn_to(datetime(2026, 11, 23, 9, tzinfo=SHANGHAI))
    await desk.do("acceptance", by=await desk.reviewer())
    defects = [{"paper": "performance", "detail": "请补交工资支付凭证"}]
    await desk.do("supplement-request", {"defects": defects, "until": "2026-11-30"}, by=await desk.reviewer())
    assert {c["code"]: c["state"] for c in desk.case["clocks"]}["feedback"] == "stopped"
    await house.turn_to(datetime(2026, 11, 25, 9, tzinfo=SHANGHAI))
    await desk.upload()
    await desk.do("submission")
    # one of ten days was used by the 23rd; nine more from the 25th end on Tuesday 2026-12-08
    assert {c["code"]: c["due_on"] for c in desk.case["clocks"]}["feedback"] == "2026-12-08"
    size = await house.log_size()
    done = await desk.decide(decision_no="示人社移〔2026〕7号")
    assert (done["state"], done["records"][0]["outcome"]) == ("granted", "granted")
    entries = await house.get(f"/v1/ledger/entries/{size}", await house.auditor())
    assert (await ledger.entry(size)).kind == "listing_removed", entries.text
    for query in (WORKS, SUPPLIES):
        assert (await house.now(desk.code, query))["outcome"] == "eligible"
    then = await house.ask({"subjects": [{"code": desk.code}], "tender": {
        "type": "construction", "regimes": ["tendering"], "mandatory": True}, "known_at": before},
        await house.auditor())
    assert then["answers"][0]["outcome"] == "ineligible"
    assert (await desk.plan_of(record))["why_not"] == "removed"
    letters = {x["kind"]: x for x in await house.letters(desk.code, await desk.company())}
    assert set(letters) == _LETTERS
    grant = await house.letter_text(letters["repair_grant"]["id"], await desk.company())
    for part in ("准予信用修复决定书", "示人社移〔2026〕7号", "移出名单", "信用修复不撤销处罚决定", "得分由"):
        assert part in grant, part
    asked = await house.letter_text(letters["repair_supplement"]["id"], await desk.company())
    assert "请补交工资支付凭证" in asked and "2026年11月30日（含当日）" in asked
