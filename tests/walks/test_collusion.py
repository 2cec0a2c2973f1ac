"""A collusion ban, told from the push to the proof: who learns what, and when it ends."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from credit.kernel import merkle
from credit.kernel.checkpoints import parse_checkpoint
from credit.kernel.clock import SHANGHAI
from credit.kernel.signing import load_verifier, open_note
from tests.walks.cases import collusion, firm
from tests.walks.house import SUPPLIES, WORKS, House

LAST = "限制至2027年5月19日(含当日)"


async def test_the_push_is_answered_with_class_window_and_place_in_the_log(house: House) -> None:
    code = firm()
    size = await house.log_size()
    answer = await house.push(collusion(code))
    assert answer["subject_code"] == code
    assert (answer["severity"], answer["severity_source"], answer["severity_provisional"]) == (
        "serious", "authority", False)
    # serious under 令第36号: shown one to three years from the decision day 2026-05-20
    assert answer["publication"] == {"from": "2026-05-20", "min_until": "2027-05-20", "max_until": "2029-05-20"}
    assert len(answer["restriction_ids"]) == 1
    assert answer["entry"]["seq"] >= size
    assert answer["notices_url"] == f"/v1/notices?subject={code}"


async def test_the_score_falls_and_every_point_is_explained(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code))
    path = f"/v1/entities/{code}/score?scheme=sample_construction"
    score = (await house.get(path, await house.platform())).json()
    before = (await house.get(f"{path}&on=2026-05-19", await house.platform())).json()
    # 70 to begin with; 串通投标 takes 30 for a year and sets the grade D
    assert (before["value"], before["grade"]) == (70.0, "C")
    assert (score["value"], score["grade"]) == (40.0, "D")
    lines = [line for line in score["lines"] if line["record_id"] == made["id"]]
    assert {line["rule"] for line in lines} == {"sample_construction.collusion"}
    assert sum(line["points"] for line in lines) == -30.0
    assert all(line["basis"] and line["sentence"] for line in lines)
    assert not [line for line in before["lines"] if line["record_id"] == made["id"]]
    assert score["sample"] is True


async def test_both_letters_are_in_the_inbox_and_say_number_dates_and_end(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    company = await house.enterprise(code)
    letters = await house.letters(code, company)
    assert [letter["kind"] for letter in letters] == ["dishonesty_notice", "repair_notice"]
    for letter in letters:
        assert letter["state"] == "issued"
        words = await house.letter_text(letter["id"], company)
        assert re.sub(r"\s", "", letter["number"]) in words
        assert "2026年11月22日" in words  # issued today
        assert "2026年5月20日" in words  # decided
        ways = (await house.get(f"/v1/notices/{letter['id']}/deliveries", company)).json()["items"]
        assert [(way["channel"], way["state"]) for way in ways] == [("inbox", "delivered")]
    score = (await house.get(f"/v1/entities/{code}/score?scheme=sample_construction", company)).json()
    told = plain(await house.letter_text(letters[0]["id"], company))
    assert len(score["lines"]) > 2 and all(plain(x["sentence"]) in told for x in score["lines"] if x["record_id"])
    repair = await house.letter_text(letters[1]["id"], company)
    assert "2027年5月19日(含当日)" in repair.replace("（", "(").replace("）", ")")


def plain(text: str) -> str:
    """Words without blanks, marks folded: a PDF breaks lines and prints full-width marks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


