"""Somebody with a phone: writes to the bot, and reads what comes back."""

from __future__ import annotations

from typing import Any

from api.wiring import Services
from credit.accounts.model import Caller
from tests.bots.telegram_stand_in import Sent, StandIn

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1>>endobj\n%%EOF\n"


class Person:
    """One chat. `written` counts what the person did: messages, presses, files."""

    def __init__(self, services: Services, telegram: StandIn, chat: int = 77) -> None:
        self.services = services
        self.telegram = telegram
        self.chat = chat
        self.written = 0

    async def does(self, update: dict[str, Any]) -> list[Sent]:
        """Hands an update in and works it; what the chat got for it."""
        self.written += 1
        before = len(self.telegram.to(self.chat))
        assert self.services.bots.chats.telegram is not None
        incoming = self.services.bots.chats.telegram.understood(update)
        assert incoming is not None
        await self.services.bots.intake.receive(incoming)
        await self.services.bots.intake.drain()
        return self.telegram.to(self.chat)[before:]

    async def says(self, text: str) -> str:
        """Writes; the answers as one text."""
        return _joined(await self.does(self.telegram.text(self.chat, text)))

    async def presses(self, label: str) -> str:
        return _joined(await self.does(self.telegram.press(self.chat, label)))

    async def hands(self, name: str, content: bytes = PDF) -> str:
        return _joined(await self.does(self.telegram.document(self.chat, name, content)))

    async def binds(self, company: Caller) -> str:
        """Binds the chat to a company by a fresh code."""
        made = await self.services.bots.links.issue(company.org_code, company)
        return await self.says(f"绑定 {made.code}")


def _joined(sent: list[Sent]) -> str:
    return "\n".join(s.text for s in sent)
