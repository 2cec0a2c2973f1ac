"""Tasks in arq workers: Redis carries only the wake-up, the database keeps the tasks.

One job, `drain`, does everything that is due; a cron calls it every few seconds, so a lost or flushed Redis costs
time and never an act.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import warnings
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
from arq import ArqRedis, Worker, create_pool, cron
from arq.connections import RedisSettings
from arq.worker import func

from api.running import lifespan
from api.running.rescoring import TURN
from api.wiring import Services
from credit.kernel import unit

log = logging.getLogger("tendercredit.worker")
QUEUE = "tendercredit:tasks"
_EVERY = set(range(0, 60, 3))
_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.decode


async def drain(ctx: dict[str, Any]) -> int:
    """The job: expands the log and works what is due."""
    return int(await ctx["runner"].drain())


async def score(ctx: dict[str, Any]) -> None:
    """The job: works open ranges of score runs, then brings the cached scores up to date."""
    await ctx["recomputing"].turn(TURN)


def redis_settings(url: str) -> RedisSettings:
    """Where the queue is; a Redis that is down is noticed within a second."""
    settings = RedisSettings.from_dsn(url)
    settings.conn_timeout = 1
    settings.conn_retries = 0
    return settings


def worker(
    services: Services, *, burst: bool = False, handle_signals: bool = True, redis: ArqRedis | None = None
) -> Worker:
    """An arq worker that opens the database for its own length. Raises ValueError without a Redis URL."""
    url = services.settings.jobs.redis_url
    if not url:
        raise ValueError("a worker needs TENDERCREDIT_REDIS_URL")
    stack = AsyncExitStack()

    async def on_startup(ctx: dict[str, Any]) -> None:
        await stack.enter_async_context(lifespan.opened(services))
        ctx["runner"] = services.runner()
        ctx["recomputing"] = services.recomputing

    async def on_shutdown(ctx: dict[str, Any]) -> None:
        await stack.aclose()

    settings = redis_settings(url)
    settings.conn_retries = 60  # a worker waits for Redis, a request never does
    return Worker(
        functions=[func(drain, name="drain", keep_result=0, max_tries=1),
                   func(score, name="score", keep_result=0, max_tries=1)],
        cron_jobs=[cron(drain, name="drain_every", second=_EVERY, keep_result=0, unique=True),
                   cron(score, name="score_every", second={10, 40}, keep_result=0, unique=False)],
        redis_settings=settings, redis_pool=redis, queue_name=QUEUE, on_startup=on_startup, on_shutdown=on_shutdown,
        burst=burst, handle_signals=handle_signals, max_jobs=4, job_timeout=600, poll_delay=0.2,
        job_serializer=_encode, job_deserializer=_decode,
    )


class QueueNudge:
    """Tells the workers that there is something new; a Redis that is away is only noted."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._pool: ArqRedis | None = None
        self._sending: asyncio.Task[None] | None = None
        self._again = False
        self._down = False

    def nudge(self, size: int = 0) -> None:
        """After a commit. Returns at once; many commits in a row become few jobs."""
        if self._sending is not None and not self._sending.done():
            self._again = True
            return
        self._sending = asyncio.get_running_loop().create_task(self._send())

    async def sent(self) -> None:
        """Waits until what was nudged so far is sent or given up."""
        if self._sending is not None:
            await asyncio.wait({self._sending})

    async def _send(self) -> None:
        self._again = True
        while self._again:
            self._again = False
            try:
                if self._pool is None:
                    self._pool = await create_pool(
                        redis_settings(self.url), job_serializer=_encode, job_deserializer=_decode,
                        default_queue_name=QUEUE,
                    )
                await self._pool.enqueue_job("drain")
                self._down = False
            except Exception as exc:  # noqa: BLE001 - the workers' own cron is the guarantee
                if not self._down:
                    log.warning("Redis is away (%s); workers will find the tasks by themselves", type(exc).__name__)
                self._down = True

    async def close(self) -> None:
        """Ends what is being sent and closes the connection."""
        if self._sending is not None:
            self._again = False
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        if self._pool is not None:
            with contextlib.suppress(Exception):
                await self._pool.aclose()


@asynccontextmanager
async def nudging(url: str) -> AsyncIterator[QueueNudge]:
    """Enqueues a wake-up after each commit made inside the block."""
    queue = QueueNudge(url)
    unit.after_commit.append(queue.nudge)
    try:
        yield queue
    finally:
        unit.after_commit.remove(queue.nudge)
        await queue.close()


async def work(services: Services) -> None:
    """Works until the process is told to stop."""
    made = worker(services)
    try:
        await made.async_run()
    except asyncio.CancelledError:
        log.info("worker stopped")
    finally:
        await close(made)


async def close(made: Worker) -> None:
    """Ends a worker and what it holds; jobs in flight are given back by their leases."""
    with contextlib.suppress(asyncio.CancelledError), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # arq closes its pool by redis-py's old name
        await made.close()
