"""作废: numbers whose letter can never be issued, and letters that no longer stand. Both stay in the register."""

from __future__ import annotations

from collections.abc import Container

import msgspec

from credit.kernel.errors import NotFound
from credit.kernel.unit import Unit, unit
from notices import store
from notices.cases import RecordStatus
from notices.deliveries import UNSETTLED, Act, Delivery, DeliveryState, advance
from notices.events import DeliverySettled, NoticeVoided, NumberVoided
from notices.model import LetterKind
from notices.register import Notice, NoticeState
from notices.service.office import Office

NEVER_SERVED = "处罚决定未送达即撤回，告知书作废"


class Voiding:
    """Voids with a reason, and suppresses what has not gone out."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def void(self, notice_id: str, reason: str, *, by: str | None = None) -> Notice:
        """Voids a number or letter; voiding again changes nothing. `reason` is stored, not logged. Raises NotFound."""
        return await self._void(notice_id, reason, by or self.office.by, frozenset(NoticeState))

    async def number(self, notice_id: str, reason: str) -> Notice:
        """Voids a reserved number; a letter that was issued meanwhile stands."""
        return await self._void(notice_id, reason, self.office.by, frozenset({NoticeState.RESERVED}))

    async def unwanted(self, cause_seq: int, wanted: Container[LetterKind], reason: str) -> None:
        """Voids the reserved numbers of a cause whose letters are not among `wanted`."""
        for found in await store.of_cause(cause_seq):
            if found.state is NoticeState.RESERVED and found.kind not in wanted:
                await self.number(found.notice_id, reason)

    async def _void(self, notice_id: str, reason: str, by: str, states: Container[NoticeState]) -> Notice:
        async with unit(by=by, now=self.office.clock()) as u:
            found = await store.notice(notice_id)
            if found is None:
                raise NotFound("没有这份文书 no such notice")
            if found.state is NoticeState.VOIDED or found.state not in states:
                return found
            kind = NoticeVoided if found.ever_issued else NumberVoided
            seq = u.record(kind(subject=found.notice_id, record_id=found.record_id, letter=found.kind.value,
                                number=found.number, cause_seq=found.cause_seq))
            made = msgspec.structs.replace(found.voided(reason), seq=seq)
            store.write_notice(u, made)
            for delivery in await store.deliveries(notice_id):
                await settle(u, delivery, Act.SUPPRESS, reason="文书已作废")
        return made

    async def drafts(self, record_id: str) -> None:
        """The decision was withdrawn before it was served: its letters never took effect and are voided."""
        if await self.office.status(record_id) is RecordStatus.NEVER_SERVED:
            for found in await store.of_record(record_id):
                await self.void(found.notice_id, NEVER_SERVED)


async def settle(
    u: Unit, delivery: Delivery, act: Act, *,
    reason: str = "", provider_ref: str = "", sha256: str | None = None, attempts: int = 0,
) -> DeliveryState | None:
    """Moves a delivery to the end of its way, with its entry; None where it is past that or somebody was faster."""
    state = advance(delivery.state, act)
    if state is None or state in UNSETTLED:
        return None
    first = u.next_seq if delivery.settled_seq is None else delivery.settled_seq
    if not await store.move(delivery, state, u.now, reason=reason, provider_ref=provider_ref, settled_seq=first):
        return None
    u.record(
        DeliverySettled(subject=delivery.delivery_id, notice_id=delivery.notice_id, channel=delivery.channel,
                        state=state.value, attempts=attempts, sha256=sha256)
    )
    return state
