"""A process that issues and delivers what the log asks for, until nothing is left or somebody kills it."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from credit.kernel import database, rules
from credit.kernel.clock import system_clock
from credit.kernel.rulebook import Rulebook
from notices.deliveries import Answer, Message, Sent
from notices.model import Letter
from tests.fakes import FakeClock
from tests.notices.offices import Desk, FakeRenderer

ROOT = Path(__file__).parent.parent.parent
ADDRESSES = (("email", "someone@company.example"),)


class Outlet:
    """Mail that leaves at once and for good: one line per message, then a pause in which a kill would hurt."""

    name = "email"
    to_subject = True
    needs_address = True

    def __init__(self, path: Path) -> None:
        self.path = path

    async def send(self, message: Message) -> Answer:
        with self.path.open("a", encoding="utf-8") as handle:
            handle.write(message.message_id + "\n")
            handle.flush()
            os.fsync(handle.fileno())
        await asyncio.sleep(0.01)
        return Sent("taken", hashlib.sha256(message.pdf).hexdigest())


class SlowRenderer(FakeRenderer):
    """Takes as long as a process pool would, so that a kill meets letters half made."""

    async def render(self, letter: Letter) -> bytes:
        await asyncio.sleep(0.01)
        return await super().render(letter)


async def desk_of(data: Path, ahead: float, penalties: int) -> Desk:
    """A desk that knows every penalty of the test."""
    book = Rulebook(rules.load(sorted(p for p in ROOT.glob("*/rules") if p.is_dir())))
    clock = FakeClock(system_clock() + timedelta(seconds=ahead))
    await book.activate(by="operator", now=clock())
    desk = Desk(clock, book, data / "blobs", renderer=SlowRenderer, email=Outlet(data / "outlet.txt"))
    for n in range(penalties):
        desk.know(f"pen_{n}", addresses=ADDRESSES)
    return desk


def run(data: Path, url: str | None, ahead: float, penalties: int, ready: Connection) -> None:
    """The process: says when it begins; its clock is `ahead` seconds."""
    asyncio.run(_work(data, url, ahead, penalties, ready))


async def _work(data: Path, url: str | None, ahead: float, penalties: int, ready: Connection) -> None:
    async with database.opened(database.make_engine(url, data)):
        desk = await desk_of(data, ahead, penalties)
        ready.send(True)
        await desk.run()
