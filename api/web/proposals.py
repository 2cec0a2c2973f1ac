"""列入告知 on the desks: an office intends, serves, answers, decides or drops; the company states and defends."""

from __future__ import annotations

from collections.abc import Awaitable

from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.paging import Cursor, below, cursor_of
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal
from credit.model import Authority
from sanctions.lists import known_lists
from sanctions.model import ListCode, SubjectInput
from sanctions.proposals import (
    DecisionInput,
    DroppedInput,
    FoundInput,
    HeardInput,
    NoticeServed,
    ProposalInput,
    ProposalState,
)
from sanctions.service.listing.proposals import ProposalDone, ProposalView

Page = Template | Redirect
_SHOWN = 100
_TO_STATE = (ProposalState.PROPOSED, ProposalState.OPEN, ProposalState.SILENT)
_PLACES = {
    "/subject/code": "code", "/subject/name": "name", "/list": "list", "/facts": "facts", "/basis": "basis",
    "/answer_by": "answer_by", "/until": "until", "/served_on": "served_on", "/document_no": "document_no",
    "/decided_on": "decided_on",
}
_CURES = {
    "code": "填写统一社会信用代码", "name": "填写单位全称", "list": "选择名单", "facts": "写明拟列入的事实",
    "basis": "写明依据", "served_on": "填写送达日期", "text": "写明内容", "reason": "写明理由",
    "document_no": "填写列入决定书文号", "decided_on": "填写决定日期",
}


class OfficeProposals(Controller):
    """主管部门:列入告知。"""

    path = "/office/proposals"
    guards = [signed_in(Role.AUTHORITY)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """Those of this office, newest first."""
        found, more = await services.proposals.listing(signed.caller, below(cursor), _SHOWN)
        return desk("office_proposals", signed, found=found, more=None if more is None else cursor_of(str(more)))

    @get("/new", sync_to_thread=False)
    def form(self, signed: Signed, services: Services) -> Template:
        """The form."""
        return _form(signed, services, NOTHING, ())

    @post("/new", status_code=303)
    async def add(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Records an intended entry; the 列入告知书 follows."""
        texts = {name: sent.text(name, 2000) for name in ("code", "name", "list", "facts", "basis")}
        texts["list"] = texts["list"] if texts["list"] in set(ListCode) else ""
        faults = _wanting(texts)
        if not faults:
            try:
                given = await _given(signed, sent, texts)
                return _to("/office/proposals", (await services.proposals.propose(given, signed.caller)).id)
            except Refusal as refusal:
                faults = faults_of(refusal, _PLACES)
        return _form(signed, services, sent, faults, status=422)

    @get("/{proposal_id:str}")
    async def one(self, proposal_id: str, signed: Signed, services: Services) -> Template:
        """One intended entry, and what may be done now."""
        return await _page(proposal_id, signed, services)

    @post("/{proposal_id:str}/{verb:str}", status_code=303)
    async def act(self, proposal_id: str, verb: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Service, statement, answer, decision or dropping."""
        wanted, act = _act(verb, proposal_id, signed.caller, sent, services)
        return await _doing(proposal_id, signed, sent, services, wanted, act)


class OwnProposals(Controller):
    """企业:对列入告知陈述申辩。"""

    path = "/desk/proposals"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/{proposal_id:str}")
    async def one(self, proposal_id: str, signed: Signed, services: Services) -> Template:
        """What is intended and why, and the form to state and defend."""
        return await _page(proposal_id, signed, services)

    @post("/{proposal_id:str}", status_code=303)
    async def state(self, proposal_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """陈述申辩."""
        wanted, act = _act("statement", proposal_id, signed.caller, sent, services)
        return await _doing(proposal_id, signed, sent, services, wanted, act)


async def answerable(services: Services, caller: Caller) -> list[ProposalView]:
    """Intended entries that the company may still answer."""
    found, _ = await services.proposals.listing(caller, below(None), _SHOWN)
    return [v for v in found if v.state in _TO_STATE]


async def _given(signed: Signed, sent: Sent, texts: dict[str, str]) -> ProposalInput:
    own = await accounts.find_organisation(signed.person.org_code)
    return ProposalInput(
        subject=SubjectInput(name=texts["name"], code=texts["code"]), list=ListCode(texts["list"]),
        facts=texts["facts"], reason=sent.text("reason", 2000), basis=texts["basis"], answer_by=sent.day("answer_by"),
        until=sent.day("until"), authority=Authority(name=own.name if own else "", code=signed.person.org_code))


def _act(
    verb: str, proposal_id: str, caller: Caller, sent: Sent, services: Services
) -> tuple[dict[str, object], Awaitable[ProposalDone] | None]:
    """What the verb needs, and the act where all of it is there."""
    does, day = services.proposals, sent.day
    served, decided, text, reason = day("served_on"), day("decided_on"), sent.text("text", 2000), sent.text("reason")
    if verb == "service":
        made = does.serve(proposal_id, NoticeServed(served_on=served), caller) if served else None
        return {"served_on": served}, made
    if verb == "statement":
        return {"text": text}, does.state(proposal_id, HeardInput(text=text), caller) if text else None
    if verb == "reply":
        found = FoundInput(upheld=sent.text("upheld") == "yes", reason=text)
        return {"text": text}, does.reply(proposal_id, found, caller) if text else None
    if verb == "dropping":
        return {"reason": reason}, does.drop(proposal_id, DroppedInput(reason=reason), caller) if reason else None
    if verb != "decision":
        raise NotFound("没有这个办理事项 no such act")
    number = sent.text("document_no", 128)
    if not (number and decided):
        return {"document_no": number, "decided_on": decided}, None
    given = DecisionInput(document_no=number, decided_on=decided, served_on=day("decision_served_on"))
    return {}, does.decide(proposal_id, given, caller)


def _form(
    signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...], *, status: int = 200
) -> Template:
    today = business_day(services.clock())
    lists = [(known.code, known.title) for known in known_lists(services.book.current, today)]
    return desk("office_proposal_new", signed, status=status, typed=sent.kept(), faults=faults, lists=lists)


async def _page(
    proposal_id: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (),
    *, status: int = 200,
) -> Template:
    found = await services.proposals.view(proposal_id, signed.caller)
    known = {k.code: k.title for k in known_lists(services.book.current, found.proposal.first.day)}
    letters = await services.notices.reading.listing(signed.caller, record_id=proposal_id)
    return desk("proposal", signed, status=status, found=found, typed=sent.kept(), faults=faults, letters=letters,
                title=known.get(found.proposal.first.list, found.proposal.first.list), to_state=_TO_STATE)


async def _doing(
    proposal_id: str, signed: Signed, sent: Sent, services: Services, wanted: dict[str, object],
    act: Awaitable[ProposalDone] | None,
) -> Page:
    """The act; a refusal or an empty field leads back to the page with what was typed."""
    if act is None:
        return await _page(proposal_id, signed, services, sent, _wanting(wanted), status=422)
    try:
        await act
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        faults = faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)
        return await _page(proposal_id, signed, services, sent, faults, status=refusal.status)
    return _to("/desk/proposals" if signed.person.role is Role.ENTERPRISE else "/office/proposals", proposal_id)


def _wanting(given: dict[str, object] | dict[str, str]) -> tuple[Fault, ...]:
    return tuple(Fault(name, _CURES[name]) for name, value in given.items() if not value)


def _to(place: str, proposal_id: str) -> Redirect:
    return Redirect(f"{place}/{proposal_id}", status_code=303, headers=PRIVATE)
