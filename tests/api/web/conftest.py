"""Somebody with a browser: the pages over both engines, without tasks running behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from api.wiring import Services
from credit.kernel.database import Engine
from tests.api.conftest import standing, visiting

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture
async def visitor(services: Services, engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    """A browser."""
    await services.log.open(by="test")
    await services.book.activate(by="test", now=services.clock())
    async with visiting(standing(services, pages_only=True)) as client:
        client.headers.update(BROWSER)
        yield client