async def test_the_printed_address_confirms_the_letter_and_a_guess_does_not(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    company = await house.enterprise(code)
    letter = (await house.letters(code, company))[1]
    address = await house.printed_address(letter["id"], company)
    genuine = await house.get(address)
    assert genuine.status_code == 200
    assert "文书真实" in genuine.text and letter["number"] in genuine.text
    guessed = await house.get(address[:-3] + "AAA")
    assert "文书真实" not in guessed.text
    assert "文书真实" not in (await house.get(urlsplit(address).path)).text


async def test_the_ban_holds_where_the_law_puts_it_and_nowhere_else(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code))
    barred = await house.now(code, WORKS)
    assert (barred["outcome"], barred["label"]) == ("ineligible", "查见限制情形")
    reason = next(r for r in barred["reasons"] if r["bars"])
    assert (reason["code"], reason["source"], reason["record_id"]) == ("ban_in_force", "statute", made["id"])
    assert reason["basis"] == "招标投标法 第五十三条"
    assert (reason["from"], reason["until"]) == ("2026-05-20", "2027-05-19")
    assert LAST in reason["title"]
    assert reason["remedy"] == {"kind": "wait", "earliest": "2027-05-20", "url": None}
    # a ban on mandatory tenders touches neither land nor a purchase of goods nor works that need no tender
    for elsewhere in ("type=land", "type=state_property", SUPPLIES, WORKS.replace("true", "false")):
        assert (await house.now(code, elsewhere))["outcome"] == "eligible", elsewhere


async def test_one_question_about_many_gives_each_its_own_answer(house: House) -> None:
    code, other = firm(), firm()
    await house.push(collusion(code))
    answer = await house.ask(works([{"code": code}, {"code": other}]))
    assert [a["outcome"] for a in answer["answers"]] == ["ineligible", "eligible"]
    unknown = answer["answers"][1]["reasons"]
    assert [(r["code"], r["bars"]) for r in unknown] == [("entity_unknown", False)]
    assert answer["notice"].endswith("不代替资格审查")


async def test_the_day_after_the_last_day_it_may_bid_again(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    await house.turn_to(datetime(2027, 5, 19, 23, 59, tzinfo=SHANGHAI))
    assert (await house.now(code))["outcome"] == "ineligible"
    await house.turn_to(datetime(2027, 5, 20, 0, 0, tzinfo=SHANGHAI))
    assert (await house.now(code))["outcome"] == "eligible"
    assert [a["outcome"] for a in (await house.ask(works([{"code": code}])))["answers"]] == ["eligible"]


async def test_the_public_sees_what_is_announced_and_no_more(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code))
    await house.services.register.follow()
    answer = await house.get(f"/v1/eligibility/{code}?{WORKS}")
    assert answer.json()["published_restrictions"] == [
        {"basis": "招标投标法 第五十三条", "from": "2026-05-20", "until": "2027-05-19"}]
    records = await house.get(f"/v1/entities/{code}/records")
    for seen in (answer, records):
        assert "outcome" not in seen.text
        assert made["id"] not in seen.text and made["restriction_ids"][0] not in seen.text
    assert [r["document_no"] for r in records.json()["items"]] == ["示样罚〔2026〕53号"]
    assert "使用同一电脑" not in records.text  # prose is not for the public


async def test_before_the_push_nothing_was_known_and_the_auditor_can_see_that(house: House) -> None:
    code, auditor = firm(), await house.auditor()
    await house.settled()
    before, moment = await house.log_size() - 1, house.clock.advance(minutes=5).isoformat()
    house.clock.advance(minutes=5)
    made = await house.push(collusion(code))
    await house.settled()
    for known_at in (before, moment):
        past = await house.ask(works([{"code": code}]) | {"known_at": known_at}, auditor)
        assert [a["label"] for a in past["answers"]] == ["未查见限制情形"], known_at
        assert past["as_of"]["known_seq"] < made["entry"]["seq"]
    size = await house.log_size()
    await house.ask(works([{"code": code}]) | {"known_at": before}, auditor)
    assert await house.log_size() == size + 1  # the question itself is in the log
    refused = await house.ask(works([{"code": code}]) | {"known_at": before}, status=403)  # the platform
    assert refused["code"] == "past_not_allowed"


