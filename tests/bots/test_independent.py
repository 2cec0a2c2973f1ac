"""The bot before a Telegram that others wrote: npm telegram-test-api 4.2.1, for text and buttons.

It differs from the Bot API in places that the library minds, mended between the two by `Mended`: getMe without is_bot,
dates in milliseconds, a press without chat_instance, and what was sent as form fields comes back as text.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram.request import HTTPXRequest

from api.wiring import Services
from bots.intake import Intake
from bots.polling import Polling
from bots.telegram import Telegram
from credit.accounts.model import Caller
from credit.kernel.settings import Bots
from tests.bots.conftest import COMPANY
from tests.bots.records import fined
from tests.bots.telegram_stand_in import TOKEN

PACKAGE = "telegram-test-api@4.2.1"
SERVER = """const Server = require('telegram-test-api');
new Server({port: Number(process.argv[2]), host: '127.0.0.1'}).start().then(() => console.log('up'));"""
PERSON = {"from": {"id": 77, "first_name": "示例", "is_bot": False},
          "chat": {"id": 77, "first_name": "示例", "type": "private"}}
pytestmark = pytest.mark.needs("npm")


class Mended(HTTPXRequest):
    """The library's own transport, with the differences mended on the way in."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, payload = await super().do_request(*args, **kwargs)
        return status, json.dumps(mended(json.loads(payload))).encode()


def mended(found: Any) -> Any:
    if isinstance(found, list):
        return [mended(one) for one in found]
    if not isinstance(found, dict):
        return found
    told = {name: mended(value) for name, value in found.items() if name != "link_preview_options"}
    if isinstance(told.get("date"), int) and told["date"] > 10**11:
        told["date"] //= 1000
    if "username" in told and "is_bot" not in told and "type" not in told:
        told |= {"id": told.get("id", 1), "is_bot": True}
    if "data" in told and "from" in told:
        told |= {"chat_instance": "1", "message": {"message_id": 1, "date": 1} | told["message"]}
    return told


@pytest.fixture(scope="module")
def package() -> Path:
    """The package, installed once a machine into a folder of its own."""
    home = Path(tempfile.gettempdir()) / "tendercredit_test_npm"
    home.mkdir(exist_ok=True)
    if not (home / "node_modules" / "telegram-test-api").is_dir():
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(home), PACKAGE]
        done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode and os.environ.get("CI") != "true":
            pytest.skip("NOT RUN: npm (its packages are out of reach)")
        assert done.returncode == 0, done.stderr
    (home / "serve.js").write_text(SERVER, encoding="utf-8")
    return home


@pytest.fixture
async def theirs(package: Path) -> AsyncIterator[str]:
    """Their server on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        "node", str(package / "serve.js"), str(port), cwd=package, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert (await asyncio.wait_for(process.stdout.readline(), 20)).strip() == b"up"
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    await process.communicate()


class Phone:
    """Somebody at their client address."""

    def __init__(self, url: str, polling: Polling, intake: Intake) -> None:
        self.url, self.polling, self.intake = url, polling, intake

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with httpx.AsyncClient() as client:
            return (await client.post(f"{self.url}/{path}", json=body)).json()

    async def answers(self) -> list[dict[str, Any]]:
        assert await self.polling.once()
        await self.intake.drain()
        found = await self.post("getUpdates", {"token": TOKEN, "chatId": 77})
        return [one["message"] for one in found["result"]]

    async def says(self, text: str) -> list[dict[str, Any]]:
        await self.post("sendMessage", {"botToken": TOKEN, "date": 1_790_000_000, "text": text, **PERSON})
        return await self.answers()

    async def presses(self, data: str) -> list[dict[str, Any]]:
        await self.post("sendCallback", {"botToken": TOKEN, "from": PERSON["from"], "message": PERSON, "data": data})
        return await self.answers()


@pytest.fixture
async def phone(theirs: str, services: Services) -> AsyncIterator[Phone]:
    chosen = Bots(telegram_token=TOKEN, telegram_base_url=theirs, telegram_mode="polling")
    bot = Telegram(chosen, Mended)
    intake = services.bots.with_platform(bot)
    yield Phone(theirs, Polling(bot, intake, services.clock, patience=0), intake)
    await bot.close()


async def test_text_and_buttons_work_before_a_telegram_that_others_wrote(
    phone: Phone, services: Services, company: Caller
) -> None:
    await fined(services, COMPANY)
    code = (await services.bots.links.issue(COMPANY, company)).code
    (hello,) = await phone.says("/start")
    assert "请先绑定" in hello["text"]
    (bound,) = await phone.says(f"绑定 {code}")
    assert "已绑定" in bound["text"]
    buttons = {b["text"]: b["callback_data"] for row in bound["reply_markup"]["inline_keyboard"] for b in row}
    (plan,) = await phone.presses(buttons["方案"])
    assert "最早可申请修复" in plan["text"]
    (case,) = await phone.presses(buttons["修复"])
    assert "请发送文件" in case["text"]
