"""The channel of letters to bound chats: a reminder with buttons and the way to the inbox, never the letter itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from bots import store
from bots.incoming import Gone, Platform, Unsendable, Wait
from bots.links import Links, place_of
from bots.model import LetterLine
from bots.replies import render
from bots.telling import pushed
from bots.wording import texts
from credit.kernel.clock import Clock, business_day
from notices.deliveries import Answer, Later, Message, Never, Sent


class ChatChannel:
    """Announces a letter in one chat; its address is the binding, so that no chat's number is kept with letters."""

    to_subject = True
    needs_address = True

    def __init__(self, platform: Platform, links: Links, clock: Clock, inbox: Callable[[str], str]) -> None:
        self.name = platform.name
        self.platform = platform
        self.links = links
        self.clock = clock
        self.inbox = inbox

    async def send(self, message: Message) -> Answer:
        """Sent once per delivery; a binding that ended or belongs to another company is never written to."""
        link = await self.links.get(message.address or "")
        if link is None or message.code is None or link.entity_code != message.code or link.platform != self.name:
            return Never("the binding has ended")
        before = await store.pushed(message.delivery_id)
        if before is not None:
            return Sent(before, "")
        state, _ = await store.chat(place_of(link.platform, link.chat))
        letter = LetterLine(notice_id=message.notice_id, title=message.title, number=message.number,
                            issued_on=business_day(message.created_at))
        (reply,) = render((pushed(letter, self.inbox(message.notice_id)),), state.language, texts())
        try:
            ref = await self.platform.send(link.chat, reply)
        except Wait as exc:
            return Later(exc.reason, exc.after, uncertain=exc.uncertain)
        except Gone:
            await self.links.blocked(link)
            return Never("the chat takes nothing any more")
        except Unsendable:
            return Never("the platform refused the message")
        await store.add_push(message.delivery_id, link.link_id, ref, self.clock())
        return Sent(ref, hashlib.sha256(reply.text.encode()).hexdigest())
