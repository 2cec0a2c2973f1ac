"""A receipt: asked for at bid opening, checked by strangers, read by its owner, sealed after repair, recomputed."""

from __future__ import annotations

import asyncio
import io
import json
import zipfile
from typing import Any

import pytest
from pypdf import PdfReader

from credit.accounts.model import Role
from credit.kernel import ledger
from tests.api.web.people import enter, person
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import CENTRE, HOUSING, WATER, House
from tests.walks.test_repair_pages import browser

TENDER: dict[str, Any] = {"id": "示例-2026-001", "type": "construction", "regimes": ["tendering"], "mandatory": True,
          "credit_weight": {"scheme": "sample_construction", "points": 5.5}}


async def receipted(house: House, *codes: str, **tender: Any) -> Any:
    """An answer with its receipt about these bidders, each its own bid."""
    await house.services.register.follow()
    subjects = [{"code": code, "bid": f"B{n}"} for n, code in enumerate(codes, 1)]
    return await house.ask({"subjects": subjects, "tender": TENDER | tender, "receipt": True})


async def verify(house: House, receipt: Any, **parts: Any) -> Any:
    """What the public is told of a receipt."""
    answer = await house.post("/v1/receipts/verify", {"receipt": receipt, **parts})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_clean_a_barred_and_an_open_answer_each_get_a_receipt_that_holds(house: House) -> None:
    clean, barred = firm(), firm()
    await house.push(penalty(clean, severity="minor"))
    await house.push(collusion(barred))
    answers = {
        "eligible": await receipted(house, clean), "ineligible": await receipted(house, barred),
        "undetermined": await receipted(house, barred, type=None, regimes=None, mandatory=None),
    }
    for outcome, answer in answers.items():
        assert answer["answers"][0]["outcome"] == outcome
        found = await verify(house, answer["receipt"])
        assert found["valid"], found
        assert found["known_seq"] == answer["as_of"]["known_seq"]
        assert answer["receipt"]["statement"]["rules"] == answer["rules"]
        assert not {clean, barred} & set(json.dumps(answer["receipt"]).split('"'))  # nobody is named in it


async def test_a_name_code_or_word_changed_is_found_out(house: House) -> None:
    code = firm()
    answer = await receipted(house, code)
    receipt = answer["receipt"]
    whole = (await house.get(f"/v1/receipts/{receipt['statement']['id']}", await house.platform())).json()
    asked = {"question": whole["question"], "answer": whole["answer"]}
    assert (await verify(house, whole["receipt"], **asked))["valid"]
    other = json.loads(json.dumps(asked))
    other["question"]["subjects"][0]["code"] = firm()
    assert (await verify(house, receipt, **other))["failed"] == "question"
    other = json.loads(json.dumps(asked))
    other["answer"]["answers"][0]["outcome"] = "ineligible"
    assert (await verify(house, receipt, **other))["failed"] == "answer"
    changed = {**receipt, "statement": {**receipt["statement"], "known_seq": 0}}
    assert (await verify(house, changed))["failed"] == "signature"


@pytest.mark.parametrize("given", [None, 1, "abc", [], {}, {"statement": {}}, "c2sp.org/tlog-proof@v1\nindex 1\n"])
async def test_what_is_no_receipt_is_answered_as_such(house: House, given: Any) -> None:
    found = await verify(house, given)
    assert (found["valid"], found["failed"]) == (False, "form")
    assert found["detail"]


async def test_the_text_form_holds_too_and_the_public_learns_only_that_it_is_genuine(house: House) -> None:
    receipt_id = (await receipted(house, firm()))["receipt"]["statement"]["id"]
    text = (await house.get(f"/v1/receipts/{receipt_id}/text", await house.platform())).text
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert (await verify(house, text))["valid"]
    for who in (None, await house.office(), await house.enterprise(firm()), await house.key(Role.PLATFORM, WATER)):
        assert (await house.get(f"/v1/receipts/{receipt_id}", who)).json() == {"id": receipt_id, "genuine": True}
        for part in ("text", "record-sheet", "complaint-bundle"):
            assert (await house.get(f"/v1/receipts/{receipt_id}/{part}", who)).status_code in (401, 403)
    assert (await house.get("/v1/receipts/rcp_nosuch")).status_code == 404
    assert (await house.get(f"/v1/receipts/{'x' * 3000}")).status_code == 404


