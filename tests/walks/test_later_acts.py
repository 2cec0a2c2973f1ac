"""What may happen to a penalty afterwards: withdrawn, served, corrected, stayed, performed."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from credit.kernel import database
from tests.walks.cases import BAN_53, collusion, firm, penalty, stop
from tests.walks.house import HOUSING, SAFETY, SUPPLIES, WATER, WORKS, House


async def test_a_withdrawn_decision_changes_the_answer_and_the_past_answer_stays(house: House) -> None:
    code = firm()
    made = await house.push(stop(code), SAFETY)
    await house.settled()
    question = {"subjects": [{"code": code}], "tender": {"type": "government_procurement"}}
    current, then = await asked(house, question), await house.log_size() - 1
    house.clock.advance(hours=1)
    withdrawal = {"document_no": "示应急撤〔2026〕1号", "withdrawn_on": "2026-11-22", "reason": "示例"}
    before = await asked(house, question | {"known_at": then - 1}, past=True)
    done = await house.act(made["id"], "withdrawal", withdrawal, SAFETY)
    assert done["revision"] == 2
    assert (await house.now(code, SUPPLIES))["outcome"] == "eligible"
    after = await asked(house, question | {"known_at": then - 1}, past=True)
    assert after == before == current  # byte for byte, answers and rules
    assert b"ineligible" in after[0]
    letters = await house.letters(code)
    assert [letter["state"] for letter in letters] == ["issued", "issued"]  # they were genuine and stay so
    public = (await house.get(f"/v1/entities/{code}/records")).json()["items"]
    assert public == []
    page = await house.get(await house.printed_address(letters[0]["id"], await house.auditor()))
    assert "终止公示" in page.text and "示应急" not in page.text
    again = await house.act(made["id"], "withdrawal", withdrawal, SAFETY, status=409)
    assert again["code"] == "withdrawn"


async def test_a_draft_has_its_letter_but_no_force_until_it_is_served(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code, served_on=None, decided_on="2026-11-20", restrictions=[
        {**BAN_53, "from": "2026-11-20", "to": "2027-11-19"}]), query="?stage=draft")
    company, office = await house.enterprise(code), await house.office()
    letters = await house.letters(code, office)
    assert "repair_notice" in [letter["kind"] for letter in letters]
    printed = await house.printed_address(letters[0]["id"], office)
    assert "尚未送达" in (await house.get(printed)).text
    for path in ("records", "standing"):
        seen = await house.get(f"/v1/entities/{code}/{path}", company)
        assert seen.status_code == 200 and made["id"] not in seen.text, path
    assert await house.letters(code, company) == []  # it comes with the decision, not before
    assert (await house.now(code))["outcome"] == "eligible"
    score = (await house.get(f"/v1/entities/{code}/score?scheme=sample_construction", office)).json()
    assert score["value"] == 70.0
    assert (await house.get(f"/v1/entities/{code}/records")).json()["items"] == []
    await house.act(made["id"], "service", {"served_on": "2026-11-22", "method": "direct"})
    assert (await house.now(code))["outcome"] == "ineligible"
    assert "repair_notice" in [letter["kind"] for letter in await house.letters(code, company)]
    assert len((await house.get(f"/v1/entities/{code}/records")).json()["items"]) == 1
    assert "尚未送达" not in (await house.get(printed)).text


async def test_a_draft_that_is_never_served_leaves_a_voided_number(house: House) -> None:
    code = firm()
    made = await house.push(penalty(code, decided_on="2026-11-20"), query="?stage=draft")
    issued = await house.letters(code)
    assert issued
    printed = await house.printed_address(issued[0]["id"], await house.auditor())
    withdrawal = {"document_no": "示样撤〔2026〕2号", "withdrawn_on": "2026-11-22"}
    await house.act(made["id"], "withdrawal", withdrawal)
    assert {letter["state"] for letter in await house.letters(code)} == {"voided"}
    register = (await house.get("/v1/notices/register", await house.office())).json()["items"]
    lines = {line["number"]: line for line in register}
    for letter in issued:
        assert lines[letter["number"]]["state"] == "voided"
        assert "作废" in lines[letter["number"]]["reason"]
    assert "作废" in (await house.get(printed)).text


async def test_a_correction_replaces_content_and_bars(house: House) -> None:
    code = firm()
    body = collusion(code)
    made = await house.push(body)
    longer = {**BAN_53, "to": "2028-05-19"}
    done = await house.act(made["id"], "corrections", body | {"restrictions": [longer]})
    assert (done["record_id"], done["revision"]) == (made["id"], 2)
    reason = next(r for r in (await house.now(code))["reasons"] if r["bars"])
    assert reason["until"] == "2028-05-19"
    await house.act(made["id"], "corrections", body | {"restrictions": []})
    open_one = await house.now(code)  # the text still speaks of a bar that nobody enters any more
    assert (open_one["outcome"], "ban_unread" in [r["code"] for r in open_one["reasons"]]) == ("undetermined", True)


async def test_a_correction_keeps_subject_authority_and_number(house: House) -> None:
    code, other = firm(), firm()
    body = penalty(code)
    made = await house.push(body)
    for changed in ({"document_no": "示样罚〔2026〕9999号"}, {"subject": body["subject"] | {"code": other}}):
        refused = await house.act(made["id"], "corrections", body | changed, status=422)
        assert refused["code"] == "identity_changed"


async def test_only_the_deciding_authority_may_act(house: House) -> None:
    made = await house.push(penalty(firm()))
    refused = await house.act(made["id"], "stay", {"from": "2026-06-01", "document": "示例"}, WATER, status=403)
    assert refused["code"] == "forbidden"


async def test_a_stay_suspends_the_ban_while_it_runs(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code))
    running = {"from": "2026-11-01", "to": None, "document": "示复停〔2026〕1号"}
    await house.act(made["id"], "stay", running)
    stayed = await house.now(code)
    assert stayed["outcome"] == "eligible"
    assert [(r["code"], r["bars"]) for r in stayed["reasons"]] == [("ban_stayed", False)]
    await house.act(made["id"], "stay", running | {"to": "2026-11-21"})  # ended yesterday
    assert (await house.now(code))["outcome"] == "ineligible"


async def test_performance_brings_the_first_day_of_repair(house: House) -> None:
    made = await house.push(penalty(firm(), severity="general"))
    office = await house.office()
    line = (await house.get(f"/v1/penalties/{made['id']}", office)).json()
    assert "earliest_repair" not in line and "履行" in line["earliest_why"]
    done = {"corrected_on": "2026-06-15", "performed_on": "2026-06-10"}
    await house.act(made["id"], "performance", done)
    line = (await house.get(f"/v1/penalties/{made['id']}", office)).json()
    # general from 2026-05-20: shown until 2026-08-20 at least, so repair from the day after
    assert line["earliest_repair"] == "2026-08-21"
    await house.act(made["id"], "performance", {"corrected_on": "2026-09-15"})
    line = (await house.get(f"/v1/penalties/{made['id']}", office)).json()
    assert line["earliest_repair"] == "2026-09-15"
    assert line["performed_on"] == "2026-06-10"


async def test_acts_in_the_future_are_refused(house: House) -> None:
    made = await house.push(penalty(firm()))
    refused = {
        "performance": ({"corrected_on": "2026-11-23"}, "/corrected_on"),
        "service": ({"served_on": "2026-11-23", "method": "direct"}, "/served_on"),
        "withdrawal": ({"document_no": "示", "withdrawn_on": "2026-11-23"}, "/withdrawn_on"),
        "stay": ({"from": "2026-11-02", "to": "2026-11-01", "document": "示"}, "/to"),
    }
    size = await settled_size(house)
    for verb, (body, pointer) in refused.items():
        answer = await house.act(made["id"], verb, body, HOUSING, status=422)
        assert [e["pointer"] for e in answer["errors"]] == [pointer], verb
    assert await house.log_size() == size


async def test_works_are_untouched_by_what_bars_procurement(house: House) -> None:
    code = firm()
    await house.push(stop(code), SAFETY)
    assert (await house.now(code, WORKS))["outcome"] == "eligible"


async def asked(house: House, question: Mapping[str, object], *, past: bool = False) -> tuple[bytes, bytes]:
    """`answers` and `rules` of the answer, as they were sent."""
    who = await house.auditor() if past else await house.platform()
    answer = await house.post("/v1/eligibility", question, who)
    assert answer.status_code == 200, answer.text
    members = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
    return bytes(members["answers"]), bytes(members["rules"])


async def settled_size(house: House) -> int:
    await house.settled()
    return await house.log_size()


async def test_what_an_act_rests_on_is_kept_beside_it(house: House) -> None:
    made = await house.push(penalty(firm()))
    await house.act(made["id"], "service", {
        "served_on": "2026-05-21", "method": "留置送达", "evidence": "示例送达回证1号"})
    await house.act(made["id"], "performance", {"corrected_on": "2026-06-01", "evidence": "示例缴款书1号"})
    await house.act(made["id"], "withdrawal", {
        "document_no": "示撤〔2026〕1号", "withdrawn_on": "2026-11-20", "reason": "示例原因"})
    rows = await database.fetch("SELECT body FROM credit_payload WHERE owner = {}", made["id"])
    kept = "".join(row["body"] for row in rows)
    for words in ("留置送达", "示例送达回证1号", "示例缴款书1号", "示撤〔2026〕1号", "示例原因"):
        assert words in kept
    logged = await database.fetch("SELECT body FROM log_payload")
    assert not any("示例送达回证1号" in row["body"] or "示例原因" in row["body"] for row in logged)  # erasable
