"""约谈 over HTTP, on both engines: to its closure, or past its day to the department; it never bars."""

from __future__ import annotations

import httpx

from api.wiring import Services, witnessed
from credit.accounts.model import Role
from credit.kernel.verify import verify
from tests.api.conftest import OFFICE, KeyMaker
from tests.api.web.firms import FIRM, push
from tests.factories import uscc
from tests.fakes import FakeClock

BUREAU = uscc(50)
TALK = {"subject": FIRM, "reason": "示例事由 110101199003074370", "demand": "示例要求", "held_on": "2026-11-20",
        "deadline": "2026-11-24", "document": "示约〔2026〕1号"}


async def held(client: httpx.AsyncClient, centre: dict[str, str]) -> str:
    answer = await client.post("/v1/talks", json=TALK, headers=centre)
    assert answer.status_code == 201, answer.text
    return f"/v1/talks/{answer.json()['id']}"


async def test_met_and_closed_with_proof(client: httpx.AsyncClient, key: KeyMaker, services: Services) -> None:
    await push(services)
    centre, firm = await key(Role.PLATFORM), await key(Role.ENTERPRISE, FIRM)
    asked = {"subjects": [{"code": FIRM}], "tender": {"type": "land", "regimes": [], "mandatory": False}}
    before = (await client.post("/v1/eligibility", json=asked, headers=centre)).json()["answers"]
    here = await held(client, centre)
    assert (await client.post("/v1/eligibility", json=asked, headers=centre)).json()["answers"] == before
    shown = (await client.get(here, headers=firm)).json()
    assert (shown["state"], shown["deadline"], shown["bars"]) == ("open", "2026-11-24", False)
    assert "110101199003074370" not in str(shown) and shown["reason"].startswith("示例事由")
    early = await client.post(f"{here}/referral", json={"department": BUREAU, "note": "示例"}, headers=centre)
    assert early.json()["code"] == "department_unknown"
    await key(Role.AUTHORITY, BUREAU)
    early = await client.post(f"{here}/referral", json={"department": BUREAU, "note": "示例"}, headers=centre)
    assert (early.status_code, early.json()["code"]) == (409, "talk_not_overdue")
    assert (await client.post(f"{here}/proof", json={"text": "示例已落实"}, headers=centre)).status_code == 403
    assert (await client.post(f"{here}/proof", json={"text": "示例已落实"}, headers=firm)).status_code == 200
    assert (await client.get(here, headers=centre)).json()["state"] == "proof_given"
    keyed = {**centre, "Idempotency-Key": "close"}
    done = await client.post(f"{here}/closure", json={"finding": "示例核实"}, headers=keyed)
    assert (await client.post(f"{here}/closure", json={"finding": "示例核实"}, headers=keyed)).json() == done.json()
    again = await client.post(f"{here}/closure", json={"finding": "示例核实"}, headers=centre)
    assert again.json()["code"] == "talk_ended"
    shown = (await client.get(here, headers=firm)).json()
    assert (shown["state"], [s["act"] for s in shown["steps"]]) == ("closed", ["held", "proof", "closure"])
    assert (await verify(witnessed())).faults == ()


async def test_unmet_goes_to_the_department_which_answers(
    client: httpx.AsyncClient, key: KeyMaker, clock: FakeClock
) -> None:
    centre, bureau = await key(Role.PLATFORM), await key(Role.AUTHORITY, BUREAU)
    here = await held(client, centre)
    assert (await client.get(here, headers=bureau)).status_code == 404
    clock.advance(days=2)  # 24 November, the last day
    assert (await client.get(here, headers=centre)).json()["state"] == "open"
    clock.advance(days=1)
    assert (await client.get(here, headers=centre)).json()["state"] == "overdue"
    told = {"department": BUREAU, "note": "示例移送"}
    own = await client.post(f"{here}/referral", json={**told, "department": OFFICE}, headers=centre)
    assert own.status_code == 422
    assert (await client.post(f"{here}/referral", json=told, headers=bureau)).status_code == 404
    assert (await client.post(f"{here}/referral", json=told, headers=centre)).status_code == 200
    assert (await client.post(f"{here}/closure", json={"finding": "x"}, headers=centre)).status_code == 409
    queue = (await client.get("/v1/talks", headers=bureau)).json()["items"]
    assert [(t["state"], t["demand"]) for t in queue] == [("referred", "示例要求")]
    assert (await client.post(f"{here}/answer", json={"text": "示例"}, headers=await key(Role.AUTHORITY))
            ).status_code == 403
    assert (await client.post(f"{here}/answer", json={"text": "示例立案"}, headers=bureau)).status_code == 200
    assert (await client.get(here, headers=centre)).json()["state"] == "answered"


async def test_who_sees_and_bad_input(client: httpx.AsyncClient, key: KeyMaker) -> None:
    centre = await key(Role.PLATFORM)
    here = await held(client, centre)
    for role, org in ((Role.ENTERPRISE, uscc(8)), (Role.AUTHORITY, uscc(9)), (Role.PLATFORM, uscc(9))):
        stranger = await key(role, org)
        assert (await client.get(here, headers=stranger)).status_code == 404
        assert (await client.get("/v1/talks", headers=stranger)).json() == {"items": [], "next_cursor": None}
    assert (await client.get(here, headers=await key(Role.AUDITOR))).status_code == 200
    assert (await client.get(here)).status_code == 401
    for change in ({"subject": "x"}, {"held_on": "2026-11-23"}, {"deadline": "2026-11-19"}, {"demand": ""},
                   {"bars": True}, {"deadline": "9999-12-31"}):
        answer = await client.post("/v1/talks", json={**TALK, **change}, headers=centre)
        assert answer.status_code == 422, change
    await held(client, centre)
    page = (await client.get("/v1/talks?limit=1", headers=centre)).json()
    rest = (await client.get(f"/v1/talks?limit=1&cursor={page['next_cursor']}", headers=centre)).json()
    assert {page["items"][0]["id"], rest["items"][0]["id"]} == {page["items"][0]["id"], here.rpartition("/")[2]}
