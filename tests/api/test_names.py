"""Names over HTTP: candidates with reasons, by role; a name alone decides nothing, spelling alone doubts nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.wiring import Services
from credit.accounts.model import Role
from credit.service import EntityInput, register_entity
from tests.api.conftest import KeyMaker
from tests.factories import uscc

NAMES = ("济南示例建设有限公司", "济南示例第二建设有限公司", "青岛示例建设有限公司", "济南样本医药有限公司")


async def enter(services: Services, code: str, name: str) -> None:
    given = EntityInput(code=code, name=name)
    await register_entity(given, by="test", now=services.clock(), salt=services.salt)


@pytest.fixture
async def entered(services: Services) -> list[str]:
    codes = [uscc(n) for n in range(1, 5)]
    for code, name in zip(codes, NAMES, strict=True):
        await enter(services, code, name)
    return codes


async def found(client: httpx.AsyncClient, name: str, headers: dict[str, str] | None = None) -> Any:
    answer = await client.get("/v1/entities", params={"name": name}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_candidates_by_role(client: httpx.AsyncClient, entered: list[str], key: KeyMaker) -> None:
    public = await found(client, "濟南示例建設")
    assert [(c["code"], c["verdict"]) for c in public] == [(entered[0], "same")]
    assert "组织形式详略不同" in public[0]["why"]
    seen = await found(client, "濟南示例建設", await key(Role.AUTHORITY))
    assert {c["verdict"] for c in seen[1:]} == {"different"}
    assert any("编号矛盾" in c["why"] for c in seen)


async def test_pages_of_candidates(client: httpx.AsyncClient, entered: list[str], key: KeyMaker) -> None:
    headers, cursor, codes = await key(Role.PLATFORM), "", []
    for _ in range(4):
        params = {"name": NAMES[0], "limit": "1", "cursor": cursor}
        page = (await client.get("/v1/entities", params=params, headers=headers)).json()
        codes += [c["code"] for c in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(codes) == sorted(entered)
    assert cursor is None


async def test_a_former_name_leads_to_todays(client: httpx.AsyncClient, services: Services, entered: list[str]) -> None:
    await found(client, NAMES[0])  # the index is read; what follows comes by the log
    await enter(services, entered[0], "济南样本路桥有限公司")
    [candidate] = await found(client, NAMES[0])
    assert (candidate["name"], candidate["former"]) == ("济南样本路桥有限公司", True)
    assert "曾用名" in candidate["why"]


async def ask(client: httpx.AsyncClient, headers: dict[str, str], **subject: str) -> Any:
    answer = await client.post("/v1/eligibility", json={"subjects": [subject]}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["answers"][0]


async def test_a_name_alone_is_never_more_than_candidates(
    client: httpx.AsyncClient, entered: list[str], key: KeyMaker
) -> None:
    headers = await key(Role.PLATFORM)
    exact = await ask(client, headers, name=NAMES[0])
    assert (exact["outcome"], exact["code"]) == ("undetermined", None)
    assert [c["code"] for c in exact["candidates"]] == [entered[0]]
    near = await ask(client, headers, name="示例建设有限公司")  # no region: either may be meant
    assert near["outcome"] == "undetermined"
    assert {c["code"] for c in near["candidates"]} == {entered[0], entered[2]}
    assert all("未写地区" in c["sentences"][0] for c in near["candidates"])


@pytest.mark.parametrize(
    ("written", "doubted"),
    [("濟南示例建設有限責任公司", False), ("示例（济南）建设", False), (NAMES[1], True), ("示例建设有限公司", True)],
)
async def test_a_code_is_doubted_for_another_name_only(
    client: httpx.AsyncClient, entered: list[str], key: KeyMaker, written: str, doubted: bool
) -> None:
    answer = await ask(client, await key(Role.PLATFORM), code=entered[0], name=written)
    assert ("name_mismatch" in {r["code"] for r in answer["reasons"]}) is doubted
