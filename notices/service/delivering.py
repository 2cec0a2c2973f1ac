"""Delivering: an attempt is opened before anything leaves and closed after, whatever happens in between."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec

from credit import lookup
from credit.kernel import database
from credit.kernel.errors import NotFound
from credit.kernel.unit import unit
from notices import html, store, text
from notices.cases import RecordStatus
from notices.deliveries import UNSETTLED, Act, Answer, Delivery, Later, Message, Never, Outcome, Sent, advance
from notices.model import PROCEEDINGS
from notices.register import Notice, NoticeState
from notices.service.office import Office, kept
from notices.service.voiding import settle

_PATIENCE = 40.0  # seconds for a channel, below the lease of a task
_CLOSED = frozenset({RecordStatus.ENDED, RecordStatus.NEVER_SERVED})


class Delivering:
    """Brings one letter over one channel."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def deliver(self, delivery_id: str, *, last: bool = False) -> Later | None:
        """One try. Answers Later when it must be tried again; with `last` the delivery fails instead.

        An attempt found open from before is marked uncertain; the message then goes with the same Message-ID.
        """
        delivery = await store.delivery(delivery_id)
        if delivery is None:
            raise NotFound("没有这次发送 no such delivery")
        if delivery.state not in UNSETTLED:
            return None
        message = await self._message(delivery)
        if isinstance(message, str):
            await self._suppress(delivery, message)
            return None
        channel = self.office.channels.get(delivery.channel)
        number = await self._open(delivery)
        if channel is None:
            answer: Answer = Never(f"channel {delivery.channel} is not set up")
        else:
            answer = await self._send(channel.send(message))
        return await self._close(delivery_id, number, answer, last=last)

    async def give_up(self, delivery_id: str, reason: str) -> None:
        """Closes a delivery that never came to an end, and what it left open."""
        async with unit(by=self.office.by, now=self.office.clock()) as u:
            delivery = await store.delivery(delivery_id)
            if delivery is not None:
                tries = await store.close_left_open(delivery_id, u.now)
                await settle(u, delivery, Act.FAIL, reason=reason, attempts=tries)

    async def _open(self, delivery: Delivery) -> int:
        async with database.transaction():
            now = self.office.clock()
            state = advance(delivery.state, Act.TRY)
            assert state is not None
            if not await store.move(delivery, state, now):
                raise RuntimeError("another worker has this delivery")
            return await store.open_attempt(delivery.delivery_id, now)

    async def _send(self, sending: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await sending
        except Exception as exc:  # noqa: BLE001 - whatever a channel raises, the letter is only put off
            return Later(f"{type(exc).__name__}", uncertain=True)

    async def _close(self, delivery_id: str, number: int, answer: Answer, *, last: bool) -> Later | None:
        async with unit(by=self.office.by, now=self.office.clock()) as u:
            delivery = await store.delivery(delivery_id)
            assert delivery is not None
            match answer:
                case Sent(ref=ref, sha256=sha256, arrived=arrived):
                    await store.close_attempt(delivery_id, number, Outcome.SENT, u.now, detail=ref, sha256=sha256)
                    act = Act.ARRIVE if arrived else Act.ACCEPT
                    await settle(u, delivery, act, provider_ref=ref, sha256=sha256, attempts=number)
                    return None
                case Never(reason=reason):
                    await store.close_attempt(delivery_id, number, Outcome.NEVER, u.now, detail=reason)
                    await settle(u, delivery, Act.FAIL, reason=reason, attempts=number)
                    return None
                case Later(reason=reason, uncertain=uncertain):
                    outcome = Outcome.UNCERTAIN if uncertain else Outcome.LATER
                    await store.close_attempt(delivery_id, number, outcome, u.now, detail=reason, uncertain=uncertain)
                    if last:
                        await settle(u, delivery, Act.FAIL, reason=f"gave up: {reason}", attempts=number)
                        return None
        return answer

    async def _suppress(self, delivery: Delivery, reason: str) -> None:
        async with unit(by=self.office.by, now=self.office.clock()) as u:
            await settle(u, delivery, Act.SUPPRESS, reason=reason)

    async def _message(self, delivery: Delivery) -> Message | str:
        """What is to be sent, or why nothing is."""
        notice = await store.notice(delivery.notice_id)
        if notice is None or notice.state is not NoticeState.ISSUED:
            return "文书已作废"
        if notice.kind not in PROCEEDINGS and await self.office.status(notice.record_id) in _CLOSED:
            return "所涉信息已终止公示"
        address = await _address(delivery)
        if delivery.address_payload and address is None:
            return "联系方式已依法删除"
        return await self._composed(delivery, notice, address)

    async def _composed(self, delivery: Delivery, notice: Notice, address: str | None) -> Message | str:
        words = await kept(notice)
        if words is None or notice.pdf_sha256 is None:
            return "文书内容已依法删除"
        pdf = await asyncio.to_thread(self.office.blobs.get, notice.pdf_sha256)
        return Message(
            message_id=delivery.message_id, delivery_id=delivery.delivery_id, notice_id=notice.notice_id,
            code=notice.code, number=notice.number, title=words.letter.title, text=text.render(words.letter),
            html=html.fragment(words.letter), pdf=pdf, address=address, created_at=delivery.created_at,
        )


async def _address(delivery: Delivery) -> str | None:
    body = await lookup.payload(delivery.address_payload)
    return msgspec.json.decode(body, type=dict[str, str])["address"] if body else None
