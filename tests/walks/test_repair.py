"""From the letter to a clean record by HTTP: plan, case, papers, 补正, decision; and what repair does not end."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from credit.kernel import ledger
from tests.walks.cases import collusion, firm, penalty, stop
from tests.walks.house import SAFETY, SUPPLIES, WATER, House
from tests.walks.repairs import PDF, Desk, general


async def test_a_general_penalty_is_repaired_by_one_event(house: House) -> None:
    desk, record = await general(house)
    plan = await desk.plan_of(record)
    assert (plan["earliest"], plan["earliest_strict"], plan["auto_stop_on"]) == ("2026-08-21", None, "2027-05-20")
    await desk.handed_in(record)
    await desk.do("acceptance", by=await desk.reviewer())
    await house.settled()
    size = await house.log_size()
    await desk.decide()
    assert (await ledger.entry(size)).kind == "penalty_repaired"
    public = (await house.get(f"/v1/entities/{desk.code}/records")).json()["items"]
    assert public == []
    score = (await house.get(f"/v1/entities/{desk.code}/score?scheme=sample_construction", await desk.company())).json()
    assert score["value"] == plan["effect"]["score_after"]
    grant = await letter(desk, "repair_grant")
    assert "得分和等级均未变化" in grant  # the item's six months had ended on the 19th


async def test_repair_shortens_no_ban(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code, decided_on="2025-11-10", served_on="2025-11-10", severity=None,
                                      corrected_on="2025-12-01", performed_on="2025-12-01", restrictions=[
        {"scope": "mandatory_tender", "from": "2025-11-10", "to": "2027-11-09", "basis": "招标投标法 第五十三条"}]))
    desk = Desk(house, code)
    plan = await desk.plan_of(made["id"])
    assert [(r["code"], r["until"]) for r in plan["runs_on"]] == [("statutory_ban", "2027-11-09")]
    assert plan["effect"]["eligible_from"] == "2027-11-10"
    await desk.handed_in(made["id"])
    await desk.do("acceptance", by=await desk.reviewer())
    await desk.decide()
    answer = await house.now(code)
    assert (answer["outcome"], [r["until"] for r in answer["reasons"] if r["bars"]]) == ("ineligible", ["2027-11-09"])
    grant = await letter(desk, "repair_grant")
    assert "限制至2027年11月9日(含当日)" in grant and "不缩短其期限" in grant


async def test_repair_removes_no_look_back(house: House) -> None:
    code = firm()
    made = await house.push(stop(code, corrected_on="2025-04-01", performed_on="2025-04-01"), SAFETY)
    desk = Desk(house, code, SAFETY)
    plan = await desk.plan_of(made["id"])
    assert [(r["code"], r["until"]) for r in plan["runs_on"]] == [("look_back", "2028-03-10")]
    await desk.handed_in(made["id"])
    await desk.do("acceptance", by=await desk.reviewer())
    await desk.decide()
    answer = await house.now(code, SUPPLIES)
    assert (answer["outcome"], [r["code"] for r in answer["reasons"] if r["bars"]]) == ("ineligible", ["look_back"])
    assert "2028年3月10日(含当日)" in await letter(desk, "repair_grant")
    assert (await house.get(f"/v1/entities/{code}/records")).json()["items"] == []


async def test_a_refusal_says_why_and_another_application_may_follow(house: House) -> None:
    desk, record = await general(house)
    await desk.handed_in(record)
    await desk.do("acceptance", by=await desk.reviewer())
    silent = await desk.decide("refused", status=422)
    assert silent["errors"][0]["pointer"] == "/reason"
    done = await desk.decide("refused", reason_code="duty_open", reason="罚款缴纳凭证与处罚决定金额不符")
    assert (done["state"], done["records"][0]["reason"]) == ("refused", "罚款缴纳凭证与处罚决定金额不符")
    assert "罚款缴纳凭证与处罚决定金额不符" in await letter(desk, "repair_refusal")
    assert (await desk.plan_of(record))["repairable"] is True
    assert (await desk.open(record))["state"] == "draft"


async def test_an_application_is_withdrawn_and_nothing_changes(house: House) -> None:
    desk, record = await general(house)
    await desk.handed_in(record)
    assert (await desk.do("withdrawal", {"reason": "示例"}))["state"] == "withdrawn"
    assert (await desk.do("submission", status=409))["code"] == "case_closed"
    assert len((await house.get(f"/v1/entities/{desk.code}/records")).json()["items"]) == 1


async def test_without_a_day_of_correction_the_company_states_it(house: House) -> None:
    desk, record = await general(house, corrected_on=None, performed_on=None)
    plan = await desk.plan_of(record)
    assert (plan["earliest"], plan["why_not"]) == (None, "correction_date_unknown")
    assert (await desk.open(record, status=409))["code"] == "correction_date_unknown"
    await desk.open(record, corrected_on="2026-06-20")
    assert (await desk.plan_of(record))["earliest"] == "2026-08-21"


async def test_who_does_not_decide_cannot_grant(house: House) -> None:
    desk, record = await general(house)
    await desk.handed_in(record)
    assert (await desk.decide(org=WATER, status=403))["code"] == "not_the_decider"
    assert (await desk.do("decision", {"outcome": "granted"}, status=403))["code"] == "forbidden"


async def test_a_window_fills_in_but_does_not_grant(house: House) -> None:
    desk, record = await general(house)
    window = await desk.reviewer(WATER)
    await desk.open(record, who=window)
    await desk.upload(by=window)
    await desk.do("commitment", {"signed_by": "示例法人", "signed_on": "2026-11-20"}, by=window)
    await desk.do("submission", by=window)
    done = await desk.decide(org=WATER)
    assert (done["state"], done["state_title"]) == ("ended_prefilled", "已代填,待认定单位决定")
    assert len((await house.get(f"/v1/entities/{desk.code}/records")).json()["items"]) == 1


async def test_the_deciding_authority_may_fill_in_at_its_own_window(house: House) -> None:
    desk, record = await general(house)
    office = await desk.reviewer()
    await desk.open(record, who=office, channel="offline_window")
    await desk.upload(by=office)
    await desk.do("commitment", {"signed_by": "示例法人", "signed_on": "2026-11-20"}, by=office)
    await desk.do("submission", by=office)
    await desk.do("acceptance", by=office)
    unknown = {"defects": [{"paper": "passport", "detail": "示例"}], "until": "2026-12-20"}
    refused = await desk.do("supplement-request", unknown, by=office, status=422)
    assert refused["errors"][0]["pointer"] == "/defects/0/paper"
    assert (await desk.decide())["state"] == "granted"


async def test_a_draft_decision_is_in_nobodys_plan(house: House) -> None:
    code = firm()
    await house.push(penalty(code, decided_on="2026-11-20"), query="?stage=draft")
    assert (await Desk(house, code).plan())["records"] == []


async def test_a_window_records_the_decision_of_the_deciding_authority(house: House) -> None:
    desk, record = await general(house)
    window = await desk.reviewer(WATER)
    await desk.handed_in(record, who=window)
    wrong: dict[str, Any] = {"decision_no": "示修〔2026〕1号", "decided_by": "示例市水利局", "external_no": "示例-1"}
    assert (await desk.decide(org=WATER, status=403, **wrong))["code"] == "not_the_decider"
    right = wrong | {"decided_by": "示例市住房和城乡建设局", "external_no": ""}
    await desk.upload("decision_document", by=window)
    assert (await desk.decide(org=WATER, **right))["state"] == "granted"


async def test_bad_input_gets_a_clear_answer_and_nothing_is_lost(house: House) -> None:
    desk, record = await general(house)
    other, foreign = await general(house)
    assert (await desk.open(foreign, status=403))["code"] == "not_your_record"
    await desk.open(record)
    assert (await desk.open(record, status=409))["case_id"] == desk.case["id"]
    assert (await house.get(f"/v1/repair-cases/{desk.case['id']}", await other.company())).status_code == 404
    lying = await desk.upload(name="示例.png", status=422)
    assert (lying["code"], lying["errors"][0]["code"]) == ("upload_refused", "not_what_it_says")
    assert (await desk.upload(content=b"<html>", name="a.pdf", status=422))["code"] == "upload_refused"
    unsigned = await desk.do("submission", status=422)
    assert unsigned["code"] == "commitment_unsigned"
    assert (await desk.do("commitment", {"signed_by": " ", "signed_on": "2026-11-20"}, status=422))["errors"]
    await desk.sign()
    assert (await desk.do("submission", status=422))["code"] == "papers_missing"
    await desk.upload()
    stale = await desk.do("submission", {"version": 1}, status=409)
    assert stale["code"] == "stale"
    await desk.do("submission")
    assert (await desk.upload(status=409))["code"] == "not_now"
    assert desk.case["state"] == "submitted"


async def test_the_same_request_gives_the_same_answer(house: House) -> None:
    desk, record = await general(house)
    await desk.open(record)
    signed = {"version": desk.case["version"], "signed_by": "示例法人", "signed_on": "2026-11-20"}
    first = await desk.do("commitment", signed, key="same-1")
    again = await desk.do("commitment", signed, key="same-1")
    assert first == again
    by_file = {"version": str(first["version"]), "record_id": record}
    answer = await house.client.post(
        f"/v1/repair-cases/{first['id']}/commitment", data=by_file, files={"file": ("示例.pdf", PDF)},
        headers=await desk.company())
    assert answer.status_code == 200, answer.text
    assert answer.json()["records"][0]["signed_file"] == answer.json()["evidence"][0]["id"]
    paper = await house.get(answer.json()["evidence"][0]["url"], await desk.reviewer())
    assert (paper.content, paper.headers["content-disposition"].split(";")[0]) == (PDF, "attachment")


async def test_the_promise_can_be_printed_before_and_after_signing(house: House) -> None:
    desk, record = await general(house)
    await desk.open(record)
    path = f"/v1/repair-cases/{desk.case['id']}/commitment/{record}/pdf"
    blank = await house.get(path, await desk.company())
    await desk.sign()
    signed = await house.get(path, await desk.company())
    for answer in (blank, signed):
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF"), answer.text
    assert ("示例法人" in printed(blank.content), "示例法人" in printed(signed.content)) == (False, True)


async def test_of_two_at_the_same_moment_one_gets_a_clear_no(house: House) -> None:
    desk, record = await general(house)
    body, company = {"records": [record]}, await desk.company()
    opened = await asyncio.gather(*(house.post("/v1/repair-cases", body, company) for _ in range(3)))
    assert sorted(a.status_code for a in opened) == [201, 409, 409]
    desk.case = next(a.json() for a in opened if a.status_code == 201)
    await desk.upload()
    await desk.sign()
    await desk.do("submission")
    await desk.do("acceptance", by=await desk.reviewer())
    path, office = f"/v1/repair-cases/{desk.case['id']}/decision", await desk.reviewer()
    seen, ways = desk.case["version"], ("granted", "refused", "granted")
    said = [{"version": seen, "outcome": way, "reason": "示例"} for way in ways]
    decided = await asyncio.gather(*(house.post(path, one, office) for one in said))
    assert sorted(a.status_code for a in decided) == [200, 409, 409]


async def test_records_of_one_authority_go_in_one_application_each_with_its_promise(house: House) -> None:
    desk, first = await general(house)
    done = {"corrected_on": "2026-06-15", "performed_on": "2026-06-10", "severity": "general"}
    second = (await house.push(penalty(desk.code, **done)))["id"]
    water = (await house.push(penalty(desk.code, WATER, **done), WATER))["id"]
    assert (await desk.open(first, water, status=422))["code"] == "deciders_differ"
    await desk.open(first, second)
    await desk.upload()
    await desk.sign(record_id=first)
    half = await desk.do("submission", status=422)
    assert (half["code"], half["errors"][0]["pointer"]) == ("commitment_unsigned", "/records/1")
    await desk.sign(record_id=second)
    await desk.do("submission")
    await desk.do("acceptance", by=await desk.reviewer())
    assert (await desk.decide(status=422))["errors"][0]["pointer"] == "/record_id"
    assert (await desk.decide(record_id=first))["state"] == "accepted"
    ended = await desk.decide("refused", record_id=second, reason="示例理由")
    assert (ended["state"], [r["outcome"] for r in ended["records"]]) == ("partly_granted", ["granted", "refused"])


async def letter(desk: Desk, kind: str) -> str:
    """The words of the company's one letter of a kind."""
    (found,) = [x for x in await desk.house.letters(desk.code, await desk.company()) if x["kind"] == kind]
    return await desk.house.letter_text(found["id"], await desk.company())


def printed(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
