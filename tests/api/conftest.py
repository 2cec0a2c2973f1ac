"""The application served to tests: inside its lifespan, on the session's loop, over both engines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.app import create_app, hold
from api.web import site
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel.settings import Settings, Web
from tests.factories import uscc
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer, sharing

OFFICE = uscc(1)
KeyMaker = Callable[..., Awaitable[dict[str, str]]]


@asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """The app's lifespan in a task of its own: its task group must be left by the task that entered it."""
    ready, leave = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        try:
            async with app.lifespan():
                ready.set()
                await leave.wait()
        finally:
            ready.set()

    task = asyncio.create_task(live())
    await ready.wait()
    try:
        if not task.done():
            yield
    finally:
        leave.set()
        await task


_STANDING: dict[bool, Litestar] = {}


def standing(services: Services, *, pages_only: bool = False) -> Litestar:
    """An application over these services; made once, as it takes most of a second, and handed from test to test."""
    if pages_only not in _STANDING:
        _STANDING[pages_only] = create_app(
            services, migrate=False, controllers=site.ROUTES if pages_only else None)
    hold(_STANDING[pages_only], services)
    return _STANDING[pages_only]


def visiting(app: Litestar, address: str = "203.0.113.7") -> httpx.AsyncClient:
    """A client of the app as if from `address`; failures of the server are answers, as on the wire."""
    served: Any = app
    transport = httpx.ASGITransport(served, raise_app_exceptions=False, client=(address, 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.fixture
def services(
    tender_settings: Settings, clock: FakeClock, renderer: SharedRenderer, pool: SharedPool
) -> Services:
    """Every service over this test's database, without rate limits."""
    return sharing(build(replace(tender_settings, web=Web(rate_limit=0)), clock), renderer, pool)


@pytest.fixture
async def app(services: Services) -> AsyncIterator[Litestar]:
    """The application, alive."""
    made = standing(services)
    async with lifespan(made):
        yield made


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key."""
    async with visiting(app) as somebody:
        yield somebody


@pytest.fixture
def key(app: Litestar, services: Services) -> KeyMaker:
    """Makes a key of a role and gives its headers; of the sample office unless `org` names another."""

    async def make(role: Role, org: str = OFFICE) -> dict[str, str]:
        now = services.clock()
        await accounts.register_organisation(OrganisationInput(code=org, name=f"示例单位{org}"), by="test", now=now)
        secret, _ = await accounts.create_key(org_code=org, role=role, name="示例", by="test", now=now)
        return {"Authorization": f"Bearer {secret}"}

    return make