async def test_a_stranger_can_prove_that_the_penalty_is_in_the_log(house: House) -> None:
    code = firm()
    made = await house.push(collusion(code))
    await house.settled()
    seq = made["entry"]["seq"]
    keys = (await house.get("/v1/ledger/keys")).json()
    proof = (await house.get(f"/v1/ledger/proof/inclusion?seq={seq}")).json()
    note = proof["checkpoint"]
    trusted = [load_verifier(key["vkey"]) for key in keys["keys"]]
    checkpoint = parse_checkpoint(open_note(note, trusted))
    assert checkpoint.size == proof["size"] > seq
    leaf = bytes.fromhex(made["entry"]["leaf_hash"])
    path = [bytes.fromhex(h) for h in proof["path"]]
    assert merkle.verify_inclusion(leaf, seq, checkpoint.size, path, checkpoint.root)
    assert not merkle.verify_inclusion(leaf[::-1], seq, checkpoint.size, path, checkpoint.root)
    entry = (await house.get(f"/v1/ledger/entries/{seq}")).json()
    assert entry["leaf_hash"] == made["entry"]["leaf_hash"] and "body" not in entry  # strangers see no body
    body = (await house.get(f"/v1/ledger/entries/{seq}", await house.auditor())).json()["body_text"]
    assert merkle.leaf_hash(body.encode()).hex() == entry["leaf_hash"]


async def test_the_company_sees_itself_and_nobody_elses_books(house: House) -> None:
    code, other = firm(), firm()
    made = await house.push(collusion(code))
    before = made["entry"]["seq"] - 1
    company, stranger = await house.enterprise(code), await house.enterprise(other)
    own = (await house.get(f"/v1/entities/{code}/records", company)).json()["items"]
    assert [(r["id"], r["prose"]["act_type"]) for r in own] == [(made["id"], "串通投标")]
    then = await house.ask(works([{"code": code}]) | {"known_at": before}, company)
    assert then["answers"][0]["outcome"] == "eligible"
    seen = (await house.get(f"/v1/entities/{code}/records", stranger)).text
    assert "prose" not in seen and made["id"] not in seen
    for path in (f"/v1/entities/{code}/score?scheme=sample_construction", f"/v1/entities/{code}/access-log",
                 f"/v1/eligibility/{code}?{WORKS}"):
        assert (await house.get(path, stranger)).status_code == 403, path
    await house.ask(works([{"code": code}]), stranger, status=403)
    moment = {"known_at": house.clock().isoformat()}
    for who, status in ((stranger, 403), (company, 200)):
        past = await house.client.get(f"/v1/entities/{code}/standing", params=moment, headers=who)
        assert past.status_code == status
    assert await house.letters(code, stranger) == []


async def test_the_company_learns_who_asked_about_it(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    for _ in range(3):
        await house.now(code)
    lines = (await house.get(f"/v1/entities/{code}/access-log", await house.enterprise(code))).json()["items"]
    assert {"day": "2026-11-22", "asker": "platform", "count": 3} in lines


def works(subjects: list[dict[str, Any]]) -> dict[str, Any]:
    tender = {"id": "示例-1", "type": "construction", "regimes": ["tendering"], "mandatory": True}
    return {"subjects": subjects, "tender": tender}


async def test_the_office_that_decides_next_sees_relapse_and_nobody_is_barred_by_it(house: House) -> None:
    code = firm()
    await house.push(collusion(code, decided_on="2024-05-20", served_on=None, restrictions=[], document_no="示样罚一"))
    before = await house.now(code)
    path = f"/v1/entities/{code}/relapse-hints"
    (number, loss) = sorted((await house.get(path, await house.office())).json()["hints"], key=lambda h: h["kind"],
                            reverse=True)
    # the second collusion within three years of 2024-05-20 would be serious (条例 67)
    assert (number["state"], number["until"], number["verified"]) == ("next", "2027-05-20", True)
    assert (loss["kind"], loss["state"]) == ("loss", "ask")
    assert await house.now(code) == before
    await house.push(collusion(code))
    told = (await house.get(path, await house.auditor())).json()
    assert told["bars"] is False and [h["state"] for h in told["hints"] if h["kind"] == "number"] == ["met"]
    for who in (await house.enterprise(code), await house.platform(), {}):
        assert (await house.get(path, who)).status_code in (401, 403)
    assert (await house.get("/v1/entities/x/relapse-hints", await house.office())).status_code == 422
