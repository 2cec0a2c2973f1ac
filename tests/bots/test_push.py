"""Letters announced by chat: soon, once, as a reminder, to the company's own chats only."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from api.app import create_app
from api.wiring import Services
from bots.channel import ChatChannel
from bots.links import Links
from bots.store import Link
from credit.accounts.model import Caller
from credit.kernel.settings import Settings
from credit.kernel.unit import Request
from notices.deliveries import Later, Message, Never, Sent
from tests.api.conftest import lifespan
from tests.bots.conftest import COMPANY, OTHER, enterprise
from tests.bots.telegram_stand_in import SECRET, Fault, StandIn
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer
from tests.walks.cases import penalty
from tests.walks.house import House, furnished

SIGNED = {"X-Telegram-Bot-Api-Secret-Token": SECRET}


@pytest.fixture
async def house(
    bot_settings: Settings, clock: FakeClock, renderer: SharedRenderer, pool: SharedPool
) -> AsyncIterator[House]:
    """The whole house alive, with its tasks and its bot."""
    made = House(furnished(bot_settings, clock, renderer, pool), clock)
    app = create_app(made.services, migrate=False)
    async with lifespan(app):
        await made.furnish()
        made.serve(app)
        async with made.client:
            yield made


async def bind(house: House, telegram: StandIn, code: str, chat: int = 77) -> None:
    made = await house.client.post(f"/v1/entities/{code}/bot-codes", headers=await house.enterprise(code))
    update = telegram.text(chat, f"绑定 {made.json()['code']}")
    assert (await house.client.post("/bots/telegram", json=update, headers=SIGNED)).status_code == 200
    await telegram.until(lambda: any("已绑定" in s.text for s in telegram.to(chat)))


def pushed(telegram: StandIn, chat: int = 77) -> list[Any]:
    return [s for s in telegram.to(chat) if "【提醒】" in s.text]


async def test_a_penalty_reaches_the_bound_chat_within_two_seconds(house: House, telegram: StandIn) -> None:
    await bind(house, telegram, COMPANY)
    await bind(house, telegram, OTHER, chat=78)
    await house.push(penalty(COMPANY))  # the first letter also warms the drawing process up
    await telegram.until(lambda: bool(pushed(telegram)), 30)
    before, start = len(pushed(telegram)), time.monotonic()
    subject = {"kind": "legal_person", "name": "示例建设有限公司", "code": COMPANY,
               "legal_representative": "示例法人甲"}
    await house.push(penalty(COMPANY, subject=subject))
    await telegram.until(lambda: len(pushed(telegram)) > before)
    assert time.monotonic() - start < 2
    await house.settled()
    said = pushed(telegram)[-1]
    assert "不是送达" in said.text
    assert "不收取任何费用" in said.text
    assert "/desk/letters/" in said.text
    assert "示例事实" not in said.text
    assert "示例法人甲" not in said.text
    assert [name for name, _ in said.buttons] == ["为什么", "方案", "阅知"]
    assert pushed(telegram, 78) == []


async def test_the_buttons_below_a_letter_explain_and_acknowledge(house: House, telegram: StandIn) -> None:
    await bind(house, telegram, COMPANY)
    await house.push(penalty(COMPANY))
    await telegram.until(lambda: bool(pushed(telegram)), 30)
    await house.settled()
    sent = len(telegram.to(77))
    for label, told in (("为什么", "共有记录"), ("方案", "决定单位"), ("阅知", "已记录阅知")):
        update = telegram.press(77, label)
        await house.client.post("/bots/telegram", json=update, headers=SIGNED)
        await telegram.until(lambda told=told: any(told in s.text for s in telegram.to(77)[sent:]))  # type: ignore[misc]
    letters = await house.letters(COMPANY)
    assert any(x["acknowledged_on"] == "2026-11-22" for x in letters)
    answer = await house.get(f"/v1/notices/{letters[0]['id']}/deliveries", await house.auditor())
    ways = {d["channel"]: d["state"] for d in answer.json()["items"]}
    assert ways["telegram"] == "sent"


@pytest.fixture
async def link(services: Services, company: Caller) -> Link:
    made = await services.bots.links.issue(COMPANY, company)
    return await services.bots.links.bind("telegram", "77", made.code or "", request=Request("r", ""))


@pytest.fixture
def channel(services: Services) -> ChatChannel:
    return services.bots.chats.channels[0]


def letter(links: Links, address: str | None, code: str | None = COMPANY, delivery: str = "dlv_1") -> Message:
    return Message(
        message_id=f"<{delivery}@示例>", delivery_id=delivery, notice_id="ntc_1", code=code,
        number="示建信告〔2026〕1号", title="信用修复告知书", text="全文", html="", address=address,
        created_at=links.clock(),
    )


async def test_a_repeated_delivery_writes_once(
    channel: ChatChannel, link: Link, services: Services, telegram: StandIn
) -> None:
    first = await channel.send(letter(services.bots.links, link.link_id))
    again = await channel.send(letter(services.bots.links, link.link_id))
    assert isinstance(first, Sent)
    assert isinstance(again, Sent)
    assert again.ref == first.ref
    assert len(telegram.sent) == 1


async def test_flood_control_network_and_blocking_have_their_answers(
    channel: ChatChannel, link: Link, services: Services, telegram: StandIn
) -> None:
    links = services.bots.links
    flood, away, blocked = Fault(429, "Too Many Requests", retry_after=9), Fault(502), Fault(403, "Forbidden")
    telegram.faults["sendMessage"] = [flood, away, blocked]
    assert await channel.send(letter(links, link.link_id)) == Later("too many messages", timedelta(seconds=9))
    assert isinstance(await channel.send(letter(links, link.link_id)), Later)
    assert isinstance(await channel.send(letter(links, link.link_id)), Never)
    assert await links.addresses(COMPANY) == ()


async def test_nobody_is_written_to_but_the_company_itself(
    channel: ChatChannel, link: Link, services: Services, telegram: StandIn, clock: FakeClock
) -> None:
    links = services.bots.links
    await enterprise(OTHER, clock)
    for address, code in ((link.link_id, OTHER), (link.link_id, None), ("77", COMPANY), (None, COMPANY)):
        assert isinstance(await channel.send(letter(links, address, code)), Never)
    await links.unbind(link)
    assert isinstance(await channel.send(letter(links, link.link_id)), Never)
    assert telegram.sent == []
