"""What tests share: both database engines, a clock that stands, the rules of this house, a Redis.

Nothing is skipped where it can run: pip brings a PostgreSQL and a Valkey. Groups that need a tool of the system say
so with `@pytest.mark.needs("chromium")`; without it they show `NOT RUN: chromium`, and fail when CI=true.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from credit.kernel import database, rules, settings
from credit.kernel.rulebook import Rulebook
from notices import fonts
from tests import engines, redis_servers
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer

ROOT = Path(__file__).parent.parent
_MEMORY = Path("/dev/shm")  # where there is room, data folders lie in memory: each act of SQLite waits for its disk
_ROOM = 4_000_000_000


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs(tool): runs only where this program of the system is installed")
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


# few tests, long ones: begun last they would leave one worker alone at the end
_LONG = tuple(
    f"tests/{name}" for name in ("faults", "benchmarks", "commands", "docs", "test_packaging", "test_quality")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the order within a file stays."""
    items.sort(key=lambda item: not str(item.path.relative_to(ROOT)).startswith(_LONG))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        missing = [tool for tool in mark.args if shutil.which(tool) is None]
        if missing and os.environ.get("CI") == "true":
            pytest.fail(f"NOT RUN: {', '.join(missing)} (missing, and CI=true allows no gap)")
        if missing:
            pytest.skip(f"NOT RUN: {', '.join(missing)}")


@pytest.fixture(scope="session")
def worker() -> str:
    """The name of this test process: `main` alone, `gw0` … under xdist."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
async def databases(worker: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[engines.Databases]:
    """Where fresh databases come from; an engine's template is made when first asked for."""
    async with engines.databases(tmp_path_factory.mktemp("template"), worker) as made:
        yield made


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture(params=engines.KINDS)
def engine_kind(request: pytest.FixtureRequest) -> str:
    """`sqlite`, then `postgres`."""
    return str(request.param)


@pytest.fixture
async def database_url(engine_kind: str, data: Path, databases: engines.Databases) -> AsyncIterator[str | None]:
    """A migrated, empty database of each engine: its URL, None for the SQLite file in `data`."""
    async with databases.fresh(engine_kind, data) as url:
        yield url


@pytest.fixture
async def engine(database_url: str | None, data: Path) -> AsyncIterator[database.Engine]:
    """A fresh, migrated database, bound and pooled: each test that uses it runs on SQLite and on PostgreSQL."""
    async with database.opened(database.make_engine(database_url, data)) as bound:
        yield bound


@pytest.fixture
def tender_settings(database_url: str | None, data: Path) -> settings.Settings:
    """The settings under which a process would serve this test's database."""
    return settings.Settings(data=data, database=settings.Database(url=database_url))


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at 2026-11-22 09:00 in Shanghai."""
    return FakeClock()


@pytest.fixture(scope="session")
def ruleset() -> rules.RuleSet:
    """Every rule file of this house."""
    return rules.load(sorted(p for p in ROOT.glob("*/rules") if p.is_dir()))


@pytest.fixture
async def rulebook(engine: database.Engine, ruleset: rules.RuleSet, clock: FakeClock) -> Rulebook:
    """The rules of this house, activated: log entry 0 of the test's database."""
    book = Rulebook(ruleset)
    await book.activate(by="operator", now=clock())
    return book


@pytest.fixture(scope="session")
def redis_server(worker: str) -> Iterator[str]:
    """A Redis database of this worker: of TENDERCREDIT_TEST_REDIS or the running server, else an embedded Valkey."""
    with redis_servers.running(worker) as url:
        yield url


@pytest.fixture(scope="session")
def renderer() -> Iterator[SharedRenderer]:
    """The drawing process of this worker."""
    made = SharedRenderer(fonts.default_folder())
    yield made
    made.end()


@pytest.fixture(scope="session")
def pool() -> Iterator[SharedPool]:
    """The reading process of this worker."""
    made = SharedPool()
    yield made
    made.end()


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis database."""
    redis_servers.empty(redis_server)
    return redis_server
