"""The bots over this test's database, and a Telegram of our own that they talk to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from api.running import lifespan as opening
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.kernel.settings import Bots, Settings, Web
from tests.bots.telegram_stand_in import SECRET, TOKEN, StandIn, standing_in
from tests.factories import uscc
from tests.fakes import FakeClock

COMPANY = uscc(7)
OTHER = uscc(8)


@pytest.fixture
async def telegram() -> AsyncIterator[StandIn]:
    """A Bot API stand-in on a port of its own."""
    async with standing_in() as made:
        yield made


@pytest.fixture
def bot_settings(tender_settings: Settings, telegram: StandIn) -> Settings:
    """Settings under which the bot talks to the stand-in and takes updates by webhook."""
    chosen = Bots(telegram_token=TOKEN, telegram_base_url=telegram.url, telegram_secret=SECRET)
    return replace(tender_settings, web=Web(rate_limit=0), bots=chosen)


@pytest.fixture
async def services(bot_settings: Settings, clock: FakeClock) -> AsyncIterator[Services]:
    """Every service, open on this test's database; nothing is worked unless a test does it."""
    made = build(bot_settings, clock)
    async with opening.opened(made, migrate=False):
        await made.register.load()
        yield made


@pytest.fixture
async def company(services: Services, clock: FakeClock) -> Caller:
    """Somebody with the key of the sample company."""
    return await enterprise(COMPANY, clock)


async def enterprise(code: str, clock: FakeClock) -> Caller:
    """The caller behind a new key of a company."""
    now = clock()
    await accounts.register_organisation(OrganisationInput(code=code, name=f"示例企业{code}"), by="test", now=now)
    _, made = await accounts.create_key(org_code=code, role=Role.ENTERPRISE, name="示例", by="test", now=now)
    return made
