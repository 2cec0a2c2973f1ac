"""列入告知 told by HTTP: told, served, heard, answered, decided; nothing bars before the decision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from credit.kernel.clock import SHANGHAI
from tests.factories import uscc
from tests.walks.cases import firm
from tests.walks.house import House
from tests.walks.repairs import LABOUR, wage_arrears

BASIS = "保障农民工工资支付条例第四十八条"
WORDS = {"text": "示例申辩:已足额支付 110101199003074370"}


def intended(code: str, **more: Any) -> dict[str, Any]:
    return {"subject": {"name": "示例市样本工程有限公司", "code": code}, "list": "wage_arrears",
            "facts": "示例拟列事实。", "reason": "示例理由。", "basis": BASIS,
            "authority": {"name": "示例市人力资源和社会保障局", "code": LABOUR}, **more}


async def propose(house: House, code: str, **more: Any) -> tuple[str, dict[str, str]]:
    await wage_arrears(house)  # the office has its 机关代字
    office = await house.office(LABOUR)
    made = await house.post("/v1/listing-proposals", intended(code, **more), office)
    assert made.status_code == 201, made.text
    assert made.json()["no_letter"] is None
    return f"/v1/listing-proposals/{made.json()['id']}", office


async def act(house: House, path: str, body: dict[str, Any], who: dict[str, str], *, status: int = 200) -> Any:
    answer = await house.post(path, body, who)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_heard_answered_and_decided_in_one_act(house: House) -> None:
    code = firm()
    here, office = await propose(house, code)
    company = await house.enterprise(code)
    (notice,) = await house.letters(code, company)
    assert (notice["kind"], notice["number"][:8]) == ("listing_prior_notice", "示人社列告〔20")
    shown = await house.letter_text(notice["id"], company)
    for part in ("本告知书不是列入决定", "示例拟列事实。", "示例理由。", "自收到本告知书之日起5个工作日内提出",
                 "未经核对"):
        assert part in shown, part
    decision = {"document_no": "示人社列〔2026〕9号", "decided_on": "2026-11-22"}
    early = await act(house, f"{here}/decision", decision, office, status=409)
    assert early["code"] == "hearing_open" and "送达" in early["detail"]
    await act(house, f"{here}/service", {"served_on": "2026-11-22"}, office)
    seen = (await house.get(here, company)).json()
    # five working days after Sunday 22 November end on Friday the 27th
    assert (seen["state"], seen["answer_by"], seen["answer_verified"]) == ("open", "2026-11-27", False)
    assert "2026-11-27" in (await act(house, f"{here}/decision", decision, office, status=409))["detail"]
    await act(house, f"{here}/reply", {"upheld": True, "reason": "x"}, office, status=409)
    await act(house, f"{here}/statement", WORDS, company)
    assert "110101199003074370" not in (await house.get(here, office)).text
    assert (await house.now(code))["outcome"] == "eligible"
    await act(house, f"{here}/reply", {"upheld": True, "reason": "示例复核不成立"}, office)
    done = await act(house, f"{here}/decision", decision, office, status=201)
    assert (await house.now(code))["outcome"] == "ineligible"
    entry = (await house.get(f"/v1/listings/{done['record_id']}", office)).json()
    assert entry["list"] == "wage_arrears"
    letters = {x["kind"]: x["id"] for x in await house.letters(code, company)}
    assert set(letters) == {"listing_prior_notice", "listing_decision", "listing_repair_notice"}
    told = await house.letter_text(letters["listing_decision"], company)
    for part in ("列入告知书于2026年11月22日送达", "提出陈述、申辩", "示例复核不成立"):
        assert part in told, part
    again = await act(house, f"{here}/decision", decision, office, status=409)
    assert again["code"] == "proposal_ended"


async def test_silence_may_be_decided_after_the_last_day_and_a_defence_that_holds_may_not(house: House) -> None:
    code = firm()
    here, office = await propose(house, code, answer_by="2026-11-24")
    await act(house, f"{here}/service", {"served_on": "2026-11-22"}, office)
    decision = {"document_no": "示人社列〔2026〕10号", "decided_on": "2026-11-24"}
    await act(house, f"{here}/decision", decision, office, status=422)  # not yet that day
    await house.turn_to(datetime(2026, 11, 25, 9, tzinfo=SHANGHAI))
    assert (await house.get(here, office)).json()["state"] == "silent"
    last = await act(house, f"{here}/decision", decision, office, status=409)
    assert last["code"] == "hearing_open"  # decided on the last day itself
    await act(house, f"{here}/decision", {**decision, "decided_on": "2026-11-25"}, office, status=201)
    other, office = await propose(house, firm())
    await act(house, f"{other}/service", {"served_on": "2026-11-25"}, office)
    await act(house, f"{other}/statement", {**WORDS, "stated_on": "2026-11-25"}, office)
    await act(house, f"{other}/reply", {"upheld": False, "reason": "申辩成立"}, office)
    held = {**decision, "decided_on": "2026-11-25", "document_no": "示人社列〔2026〕11号"}
    assert (await act(house, f"{other}/decision", held, office, status=409))["code"] == "hearing_open"
    await act(house, f"{other}/dropping", {"reason": "申辩成立,不予列入"}, office)
    assert (await house.get(other, office)).json()["state"] == "dropped"


async def test_only_its_parties_see_it_and_what_an_entry_refuses_is_refused(house: House) -> None:
    code = firm()
    here, office = await propose(house, code)
    for who in (await house.enterprise(firm()), await house.office()):
        assert (await house.get(here, who)).status_code == 404
    assert (await house.get("/v1/listing-proposals", await house.enterprise(firm()))).json()["items"] == []
    assert (await house.get("/v1/listing-proposals?limit=1", office)).json()["items"][0]["id"] == here[22:]
    for change in ({"list": "other"}, {"facts": ""}, {"subject": {"name": "x", "code": "x"}}, {"bars": True},
                   {"answer_by": "2026-11-01"}, {"until": "2040-01-01"}, {"authority": {"name": "x", "code": uscc(9)}}):
        answer = await house.post("/v1/listing-proposals", intended(code, **change), office)
        assert 400 <= answer.status_code < 500, (change, answer.text)
    assert (await house.post(f"{here}/service", {"served_on": "2026-11-23"}, office)).status_code == 422
