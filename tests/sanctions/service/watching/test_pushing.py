"""A process killed between send and record: the message comes once more under the same id, and is recorded once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Signed

from credit.accounts.model import Caller, Role
from credit.kernel import tasks
from credit.kernel.clock import system_clock
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from sanctions.service.watching.model import Webhook
from sanctions.service.watching.pushing import Pushing
from sanctions.service.watching.sealing import Sealing
from sanctions.service.watching.sending import Sender
from sanctions.service.watching.watching import Watching
from sanctions.service.watching.webhooks import WebhookInput, Webhooks
from sanctions.tasks import telling
from sanctions.webhooks import SCHEDULE, Hook, Push
from tests.factories import uscc
from tests.fakes import FakeClock
from tests.receivers import Receiver, answer, receiving

OWNER = Caller(key_id="key_test", org_code=uscc(1), role=Role.PLATFORM, scopes=frozenset())


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def now(rulebook: Rulebook) -> FakeClock:
    """The receiver checks the time by its own clock, so ours shows the real time, but stands."""
    return FakeClock(system_clock())


@pytest.fixture
def hooks(rulebook: Rulebook, now: FakeClock) -> Webhooks:
    return Webhooks(rulebook, now, Sealing(bytes(32)), Sender(allow_private=True, seconds=5))


def runner(hooks: Webhooks, now: FakeClock) -> tasks.Runner:
    following = telling(Watching(hooks.book, now, hooks), Pushing(now, hooks))
    return tasks.Runner(following, now, timedelta(seconds=60))


async def registered(hooks: Webhooks, receiver: Receiver) -> tuple[Webhook, str]:
    return await hooks.register(WebhookInput(url=receiver.url), OWNER)


async def test_a_receiver_verifies_by_the_library(
    engine: Engine, hooks: Webhooks, now: FakeClock, receiver: Receiver
) -> None:
    hook, secret = await registered(hooks, receiver)
    await hooks.test(hook.id, OWNER)
    await runner(hooks, now).drain()
    [got] = receiver.got
    assert Signed(secret).verify(got.body, got.headers)["data"] == {"webhook_id": hook.id}


async def test_killed_between_send_and_record(
    engine: Engine, hooks: Webhooks, now: FakeClock, receiver: Receiver
) -> None:
    hook, _ = await registered(hooks, receiver)
    planned = await hooks.test(hook.id, OWNER)
    receiver.answers = [b""]  # it has the message and has not answered yet
    first = asyncio.create_task(runner(hooks, now).drain())
    await asyncio.wait_for(receiver.came.wait(), 10)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    [left] = await hooks.deliveries(hook.id, OWNER, Push.WAITING, 2**53, 10)
    assert left.attempts == 1
    now.advance(seconds=61)  # the lease of the dead
    await runner(hooks, now).drain()
    [done] = await hooks.deliveries(hook.id, OWNER, None, 2**53, 10)
    assert (done.state, done.attempts) == (Push.DELIVERED, 2)
    assert [got.id for got in receiver.got] == [planned.id, planned.id]
    assert await tasks.counts() == []


async def test_after_the_whole_schedule_it_is_a_dead_letter_and_the_webhook_is_off(
    engine: Engine, hooks: Webhooks, now: FakeClock, receiver: Receiver
) -> None:
    hook, _ = await registered(hooks, receiver)
    await hooks.test(hook.id, OWNER)
    receiver.answers = [answer("503 Busy")] * (len(SCHEDULE) + 1)
    for pause in (timedelta(0), *SCHEDULE):
        now.advance(seconds=pause.total_seconds())
        await runner(hooks, now).drain()
    [dead] = await hooks.deliveries(hook.id, OWNER, Push.DEAD, 2**53, 10)
    assert (dead.attempts, dead.status, dead.reason) == (10, 503, "status")  # at once, then nine pauses
    off = await hooks.of(hook.id, OWNER)
    assert (off.state, off.why) == (Hook.DISABLED, "failing")
    assert await tasks.counts() == []
    await hooks.switch(hook.id, OWNER, enabled=True)
    await hooks.repeat(hook.id, dead.id, OWNER)
    await runner(hooks, now).drain()
    [done] = await hooks.deliveries(hook.id, OWNER, None, 2**53, 10)
    assert (done.id, done.state) == (dead.id, Push.DELIVERED)
    now.advance(days=91)
    await hooks.expire()
    assert await hooks.deliveries(hook.id, OWNER, None, 2**53, 10) == []