async def test_requests_at_the_same_moment_share_a_batch_and_each_gets_its_own(house: House) -> None:
    codes = [firm() for _ in range(60)]
    size = await house.log_size()
    answers = await asyncio.gather(*(receipted(house, code) for code in codes))
    receipts = [answer["receipt"] for answer in answers]
    assert len({r["statement"]["id"] for r in receipts}) == 60
    assert await house.log_size() - size < 60  # fewer entries than receipts
    for code, answer in zip(codes, answers, strict=True):
        assert answer["answers"][0]["code"] == code
        assert (await verify(house, answer["receipt"]))["valid"]
    assert max(r["batch"]["size"] for r in receipts) <= 50


async def test_the_log_names_no_bidder_and_no_platform(house: House) -> None:
    code = firm()
    receipt = (await receipted(house, code))["receipt"]
    entry = await ledger.entry(receipt["entry"]["seq"])
    kept = entry.body + json.dumps(await ledger.event(entry.seq))
    assert code not in kept
    assert TENDER["id"] not in kept
    assert entry.actor == "receipts"


async def test_the_record_sheet_says_all_bids_with_reasons_sources_and_lines_to_sign(house: House) -> None:
    clean, barred = firm(), firm()
    await house.push(collusion(barred))
    receipt_id = (await receipted(house, clean, barred))["receipt"]["statement"]["id"]
    answer = await house.get(f"/v1/receipts/{receipt_id}/record-sheet", await house.platform())
    assert answer.headers["content-type"] == "application/pdf"
    words = "".join("".join(p.extract_text() for p in PdfReader(io.BytesIO(answer.content)).pages).split())
    for wanted in ("信用核查记录表", clean, barred, "查见限制情形", "招标投标法第五十三条", receipt_id, "示例-2026-001",
                   "招标人（采购人）", "代理机构", "监督人员", "不代替资格审查", "不是“信用中国”网站的查询结果",
                   "取得时间"):
        assert wanted in words


async def test_after_repair_it_is_sealed_and_opened_for_complaint_or_audit_only(house: House) -> None:
    code = firm()
    pushed = await house.push(collusion(code))
    receipt_id = (await receipted(house, code))["receipt"]["statement"]["id"]
    address, owner = f"/v1/receipts/{receipt_id}", await house.platform()
    assert (await house.get(f"{address}/record-sheet", owner)).status_code == 200
    await house.act(pushed["id"], "withdrawal", {"document_no": "示样撤〔2026〕1号", "withdrawn_on": "2026-11-20",
                                                 "reason": "示例"})
    held = (await house.get(address, owner)).json()
    assert (held["sealed"], held["question"], held["answer"]) == (True, None, None)
    assert (await verify(house, held["receipt"]))["valid"]
    refused = await house.get(f"{address}/record-sheet", owner)
    assert (refused.status_code, refused.json()["code"]) == (403, "receipt_sealed")
    await house.settled()
    for who, query in ((await house.office(HOUSING), "?ground=示投〔2026〕1号"), (await house.auditor(), "")):
        size = await house.log_size()
        opened = await house.get(f"{address}/complaint-bundle{query}", who)
        assert opened.status_code == 200, opened.text
        assert (await ledger.entry(size)).kind == "receipt_opened"
        assert (await house.get(address + query, who)).json()["question"]["subjects"][0]["code"] == code


async def test_the_bundle_brings_all_that_explains_and_proves_the_answer(house: House) -> None:
    code = firm()
    pushed = await house.push(collusion(code))
    answer = await receipted(house, code)
    receipt_id = answer["receipt"]["statement"]["id"]
    content = (await house.get(f"/v1/receipts/{receipt_id}/complaint-bundle", await house.platform())).content
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert set(packed.namelist()) == {
        "README.txt", "record.json", "receipt.txt", "checkpoint.txt", "keys.txt", "rules.json", "records.json",
        "record-sheet.pdf", "SHA256SUMS",
    }
    record = json.loads(packed.read("record.json"))
    assert (await verify(house, record["receipt"], question=record["question"], answer=record["answer"]))["valid"]
    assert (await verify(house, packed.read("receipt.txt").decode()))["valid"]
    assert [r["record_id"] for r in json.loads(packed.read("records.json"))] == [pushed["id"]]
    assert "招标投标法第五十三条" in packed.read("rules.json").decode()


