"""Draws over HTTP, on both engines: announced, drawn, published, checked by a stranger, instructed and answered."""

from __future__ import annotations

from typing import Any

import httpx
from litestar import Litestar

from api.wiring import Services, witnessed
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.checkpoints import parse_checkpoint, parse_proof
from credit.kernel.unit import unit
from credit.kernel.verify import verify
from sanctions.draw_checks import check
from sanctions.draws import DrawInput, DrawKind, ItemInput
from tests.api.conftest import OFFICE, KeyMaker
from tests.api.web.firms import FIRM, push
from tests.credit.kernel.acts import Happened
from tests.factories import uscc

FILES = {"kind": "tender_files", "scheme": "sample_construction",
         "items": [{"id": f"示例招标-{n:02}", "subject_code": FIRM if n == 0 else uscc(100 + n)} for n in range(10)]}


async def drawn(client: httpx.AsyncClient, office: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post("/v1/draws", json=body, headers=office)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_draw_is_published_and_a_stranger_repeats_it(
    client: httpx.AsyncClient, key: KeyMaker, services: Services
) -> None:
    await push(services)  # a fine on FIRM: rated; the other nine are unknown
    office, seq = await key(Role.AUTHORITY), (await ledger.head()).size
    found = await drawn(client, office, FILES)
    assert found["entry_seq"] == seq
    saved = (await client.get(f"/v1/draws/{found['id']}")).content  # public
    assert check(saved, services.log.verifiers()).valid
    assert not check(saved.replace("招标-01".encode(), "招标-11".encode()), services.log.verifiers()).valid
    assert found["seed_source"] == "own_checkpoint"
    assert 2 <= len(found["result"]) <= 10
    assert all("grade" not in item for item in found["list"]["items"])
    held = (await client.get(f"/v1/draws/{found['id']}/grades", headers=office)).json()["grades"]
    assert held["示例招标-00"] in {"A", "B", "C", "D"} and held["示例招标-01"] is None
    other = await key(Role.AUTHORITY, uscc(40))
    assert (await client.get(f"/v1/draws/{found['id']}/grades", headers=other)).status_code == 403
    again = await client.post(f"/v1/draws/{found['id']}/result", headers=other)
    assert again.json()["result"] == found["result"]
    assert (await verify(witnessed())).faults == ()


async def test_the_seed_is_the_first_checkpoint_after_the_list_even_when_drawn_late(
    app: Litestar, client: httpx.AsyncClient, key: KeyMaker, services: Services
) -> None:
    office = await key(Role.AUTHORITY)
    who = Caller(key_id="test", org_code=OFFICE, role=Role.AUTHORITY)
    told = DrawInput(kind=DrawKind.TENDER_FILES, items=(ItemInput(id="示例", subject_code=FIRM),))
    draw_id = await services.draws.announce(told, who)
    waiting = (await client.get(f"/v1/draws/{draw_id}")).json()
    assert (waiting["seed"], waiting["result"], waiting["proof"]) == (None, [], None)
    first = await services.log.checkpoint()
    async with unit(by="test", now=services.clock()) as u:
        u.record(Happened(subject="later"))
    await services.log.checkpoint()
    found = (await client.post(f"/v1/draws/{draw_id}/result", headers=office)).json()
    assert parse_proof(found["proof"]["inclusion"]).checkpoint == first
    assert found["seed"] == parse_checkpoint(first.partition("\n\n")[0] + "\n").root.hex()


async def test_inspectors_are_drawn_with_avoidance(client: httpx.AsyncClient, key: KeyMaker) -> None:
    people = [f"示例检查库:{n}" for n in range(3)]
    body = {"kind": "double_random", "inspectors": people, "avoid": [["示例项", people[0]]],
            "items": [{"id": "示例项", "subject_code": FIRM, "grade": "D"}]}
    found = await drawn(client, await key(Role.COORDINATOR), body)
    assert found["result"] == [{"item": "示例项", "inspectors": people[1:]}]  # one item: rounded up, two who may
    refused = await client.post("/v1/draws", headers=await key(Role.AUTHORITY), json={
        **body, "avoid": [["示例项", p] for p in people[:2]]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["code"] == "no_inspector"


async def test_instruction_and_answer_are_published_once(client: httpx.AsyncClient, key: KeyMaker) -> None:
    office, firm = await key(Role.AUTHORITY), await key(Role.ENTERPRISE, FIRM)
    found = await drawn(client, office, {"kind": "tender_files", "items": [{"id": "示例", "subject_code": FIRM}]})
    here = f"/v1/draws/{found['id']}"
    told = {"item": "示例", "text": "示例指令:改正资格条件。经办 110101199003074370", "due_on": "2026-12-01"}
    assert (await client.post(f"{here}/instructions", json={**told, "item": "无"}, headers=office)).status_code == 409
    late = await client.post(f"{here}/instructions", json={**told, "due_on": "2026-11-21"}, headers=office)
    assert late.status_code == 422
    stranger = await key(Role.AUTHORITY, uscc(41))
    assert (await client.post(f"{here}/instructions", json=told, headers=stranger)).status_code == 403
    keyed = {**office, "Idempotency-Key": "one"}
    made = (await client.post(f"{here}/instructions", json=told, headers=keyed)).json()
    assert (await client.post(f"{here}/instructions", json=told, headers=keyed)).json() == made
    given = {"instruction": made["id"], "text": "示例答复"}
    assert (await client.post(f"{here}/answers", json=given, headers=stranger)).status_code == 403
    assert (await client.post(f"{here}/answers", json=given, headers=firm)).status_code == 201
    assert (await client.post(f"{here}/answers", json=given, headers=firm)).json()["code"] == "instruction_answered"
    shown = (await client.get(here)).json()["instructions"]
    assert [(i["item"], i["addressee"], i["answer"]) for i in shown] == [("示例", FIRM, "示例答复")]
    assert "110101199003074370" not in str(shown)


async def test_who_may_draw_and_bad_input(client: httpx.AsyncClient, key: KeyMaker) -> None:
    for role in (Role.PLATFORM, Role.ENTERPRISE, Role.REVIEWER):
        assert (await client.post("/v1/draws", json=FILES, headers=await key(role))).status_code == 403
    office = await key(Role.AUTHORITY)
    before = (await ledger.head()).size
    for body in ({}, {**FILES, "items": []}, {**FILES, "scheme": "none"}, {**FILES, "kind": "x"},
                 {**FILES, "avoid": [["a"]]}, {**FILES, "items": [FILES["items"][0]] * 2},
                 {**FILES, "items": [{"id": "a", "subject_code": "91370199"}]}):
        answer = await client.post("/v1/draws", json=body, headers=office)
        assert answer.status_code in (404, 422), (body, answer.text)
    assert (await ledger.head()).size == before
    assert (await client.get("/v1/draws/drw_none")).status_code == 404
    first, second = await drawn(client, office, FILES), await drawn(client, office, FILES)
    page = (await client.get("/v1/draws?limit=1")).json()
    assert [d["id"] for d in page["items"]] == [second["id"]]
    rest = (await client.get(f"/v1/draws?limit=1&cursor={page['next_cursor']}")).json()
    assert [d["id"] for d in rest["items"]] == [first["id"]]
