"""The same again: duplicates, other content under the same number, and Idempotency-Keys."""

from __future__ import annotations

from credit.accounts.model import Role
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import HOUSING, House


async def test_the_same_penalty_again_is_the_same_penalty(house: House) -> None:
    body = collusion(firm())
    first = await house.push(body)
    again = await house.push(body, status=200)
    assert again["duplicate"] is True and first["duplicate"] is False
    for member in ("id", "restriction_ids", "entry", "publication"):
        assert again[member] == first[member], member


async def test_brackets_and_blanks_of_a_number_do_not_make_another_document(house: House) -> None:
    code = firm()
    first = await house.push(penalty(code, document_no="示样罚〔2026〕777号"))
    for number in ("示样罚[2026]777号", "示样罚（2026）777号", " 示样罚〔2026〕 777号"):
        again = await house.push(penalty(code, document_no=number), status=200)
        assert (again["id"], again["duplicate"]) == (first["id"], True), number


async def test_the_same_number_with_other_content_is_refused_with_the_way_out(house: House) -> None:
    body = penalty(firm())
    first = await house.push(body)
    await house.settled()
    size = await house.log_size()
    refused = await house.push(body | {"fine_fen": 3_000_000}, status=409)
    assert refused["code"] == "document_exists"
    assert refused["corrections_url"] == f"/v1/penalties/{first['id']}/corrections"
    assert await house.log_size() == size
    await house.act(first["id"], "corrections", body | {"fine_fen": 3_000_000})


async def test_two_companies_may_share_a_document(house: House) -> None:
    one, two = firm(), firm()
    number = "示样罚〔2026〕888号"
    first = await house.push(penalty(one, document_no=number))
    second = await house.push(penalty(two, document_no=number))
    assert first["id"] != second["id"]


async def test_a_request_key_gives_the_first_answer_again(house: House) -> None:
    body, office = penalty(firm()), await house.office()
    key = {"Idempotency-Key": f"walk-{body['document_no'].encode().hex()}"}
    first = await house.post("/v1/penalties", body, office, **key)
    await house.settled()
    size = await house.log_size()
    again = await house.post("/v1/penalties", body, office, **key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await house.post("/v1/penalties", body | {"facts": "另一内容"}, office, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await house.log_size() == size


async def test_a_request_key_holds_for_later_acts_and_lists_too(house: House) -> None:
    made, office = await house.push(penalty(firm())), await house.office()
    stay, key = {"from": "2026-06-01", "document": "示复停〔2026〕5号"}, {"Idempotency-Key": f"stay-{made['id']}"}
    path = f"/v1/penalties/{made['id']}/stay"
    first, again = [await house.post(path, stay, office, **key) for _ in range(2)]
    assert first.json() == again.json()
    batch, key = [penalty(firm()), penalty(firm())], {"Idempotency-Key": f"batch-{made['id']}"}
    taken = await house.post("/v1/penalties", batch, office, **key)
    assert [item["status"] for item in taken.json()["items"]] == [201, 201]
    other = await house.post("/v1/penalties", batch[:1], office, **key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    again = await house.post("/v1/penalties", batch, office, **key)
    assert again.json() == taken.json()


async def test_nothing_is_written_by_a_dry_run(house: House) -> None:
    body = penalty(firm())
    await house.settled()
    size = await house.log_size()
    answer = await house.push(body, status=200, query="?dry_run=true")
    # a fine without a known threshold: general by default, provisional
    assert (answer["severity"], answer["severity_provisional"]) == ("general", True)
    batch = await house.push([body, body], status=200, query="?dry_run=true")
    assert [item["penalty"]["duplicate"] for item in batch["items"]] == [False, True]
    assert await house.log_size() == size


async def test_a_withdrawn_decision_does_not_come_back_by_being_pushed_again(house: House) -> None:
    body = penalty(firm())
    made = await house.push(body)
    await house.act(made["id"], "withdrawal", {"document_no": "示撤〔2026〕1号", "withdrawn_on": "2026-11-20"})
    again = await house.push(body, status=409)
    assert (again["code"], again["record_id"]) == ("withdrawn", made["id"])


async def test_an_office_enters_a_company_but_does_not_rename_it(house: House) -> None:
    code = firm()
    facts = {"code": code, "name": "示例市样本工程有限公司", "founded_on": "2010-01-01"}
    assert (await house.post("/v1/entities", facts, await house.office())).status_code == 201
    assert (await house.post("/v1/entities", facts, await house.office())).status_code == 201
    renamed = facts | {"name": "示例市别样工程有限公司"}
    assert (await house.post("/v1/entities", renamed, await house.office())).status_code == 403
    operator = await house.key(Role.OPERATOR, HOUSING)
    assert (await house.post("/v1/entities", renamed, operator)).status_code == 201
