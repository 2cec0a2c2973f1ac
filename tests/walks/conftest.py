"""One furnished house per story and engine; each test brings companies of its own, so the tests may share it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from api.app import create_app
from credit.kernel.settings import Database, Settings
from tests import engines
from tests.api.conftest import lifespan
from tests.fakes import START, FakeClock
from tests.sharing import SharedPool, SharedRenderer
from tests.walks.house import House, furnished


@pytest.fixture(scope="module", params=engines.KINDS)
async def served(
    request: pytest.FixtureRequest, databases: engines.Databases, tmp_path_factory: pytest.TempPathFactory,
    renderer: SharedRenderer, pool: SharedPool,
) -> AsyncIterator[House]:
    """The application alive on each engine, with the sample organisations."""
    data = tmp_path_factory.mktemp("house")
    async with databases.fresh(str(request.param), data) as url:
        clock = FakeClock()
        made = House(furnished(Settings(data=data, database=Database(url=url)), clock, renderer, pool), clock)
        app = create_app(made.services, migrate=False)
        async with lifespan(app):
            await made.furnish()
            made.serve(app)
            async with made.client:
                yield made


@pytest.fixture
def house(served: House) -> House:
    """The house of this story; it is 2026-11-22, 09:00."""
    served.clock.set(START)
    return served
