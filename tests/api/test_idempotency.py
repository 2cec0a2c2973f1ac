"""The same request again gets the first answer; the same key for another one is refused."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from credit.accounts.model import Role
from credit.kernel import ledger
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


ENTITY = {"code": uscc(11), "name": "示例甲公司"}
MERIT = {"code": uscc(12), "name": "示例乙公司", "scheme": "sample_construction", "item": "quality_award",
         "document_no": "示奖1号", "granted_on": "2026-03-18", "authority": {"name": "示例市住建局"}}
SOURCE = {"list": "tax", "official_channel": "示例渠道", "fetched_at": "2026-11-21T09:00:00+08:00"}
REPEATED = [
    ("/v1/entities", Role.OPERATOR, ENTITY, {**ENTITY, "name": "示例丙公司"}),
    ("/v1/merits", Role.PLATFORM, MERIT, {**MERIT, "document_no": "示奖2号"}),
    ("/v1/sources", Role.OPERATOR, SOURCE, {**SOURCE, "official_channel": "示例另一渠道"}),
]


@pytest.mark.parametrize(("address", "role", "body", "other"), REPEATED)
async def test_every_call_that_enters_something_keeps_its_first_answer(
    client: httpx.AsyncClient, key: KeyMaker, address: str, role: Role, body: dict[str, Any], other: dict[str, Any]
) -> None:
    headers = {**await key(role), "Idempotency-Key": "k-9"}
    first = await client.post(address, json=body, headers=headers)
    size = (await ledger.head()).size
    again = await client.post(address, json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (await ledger.head()).size == size
    refused = await client.post(address, json=other, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_mismatch")


async def test_a_company_is_not_entered_as_a_person(client: httpx.AsyncClient, key: KeyMaker) -> None:
    """A person's records are shown to nobody: the word would make a company's disappear."""
    hidden = await client.post(
        "/v1/entities", json={**ENTITY, "kind": "natural_person"}, headers=await key(Role.AUTHORITY))
    assert hidden.status_code == 422
    assert hidden.json()["errors"][0]["pointer"] == "/kind"
