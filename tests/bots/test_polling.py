"""Polling: one process at a time, nothing asked for twice, nothing lost when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.wiring import Services
from bots.polling import LEASE, Polling
from bots.telegram import Telegram
from credit.kernel import leases
from credit.kernel.settings import Bots
from tests.bots.telegram_stand_in import TOKEN, StandIn
from tests.fakes import FakeClock


@pytest.fixture
async def bot(telegram: StandIn) -> AsyncIterator[Telegram]:
    made = Telegram(Bots(telegram_token=TOKEN, telegram_base_url=telegram.url, telegram_mode="polling"))
    yield made
    await made.close()


def polling(services: Services, bot: Telegram) -> Polling:
    return Polling(bot, services.bots.intake, services.clock, patience=0)


async def test_updates_are_fetched_once_and_answered(services: Services, bot: Telegram, telegram: StandIn) -> None:
    telegram.waiting = [telegram.text(77, "帮助"), {"update_id": 1002, "poll": {}}, telegram.text(78, "帮助") | {
        "update_id": 1003}]
    asked = polling(services, bot)
    assert await asked.once()
    await services.bots.intake.drain()
    assert await asked.once()
    await services.bots.intake.drain()
    assert sorted(s.chat for s in telegram.sent) == [77, 78]  # two chats, in whatever order
    assert str(telegram.calls[-1][1]["offset"]) == "1004"


async def test_two_processes_never_both_poll(services: Services, bot: Telegram, telegram: StandIn) -> None:
    first, second = polling(services, bot), polling(services, bot)
    assert await first.once()
    assert not await second.once()
    await asyncio.gather(*(p.once() for p in (first, second) for _ in range(5)))
    assert telegram.most_polling <= 5
    asked = [name for name, _ in telegram.calls].count("getupdates")
    assert asked == 6


async def test_the_lease_of_a_dead_process_ends_and_that_of_a_stopped_one_at_once(
    services: Services, bot: Telegram, clock: FakeClock
) -> None:
    first, second = polling(services, bot), polling(services, bot)
    assert await first.once()
    clock.advance(seconds=91)
    assert await second.once()
    assert not await first.once()
    await leases.give(LEASE, second.token)
    assert await first.once()


async def test_a_stopped_polling_gives_its_lease_back(services: Services, bot: Telegram, telegram: StandIn) -> None:
    running = asyncio.create_task(replace_patience(polling(services, bot)).run())
    await telegram.until(lambda: any(name == "getupdates" for name, _ in telegram.calls))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await polling(services, bot).once()


def replace_patience(made: Polling) -> Polling:
    made.patience = 1
    return made
