"""Redis emptied in the middle of deliveries: the workers' tasks are in the database, so every letter still arrives."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests import redis_servers
from tests.factories import uscc
from tests.faults.service import ROOT, Postbox, Service, serving, until
from tests.faults.test_kill import single

LETTERS = 5


@pytest.fixture
def engine_kind() -> str:
    """Workers of their own need PostgreSQL."""
    return "postgres"


async def test_a_redis_emptied_in_the_middle_of_deliveries_loses_no_letter(
    data: Path, database_url: str | None, redis_url: str
) -> None:
    with Postbox() as post:
        async with serving(data, database_url, REDIS_URL=redis_url, SMTP_HOST="127.0.0.1", SMTP_PORT=post.port,
                           SMTP_SENDER="letters@credit.example") as service:
            key = await service.furnish()
            with working(service):
                await service.up()
                post.answering.clear()  # the first message is held: the deliveries are under way
                await push(service, key, range(2))
                await until(lambda: bool(post.ids), "no message left")
                assert held(redis_url), "the workers do not use this Redis"
                redis_servers.empty(redis_url)
                await push(service, key, range(2, LETTERS))
                redis_servers.empty(redis_url)  # and what woke the workers for these is gone as well
                post.answering.set()
                await service.settled(patience=60)
            ways = await service.rows("SELECT id, notice_id, channel, message_id, state FROM notices_delivery")
            attempts = await service.rows("SELECT delivery_id, uncertain FROM notices_attempt")
            letters = await service.rows("SELECT DISTINCT notice_id, record_id FROM notices_notice")
    mail = {way["message_id"]: way["id"] for way in ways if way["channel"] == "email"}
    assert len({letter["record_id"] for letter in letters}) == LETTERS
    inbox = Counter(way["notice_id"] for way in ways if (way["channel"], way["state"]) == ("inbox", "delivered"))
    assert inbox == Counter({letter["notice_id"]: 1 for letter in letters})
    assert {way["state"] for way in ways if way["channel"] == "email"} == {"sent"}
    assert len(mail) == LETTERS and set(post.ids) == set(mail)
    uncertain = {one["delivery_id"] for one in attempts if one["uncertain"]}
    assert {mail[message] for message, times in Counter(post.ids).items() if times > 1} <= uncertain


def held(url: str) -> list[bytes]:
    """What the queue keeps in Redis."""
    with redis.Redis.from_url(url) as client:
        return [key for key in client.scan_iter() if key != redis_servers.CLAIM.encode()]


async def push(service: Service, key: dict[str, str], which: range) -> None:
    """Penalties that each bring letters."""
    async with service.client(key) as client:
        for n in which:
            answer = await client.post("/v1/penalties", json=single(n))
            assert answer.status_code == 201, answer.text
            assert answer.json()["subject_code"] == uscc(n)


@contextmanager
def working(service: Service) -> Iterator[None]:
    """`tendercredit worker` beside the service, told to end when the block is left."""
    with (service.data / "worker.log").open("wb") as log:
        whole = [sys.executable, "-m", "api.cli", "worker"]
        process = subprocess.Popen(whole, cwd=ROOT, env=service.environment, stdout=log, stderr=log)
    try:
        yield
        assert process.poll() is None, (service.data / "worker.log").read_text(encoding="utf-8")[-3000:]
    finally:
        process.terminate()
        process.wait(timeout=30)
