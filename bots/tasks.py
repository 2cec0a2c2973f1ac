"""What bots do when something happens: conduct recorded and statements answered are told to the company's chats."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from bots import store, telling_credit
from bots.credit_desk import CreditDesk
from bots.incoming import Gone, Platform, Unsendable, Wait
from bots.links import Links, caller_of, place_of
from bots.replies import Message, render
from bots.store import Link
from bots.wording import texts
from credit.conduct import ConductState
from credit.kernel.clock import Clock
from credit.kernel.errors import NotFound
from credit.kernel.tasks import Given, Later, Subscriber

TELL = "bots.tell"
REACTIONS: Mapping[str, tuple[str, ...]] = {"conduct_recorded": (TELL,), "conduct_replied": (TELL,)}
"""Event kind → subscribers of bots."""


class Telling:
    """Tells bound chats once each; a repeat after a stop writes to nobody twice."""

    def __init__(self, desk: CreditDesk, links: Links, platforms: Mapping[str, Platform], clock: Clock) -> None:
        self.desk = desk
        self.links = links
        self.platforms = platforms
        self.clock = clock

    async def conduct(self, task: Given) -> None:
        """One entry about a company's conduct; what was withdrawn or dropped unheard meanwhile is not told any more."""
        wait: Wait | None = None
        for _, link_id in await self.links.addresses(task.event["code"]):
            link = await self.links.get(link_id)
            platform = self.platforms.get(link.platform) if link else None
            if link is None or platform is None:
                continue
            try:
                await self._tell(task, link, platform)
            except Wait as exc:
                wait = exc  # the other chats first
        if wait is not None:
            raise Later(wait.reason, wait.after)

    async def _tell(self, task: Given, link: Link, platform: Platform) -> None:
        key = hashlib.sha256(f"{task.seq} {link.link_id}".encode()).hexdigest()[:40]
        message = await self._message(task, link)
        if message is None or await store.pushed(key) is not None:
            return
        state, _ = await store.chat(place_of(link.platform, link.chat))
        (reply,) = render((message,), state.language, texts())
        try:
            ref = await platform.send(link.chat, reply)
        except Gone:
            await self.links.blocked(link)
        except Unsendable:
            return
        else:
            await store.add_push(key, link.link_id, ref, self.clock())

    async def _message(self, task: Given, link: Link) -> Message | None:
        try:
            found = await self.desk.hearings.view(task.event["record_id"], caller_of(link))
        except NotFound:
            return None
        if found.followed.state is ConductState.WITHDRAWN:
            return None
        return telling_credit.pushed(self.desk.line(found), self.desk.today, replied=task.kind == "conduct_replied")


def subscribers(telling: Telling) -> list[Subscriber]:
    """Who tells chats; the handler may be run again for the same entry without harm."""
    return [Subscriber(TELL, frozenset(REACTIONS), telling.conduct)]
