from __future__ import annotations

import asyncio
from datetime import timedelta

from credit.kernel import leases
from credit.kernel.database import Engine
from tests.fakes import FakeClock

MINUTE = timedelta(minutes=1)


async def test_one_holder_at_a_time(engine: Engine, clock: FakeClock) -> None:
    assert await leases.take("bot", "a", clock(), MINUTE)
    assert not await leases.take("bot", "b", clock(), MINUTE)
    assert await leases.take("sweep", "b", clock(), MINUTE)
    clock.advance(seconds=40)
    assert await leases.take("bot", "a", clock(), MINUTE)  # renewed until 1:40
    clock.advance(seconds=40)
    assert not await leases.take("bot", "b", clock(), MINUTE)
    clock.advance(seconds=20)
    assert await leases.take("bot", "b", clock(), MINUTE)
    assert not await leases.take("bot", "a", clock(), MINUTE)


async def test_a_right_given_back_is_free(engine: Engine, clock: FakeClock) -> None:
    await leases.take("bot", "a", clock(), MINUTE)
    await leases.give("bot", "b")
    assert not await leases.take("bot", "b", clock(), MINUTE)
    await leases.give("bot", "a")
    assert await leases.take("bot", "b", clock(), MINUTE)


async def test_of_many_at_once_one_wins(engine: Engine, clock: FakeClock) -> None:
    won = await asyncio.gather(*(leases.take("bot", str(n), clock(), MINUTE) for n in range(10)))
    assert sum(won) == 1
