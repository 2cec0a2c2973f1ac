"""The look-back of 政府采购法 22(1)(5), and one barred member of a consortium."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from credit.kernel.clock import SHANGHAI
from tests.walks.cases import collusion, firm, penalty, stop
from tests.walks.house import SAFETY, SUPPLIES, WORKS, House

BOTH = "type=construction&mandatory=true&regimes=tendering,government_procurement"


async def test_an_order_to_stop_fails_three_years_of_procurement_and_nothing_else(house: House) -> None:
    code = firm()
    made = await house.push(stop(code), SAFETY)
    bought = await house.now(code, SUPPLIES)
    assert bought["outcome"] == "ineligible"
    reason = next(r for r in bought["reasons"] if r["bars"])
    # decided 2025-03-10: the corresponding day after three years, inclusive
    assert (reason["code"], reason["from"], reason["until"]) == ("look_back", "2025-03-10", "2028-03-10")
    assert "政府采购法第二十二条" in reason["basis"] and "责令停产停业" in reason["title"]
    assert reason["remedy"] == {"kind": "wait", "earliest": "2028-03-11", "url": None}
    assert reason["record_id"] == made["id"]
    assert (await house.now(code, WORKS))["outcome"] == "eligible"
    assert (await house.now(code, BOTH))["outcome"] == "ineligible"


async def test_its_last_day_is_counted_in(house: House) -> None:
    code = firm()
    await house.push(stop(code), SAFETY)
    await house.turn_to(datetime(2028, 3, 10, 23, 0, tzinfo=SHANGHAI))
    assert (await house.now(code, SUPPLIES))["outcome"] == "ineligible"
    await house.turn_to(datetime(2028, 3, 11, 0, 0, tzinfo=SHANGHAI))
    assert (await house.now(code, SUPPLIES))["outcome"] == "eligible"


async def test_where_the_question_leaves_the_law_open_so_does_the_answer(house: House) -> None:
    code, clean = firm(), firm()
    await house.push(stop(code), SAFETY)
    open_question = "type=construction&mandatory=true"
    answer = await house.now(code, open_question)
    assert (answer["outcome"], answer["label"]) == ("undetermined", "无法判定,请人工核查")
    assert "tender_incomplete" in [r["code"] for r in answer["reasons"]]
    assert (await house.now(clean, open_question))["outcome"] == "eligible"  # both readings agree


async def test_one_fen_decides_whether_a_fine_is_large(house: House) -> None:
    below, at = firm(), firm()
    await house.push(penalty(below, fine_fen=199_999_999, content="罚款人民币1999999.99元。"))
    await house.push(penalty(at, fine_fen=200_000_000, content="罚款人民币2000000元。"))
    assert (await house.now(below, SUPPLIES))["outcome"] == "eligible"
    large = await house.now(at, SUPPLIES)
    assert large["outcome"] == "ineligible"
    reason = next(r for r in large["reasons"] if r["bars"])
    assert (reason["code"], reason["until"]) == ("look_back", "2029-05-20")  # decided 2026-05-20
    assert "较大数额罚款" in reason["title"] and "财库〔2022〕3号" in reason["basis"]
    assert (await house.now(at, WORKS))["outcome"] == "eligible"


async def test_one_barred_member_bars_the_bid_and_the_others_keep_their_own_answer(house: House) -> None:
    barred, partner, alone = firm(), firm(), firm()
    await house.push(collusion(barred))
    subjects: list[dict[str, Any]] = [
        {"code": barred, "bid": "B7", "lot": "1"}, {"code": partner, "bid": "B7", "lot": "1"},
        {"code": alone, "bid": "B8", "lot": "1"},
    ]
    tender = {"type": "construction", "regimes": ["tendering"], "mandatory": True}
    answer = await house.ask({"subjects": subjects, "tender": tender})
    assert [(a["bid"], a["outcome"]) for a in answer["answers"]] == [
        ("B7", "ineligible"), ("B7", "eligible"), ("B8", "eligible")]
    assert answer["bids"] == [
        {"bid": "B7", "lot": "1", "outcome": "ineligible", "because_of": [barred]},
        {"bid": "B8", "lot": "1", "outcome": "eligible", "because_of": []},
    ]
    told = [r for r in answer["answers"][1]["reasons"] if r["code"] == "consortium_member"]
    assert [r["bars"] for r in told] == [False]
