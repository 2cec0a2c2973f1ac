"""The webhook: signed or refused, stored at once, handled once; and binding codes over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from api.app import create_app
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel import database
from credit.kernel.settings import Settings
from tests.api.conftest import lifespan, standing, visiting
from tests.bots.conftest import COMPANY, OTHER
from tests.bots.telegram_stand_in import SECRET, StandIn
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer, sharing

HEADER = "X-Telegram-Bot-Api-Secret-Token"
SIGNED = {HEADER: SECRET}


@pytest.fixture
def services(
    bot_settings: Settings, clock: FakeClock, renderer: SharedRenderer, pool: SharedPool
) -> Services:
    return sharing(build(bot_settings, clock), renderer, pool)


@pytest.fixture
async def app(services: Services) -> AsyncIterator[Litestar]:
    made = standing(services)
    async with lifespan(made):
        yield made


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with visiting(app) as somebody:
        yield somebody


async def key(code: str, clock: FakeClock, role: Role = Role.ENTERPRISE) -> dict[str, str]:
    now = clock()
    await accounts.register_organisation(OrganisationInput(code=code, name=f"示例企业{code}"), by="test", now=now)
    secret, _ = await accounts.create_key(org_code=code, role=role, name="示例", by="test", now=now)
    return {"Authorization": f"Bearer {secret}"}


async def test_telegram_is_told_where_to_send_and_with_which_secret(
    client: httpx.AsyncClient, telegram: StandIn
) -> None:
    await telegram.until(lambda: bool(telegram.webhook))
    assert telegram.webhook["url"].endswith("/bots/telegram")
    assert telegram.webhook["secret_token"] == SECRET


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "wrong"}, {HEADER: SECRET + "x"}])
async def test_an_unsigned_update_is_refused_and_nothing_handled(
    client: httpx.AsyncClient, telegram: StandIn, headers: dict[str, str]
) -> None:
    answer = await client.post("/bots/telegram", json=telegram.text(77, "帮助"), headers=headers)
    assert answer.status_code == 403
    assert answer.json()["code"] == "unsigned_callback"
    assert await database.fetch("SELECT id FROM bots_update") == []
    assert telegram.sent == []


async def test_a_signed_update_is_answered_and_its_repeat_is_not(
    client: httpx.AsyncClient, telegram: StandIn
) -> None:
    update = telegram.text(77, "帮助")
    for _ in range(3):
        assert (await client.post("/bots/telegram", json=update, headers=SIGNED)).status_code == 200
    await telegram.until(lambda: len(telegram.sent) == 1)
    assert (await client.post("/bots/telegram", json=update, headers=SIGNED)).status_code == 200
    await client.post("/bots/telegram", json=telegram.text(77, "帮助"), headers=SIGNED)
    await telegram.until(lambda: len(telegram.sent) >= 2)
    assert len(telegram.sent) == 2


async def test_what_is_no_update_is_refused_and_what_is_not_for_us_is_taken(client: httpx.AsyncClient) -> None:
    refused = await client.post("/bots/telegram", content=b"nonsense", headers=SIGNED)
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_body")
    assert (await client.post("/bots/telegram", json={"update_id": 5}, headers=SIGNED)).status_code == 200
    huge = await client.post("/bots/telegram", content=b" " * 1_100_000, headers=SIGNED)
    assert huge.status_code == 413


async def test_a_service_without_telegram_has_no_such_address(tender_settings: Settings, clock: FakeClock) -> None:
    app = create_app(build(tender_settings, clock), migrate=False)
    async with lifespan(app), visiting(app) as client:
        answer = await client.post("/bots/telegram", json={"update_id": 5}, headers=SIGNED)
    assert answer.status_code == 404


async def test_a_company_gets_a_code_for_itself_and_nobody_for_others(
    client: httpx.AsyncClient, clock: FakeClock
) -> None:
    mine = await key(COMPANY, clock)
    made = await client.post(f"/v1/entities/{COMPANY}/bot-codes", headers=mine)
    assert made.status_code == 201
    assert len(made.json()["code"]) == 11
    assert made.json()["expires_at"].startswith("2026-11-22T")
    assert (await client.post(f"/v1/entities/{OTHER}/bot-codes", headers=mine)).status_code == 403
    assert (await client.post(f"/v1/entities/{COMPANY}/bot-codes")).status_code == 401
    office = await key(OTHER, clock, Role.AUTHORITY)
    assert (await client.post(f"/v1/entities/{COMPANY}/bot-codes", headers=office)).status_code == 403


async def test_a_repeated_request_does_not_show_the_code_again(client: httpx.AsyncClient, clock: FakeClock) -> None:
    headers = await key(COMPANY, clock) | {"Idempotency-Key": "same"}
    first = (await client.post(f"/v1/entities/{COMPANY}/bot-codes", headers=headers)).json()
    again = (await client.post(f"/v1/entities/{COMPANY}/bot-codes", headers=headers)).json()
    assert (again["id"], again["code"]) == (first["id"], None)
    assert first["code"]
