"""What a process holds open while it serves or works: database, schema, log origin, rules, then its tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from litestar import Litestar

from api.bots import conversing
from api.running import runner
from api.running.expiring import expiring
from api.running.following import following
from api.running.logbook import keeping_checkpoints
from api.running.rescoring import rescoring
from api.seed import refuse_demo
from api.wiring import Services
from credit.kernel import database, unit

SYSTEM = "system"  # who acts when the service itself does


@asynccontextmanager
async def opened(services: Services, *, migrate: bool = True) -> AsyncIterator[None]:
    """The database, migrated unless told not to, its log under this service's origin, and its rules activated."""
    settings = services.settings
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        if migrate:
            await database.migrate()
        await services.log.open(by=SYSTEM)
        await services.book.activate(by=SYSTEM, now=services.clock())
        try:
            yield
        finally:
            services.screenings.close()
            await services.bots.close()


@asynccontextmanager
async def truthful(services: Services) -> AsyncIterator[None]:
    """Lets samples be served by a demo only. Raises IsADemo."""
    if not services.settings.demo:
        await refuse_demo()
    yield


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """Who does the tasks of a serving process: itself, or the workers when a Redis URL is set."""
    url = services.settings.jobs.redis_url
    if url:
        from api.running.worker import nudging

        async with nudging(url):
            yield
        return
    tasks = services.runner()
    async with runner.running(tasks.drain, end=tasks.end):
        yield


@asynccontextmanager
async def serving(app: Litestar) -> AsyncIterator[None]:
    """The lifespan of the application. Raises IsADemo where real data was promised and the database holds samples."""
    services: Services = app.state.services
    unit.after_commit.append(app.state.keyring.acted)
    try:
        async with (
            opened(services, migrate=app.state.migrate),
            truthful(services),
            keeping_checkpoints(services.log),
            following(services, app.state.keyring),
            working(services),
            expiring(services),
            rescoring(services),
            conversing(services),
        ):
            yield
    finally:
        unit.after_commit.remove(app.state.keyring.acted)
