"""A platform watches its bidders: told of a ban, of its end, and of nothing after the award; secrets stay secret."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from credit.accounts.model import Role
from credit.kernel import database, tasks
from credit.kernel.clock import SHANGHAI
from credit.service import EntityInput, register_entity
from tests.factories import uscc
from tests.receivers import Receiver, answer, receiving
from tests.walks.cases import BAN_53, collusion, firm
from tests.walks.house import FINANCE, House

TENDER = {"id": "示例标段1", "type": "construction", "regimes": ["tendering"], "mandatory": True}
WITHDRAWAL = {"document_no": "示样撤〔2026〕9号", "withdrawn_on": "2026-11-22", "reason": "示例"}


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def hooked(house: House, receiver: Receiver, **more: Any) -> Any:
    made = await house.post("/v1/webhooks", {"url": receiver.url, **more}, await house.platform())
    assert made.status_code == 201, made.text
    return made.json()


async def watched(house: House, hook: Any, *codes: str, status: int = 201, **more: Any) -> Any:
    body = {"subjects": codes, "tender": TENDER, "until": "award", "webhook_id": hook["id"], **more}
    made = await house.post("/v1/watches", body, await house.platform())
    assert made.status_code == status, made.text
    return made.json()


async def test_a_ban_is_pushed_and_so_is_its_end_until_the_award(house: House, receiver: Receiver) -> None:
    code, platform = firm(), await house.platform()
    hook = await hooked(house, receiver)
    watch = await watched(house, hook, code, firm())
    assert {s["outcome"] for s in watch["subjects"]} == {"eligible"}
    made = await house.push(collusion(code))
    await house.settled()
    [got] = receiver.got
    told = json.loads(got.body)
    assert got.signed_by(hook["secret"])
    assert told["type"] == "watch_changed"
    assert told["data"] == {
        "watch_id": watch["id"], "tender_id": "示例标段1", "code": code,
        "old": {"outcome": "eligible", "reasons": []},
        "new": {"outcome": "ineligible", "reasons": ["ban_in_force"]},
        "as_of": {"known_seq": told["data"]["as_of"]["known_seq"], "valid_at": "2026-11-22"},
    }
    assert told["data"]["as_of"]["known_seq"] >= made["entry"]["seq"]
    await house.act(made["id"], "withdrawal", WITHDRAWAL)
    await house.settled()
    assert json.loads(receiver.got[1].body)["data"]["new"] == {"outcome": "eligible", "reasons": []}
    ended = await house.post(f"/v1/watches/{watch['id']}/award", {"sent_on": "2026-11-22"}, platform)
    assert (ended.json()["state"], ended.json()["why"]) == ("ended", "award")
    await house.settled()
    assert json.loads(receiver.got[2].body)["type"] == "watch_ended"
    await house.push(collusion(code, document_no="示样罚〔2026〕54号"))
    await house.settled()
    assert len(receiver.got) == 3
    again = await house.post(f"/v1/watches/{watch['id']}/award", {"sent_on": "2026-11-22"}, platform)
    assert (again.status_code, again.json()["code"]) == (409, "watch_ended")


async def test_the_turn_of_the_day_is_pushed_too(house: House, receiver: Receiver) -> None:
    code = firm()
    await house.push(collusion(code, decided_on="2025-11-23", served_on="2025-11-23", restrictions=[
        {**BAN_53, "from": "2025-11-23", "to": "2026-11-22"}]))
    watch = await watched(house, await hooked(house, receiver), code, until="2026-11-23")
    assert watch["subjects"][0]["outcome"] == "ineligible"
    await house.services.watching.turn()
    await house.settled()
    assert receiver.got == []
    await house.turn_to(datetime(2026, 11, 23, 0, 0, tzinfo=SHANGHAI))  # the ban's last day was the 22nd
    await house.services.watching.turn()
    await house.settled()
    assert json.loads(receiver.got[0].body)["data"]["new"]["outcome"] == "eligible"
    await house.turn_to(datetime(2026, 11, 24, 0, 0, tzinfo=SHANGHAI))  # the watch's last day was the 23rd
    await house.services.watching.turn()
    await house.settled()
    assert json.loads(receiver.got[1].body)["data"]["why"] == "until"


async def test_a_branch_is_told_of_its_head_office(house: House, receiver: Receiver) -> None:
    head, branch = firm(), firm()
    given = EntityInput(code=branch, name="示例市样本工程有限公司分公司", branch_of=head)
    await register_entity(given, by="test", now=house.clock(), salt=house.services.salt)
    await watched(house, await hooked(house, receiver), branch)
    await house.push(collusion(head))
    await house.settled()
    assert [json.loads(got.body)["data"]["new"]["outcome"] for got in receiver.got] == ["undetermined"]


async def test_failing_twice_is_tried_again_and_gone_disables(house: House, receiver: Receiver) -> None:
    hook, platform = await hooked(house, receiver), await house.platform()
    path = f"/v1/webhooks/{hook['id']}"
    receiver.answers = [answer("500 Oops"), answer("302 Found", "location: http://127.0.0.1:1/")]
    sent = (await house.post(f"{path}/test", {}, platform)).json()
    for pause, count in ((0, 1), (5, 2), (300, 3)):  # Standard Webhooks: after 5 s, then after 5 min
        house.clock.advance(seconds=pause)
        await until(receiver, count)
    await house.settled()
    [one] = (await house.get(f"{path}/deliveries", platform)).json()["items"]
    assert (one["id"], one["state"], one["attempts"], one["status"]) == (sent["id"], "delivered", 3, 204)
    assert {got.id for got in receiver.got} == {sent["id"]}
    receiver.answers = [answer("410 Gone")]
    await house.post(f"{path}/test", {}, platform)
    await house.settled()
    found = (await house.get(path, platform)).json()
    assert (found["state"], found["why"]) == ("disabled", "gone")
    [dead] = (await house.get(f"{path}/deliveries?state=dead", platform)).json()["items"]
    assert (dead["reason"], dead["status"]) == ("gone", 410)
    again = f"{path}/deliveries/{dead['id']}/redelivery"
    assert (await house.post(again, {}, platform)).json()["code"] == "webhook_disabled"
    await house.post(f"{path}/state", {"enabled": True}, platform)
    assert (await house.post(again, {}, platform)).status_code == 202
    await house.settled()
    assert receiver.got[-1].id == dead["id"]
    assert (await house.get(f"{path}/deliveries?state=dead", platform)).json()["items"] == []


async def test_a_new_secret_signs_beside_the_former_for_a_day(house: House, receiver: Receiver) -> None:
    hook, platform = await hooked(house, receiver), await house.platform()
    path = f"/v1/webhooks/{hook['id']}"
    new = (await house.post(f"{path}/secret", {}, platform)).json()
    assert new["secret"] != hook["secret"]
    assert "secret" not in (await house.get(path, platform)).text.replace('"secret":null', "")
    await house.post(f"{path}/test", {}, platform)
    await house.settled()
    assert receiver.got[0].signed_by(hook["secret"]) and receiver.got[0].signed_by(new["secret"])
    await house.turn_to(datetime.fromisoformat(new["former_until"]))
    await house.post(f"{path}/test", {}, platform)
    await house.settled()
    assert receiver.got[1].signed_by(new["secret"]) and not receiver.got[1].signed_by(hook["secret"])
    for table in ("sanctions_webhook", "log_payload", "request_key"):
        rows = str(await database.fetch(f"SELECT * FROM {table}"))
        assert hook["secret"][6:] not in rows and new["secret"][6:] not in rows


async def test_watch_and_webhook_are_their_owners_alone(house: House, receiver: Receiver) -> None:
    hook = await hooked(house, receiver)
    code = firm()
    watch = await watched(house, hook, code)
    stranger = await house.key(Role.PLATFORM, FINANCE)
    for path in (f"/v1/webhooks/{hook['id']}", f"/v1/watches/{watch['id']}", f"/v1/webhooks/{hook['id']}/deliveries"):
        assert (await house.get(path, stranger)).status_code == 404
        assert (await house.get(path)).status_code == 401
    assert (await house.get("/v1/watches", stranger)).json()["items"] == []
    assert code not in str(await database.fetch("SELECT * FROM log_payload WHERE seq = {}", watch["seq"]))
    company = await house.enterprise(code)
    own = (await house.post("/v1/webhooks", {"url": receiver.url}, company)).json()
    body = {"subjects": [code], "webhook_id": own["id"]}
    assert (await house.post("/v1/watches", body, company)).status_code == 201
    assert (await house.post("/v1/watches", {**body, "subjects": [firm()]}, company)).status_code == 403
    used = await house.client.delete(f"/v1/webhooks/{hook['id']}", headers=await house.platform())
    assert (used.status_code, used.json()["code"]) == (409, "webhook_in_use")
    for path in (f"/v1/watches/{watch['id']}", f"/v1/webhooks/{hook['id']}"):
        assert (await house.client.delete(path, headers=await house.platform())).status_code == 204
        assert (await house.get(path, await house.platform())).status_code == 404


async def test_what_is_wrong_is_said_at_its_place(house: House, receiver: Receiver) -> None:
    platform, hook = await house.platform(), await hooked(house, receiver)
    for url in ("https://", "ftp://example.org/", "https://a:b@example.org/", "http://192.0.2.1/", "https://示例/"):
        bad = (await house.post("/v1/webhooks", {"url": url}, platform)).json()
        assert (bad["code"], bad["errors"][0]["pointer"]) == ("webhook_target_refused", "/url"), url
    wrong = {"subjects": ["91370199"], "pointer": "/subjects/0"}, {"until": "2026-11-21", "pointer": "/until"}
    for given in (*wrong, {"subjects": [], "pointer": "/subjects"}, {"subjects": [uscc(n) for n in range(1001)],
                                                                     "pointer": "/subjects"}):
        pointer = given.pop("pointer")
        body = {"subjects": [firm()], "webhook_id": hook["id"], **given}
        refused = await house.post("/v1/watches", body, platform)
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, pointer)
    unknown = await house.post("/v1/watches", {"subjects": [firm()], "webhook_id": "whk_no"}, platform)
    assert unknown.status_code == 404
    once = {**platform, "Idempotency-Key": "register-one"}
    first, second = [await house.post("/v1/webhooks", {"url": receiver.url}, once) for _ in range(2)]
    assert (first.json()["id"], second.status_code, second.json()["secret"]) == (second.json()["id"], 200, None)


async def until(receiver: Receiver, count: int) -> None:
    """Waits for the `count`-th request and until the failure of it is recorded, for some seconds."""
    for _ in range(500):
        resting = [c["state"] for c in await tasks.counts() if c["subscriber"] == "sanctions.push"] == ["ready"]
        if len(receiver.got) >= count and (resting or count == 3):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{len(receiver.got)} of {count} requests came")
