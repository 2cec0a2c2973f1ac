"""Who may what: keys, roles, revocation at once, and no route that forgot to say."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import httpx
import pytest
from litestar import Litestar, get

from api.app import CONTROLLERS, Unguarded, create_app, handlers
from api.auth import KeyRing, roles_of
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Role
from credit.kernel import unit
from credit.kernel.clock import business_day
from tests.api.conftest import OFFICE, KeyMaker
from tests.fakes import FakeClock

PUBLIC = {  # whoever adds a route here has decided that anybody may call it
    "/healthz", "/readyz", "/metrics", "/favicon.ico", "/robots.txt", "/problems", "/problems/{code}",
    "/v1/ledger/checkpoint", "/v1/ledger/entries/{seq}", "/v1/ledger/proof/inclusion", "/v1/ledger/proof/consistency",
    "/v1/ledger/keys", "/v1/ledger/cosignatures", "/v1/rules", "/v1/rules/{rule_id}",
}
FOUNDATION = ("/v1/ledger", "/v1/rules", "/v1/organisations", "/v1/keys", "/problems", "/healthz", "/metrics")
NEW_KEY = {"org_code": OFFICE, "role": "platform", "name": "示例平台"}


def test_every_route_names_its_roles_or_says_anyone(services: Services) -> None:
    routes = handlers(create_app(services))
    assert routes
    assert [path for path, handler in routes if roles_of(handler) is None] == []


def test_no_route_of_the_foundation_is_public_by_accident(services: Services) -> None:
    routes = handlers(create_app(services))
    public = {path for path, handler in routes if roles_of(handler) == () and path.startswith(FOUNDATION)}
    assert public <= PUBLIC


def test_a_route_without_guard_stops_the_start(services: Services) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "open"

    with pytest.raises(Unguarded, match="/forgotten"):
        create_app(services, controllers=[*CONTROLLERS, forgotten])


async def test_without_a_key_the_door_says_how(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/organisations")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="tendercredit"'
    assert answer.json()["code"] == "unauthenticated"


async def test_a_bad_key_is_no_key(client: httpx.AsyncClient) -> None:
    for header in ("Bearer", "Bearer ", "Basic abc", "Bearer tc_wrong", "Bearer \xff", "x" * 8000):
        answer = await client.get("/v1/rules", headers=[(b"Authorization", header.encode("latin-1"))])
        assert answer.status_code == 401


async def test_only_the_operator_issues_keys(client: httpx.AsyncClient, key: KeyMaker) -> None:
    for role in set(Role) - {Role.OPERATOR}:
        answer = await client.post("/v1/keys", json=NEW_KEY, headers=await key(role))
        assert answer.status_code == 403
        assert "operator" in answer.json()["detail"]


async def test_an_issued_key_works_until_revoked_and_then_at_once_no_more(
    client: httpx.AsyncClient, key: KeyMaker
) -> None:
    operator = await key(Role.OPERATOR)
    made = await client.post("/v1/keys", json={**NEW_KEY, "role": "auditor"}, headers=operator)
    assert made.status_code == 201
    bearer = {"Authorization": f"Bearer {made.json()['key']}"}
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 200
    gone = await client.delete(f"/v1/keys/{made.json()['id']}", headers=operator)
    assert gone.status_code == 204
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 401


async def test_a_key_ends_after_its_last_day(
    client: httpx.AsyncClient, key: KeyMaker, services: Services, clock: FakeClock
) -> None:
    await key(Role.OPERATOR)
    today = business_day(clock())
    secret, _ = await accounts.create_key(
        org_code=OFFICE, role=Role.OPERATOR, name="示例", by="test", now=clock(), expires_on=today
    )
    bearer = {"Authorization": f"Bearer {secret}"}
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 200
    clock.advance(days=1)
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 401


async def test_a_key_revoked_by_another_process_ends_within_a_second(
    app: Litestar, client: httpx.AsyncClient, key: KeyMaker, clock: FakeClock
) -> None:
    bearer = await key(Role.AUDITOR)
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 200
    caller = await app.state.keyring.caller(bearer["Authorization"].removeprefix("Bearer "))
    unit.after_commit.remove(app.state.keyring.acted)  # this process does not hear of it
    try:
        await accounts.revoke_key(caller.key_id, by="other process", now=clock())
    finally:
        unit.after_commit.append(app.state.keyring.acted)
    clock.advance(seconds=1.1)
    assert (await client.get("/v1/organisations", headers=bearer)).status_code == 401


BAD_KEYS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"role": "boss"}, ("/role", "not_allowed")),
    ({"name": ""}, ("/name", "too_short")),
    ({"name": "长" * 101}, ("/name", "too_long")),
    ({"scopes": ["PUSH"]}, ("/scopes/0", "wrong_form")),
    ({"expires_on": "2020-01-01"}, ("/expires_on", "in_the_past")),
    ({"extra": 1}, ("/extra", "unknown_field")),
]


def texts_of(held: object) -> Iterator[bytes]:
    """Every text that a thing holds, through its containers and members."""
    seen, left = set[int](), [held]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        if isinstance(one, str | bytes):
            yield one.encode() if isinstance(one, str) else one
        left += gc.get_referents(one)


async def test_no_key_that_was_shown_stays_in_memory(app: Litestar, services: Services, key: KeyMaker) -> None:
    """What a look into the process would find does not open the door, neither as sent nor as it is stored."""
    sent = (await key(Role.PLATFORM))["Authorization"]
    ring, secret = KeyRing(services.clock), sent.removeprefix("Bearer ")
    assert ring.remembered(sent.encode(), services.clock()) is None
    caller = await ring.caller(secret)
    known = ring.remembered(sent.encode(), services.clock())
    assert known is not None and known.caller == caller
    assert ring.remembered(b"Bearer x" + secret.encode(), services.clock()) is None
    held = list(texts_of(vars(ring)))
    assert caller.key_id.encode() in held
    digests = {accounts.digest(secret).encode(), bytes.fromhex(accounts.digest(secret))}
    assert [text for text in held if secret.encode() in text or text in digests] == []


async def test_a_bad_key_request_names_the_field(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = await key(Role.OPERATOR)
    for changes, fault in BAD_KEYS:
        answer = await client.post("/v1/keys", json={**NEW_KEY, **changes}, headers=operator)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [fault]
