"""Acknowledgement: the company says that it has read a letter. It is evidence of notice, never 送达."""

from __future__ import annotations

import msgspec

from credit.accounts.model import Caller, Role
from credit.kernel.errors import Conflict, NotFound
from credit.kernel.unit import Request, Unit, unit
from notices import store
from notices.deliveries import Act
from notices.events import NoticeAcknowledged
from notices.register import Notice, NoticeState
from notices.service.office import Office
from notices.service.voiding import settle


class Voided(Conflict):
    code = "notice_voided"
    title = "文书已作废 Notice voided"


class Acknowledging:
    """What the addressee does with a letter."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def acknowledge(self, notice_id: str, caller: Caller, *, request: Request | None = None) -> Notice:
        """Enters that the caller's company has read the letter; the first day stays.

        Raises NotFound for a letter that is not in the caller's inbox, Voided for one that no longer stands.
        """
        async with unit(by=caller.key_id, now=self.office.clock(), request=request) as u:
            found = await store.notice(notice_id)
            if found is None or not await _addressed(found, caller):
                raise NotFound("收件箱中没有这份文书 no such notice in your inbox")
            if found.state is not NoticeState.ISSUED:
                raise Voided("这份文书已作废,无需确认 this notice was voided; there is nothing to acknowledge")
            if found.acknowledged_on is None:
                found = await _acknowledged(u, found)
            u.keep({"id": found.notice_id, "acknowledged_on": found.acknowledged_on})
        return found


async def _addressed(notice: Notice, caller: Caller) -> bool:
    own = caller.role is Role.ENTERPRISE and notice.code is not None and caller.org_code == notice.code
    return own and await store.in_inbox(notice.notice_id)


async def _acknowledged(u: Unit, old: Notice) -> Notice:
    seq = u.record(
        NoticeAcknowledged(subject=old.notice_id, record_id=old.record_id, letter=old.kind.value,
                           number=old.number, cause_seq=old.cause_seq, acknowledged_on=u.day)
    )
    made = msgspec.structs.replace(old, revision=old.revision + 1, seq=seq, acknowledged_on=u.day)
    store.write_notice(u, made)
    for delivery in await store.deliveries(old.notice_id):
        if delivery.channel == "inbox":
            await settle(u, delivery, Act.OPEN)
    return made
