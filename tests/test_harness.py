"""The harness keeps its promises: fresh databases, a standing clock, an empty Redis."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import cast

import pytest
import redis

from credit.kernel import database, ledger
from credit.kernel.database import Engine
from credit.kernel.settings import Settings
from tests import conftest, postgres, redis_servers
from tests.fakes import START, FakeClock


@pytest.mark.parametrize("turn", [1, 2])
async def test_each_test_gets_an_empty_database(engine: Engine, turn: int) -> None:
    assert (await ledger.head()).size == 0
    await database.fetch("UPDATE log_head SET size = 99")


async def test_the_settings_lead_to_the_same_database(engine: Engine, tender_settings: Settings) -> None:
    await database.fetch("UPDATE log_head SET origin = 'seen from outside'")
    async with database.opened(database.make_engine(tender_settings.database.url, tender_settings.data)):
        assert (await ledger.head()).origin == "seen from outside"


def test_the_clock_stands_until_told(clock: FakeClock) -> None:
    assert clock() == clock() == START
    assert clock.advance(days=1, hours=2).isoformat() == "2026-11-23T11:00:00+08:00"
    with pytest.raises(ValueError, match="aware"):
        clock.set(START.replace(tzinfo=None))


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_redis(redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert [k for k in client.scan_iter() if k != redis_servers.CLAIM.encode()] == []
        client.set("left over", 1)


def test_a_redis_in_use_is_left_alone(redis_url: str, worker: str) -> None:
    with redis_servers.running(worker, redis_url.rpartition("/")[0]) as other:
        assert other != redis_url


async def test_the_embedded_postgresql_serves_where_none_runs(data: Path) -> None:
    store = postgres.PostgresDatabases("embedded")
    store.server = postgres.embedded_postgres()
    async with store.blank() as url, database.opened(database.make_engine(url, data)):
        assert (await database.fetch("SELECT 1 AS one")) == [{"one": 1}]
    await asyncio.gather(*store.tidying)


class NeedsTool:
    """A collected test, as far as the harness looks at it."""

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [pytest.mark.needs("no-such-tool").mark] if name == "needs" else []


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_tool_is_told_and_in_ci_an_error(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="NOT RUN: no-such-tool"):
        conftest.pytest_runtest_setup(cast(pytest.Item, NeedsTool()))
