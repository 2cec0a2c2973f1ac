"""What comes in is stored before it is handled and answered once, whatever stops, repeats or comes out of order."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from api.wiring import Services
from bots import store
from bots.incoming import FileRef, Gone, Incoming, Wait
from bots.intake import PER_MINUTE, Intake
from bots.replies import Reply
from credit.accounts.model import Caller
from credit.kernel import database
from tests.bots.conftest import COMPANY
from tests.bots.people import PDF
from tests.bots.records import fined
from tests.fakes import FakeClock


class Phone:
    """A platform that remembers; raises what a test put into `troubles` first."""

    name = "phone"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.fetched = 0
        self.troubles: list[Exception | None] = []

    async def send(self, chat: str, reply: Reply) -> str:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            raise trouble
        self.sent.append(reply.text)
        return str(len(self.sent))

    async def fetch(self, file: FileRef) -> bytes:
        self.fetched += 1
        return PDF

    async def heard(self, incoming: Incoming) -> None:
        """Nothing to tell."""


def said(number: int, text: str, chat: str = "1") -> Incoming:
    return Incoming(platform="phone", number=number, chat=chat, text=text)


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
def intake(services: Services, phone: Phone) -> Intake:
    return services.bots.with_platform(phone)


async def bound(services: Services, intake: Intake, company: Caller) -> None:
    made = await services.bots.links.issue(COMPANY, company)
    await intake.receive(said(1, f"绑定 {made.code}"))
    await intake.drain()


async def test_a_repeat_is_known_by_its_number(intake: Intake, phone: Phone) -> None:
    assert await intake.receive(said(5, "帮助"))
    assert not await intake.receive(said(5, "帮助"))
    await intake.drain()
    assert not await intake.receive(said(5, "帮助"))
    assert await intake.drain() == 0
    assert len(phone.sent) == 1


async def test_two_processes_answer_a_message_once(services: Services, intake: Intake, phone: Phone) -> None:
    other = services.bots.with_platform(phone)
    for number in range(6):
        await intake.receive(said(number, "帮助", chat=str(number)))
    done = await asyncio.gather(intake.drain(), other.drain())
    assert sum(done) == 6
    assert len(phone.sent) == 6


async def test_messages_of_a_chat_are_worked_in_order_whatever_order_they_came_in(
    services: Services, intake: Intake, phone: Phone, company: Caller
) -> None:
    made = await services.bots.links.issue(COMPANY, company)
    await intake.receive(said(12, "状态"))
    await intake.receive(said(11, f"绑定 {made.code}"))
    await intake.drain()
    assert "已绑定" in phone.sent[0]
    assert "共有记录" in phone.sent[1]


async def test_a_sending_that_fails_is_repeated_without_doing_anything_twice(
    services: Services, intake: Intake, phone: Phone, company: Caller, clock: FakeClock
) -> None:
    await fined(services, COMPANY)
    await bound(services, intake, company)
    phone.troubles = [Wait("network", uncertain=True)]
    await intake.receive(said(2, "修复"))
    await intake.drain()
    assert len(phone.sent) == 1
    assert len(await services.repairs.reading.listing(company)) == 1
    clock.advance(seconds=2)
    await intake.drain()
    assert "已建立修复申请" in phone.sent[1]
    assert len(await services.repairs.reading.listing(company)) == 1


async def test_after_a_stop_between_act_and_answer_the_act_is_found_not_repeated(
    services: Services, intake: Intake, phone: Phone, company: Caller, clock: FakeClock
) -> None:
    """The process dies after the case was opened: the update is still there, and finds the case."""
    await fined(services, COMPANY)
    await bound(services, intake, company)
    await intake.receive(said(2, "修复"))
    held = await store.claim("phone", "dead", clock(), clock() + timedelta(seconds=60))
    assert held is not None
    state, _ = await store.chat(held.chat_id)
    await intake.dispatch.answer(said(2, "修复"), held.update_id, state, phone)
    assert await intake.drain() == 0
    clock.advance(seconds=61)
    assert await intake.drain() == 1
    assert "请发送文件" in phone.sent[-1]
    assert len(await services.repairs.reading.listing(company)) == 1


async def test_a_file_is_kept_once_and_survives_the_conversation(
    services: Services, intake: Intake, phone: Phone, company: Caller, clock: FakeClock
) -> None:
    await bound(services, intake, company)
    phone.troubles = [Wait("network"), Wait("network")]
    file = FileRef(ref="f1", name="证明.pdf", size=len(PDF))
    await intake.receive(Incoming(platform="phone", number=2, chat="1", file=file))
    for _ in range(3):
        await intake.drain()
        clock.advance(seconds=10)
    assert phone.fetched == 1
    (kept,) = await database.fetch("SELECT sha256 FROM bots_upload")
    assert services.blobs.get(kept["sha256"]) == PDF
    assert "文件已保存" in phone.sent[-1]


async def test_too_many_messages_wait_for_the_platforms_own_time(
    intake: Intake, phone: Phone, clock: FakeClock
) -> None:
    phone.troubles = [Wait("too many", timedelta(seconds=30))]
    await intake.receive(said(1, "帮助"))
    await intake.drain()
    clock.advance(seconds=29)
    assert await intake.drain() == 0
    clock.advance(seconds=2)
    assert await intake.drain() == 1
    assert len(phone.sent) == 1


async def test_one_chat_in_trouble_holds_up_no_other(intake: Intake, phone: Phone) -> None:
    await intake.receive(said(1, "帮助", "1"))
    phone.troubles = [Wait("network")]
    await intake.drain()
    await intake.receive(said(2, "帮助", "2"))
    await intake.drain()
    assert len(phone.sent) == 1


async def test_a_blocked_chat_gets_nothing_until_it_writes_again(
    services: Services, intake: Intake, phone: Phone, company: Caller
) -> None:
    await bound(services, intake, company)
    phone.troubles = [Gone("blocked")]
    await intake.receive(said(2, "帮助"))
    await intake.drain()
    assert await services.bots.links.addresses(COMPANY) == ()
    await intake.receive(said(3, "状态"))
    await intake.drain()
    assert len(await services.bots.links.addresses(COMPANY)) == 1


async def test_who_writes_too_fast_is_told_once_and_others_are_not_held_up(
    intake: Intake, phone: Phone, clock: FakeClock
) -> None:
    for number in range(PER_MINUTE + 5):
        await intake.receive(said(number, "帮助"))
    await intake.drain()
    assert len(phone.sent) == PER_MINUTE + 1
    assert "过于频繁" in phone.sent[-1]
    clock.advance(minutes=1)
    await intake.receive(said(999, "帮助"))
    await intake.drain()
    assert len(phone.sent) == PER_MINUTE + 2


async def test_what_never_works_is_given_up_and_blocks_nothing(
    intake: Intake, phone: Phone, clock: FakeClock
) -> None:
    phone.troubles = [RuntimeError("示例故障") for _ in range(10)]
    await intake.receive(said(1, "帮助"))
    await intake.receive(said(2, "帮助"))
    for _ in range(12):
        await intake.drain()
        clock.advance(hours=2)
    assert len(phone.sent) == 1
    rows = await database.fetch("SELECT error FROM bots_update WHERE number = 1")
    assert rows == [{"error": "RuntimeError"}]


async def test_words_do_not_stay_and_old_updates_go(intake: Intake, phone: Phone, clock: FakeClock) -> None:
    await intake.receive(said(1, "示例秘密"))
    await intake.drain()
    assert "示例秘密" not in str(await database.fetch("SELECT * FROM bots_update"))
    clock.advance(days=31)
    await intake.sweep()
    assert await database.fetch("SELECT id FROM bots_update") == []
