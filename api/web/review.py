"""The reviewer's desk: the queue by clock, a case with its papers, and each act on its own page. The coordinator's view
of a region's clocks is read-only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.web.desk import download
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.history import history, party, possible
from api.web.pages import PRIVATE
from api.web.repairing import Shown, shown, stale
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import lookup
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal, Stale
from repair.acts import AskSupplement, Decide, Decline, Extend
from repair.model import OPEN, Case, CaseState, Outcome, Party
from repair.service import CaseLine, FileInput
from repair.uploads import EXTENSIONS
from repair.workflow import DECISION

Page = Template | Redirect
_MOST_CLOSED = 200
_OVERSEES = (Role.REVIEWER, Role.COORDINATOR)
_PLACES = {"/until": "until", "/reason": "reason", "/defects": "defects", "/outcome": "outcome", "/file": "file",
           "/record_id": "outcome"}


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A case in the queue with the company's name."""

    line: CaseLine
    company: str
    waiting: bool  # for the office, not for the company


class Queue(Controller):
    """经办工作台:待办、已办结。"""

    path = "/review"
    guards = [signed_in(Role.REVIEWER)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/")
    async def queue(self, signed: Signed, services: Services) -> Template:
        """Open applications handed in, what is due first first; those with the company apart."""
        found = await _named(signed, services, lambda c: c.state in OPEN and c.submitted_on is not None)
        return desk("queue", signed, waiting=[n for n in found if n.waiting],
                    elsewhere=[n for n in found if not n.waiting], today=business_day(services.clock()))

    @get("/closed")
    async def closed(self, signed: Signed, services: Services) -> Template:
        """Applications that are over, the newest first."""
        found = await _named(signed, services, lambda c: c.state not in OPEN)
        found.sort(key=lambda n: (n.line.opened_on, n.line.id), reverse=True)
        return desk("closed", signed, cases=found[:_MOST_CLOSED])


class Region(Controller):
    """信用牵头部门:本区域的时限,只读。"""

    path = "/review/region"
    guards = [signed_in(Role.COORDINATOR)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/")
    async def clocks(self, signed: Signed, services: Services) -> Template:
        """Every limit that runs or has passed in the region, the oldest first."""
        due = await services.repairs.reading.due(signed.caller)
        names = {d.code: await _company(d.code) for d in due}
        return desk("region", signed, due=due, names=names, overdue=sum(d.overdue for d in due))


class Seeing(Controller):
    """一件申请:经办和牵头部门都可查看。"""

    path = "/review/cases/{case_id:str}"
    guards = [signed_in(*_OVERSEES)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/")
    async def read(self, case_id: str, signed: Signed, services: Services) -> Template:
        """Record, plan, papers, promises, limits and history."""
        found = await shown(case_id, signed, services)
        return desk("review_case", signed, **await _facts(found, signed), faults=())

    @get("/files/{evidence_id:str}")
    async def file(self, case_id: str, evidence_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """A paper, to be saved and opened outside the browser."""
        evidence, content = await services.repairs.papers.read(case_id, evidence_id, signed.caller)
        return download(content, evidence.media_type, f"{evidence.paper}.{EXTENSIONS.get(evidence.media_type, 'bin')}")


class Reviewing(Controller):
    """一件申请的办理。"""

    path = "/review/cases/{case_id:str}"
    guards = [signed_in(Role.REVIEWER)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/acceptance", sync_to_thread=False)
    def acceptance(self, case_id: str) -> Redirect:
        """The button is on the case's own page."""
        return Redirect(f"/review/cases/{case_id}", status_code=303, headers=PRIVATE)

    @post("/acceptance", status_code=303)
    async def accept(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """受理."""
        return await _doing("review_case", case_id, signed, sent, services, lambda version: (
            services.repairs.cases.accept(case_id, version, signed.caller)))

    @get("/decline")
    async def decline_form(self, case_id: str, signed: Signed, services: Services) -> Template:
        """不予受理: the form."""
        return await _form("decline", case_id, signed, services)

    @post("/decline", status_code=303)
    async def decline(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """不予受理, with its reason."""
        act = Decline(reason_code=sent.text("reason_code"), reason=sent.text("reason"))
        return await _doing("decline", case_id, signed, sent, services, lambda version: (
            services.repairs.cases.decline(case_id, version, act, signed.caller)))

    @get("/supplement")
    async def supplement_form(self, case_id: str, signed: Signed, services: Services) -> Template:
        """补正: the form, a field for each paper."""
        return await _form("supplement", case_id, signed, services)

    @post("/supplement", status_code=303)
    async def supplement(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """补正, once, everything at once."""
        until = sent.day("until")
        if until is None:
            return await _form("supplement", case_id, signed, services, sent, (Fault("until", "填写补正的最后一日"),))
        named = tuple((name.removeprefix("defect_"), sent.text(name)) for name in sent.texts
                      if name.startswith("defect_") and sent.text(name))
        act = AskSupplement(defects=named, until=until)
        return await _doing("supplement", case_id, signed, sent, services, lambda version: (
            services.repairs.cases.ask_supplement(case_id, version, act, signed.caller)))

    @get("/extension")
    async def extension_form(self, case_id: str, signed: Signed, services: Services) -> Template:
        """延期: the form."""
        return await _form("extension", case_id, signed, services)

    @post("/extension", status_code=303)
    async def extension(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """延期, once, with its reason."""
        until = sent.day("until")
        if until is None:
            return await _form("extension", case_id, signed, services, sent, (Fault("until", "填写延期后的最后一日"),))
        act = Extend(until=until, reason=sent.text("reason"))
        return await _doing("extension", case_id, signed, sent, services, lambda version: (
            services.repairs.cases.extend(case_id, version, act, signed.caller)))

    @get("/decision")
    async def decision_form(self, case_id: str, signed: Signed, services: Services, record: str = "") -> Template:
        """The decision on one record: the form."""
        return await _form("decision", case_id, signed, services, record=record)

    @post("/decision", opt={"takes_files": True}, status_code=303)
    async def decide(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """准予 or 不予; a window adds the decision of the 认定单位."""
        faults = _undecided(sent)
        if faults:
            return await _form("decision", case_id, signed, services, sent, faults, record=sent.text("record_id"))

        async def act(version: int) -> Case:
            version = await _with_document(case_id, version, signed, sent, services)
            return await services.repairs.deciding.decide(case_id, version, _decision(sent), signed.caller)

        return await _doing("decision", case_id, signed, sent, services, act)


async def _named(signed: Signed, services: Services, keep: Callable[[CaseLine], bool]) -> list[Named]:
    lines = [line for line in await services.repairs.reading.listing(signed.caller) if keep(line)]
    names = {code: await _company(code) for code in {line.code for line in lines}}
    return [Named(line=line, company=names[line.code], waiting=line.state is not CaseState.SUPPLEMENT_REQUESTED)
            for line in lines]


async def _company(code: str) -> str:
    entity = await lookup.entity_by_code(code)
    return entity.name if entity else code


async def _facts(found: Shown, signed: Signed) -> dict[str, Any]:
    """What every page of a case shows the office beside the case."""
    by = party(found.answer, signed.person.org_code)
    acts = possible(found.answer, by) if signed.person.role is Role.REVIEWER else ()
    return {"shown": found, "company": await _company(found.answer.code), "history": history(found.answer),
            "acts": acts, "deciding": by is Party.DECIDER}


async def _form(
    name: str, case_id: str, signed: Signed, services: Services, sent: Sent | None = None,
    faults: tuple[Fault, ...] = (), *, status: int = 422, record: str = "",
) -> Template:
    found = await shown(case_id, signed, services)
    return desk(name if name == "review_case" else f"review_{name}", signed, status=status if faults else 200,
                **await _facts(found, signed), faults=faults, typed=(sent or NOTHING).kept(),
                record=record or (found.answer.records[0].record_id))


async def _doing(
    name: str, case_id: str, signed: Signed, sent: Sent, services: Services, act: Callable[[int], Awaitable[Case]]
) -> Page:
    """The act on the version shown; refusals lead back to the form with what was typed, a stale version says so."""
    try:
        await act(sent.number("version"))
    except Stale:
        found, here = await shown(case_id, signed, services), f"/review/cases/{case_id}"
        return stale(signed, here, here, found.answer.state_title, sent)
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        places = faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)
        return await _form(name, case_id, signed, services, sent, places, status=refusal.status,
                           record=sent.text("record_id"))
    return Redirect(f"/review/cases/{case_id}", status_code=303, headers=PRIVATE)


def _undecided(sent: Sent) -> tuple[Fault, ...]:
    if sent.text("outcome") not in (Outcome.GRANTED, Outcome.REFUSED):
        return (Fault("outcome", "选择准予或者不予"),)
    if sent.text("outcome") == Outcome.REFUSED and not sent.text("reason"):
        return (Fault("reason", "不予修复的，写明理由，申请人有权知道"),)
    return ()


def _decision(sent: Sent) -> Decide:
    return Decide(
        record_id=sent.text("record_id"), outcome=Outcome(sent.text("outcome")), reason=sent.text("reason"),
        reason_code=sent.text("reason_code") or None, decision_no=sent.text("decision_no"),
        decided_by=sent.text("decided_by"), external_no=sent.text("external_no"),
    )


async def _with_document(case_id: str, version: int, signed: Signed, sent: Sent, services: Services) -> int:
    """Adds the decision document where one was chosen; answers the version to go on with."""
    for upload in sent.files.get("file", []):
        content = await upload.read()
        if content:
            given = FileInput(name=upload.filename or "", content=content, paper=DECISION)
            return (await services.repairs.papers.attach(case_id, version, given, signed.caller)).version
    return version
