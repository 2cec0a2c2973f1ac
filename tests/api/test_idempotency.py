"""The same request again gets the first answer; the same key for another one is refused."""

from __future__ import annotations

import httpx

from credit.accounts.model import Role
from tests.api.conftest import OFFICE, KeyMaker
from tests.factories import uscc

ORGANISATION = {"code": uscc(7), "name": "示例市住建局", "region": "370100", "competences": ["mandatory_tender"]}
NEW_KEY = {"org_code": OFFICE, "role": "platform", "name": "示例平台"}


async def test_an_organisation_is_entered_once(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = {**await key(Role.OPERATOR), "Idempotency-Key": "k-1"}
    first = await client.post("/v1/organisations", json=ORGANISATION, headers=operator)
    again = await client.post("/v1/organisations", json=ORGANISATION, headers=operator)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()


async def test_the_key_with_another_body_is_refused(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = {**await key(Role.OPERATOR), "Idempotency-Key": "k-1"}
    await client.post("/v1/organisations", json=ORGANISATION, headers=operator)
    other = await client.post("/v1/organisations", json={**ORGANISATION, "name": "示例市水务局"}, headers=operator)
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_mismatch"


async def test_the_key_at_another_address_is_refused(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = {**await key(Role.OPERATOR), "Idempotency-Key": "k-1"}
    await client.post("/v1/keys", json=NEW_KEY, headers=operator)
    other = await client.post("/v1/keys?x=1", json=NEW_KEY, headers=operator)
    assert other.json()["code"] == "idempotency_mismatch"


async def test_a_secret_is_never_kept_for_the_repeat(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = {**await key(Role.OPERATOR), "Idempotency-Key": "k-2"}
    first = (await client.post("/v1/keys", json=NEW_KEY, headers=operator)).json()
    again = (await client.post("/v1/keys", json=NEW_KEY, headers=operator)).json()
    assert first["key"].startswith("tc_")
    assert again == {**first, "key": None}


async def test_a_malformed_key_is_named(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = await key(Role.OPERATOR)
    for value in ("", "with blank", "x" * 201):
        headers = {**operator, "Idempotency-Key": value}
        answer = await client.post("/v1/organisations", json=ORGANISATION, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/Idempotency-Key"
