"""Conduct that is no penalty: recorded after its notice, counted only after statement and defence, followed to its end.

Working days of 2026: 16-20 November are Monday to Friday, 23-27 November and 30 November - 4 December as well.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from credit.accounts.model import Role
from credit.kernel import database
from tests.walks.cases import firm
from tests.walks.house import AUDIT, CENTRE, FINANCE, HOUSING, MARKET, House

ID = "370102199003071238"  # an invented number with the right check digit
RECORDS = "/v1/conduct-records"
_serial = count(1)


def conduct(code: str, **facts: Any) -> dict[str, Any]:
    """A contract not performed well, seen on 16 November; the 告知书 was served on Friday the 20th."""
    return {
        "subject": {"name": f"示例市样本工程有限公司{code[-4:]}", "code": code}, "scheme": "sample_construction",
        "item": "contract_performance", "happened_on": "2026-11-16", "notice_served_on": "2026-11-20",
        "document_no": f"示样告〔2026〕{next(_serial)}号", "evidence": "示例履约评价表第3页", **facts,
    }


def expert(**facts: Any) -> dict[str, Any]:
    n = next(_serial)
    person = {"kind": "natural_person", "name": "张三丰", "person_ref": f"experts_sample:E{n:04d}"}
    return conduct("0000", subject=person, **facts)


async def record(house: House, body: dict[str, Any], org: str = HOUSING, *, status: int = 201) -> Any:
    answer = await house.post(RECORDS, body, await house.office(org))
    assert answer.status_code == status, answer.text
    return answer.json()


async def act(house: House, made: Any, verb: str, body: Any, by: dict[str, str], *, status: int = 200) -> Any:
    answer = await house.post(f"{RECORDS}/{made['id']}/{verb}", body, by)
    assert answer.status_code == status, answer.text
    return answer.json()


async def score(house: House, code: str, day: str) -> Any:
    path = f"/v1/entities/{code}/score?scheme=sample_construction&on={day}"
    return (await house.get(path, await house.office())).json()


async def read(house: House, made: Any) -> Any:
    answer = await house.get(f"{RECORDS}/{made['id']}", await house.office())
    assert answer.status_code == 200, answer.text
    return answer.json()


def at(day: int, month: int = 11) -> datetime:
    return datetime(2026, month, day, 1, tzinfo=UTC)


async def test_silence_counts_after_five_working_days(house: House) -> None:
    """Served on the 20th: to state until Friday the 27th (23, 24, 25, 26, 27); counts from Saturday the 28th.

    The sample scheme has base 70 and takes 5 points off for it.
    """
    code = firm()
    made = await record(house, conduct(code))
    assert (await house.now(code))["outcome"] == "eligible"  # nothing here bars anybody
    assert made["state"] == "open"
    assert (made["statement_until"], made["counts_from"]) == ("2026-11-27", "2026-11-28")
    house.clock.set(at(27))
    assert (await read(house, made))["state"] == "open"
    waiting = await score(house, code, "2026-11-27")
    assert waiting["value"] == 70 and [x["points"] for x in waiting["lines"]] == [70, 0]
    assert "处于陈述申辩期" in str(waiting["lines"][1])
    house.clock.set(at(28))
    assert (await read(house, made))["state"] == "counts"
    assert (await house.now(code))["outcome"] == "eligible"
    assert (await score(house, code, "2026-11-28"))["value"] == 65
    weight = {"type": "construction", "mandatory": True, "regimes": ["tendering"],
              "credit_weight": {"scheme": "sample_construction", "points": 5}}
    answer = await house.ask({"subjects": [{"code": code}], "tender": weight, "on": "2026-11-28"})
    assert answer["answers"][0]["score"]["value"] == 65


async def test_a_statement_that_is_accepted_never_counts(house: House) -> None:
    code = firm()
    made, mine, office = await record(house, conduct(code)), await house.enterprise(code), await house.office()
    await act(house, made, "statement", {"text": "示例申辩"}, mine)
    await act(house, made, "reply", {"replied_on": "2026-11-22", "upheld": False, "reason": "申辩成立"}, office)
    house.clock.set(at(30, 12))
    told = await read(house, made)
    assert (told["state"], told["counts_from"], told["upheld"]) == ("dropped", None, False)
    assert {(await score(house, code, day))["value"] for day in ("2026-11-28", "2027-03-01")} == {70}
    await act(house, made, "statement", {"text": "再次"}, mine, status=409)
    again = {"replied_on": "2026-12-01", "upheld": True, "reason": "改口"}
    assert (await act(house, made, "reply", again, office, status=409))["code"] == "already_replied"


async def test_the_same_again_and_other_content(house: House) -> None:
    body = conduct(firm())
    made = await record(house, body)
    again = await record(house, body, status=200)
    assert (again["id"], again["duplicate"]) == (made["id"], True)
    refused = await record(house, {**body, "notice_served_on": "2026-11-21"}, status=409)
    assert refused["corrections_url"] == f"{RECORDS}/{made['id']}/correction"
    office = await house.office()
    changed = {**body, "notice_served_on": "2026-11-21", "evidence": "示例更正"}
    assert (await act(house, made, "correction", changed, office))["revision"] == 2
    told = await read(house, made)
    assert (told["notice_served_on"], told["evidence"]) == ("2026-11-21", "示例更正")
    assert (await record(house, changed, status=200))["duplicate"]
    other = await act(house, made, "correction", {**body, "happened_on": "2026-11-17"}, office, status=422)
    assert other["code"] == "identity_changed"


async def test_withdrawn_it_ends_and_does_not_come_back(house: House) -> None:
    body = conduct(firm())
    made, office = await record(house, body), await house.office()
    await act(house, made, "withdrawal", {"withdrawn_on": "2026-11-22", "reason": "登记有误"}, office)
    told = await read(house, made)
    assert (told["state"], told["counts_from"], told["withdrawal"]) == ("withdrawn", None, "登记有误")
    assert (await record(house, body, status=409))["code"] == "withdrawn"
    await act(house, made, "statement", {"text": "示例"}, office, status=409)


async def test_what_is_wrong_is_named_with_its_cure(house: House) -> None:
    code = firm()
    cases: list[tuple[dict[str, Any], str, int]] = [
        ({"scheme": "nothing"}, "scheme_unknown", 404),
        ({"item": "collusion"}, "conduct_item_unknown", 422),  # an item of penalties
        ({"happened_on": "2026-11-23", "notice_served_on": "2026-11-23"}, "invalid", 422),
        ({"notice_served_on": "2026-11-15"}, "invalid", 422),
        ({"subject": {"name": "示例", "code": "91370199MAEX090152"}}, "code_check_digit", 422),
        ({"subject": {"kind": "natural_person", "name": "张三丰", "person_ref": ID}}, "invalid", 422),
        ({"document_no": f"示〔2026〕{ID}"}, "invalid", 422),
        ({"happened_on": "2020-01-01"}, "conduct_item_unknown", 422),  # before the scheme
    ]
    for facts, refusal, status in cases:
        told = await record(house, conduct(code, **facts), status=status)
        assert told["code"] == refusal, told
        assert ID not in str(told)
    known = await record(house, conduct(code, item="nothing"), status=422)
    assert "contract_performance" in known["known"] and "合同履约评价不合格" in known["detail"]


async def test_a_scheme_takes_only_those_it_is_for(house: House) -> None:
    absent = {"scheme": "sample_expert_points", "item": "absent"}
    told = await record(house, conduct(firm(), **absent), status=422)
    assert (told["code"], told["kinds"]) == ("scheme_not_for_subject", ["natural_person"])
    assert "只适用于自然人" in told["detail"]
    assert (await record(house, expert(**absent)))["scheme"] == "sample_expert_points"


async def test_who_records_what(house: House) -> None:
    assert (await record(house, conduct(firm()), MARKET, status=403))["code"] == "not_competent"
    body = conduct(firm())
    made = await house.post(RECORDS, body, await house.platform())
    assert made.status_code == 201  # the sample scheme says that platforms record
    assert (await record(house, conduct(firm(), authority={"name": "示例", "code": CENTRE}), status=403))["code"] == (
        "authority_unknown")
    for asker in (await house.auditor(), await house.key(Role.OPERATOR, AUDIT), {}):
        assert (await house.post(RECORDS, conduct(firm()), asker)).status_code in (401, 403)


async def test_another_office_and_another_company_see_nothing(house: House) -> None:
    code = firm()
    made = await record(house, conduct(code))
    for asker in (await house.office(FINANCE), await house.platform(), await house.enterprise(firm())):
        assert (await house.get(f"{RECORDS}/{made['id']}", asker)).status_code == 404
        listed = (await house.get(f"{RECORDS}?subject={code}", asker)).json()
        assert listed["items"] == []
    reply = {"replied_on": "2026-11-22", "upheld": True, "reason": "示例"}
    assert (await house.post(f"{RECORDS}/{made['id']}/reply", reply, await house.office(FINANCE))).status_code == 403
    for asker in (await house.enterprise(code), await house.auditor(), await house.office()):
        assert (await house.get(f"{RECORDS}/{made['id']}", asker)).json()["id"] == made["id"]
    records = f"/v1/entities/{code}/records"
    assert (await house.get(records)).json()["conduct"] == []  # the public sees none of it
    assert [c["id"] for c in (await house.get(records, await house.enterprise(code))).json()["conduct"]] == [made["id"]]


async def test_a_statement_that_an_office_enters_has_its_own_day(house: House) -> None:
    made, office = await record(house, conduct(firm())), await house.office()
    early = {"text": "示例", "stated_on": "2026-11-19"}
    await act(house, made, "statement", early, office, status=422)
    assert (await act(house, made, "reply", {"replied_on": "2026-11-22", "upheld": True, "reason": "示例"}, office,
                      status=409))["code"] == "not_stated"
    await act(house, made, "statement", {"text": "示例", "stated_on": "2026-11-21"}, office)
    assert (await read(house, made))["stated_on"] == "2026-11-21"


async def test_a_batch_answers_item_by_item_and_dry_run_writes_nothing(house: House) -> None:
    good, bad, office = conduct(firm()), conduct(firm(), item="nothing"), await house.office()
    for query, status in (("?dry_run=true", 200), ("", 201)):
        answer = (await house.post(f"{RECORDS}{query}", [good, bad, good, {"item": 1}], office)).json()["items"]
        assert [i["status"] for i in answer] == [status, 422, 200, 422]
        assert answer[2]["conduct"]["duplicate"]
        assert answer[1]["error"]["code"] == "conduct_item_unknown"
    first = await house.post(RECORDS, conduct(firm()), office, **{"Idempotency-Key": "conduct-1"})
    assert first.status_code == 201
    many = (await house.post(RECORDS, [good] * 1001, office))
    assert many.status_code == 422


async def test_the_same_request_twice_is_one_act(house: House) -> None:
    body, office = conduct(firm()), await house.office()
    twice = [(await house.post(RECORDS, body, office, **{"Idempotency-Key": "conduct-2"})).json() for _ in range(2)]
    assert twice[0] == twice[1]
    again = {"replied_on": "2026-11-22", "upheld": True, "reason": "示例"}
    await act(house, twice[0], "statement", {"text": "示例"}, office)
    told = [await house.post(f"{RECORDS}/{twice[0]['id']}/reply", again, office, **{"Idempotency-Key": "r"})
            for _ in range(2)]
    assert [t.status_code for t in told] == [200, 200] and told[0].json() == told[1].json()


async def test_a_list_is_paged_and_filtered_by_what_is_computed(house: House) -> None:
    org = await house.office("1137019900EX000229")
    made = [(await house.post(RECORDS, conduct(firm()), org)).json()["id"] for _ in range(3)]
    await house.post(f"{RECORDS}/{made[1]}/statement", {"text": "示例"}, org)
    seen, cursor = [], ""
    while True:
        page = (await house.get(f"{RECORDS}?limit=2{cursor}", org)).json()
        seen += [i["id"] for i in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made
    stated = (await house.get(f"{RECORDS}?state=stated", org)).json()["items"]
    assert [i["id"] for i in stated] == [made[1]]
    assert (await house.get(f"{RECORDS}?cursor=bm8=", org)).status_code == 422


async def test_an_expert_is_a_masked_name_and_counted_questions(house: House) -> None:
    body = expert()
    ref = body["subject"]["person_ref"]
    made = await record(house, body)
    assert made["subject_code"] is None
    path, office, auditor = f"/v1/persons/{ref}", await house.office(), await house.auditor()
    card = (await house.get(path, office)).json()
    assert card == {"person_ref": ref, "name": "张**", "penalties": 0, "listings": 0, "conduct": 1}
    told = (await house.get(f"{path}/records", auditor)).json()
    assert told["conduct"][0]["subject"]["name"] == "张**"
    assert "三丰" not in str(told) + (await house.get(f"{RECORDS}/{made['id']}", office)).text
    score = (await house.get(f"{path}/score?scheme=sample_construction", office)).json()
    assert score["scheme"] == "sample_construction"
    asked = (await house.get(f"{path}/access-log", auditor)).json()["items"]
    assert {(i["asker"], i["count"]) for i in asked} == {("authority", 2), ("auditor", 1)}
    for stranger, status in ((await house.office(MARKET), 404), (await house.platform(), 403), ({}, 401)):
        assert (await house.get(path, stranger)).status_code == status
    assert ID not in (await house.get(f"/v1/persons/{ID}", office)).text
    rows = await database.fetch("SELECT count(*) AS n FROM log_entry WHERE body LIKE '%三丰%'")
    assert rows[0]["n"] == 0


@pytest.mark.parametrize("change", [{"valid_until": "2027-03-17"}, {"granted_on": "2026-03-19"}])
async def test_a_merit_with_other_content_is_a_conflict_that_points_to_a_correction(
    house: House, change: dict[str, str]
) -> None:
    code = firm()
    merit = {"code": code, "name": "示例市样本工程有限公司", "scheme": "sample_construction", "item": "quality_award",
             "document_no": f"示样奖〔2026〕{next(_serial)}号", "granted_on": "2026-03-18",
             "authority": {"name": "示例市住房和城乡建设局", "code": HOUSING}}
    office = await house.office()
    made = (await house.post("/v1/merits", merit, office)).json()
    assert (await house.post("/v1/merits", merit, office)).json() == {"id": made["id"], "duplicate": True}
    refused = await house.post("/v1/merits", merit | change, office)
    assert refused.status_code == 409
    url = refused.json()["corrections_url"]
    assert (await house.post(url, merit | change, await house.office(MARKET))).status_code == 403
    corrected = await house.post(url, merit | change, office)
    assert corrected.json() == {"id": made["id"], "revision": 2}
    assert (await house.post("/v1/merits", merit | change, office)).json()["duplicate"]
    assert (await house.post(url, merit | {"document_no": "示样奖〔2026〕x号"}, office)).status_code == 422


async def test_a_merit_of_no_scheme_or_item_is_refused_with_those_there_are(house: House) -> None:
    merit = {"code": firm(), "name": "示例", "scheme": "nothing", "item": "quality_award", "granted_on": "2026-03-18",
             "document_no": "示〔2026〕1号", "authority": {"name": "示例市住房和城乡建设局", "code": HOUSING}}
    other = {"scheme": "sample_construction", "item": "x"}
    for facts, known in (({}, "sample_construction"), (other, "quality_award")):
        answer = await house.post("/v1/merits", merit | facts, await house.office())
        assert answer.status_code == 422 and answer.json()["code"] == "merit_unknown"
        assert known in answer.json()["known"]


# The log never goes back in time: what acts on later days stands here, in their order.


async def test_a_statement_that_is_upheld_against_counts_from_the_reply(house: House) -> None:
    """Stated on the 24th: reply until 8 December (25, 26, 27, 30, 1, 2, 3, 4, 7, 8); answered on the 30th,
    which nobody could read here before 9 December."""
    code = firm()
    made, mine, office = await record(house, conduct(code)), await house.enterprise(code), await house.office()
    house.clock.set(at(24))
    await act(house, made, "statement", {"text": f"示例申辩:已按合同履行。{ID}"}, mine)
    told = await read(house, made)
    assert (told["state"], told["stated_on"], told["reply_until"]) == ("stated", "2026-11-24", "2026-12-08")
    assert told["statement"] == "示例申辩:已按合同履行。[证件号码未保留]"
    house.clock.set(at(9, 12))
    late = await read(house, made)
    assert (late["state"], late["reply_overdue"], late["counts_from"]) == ("stated", True, None)
    await act(house, made, "reply", {"replied_on": "2026-11-30", "upheld": True, "reason": "示例理由"}, office)
    told = await read(house, made)
    assert (told["state"], told["counts_from"], told["reply"]) == ("counts", "2026-12-09", "示例理由")
    days = ("2026-11-30", "2026-12-08", "2026-12-09")
    assert [(await score(house, code, day))["value"] for day in days] == [70, 70, 65]
    # a notice served anew, on 9 December: five working days to state anew (10, 11, 14, 15, 16)
    again = conduct(code, document_no=told["document_no"], notice_served_on="2026-12-09")
    await act(house, made, "correction", again, office)
    assert (await read(house, made))["counts_from"] == "2026-12-17"
    await act(house, made, "statement", {"text": "示例:重新送达后再次申辩。"}, mine)
    assert [(await read(house, made))[name] for name in ("state", "upheld", "counts_from")] == ["stated", None, None]


async def test_what_was_put_right_stops_counting_from_that_day(house: House) -> None:
    """It counted from 28 November; put right on 5 December, as its recorder enters on the 9th."""
    code = firm()
    made, office = await record(house, conduct(code)), await house.office()
    house.clock.set(at(9, 12))
    seq = await house.log_size() - 1
    mended = {"repaired_on": "2026-12-05", "proof": f"示例验收记录第1号,{ID}"}
    assert (await house.post(f"{RECORDS}/{made['id']}/repair", mended, await house.office(FINANCE))).status_code == 403
    for wrong in ({"repaired_on": "2026-11-15"}, {"repaired_on": "2026-12-10"}, {"proof": ""}):
        await act(house, made, "repair", mended | wrong, office, status=422)
    assert (await act(house, made, "repair", mended, office))["revision"] == 2
    assert (await act(house, made, "repair", mended, office, status=409))["code"] == "already_repaired"
    told = await read(house, made)
    assert (told["state"], told["repaired_on"], told["counts_from"]) == ("repaired", "2026-12-05", "2026-11-28")
    assert told["repair"] == "示例验收记录第1号,[证件号码未保留]"
    assert [(await score(house, code, f"2026-12-0{day}"))["value"] for day in (4, 5)] == [65, 70]
    before = f"/v1/entities/{code}/score?scheme=sample_construction&on=2026-12-05&known_at={seq}"
    assert (await house.get(before, await house.auditor())).json()["value"] == 65  # as it was known


async def test_a_company_cannot_date_its_statement_back(house: House) -> None:
    code = firm()
    made, mine = await record(house, conduct(code)), await house.enterprise(code)
    house.clock.set(at(10, 12))
    await act(house, made, "statement", {"text": "示例", "stated_on": "2026-11-24"}, mine, status=422)
    await act(house, made, "statement", {"text": "示例"}, mine)  # late: it counts, and may still be answered
    assert (await read(house, made))["state"] == "counts"
