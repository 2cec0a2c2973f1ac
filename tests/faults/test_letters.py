"""kill -9 while letters are issued and delivered, ten times at random moments, on both engines."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import signal
from collections import Counter
from pathlib import Path

from api.wiring import witnessed
from credit.kernel import database, verify
from notices import store
from notices.deliveries import Delivery, DeliveryState, Outcome
from notices.register import Notice, NoticeState
from tests.faults.letters_worker import ADDRESSES, desk_of, run

KILLS = 10
MORE = 5  # penalties before each kill
LEASE = 600.0  # seconds each process is ahead of the one before: what that one held is free again
SERIES = ("示城管信修告〔2026〕", "示城管失信告〔2026〕")


def work(data: Path, url: str | None, ahead: float, penalties: int, killed_after: float | None) -> bool:
    """One worker process; True when it got to the end of the work before it was killed."""
    nest = multiprocessing.get_context("forkserver")
    nest.set_forkserver_preload(["tests.faults.letters_worker"])
    ready, told = nest.Pipe(duplex=False)
    process = nest.Process(target=run, args=(data, url, ahead, penalties, told))
    process.start()
    assert ready.poll(60)
    process.join(killed_after)
    process.kill()
    process.join()
    code = process.exitcode
    process.close()
    assert code in (0, -signal.SIGKILL)
    return code == 0


async def add(data: Path, url: str | None, start: int) -> int:
    """More penalties come in; answers how many there are now."""
    async with database.opened(database.make_engine(url, data)):
        desk = await desk_of(data, 0, 0)
        for n in range(start, start + MORE):
            await desk.penalty(f"pen_{n}", addresses=ADDRESSES, entity=f"ent_{n % 5}")
    return start + MORE


async def test_no_letter_is_lost_and_no_number_given_twice(database_url: str | None, data: Path) -> None:
    chance = random.Random(20261122)
    penalties = kills = rounds = 0
    while kills < KILLS:
        rounds += 1
        assert rounds < 5 * KILLS, "the work is always done before the kill"
        penalties = await add(data, database_url, penalties)
        moment = (LEASE * rounds, penalties, chance.uniform(0.01, 0.2))
        kills += not await asyncio.to_thread(work, data, database_url, *moment)
    assert await asyncio.to_thread(work, data, database_url, LEASE * (rounds + 1), penalties, None)
    async with database.opened(database.make_engine(database_url, data)):
        for series in SERIES:
            letters = await store.of_series(series)
            assert [n.serial for n in letters] == list(range(1, penalties + 1))
            assert {n.state for n in letters} == {NoticeState.ISSUED}
            assert {n.record_id for n in letters} == {f"pen_{n}" for n in range(penalties)}
            await everything_arrived(letters, data)
        assert (await verify.verify(witnessed())).ok
        assert await database.fetch("SELECT id FROM task") == []


async def everything_arrived(letters: list[Notice], data: Path) -> None:
    """Each mail left at least once, and once more only where an attempt says that it is uncertain."""
    left = Counter((data / "outlet.txt").read_text(encoding="utf-8").split())
    for letter in letters:
        ways = {d.channel: d for d in await store.deliveries(letter.notice_id)}
        assert {name: way.state for name, way in ways.items()} == {
            "inbox": DeliveryState.DELIVERED, "email": DeliveryState.SENT,
        }
        assert 1 <= left[ways["email"].message_id] <= 1 + await uncertain(ways["email"])


async def uncertain(way: Delivery) -> int:
    return sum(t.outcome is Outcome.UNCERTAIN for t in await store.attempts(way.delivery_id))
