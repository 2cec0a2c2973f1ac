"""Tasks in arq workers: Redis wakes them, and its loss loses nothing."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from api.running import worker
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput
from credit.kernel import database, unit
from credit.kernel.settings import Jobs
from credit.kernel.tasks import Given, Subscriber
from tests.factories import uscc


class Seen:
    """A subscriber that remembers what it was given."""

    def __init__(self) -> None:
        self.subjects: list[str] = []

    async def handle(self, task: Given) -> None:
        self.subjects.append(task.subject)


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def working(services: Services, redis_url: str, seen: Seen) -> Services:
    """Services whose jobs run in workers."""
    settings = replace(services.settings, jobs=Jobs(redis_url=redis_url))
    follower = Subscriber("follower", frozenset({"organisation_registered"}), seen.handle)
    return replace(services, settings=settings, subscribers=(follower,))


def opened(services: Services) -> AbstractAsyncContextManager[database.Engine]:
    """The test's database, open."""
    return database.opened(database.make_engine(services.settings.database.url, services.settings.data))


async def register(services: Services, n: int) -> str:
    office = OrganisationInput(code=uscc(n), name=f"示例机关{n}")
    return (await accounts.register_organisation(office, by="test", now=services.clock())).code


async def work_once(services: Services) -> int:
    """A worker that empties its queue and ends; answers how many jobs it did."""
    made = worker.worker(services, burst=True, handle_signals=False)
    made.cron_jobs = []
    try:
        await made.async_run()
        return made.jobs_complete
    finally:
        await worker.close(made)


async def test_a_commit_wakes_a_worker(working: Services, seen: Seen, redis_url: str) -> None:
    async with opened(working), worker.nudging(redis_url) as queue:
        code = await register(working, 5)
        await queue.sent()
    assert await work_once(working) == 1
    assert seen.subjects == [code]


async def test_many_commits_become_few_jobs(working: Services, seen: Seen, redis_url: str) -> None:
    async with opened(working), worker.nudging(redis_url) as queue:
        codes = [await register(working, n) for n in range(5, 25)]
        await queue.sent()
    assert 1 <= await work_once(working) <= 20
    assert sorted(seen.subjects) == sorted(codes)


async def test_a_redis_that_is_away_fails_no_act(services: Services) -> None:
    async with opened(services):
        async with worker.nudging("redis://127.0.0.1:1/0") as queue:
            code = await register(services, 5)
            await queue.sent()
        assert await accounts.find_organisation(code) is not None
    assert unit.after_commit == []


async def test_a_flushed_redis_loses_nothing(working: Services, seen: Seen, redis_url: str) -> None:
    async with opened(working):
        code = await register(working, 5)  # nobody was nudged: as if the queue had been flushed
    made = worker.worker(working, burst=True, handle_signals=False)
    assert worker.drain in [c.coroutine for c in made.cron_jobs or []]
    async with opened(working):
        await asyncio.wait_for(worker.drain({"runner": working.runner()}), 10)
    assert seen.subjects == [code]


def test_a_worker_needs_redis(services: Services) -> None:
    with pytest.raises(ValueError, match="TENDERCREDIT_REDIS_URL"):
        worker.worker(services)
