"""抽查 at the office: the list fixed first, drawn next, then findings and 监督指令; addressees answer at their desk."""

from __future__ import annotations

from collections.abc import Awaitable

import msgspec
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.paging import Cursor, below, cursor_of
from api.web.draw_forms import LONGEST, faults_at, read
from api.web.draws import names_of
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.accounts.model import Caller
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal
from credit.kernel.ids import new_token
from credit.kernel.unit import Replayed
from sanctions.draws import DrawKind, Found, plan
from sanctions.service.supervising.draws import (
    ANSWERERS,
    DRAWERS,
    FindingInput,
    InstructionInput,
    InstructionView,
    SeedAwaited,
    SupervisionAnswerInput,
)

Page = Template | Redirect
_SHOWN = 50
_LISTS = ("items", "inspectors", "avoid")
_PLACES = {"/due_on": "due_on", "/inspected_on": "inspected_on"}


class OfficeDraws(Controller):
    """监督部门:随机抽查。"""

    path = "/office/draws"
    guards = [signed_in(*DRAWERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """Every draw, newest first; this office's lead to where they go on."""
        found, more = await services.draws.listing(below(cursor), _SHOWN)
        return desk("office_draws", signed, draws=found, names=await names_of(*(d.org_code for d in found)),
                    more=None if more is None else cursor_of(str(more)))

    @get("/new/{kind:str}", sync_to_thread=False)
    def form(self, kind: str, signed: Signed, services: Services) -> Template:
        """The form of one kind of draw."""
        return _form(_kind(kind), signed, services, NOTHING)

    @post("/new/{kind:str}", status_code=303)
    async def announce(self, kind: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Writes the list into the log: from now it is fixed, and nothing is drawn yet."""
        typed = read(_kind(kind), sent.text("scheme"), *(sent.text(name, LONGEST) for name in _LISTS))
        if typed.faults:
            return _form(typed.given.kind, signed, services, sent, typed.faults)
        try:
            made = await services.draws.announce(typed.given, signed.caller, request=sent.once("draw", kind))
        except Replayed as exc:
            made = msgspec.json.decode(exc.answer, type=str)
        except Refusal as refusal:
            return _form(typed.given.kind, signed, services, sent, faults_at(refusal, typed))
        return _to(f"/office/draws/{made}")

    @get("/{draw_id:str}")
    async def one(self, draw_id: str, signed: Signed, services: Services) -> Page:
        """The commitment, then proof and result, then what may be entered; another's is the public page."""
        return await _page(draw_id, signed, services)

    @post("/{draw_id:str}/result", status_code=303)
    async def draw(self, draw_id: str, signed: Signed, services: Services) -> Page:
        """Draws by the first checkpoint after the list."""
        try:
            await services.draws.draw(draw_id, signed.caller)
        except SeedAwaited as refusal:
            return await _page(draw_id, signed, services, faults=(Fault("", refusal.detail),), status=refusal.status)
        return _to(f"/office/draws/{draw_id}")

    @post("/{draw_id:str}/findings", status_code=303)
    async def inspected(self, draw_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """What an inspection found."""
        word, day = sent.text("outcome"), sent.day("inspected_on")
        faults = [Fault("outcome", "选择检查结果")] if word not in set(Found) else []
        faults += [] if sent.text("found") else [Fault("found", "选择抽中的项目")]
        faults += [] if day else [Fault("inspected_on", "填写检查日期")]
        if faults or day is None:
            return await _page(draw_id, signed, services, sent, tuple(faults), status=422)
        given = FindingInput(item=sent.text("found"), outcome=Found(word), text=sent.text("note"), inspected_on=day)
        act = services.draws.inspected(draw_id, given, signed.caller, request=sent.once(draw_id, "finding"))
        return await _doing(draw_id, signed, sent, services, act)

    @post("/{draw_id:str}/instructions", status_code=303)
    async def instruct(self, draw_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """监督指令 about a drawn item."""
        words, day = sent.text("words"), sent.day("due_on")
        faults = [] if sent.text("item") else [Fault("item", "选择抽中的项目")]
        faults += [] if words else [Fault("words", "写明指令内容")]
        faults += [] if day else [Fault("due_on", "填写答复期限")]
        if faults or day is None:
            return await _page(draw_id, signed, services, sent, tuple(faults), status=422)
        given = InstructionInput(item=sent.text("item"), text=words, due_on=day,
                                 addressee=sent.text("addressee") or None)
        act = services.draws.instruct(draw_id, given, signed.caller, request=sent.once(draw_id, "instruction"))
        return await _doing(draw_id, signed, sent, services, act)

    @post("/{draw_id:str}/instructions/{instruction_id:str}", status_code=303)
    async def answer(
        self, draw_id: str, instruction_id: str, signed: Signed, sent: Sent, services: Services
    ) -> Page:
        """An answer that came on paper, entered for the addressee."""
        if not sent.text("text"):
            return await _page(draw_id, signed, services, sent, (Fault(instruction_id, "写明答复内容"),), status=422)
        given = SupervisionAnswerInput(instruction=instruction_id, text=sent.text("text"))
        return await _doing(draw_id, signed, sent, services, services.draws.answer(draw_id, given, signed.caller))


class OwnInstructions(Controller):
    """收到的监督指令。"""

    path = "/instructions"
    guards = [signed_in(*ANSWERERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services) -> Template:
        """Those to this organisation, newest first."""
        return await _instructions(signed, services)

    @post("/{draw_id:str}/{instruction_id:str}", status_code=303)
    async def answer(
        self, draw_id: str, instruction_id: str, signed: Signed, sent: Sent, services: Services
    ) -> Page:
        """The answer; it is published."""
        if not sent.text("text"):
            return await _instructions(signed, services, (Fault(instruction_id, "写明答复内容"),), 422)
        given = SupervisionAnswerInput(instruction=instruction_id, text=sent.text("text"))
        try:
            await services.draws.answer(draw_id, given, signed.caller)
        except NotFound:
            raise
        except Refusal as refusal:
            return await _instructions(signed, services, (Fault("", refusal.detail),), refusal.status)
        return _to("/instructions")


async def unanswered(services: Services, caller: Caller) -> list[InstructionView]:
    """Instructions that the caller's organisation has still to answer."""
    return [told for told in await services.draws.addressed(caller) if told.answered_on is None]


async def _instructions(
    signed: Signed, services: Services, faults: tuple[Fault, ...] = (), status: int = 200
) -> Template:
    told = await services.draws.addressed(signed.caller)
    return desk("instructions", signed, status=status, faults=faults, told=told, today=business_day(services.clock()))


async def _doing(draw_id: str, signed: Signed, sent: Sent, services: Services, act: Awaitable[object]) -> Page:
    """The act; a refusal leads back to the draw with what was typed."""
    try:
        await act
    except Replayed:
        pass
    except NotFound:
        raise
    except Refusal as refusal:
        faults = faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)
        return await _page(draw_id, signed, services, sent, faults, status=refusal.status)
    return _to(f"/office/draws/{draw_id}")


async def _page(
    draw_id: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), *,
    status: int = 200,
) -> Page:
    found = await services.draws.read(draw_id)
    if found.org_code != signed.person.org_code:
        return _to(f"/draws/{draw_id}")
    codes = (found.org_code, *(t.addressee for t in found.instructions))
    return desk("office_draw", signed, status=status, found=found, faults=faults, typed=sent.kept(),
                grades=await services.draws.grades(draw_id, signed.caller), names=await names_of(*codes),
                drawn={d.item: d for d in found.result}, subjects={i.id: i.subject_code for i in found.list.items},
                outcomes=tuple(Found), once=sent.text("once") or new_token(), today=business_day(services.clock()))


def _form(
    kind: DrawKind, signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...] = ()
) -> Template:
    typed = sent.kept()
    typed |= {name: sent.text(name, LONGEST) for name in _LISTS}
    used = plan(services.book.current, kind, business_day(services.clock()))
    return desk("office_draw_new", signed, status=422 if faults else 200, kind=kind, used=used, typed=typed,
                faults=faults, schemes=services.schemes.values(), longest=LONGEST,
                once=sent.text("once") or new_token())


def _kind(word: str) -> DrawKind:
    try:
        return DrawKind(word)
    except ValueError:
        raise NotFound("没有这种抽查 no such kind of draw") from None


def _to(place: str) -> Redirect:
    return Redirect(place, status_code=303, headers=PRIVATE)
