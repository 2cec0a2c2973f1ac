"""What came in, stored at once, handled chat by chat in order, answered once; a stop anywhere loses nothing.

An update is stored under the platform's number, so a repeat is known. Its answer and the conversation's new state are
kept together before anything is sent, so that what was done is not done again when only the sending failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec

from bots import store
from bots.dispatch import Dispatch
from bots.incoming import Gone, Incoming, Platform, Unsendable, Wait
from bots.links import place_of
from bots.model import Language
from bots.replies import Message, Reply, render, say
from bots.store import Claimed
from bots.wording import texts
from credit.kernel import database
from credit.kernel.clock import Clock
from credit.kernel.ids import new_token
from credit.kernel.tasks import back_off

log = logging.getLogger("tendercredit.bots")
PER_MINUTE = 30  # messages of one chat
_WINDOW = timedelta(minutes=1)
_LEASE = timedelta(seconds=60)
_ATTEMPTS = 10
_KEEP = timedelta(days=30)
_Replies = tuple[Reply, ...]


class Intake:
    """Takes updates in from every platform, and works them."""

    def __init__(self, dispatch: Dispatch, clock: Clock, platforms: Mapping[str, Platform]) -> None:
        self.dispatch = dispatch
        self.clock = clock
        self.platforms = platforms
        self.told: list[Callable[[], None]] = []  # whoever works the updates here

    async def receive(self, incoming: Incoming) -> bool:
        """Stores an update, durably; False for one that came before. A chat that writes too fast is told so once."""
        now, place = self.clock(), place_of(incoming.platform, incoming.chat)
        update_id = f"{incoming.platform}:{incoming.number}"
        row = {
            "id": update_id, "platform": incoming.platform, "number": incoming.number,
            "chat_id": place, "received_at": now, "body": msgspec.json.encode(incoming).decode(), "answer": None,
            "sent": 0, "attempts": 0, "due_at": now, "lease_token": None, "lease_until": None, "done": False,
            "error": None,
        }
        async with database.transaction():
            if not await store.add_update(row):
                return False
            written = await store.count_message(place, now, _WINDOW)
            if written > PER_MINUTE:
                await store.set_answer(update_id, _busy(written, incoming))
        for tell in self.told:
            tell()
        return True

    async def drain(self) -> int:
        """Works what is due, chats beside each other, until nothing is left; answers how many it handled."""
        worked = 0
        for name, platform in self.platforms.items():
            while True:
                held = await self._claim(name)
                if not held:
                    break
                worked += len(held)
                await asyncio.gather(*(self._work(h, platform) for h in held))
        return worked

    async def sweep(self) -> None:
        """Forgets what was handled 30 days ago."""
        await store.forget(self.clock() - _KEEP)

    async def _claim(self, platform: str, most: int = 8) -> list[Claimed]:
        found: list[Claimed] = []
        while len(found) < most:
            now = self.clock()
            held = await store.claim(platform, new_token(), now, now + _LEASE)
            if held is None:
                break
            found.append(held)
        return found

    async def _work(self, held: Claimed, platform: Platform) -> None:
        try:
            async with asyncio.timeout(_LEASE.total_seconds() * 0.9):
                await self._handle(held, platform)
        except Gone:
            await self._gone(held, platform.name)
        except Unsendable:
            await store.finish(held, "the platform refused the message")
        except Wait as exc:
            await self._again(held, exc.after, exc.reason)
        except asyncio.CancelledError:
            await store.put_off(held, self.clock())
            raise
        except Exception as exc:  # noqa: BLE001 - whatever went wrong, the update is put off, never lost
            await self._again(held, None, type(exc).__name__)

    async def _handle(self, held: Claimed, platform: Platform) -> None:
        replies = await self._answer(held, platform)
        chat = held.chat_id.partition(":")[2]
        for number, reply in enumerate(replies[held.sent:], held.sent + 1):
            await platform.send(chat, reply)
            await store.mark_sent(held, number)
        await store.finish(held)

    async def _answer(self, held: Claimed, platform: Platform) -> _Replies:
        if held.answer is not None:
            return msgspec.json.decode(held.answer, type=_Replies)
        incoming = msgspec.json.decode(held.body or "", type=Incoming)
        await platform.heard(incoming)
        state, version = await store.chat(held.chat_id)
        after, replies = await self.dispatch.answer(incoming, held.update_id, state, platform)
        async with database.transaction():
            if not await store.keep_answer(held, msgspec.json.encode(replies).decode(), after, version):
                raise Wait("the conversation has moved on")
        return replies

    async def _again(self, held: Claimed, after: timedelta | None, reason: str) -> None:
        log.warning("update %s attempt %d put off: %s", held.update_id, held.attempts, reason)
        if held.attempts >= _ATTEMPTS:
            await store.finish(held, reason)
        else:
            await store.put_off(held, self.clock() + (after or back_off(held.attempts)))

    async def _gone(self, held: Claimed, platform: str) -> None:
        link = await store.link_of_chat(platform, held.chat_id.partition(":")[2])
        if link is not None:
            await self.dispatch.links.blocked(link)
        await store.finish(held, "the chat takes nothing any more")


def _busy(written: int, incoming: Incoming) -> str:
    """What a chat is answered above its limit: once that it is too fast, then nothing."""
    told = (Message((say("busy"),)),) if written == PER_MINUTE + 1 and incoming.private else ()
    return msgspec.json.encode(render(told, Language.ZH, texts())).decode()
