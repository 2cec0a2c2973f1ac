"""Which channels a letter goes over, and when: a letter to a draft decision waits for its service."""

from __future__ import annotations

from credit.kernel.ids import derived_id
from credit.kernel.unit import Unit, unit
from credit.service import keep_payload
from notices import mail, store
from notices.cases import RecordStatus
from notices.channels.port import Channel
from notices.deliveries import Delivery, DeliveryState
from notices.events import DeliveryPlanned
from notices.model import PROCEEDINGS, LetterKind
from notices.register import Notice, NoticeState
from notices.service.office import Office

Addresses = tuple[tuple[str, str], ...]  # (channel, address)


class Planning:
    """Plans deliveries in the unit that issues a letter, or later when its draft was served."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def plan(
        self, u: Unit, notice: Notice, addresses: Addresses, status: RecordStatus, *, bulk: bool = False
    ) -> None:
        """One delivery per open channel and address, each with its own event; what is planned stays planned."""
        known = {d.channel for d in await store.deliveries(notice.notice_id)}
        made: list[Delivery] = []
        for channel in self.office.channels.values():
            if channel.name in known or not _open(channel, status, notice.kind):
                continue
            for nth, address in enumerate(_addresses(channel, addresses)):
                made.append(self._planned(u, notice, channel.name, nth, address, bulk))
        await store.plan(made)

    def _planned(self, u: Unit, notice: Notice, channel: str, nth: int, address: str | None, bulk: bool) -> Delivery:
        delivery_id = derived_id("dlv", notice.notice_id, channel, str(nth))
        event = DeliveryPlanned(subject=delivery_id, notice_id=notice.notice_id, channel=channel, bulk=bulk)
        seq = u.record(event)
        payload = keep_payload(u, seq=seq, owner=notice.notice_id, body={"address": address}) if address else None
        return Delivery(
            delivery_id=delivery_id, notice_id=notice.notice_id, seq=seq, channel=channel,
            state=DeliveryState.QUEUED, version=1, message_id=mail.message_id(delivery_id, self.office.sender),
            address_payload=payload, created_at=u.now, updated_at=u.now,
        )

    async def release(self, record_id: str, addresses: Addresses) -> None:
        """The draft was served: its letters go out now, each channel once."""
        for found in await store.of_record(record_id):
            if found.state is NoticeState.ISSUED:
                async with unit(by=self.office.by, now=self.office.clock()) as u:
                    status = await self.office.status(record_id)
                    await self.plan(u, found, addresses, status)


def _open(channel: Channel, status: RecordStatus, kind: LetterKind) -> bool:
    if status is RecordStatus.DRAFT:
        return not channel.to_subject
    return status is RecordStatus.CURRENT or (status is RecordStatus.ENDED and kind in PROCEEDINGS)


def _addresses(channel: Channel, addresses: Addresses) -> list[str | None]:
    if not channel.needs_address:
        return [None]
    return [address for name, address in addresses if name == channel.name]
