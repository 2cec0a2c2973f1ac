"""A company's records of conduct: each with its days, and the form to state and defend while there is time."""

from __future__ import annotations

from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.conduct import ConductState
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal
from sanctions.conduct import StatementInput
from sanctions.service.deciding.hearings import ConductView

MOST_SHOWN = 200
_PLACES = {"/text": "text", "/stated_on": "text"}


class OwnConduct(Controller):
    """行为记录:查看、陈述申辩。"""

    path = "/desk/conduct"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services) -> Template:
        """Every record of conduct of the company, those that may still be answered first."""
        found, more = await services.hearings.listing(signed.caller, limit=MOST_SHOWN)
        found.sort(key=lambda v: (v.followed.state is not ConductState.OPEN, -v.record.first_seq))
        return desk("conduct", signed, records=found, more=more is not None, today=business_day(services.clock()))

    @get("/{record_id:str}")
    async def one(self, record_id: str, signed: Signed, services: Services) -> Template:
        """One record, with statement and reply."""
        return await _page(record_id, signed, services)

    @post("/{record_id:str}", status_code=303)
    async def state(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Template | Redirect:
        """陈述申辩."""
        if not sent.text("text"):
            fault = Fault("text", "写明陈述申辩的内容")
            return await _page(record_id, signed, services, sent, (fault,), status=422)
        try:
            await services.hearings.state(record_id, StatementInput(text=sent.text("text")), signed.caller)
        except Refusal as refusal:
            if refusal.status == NotFound.status:
                raise
            faults = faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)
            return await _page(record_id, signed, services, sent, faults, status=refusal.status)
        return Redirect(f"/desk/conduct/{record_id}", status_code=303, headers=PRIVATE)


async def answerable(services: Services, caller: Caller) -> list[ConductView]:
    """Records on which the company may still state and defend in time."""
    found, _ = await services.hearings.listing(caller, state=ConductState.OPEN, limit=MOST_SHOWN)
    return [v for v in found if v.facts.stated_on is None]


async def _page(
    record_id: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), *,
    status: int = 200,
) -> Template:
    found = await services.hearings.view(record_id, signed.caller)
    return desk("conduct_record", signed, status=status, found=found, prose=await services.hearings.prose(found.record),
                typed=sent.kept(), faults=faults, today=business_day(services.clock()))