async def test_the_auditor_recomputes_the_same_answer_after_everything_has_changed(house: House) -> None:
    code = firm()
    answer = await receipted(house, code)
    await house.push(collusion(code))
    await house.services.register.follow()
    receipt_id = answer["receipt"]["statement"]["id"]
    again = await house.post(f"/v1/receipts/{receipt_id}/recomputation", {}, await house.auditor())
    assert again.status_code == 200, again.text
    assert (again.json()["same"], again.json()["differences"]) == (True, [])
    assert (await receipted(house, code))["answers"][0]["outcome"] == "ineligible"
    refused = await house.post(f"/v1/receipts/{receipt_id}/recomputation", {}, await house.platform())
    assert refused.status_code == 403


async def test_a_question_with_an_id_number_gets_no_receipt(house: House) -> None:
    number = "370102199003071238"  # the check digit fits
    for subject in ({"person_ref": number}, {"code": number}, {"code": firm(), "bid": f"标{number}"}):
        question = {"subjects": [subject], "tender": {"type": "evaluation"}, "receipt": True}
        refused = await house.ask(question, status=422)
        assert number not in json.dumps(refused)


async def test_the_page_tells_strangers_nothing_but_that_it_is_genuine(house: House) -> None:
    code = firm()
    receipt_id = (await receipted(house, code))["receipt"]["statement"]["id"]
    page = await house.get(f"/receipt/{receipt_id}")
    assert page.status_code == 200
    assert "回执真实" in page.text
    assert code not in page.text
    assert str(TENDER["id"]) not in page.text
    unknown = await house.get("/receipt/rcp_nosuch")
    assert unknown.status_code == 404
    assert "未查见这份回执" in unknown.text


async def test_the_owner_signed_in_sees_the_answer_and_takes_the_sheet_along(house: House) -> None:
    code = firm()
    receipt_id = (await receipted(house, code))["receipt"]["statement"]["id"]
    for org, sees in ((CENTRE, True), (WATER, False)):
        await person(house.services, Role.PLATFORM, org, f"desk-{org}-{code}")
        async with browser(house) as client:
            await enter(client, f"desk-{org}-{code}")
            page = (await client.get(f"/receipt/{receipt_id}")).text
            assert (code in page, str(TENDER["id"]) in page) == (sees, sees)
            sheet = await client.get(f"/receipt/{receipt_id}/record-sheet")
            assert sheet.content.startswith(b"%PDF") == sees
            assert sheet.status_code == (200 if sees else 403)


@pytest.mark.parametrize(
    "tender",
    [{"credit_weight": {"scheme": "sample_construction", "points": 1e300}}, {"amount_fen": 2**63 - 1},
     {"credit_weight": {"scheme": "sample_construction", "points": 1e-300}}, {"id": "\u2028“💥”"}],
)
async def test_odd_values_are_kept_and_recomputed_as_they_were_asked(house: House, tender: dict[str, Any]) -> None:
    answer = await receipted(house, firm(), **tender)
    receipt_id = answer["receipt"]["statement"]["id"]
    whole = (await house.get(f"/v1/receipts/{receipt_id}", await house.auditor())).json()
    found = await verify(house, whole["receipt"], question=whole["question"], answer=whole["answer"])
    assert (found["valid"], found["not_given"]) == (True, [])
    again = await house.post(f"/v1/receipts/{receipt_id}/recomputation", {}, await house.auditor())
    assert again.json()["same"], again.text


async def test_a_thousand_subjects_have_one_receipt(house: House) -> None:
    subjects = [{"code": f"code {n}", "bid": f"B{n}"} for n in range(1000)]
    answer = await house.ask({"subjects": subjects, "tender": TENDER, "receipt": True})
    assert len(answer["answers"]) == 1000
    assert (await verify(house, answer["receipt"]))["valid"]
