"""约谈 on the desks: an office holds, closes, refers and answers; the company sees the demand with its day."""

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
from sanctions.service.supervising.talks import HOLDERS, TalkDone, TalkView
from sanctions.talks import (
    CallInput,
    ClosureInput,
    MeetingInput,
    ProofInput,
    ReferralInput,
    TalkAnswerInput,
    TalkInput,
    TalkState,
)

Page = Template | Redirect
_SHOWN = 100
_UNMET = (TalkState.OPEN, TalkState.OVERDUE)
_PLACES = {
    "/meets_on": "meets_on", "/subject": "subject", "/held_on": "held_on", "/deadline": "deadline",
    "/department": "department",
}
_CURES = {
    "meets_on": "填写约谈日期", "meets_at": "填写时间", "place": "填写地点", "attendee": "写明请谁参加",
    "subject": "填写统一社会信用代码", "reason": "写明约谈事由", "demand": "写明要求", "held_on": "填写约谈日期",
    "deadline": "填写落实期限", "finding": "写明怎样核实已落实", "department": "选择监督部门", "note": "写明移送理由",
    "text": "写明内容",
}


class OfficeTalks(Controller):
    """交易平台、监督部门:约谈。"""

    path = "/office/talks"
    guards = [signed_in(*HOLDERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """Those held by this office or referred to it, newest first."""
        return await _list("office_talks", signed, services, cursor)

    @get("/new", sync_to_thread=False)
    def form(self, signed: Signed) -> Template:
        """The form."""
        return desk("office_talk_new", signed, typed=NOTHING.kept(), faults=())

    @post("/new", status_code=303)
    async def add(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Records a talk that was held."""
        texts, days = _texts(sent, "subject", "reason", "demand"), (sent.day("held_on"), sent.day("deadline"))
        held_on, deadline = days
        faults = _wanting(**texts, held_on=held_on, deadline=deadline)
        if held_on is not None and deadline is not None and not faults:
            given = TalkInput(**texts, held_on=held_on, deadline=deadline, document=sent.text("document")[:200])
            try:
                return _to("/office/talks", (await services.talks.hold(given, signed.caller)).id)
            except Refusal as refusal:
                faults = faults_of(refusal, _PLACES)
        return desk("office_talk_new", signed, status=422, typed=sent.kept(), faults=faults)

    @get("/call", sync_to_thread=False)
    def call_form(self, signed: Signed) -> Template:
        """The form of a talk to come."""
        return desk("office_talk_call", signed, typed=NOTHING.kept(), faults=())

    @post("/call", status_code=303)
    async def call(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Calls to a talk; the 约谈通知书 follows."""
        texts = {name: sent.text(name)[:200] for name in ("subject", "meets_at", "place", "attendee")}
        texts["reason"], meets_on = sent.text("reason"), sent.day("meets_on")
        faults = _wanting(**texts, meets_on=meets_on)
        if meets_on is not None and not faults:
            given = CallInput(**texts, meets_on=meets_on, bring=sent.text("bring")[:2000],
                              basis=sent.text("basis")[:2000])
            try:
                return _to("/office/talks", (await services.talks.call(given, signed.caller)).id)
            except Refusal as refusal:
                faults = faults_of(refusal, _PLACES)
        return desk("office_talk_call", signed, status=422, typed=sent.kept(), faults=faults)

    @post("/{talk_id:str}/meeting", status_code=303)
    async def meet(self, talk_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """How the called talk went; the 整改通知书 follows."""
        demand, held_on, deadline = sent.text("demand"), sent.day("held_on"), sent.day("deadline")
        act = None
        if demand and held_on and deadline:
            given = MeetingInput(held_on=held_on, demand=demand, deadline=deadline,
                                 attended=not sent.ticked("absent"), document=sent.text("document")[:200])
            act = services.talks.meet(talk_id, given, signed.caller)
        wanted = {"demand": demand, "held_on": str(held_on or ""), "deadline": str(deadline or "")}
        return await _doing("office_talk", talk_id, signed, sent, services, wanted, act)

    @get("/{talk_id:str}")
    async def one(self, talk_id: str, signed: Signed, services: Services) -> Template:
        """One talk, and what may be done now."""
        return await _page("office_talk", talk_id, signed, services)

    @post("/{talk_id:str}/closure", status_code=303)
    async def close(self, talk_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Met."""
        texts = _texts(sent, "finding")
        act = services.talks.close(talk_id, ClosureInput(**texts), signed.caller) if all(texts.values()) else None
        return await _doing("office_talk", talk_id, signed, sent, services, texts, act)

    @post("/{talk_id:str}/referral", status_code=303)
    async def refer(self, talk_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Not met."""
        texts = _texts(sent, "department", "note")
        act = services.talks.refer(talk_id, ReferralInput(**texts), signed.caller) if all(texts.values()) else None
        return await _doing("office_talk", talk_id, signed, sent, services, texts, act)

    @post("/{talk_id:str}/answer", status_code=303)
    async def answer(self, talk_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """The department's answer."""
        texts = _texts(sent, "text")
        act = services.talks.answer(talk_id, TalkAnswerInput(**texts), signed.caller) if all(texts.values()) else None
        return await _doing("office_talk", talk_id, signed, sent, services, texts, act)


class OwnTalks(Controller):
    """企业:约谈的要求和落实。"""

    path = "/desk/talks"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """The company's talks, newest first."""
        return await _list("talks", signed, services, cursor)

    @get("/{talk_id:str}")
    async def one(self, talk_id: str, signed: Signed, services: Services) -> Template:
        """The demand, its day, and the form to say how it was met."""
        return await _page("talk", talk_id, signed, services)

    @post("/{talk_id:str}", status_code=303)
    async def prove(self, talk_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """How it was met."""
        texts = _texts(sent, "text")
        act = services.talks.prove(talk_id, ProofInput(**texts), signed.caller) if all(texts.values()) else None
        return await _doing("talk", talk_id, signed, sent, services, texts, act)


async def unmet(services: Services, caller: Caller) -> list[TalkView]:
    """Talks whose demand the company has still to meet, or to say how it did."""
    found, _ = await services.talks.listing(caller, below(None), _SHOWN)
    return [v for v in found if v.state in _UNMET]


async def _list(name: str, signed: Signed, services: Services, cursor: str | None) -> Template:
    found, more = await services.talks.listing(signed.caller, below(cursor), _SHOWN)
    return desk(name, signed, talks=found, more=None if more is None else cursor_of(str(more)))


async def _page(
    name: str, talk_id: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (),
    *, status: int = 200,
) -> Template:
    found = await services.talks.view(talk_id, signed.caller)
    own = signed.person.org_code
    departments = [o for o in await accounts.organisations() if (o.competences or o.short_code) and o.code != own]
    letters = await services.notices.reading.listing(signed.caller, record_id=talk_id)
    return desk(name, signed, status=status, found=found, letters=letters, typed=sent.kept(), faults=faults,
                departments=departments, today=business_day(services.clock()))


async def _doing(
    name: str, talk_id: str, signed: Signed, sent: Sent, services: Services, texts: dict[str, str],
    act: Awaitable[TalkDone] | None,
) -> Page:
    """The act; a refusal or an empty field leads back to the talk with what was typed."""
    if act is None:
        return await _page(name, talk_id, signed, services, sent, _wanting(**texts), status=422)
    try:
        await act
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        faults = faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)
        return await _page(name, talk_id, signed, services, sent, faults, status=refusal.status)
    return _to("/desk/talks" if name == "talk" else "/office/talks", talk_id)


def _texts(sent: Sent, *names: str) -> dict[str, str]:
    return {name: sent.text(name) for name in names}


def _wanting(**given: object) -> tuple[Fault, ...]:
    return tuple(Fault(name, _CURES[name]) for name, value in given.items() if not value)


def _to(place: str, talk_id: str) -> Redirect:
    return Redirect(f"{place}/{talk_id}", status_code=303, headers=PRIVATE)
