"""A platform's desk: a list goes up, its progress is shown without any script, its result comes down."""

from __future__ import annotations

import json
from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import File, Redirect, Template

from api.v1.screenings import ScreeningForm, download, received, view
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import MORE_FOR_SCREENINGS, Services
from credit.accounts.model import Role
from credit.kernel.errors import Refusal
from sanctions.service.screening.model import State as Stage
from sanctions.verdicts import LABELS, TenderType

_SHOWN = 20
_NEWEST = 2**53
_PLACES = {"/file": "file", "/on": "on", "/type": "type", "/regimes": "regimes"}
TYPES = {
    TenderType.CONSTRUCTION: "工程", TenderType.GOVERNMENT_PROCUREMENT: "政府采购货物、服务",
    TenderType.LAND: "土地使用权",
    TenderType.MINING: "矿业权", TenderType.STATE_PROPERTY: "国有产权", TenderType.AGENCY: "招标、采购代理",
    TenderType.EVALUATION: "评标、评审", TenderType.OTHER: "其他",
}
REGIMES = {
    "tendering": "招标投标法", "government_procurement": "政府采购法",
    "tendering government_procurement": "招标投标法和政府采购法",
}
MANDATORY = {"true": "依法必须招标", "false": "非依法必须招标"}
OUTCOMES = {**{outcome.value: label for outcome, label in LABELS.items()}, "unread": "未能读取的行"}
CHOICES: dict[str, Any] = {"types": TYPES, "regimes": REGIMES, "mandatory": MANDATORY}


class ScreeningDesk(Controller):
    """批量核查。"""

    path = "/screenings"
    guards = [signed_in(Role.PLATFORM)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def home(self, signed: Signed, services: Services) -> Template:
        """The form, and what was asked before."""
        return await _home(signed, services, NOTHING)

    @post("/", status_code=303, opt={"takes_files": MORE_FOR_SCREENINGS})
    async def ask(
        self, signed: Signed, sent: Sent, services: Services, request: Request[Any, Any, State]
    ) -> Template | Redirect:
        """Takes the list and leads to its progress."""
        uploads = [upload for upload in sent.files.get("file", []) if upload.filename]
        day, typed = sent.day("on"), sent.text("on")
        if typed and day is None:
            return await _home(signed, services, sent, (Fault("on", "请填写日期,如 2026-11-22"),))
        upload, on = uploads[0] if uploads else None, day.isoformat() if day else ""
        form = ScreeningForm(file=upload, tender=json.dumps(chosen(sent)), on=on)
        try:
            made = await received(services, signed.caller, form, request)
        except Refusal as refusal:
            return await _home(signed, services, sent, faults_of(refusal, _PLACES))
        return Redirect(f"/screenings/{made.screening.id}", status_code=303, headers=PRIVATE)

    @get("/{screening_id:str}")
    async def progress(self, screening_id: str, signed: Signed, services: Services) -> Template:
        """How far it is; looks again by itself until it has ended."""
        shown = view(await services.screenings.progress(screening_id, signed.caller))
        going = shown.state in (Stage.WAITING, Stage.RUNNING)
        return desk("screening", signed, shown=shown, going=going, outcomes=OUTCOMES, **CHOICES)

    @get("/{screening_id:str}/result/{form:str}")
    async def result(self, screening_id: str, form: str, signed: Signed, services: Services) -> File:
        """The result to keep, as CSV or XLSX."""
        return await download(services, screening_id, signed.caller, "xlsx" if form == "xlsx" else "csv")

    @post("/{screening_id:str}/removal", status_code=303)
    async def remove(self, screening_id: str, signed: Signed, services: Services) -> Redirect:
        """Drops list and result."""
        await services.screenings.remove(screening_id, signed.caller)
        return Redirect("/screenings", status_code=303, headers=PRIVATE)


async def _home(signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...] = ()) -> Template:
    found = await services.screenings.listing(signed.caller, _NEWEST, _SHOWN)
    return desk("screenings", signed, status=422 if faults else 200, found=[view(one) for one in found],
                faults=faults, typed=sent.kept(), **CHOICES)


def chosen(sent: Sent) -> dict[str, object]:
    """The tender of the form's choices, as programs send it; what was left open is absent."""
    found: dict[str, object] = {}
    if sent.text("type") in set(TYPES):
        found["type"] = sent.text("type")
    if sent.text("regimes") in REGIMES:
        found["regimes"] = sent.text("regimes").split()
    if sent.text("mandatory") in MANDATORY:
        found["mandatory"] = sent.text("mandatory") == "true"
    return found
