"""关注 on the desks of platforms and enterprises: from codes or an opening, with the latest change, ended."""

from __future__ import annotations

import re
from collections import defaultdict

import msgspec
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.paging import Cursor, below, cursor_of
from api.v1.watches import WatchView, view
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.screening import CHOICES, chosen
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import lookup
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid, NotFound, Refusal
from credit.kernel.ids import new_token
from credit.kernel.unit import Replayed
from sanctions.service.answering.receipts import Genuine, asked_again
from sanctions.service.watching.watching import AWARD, AwardInput, WatchInput
from sanctions.verdicts import Tender

Page = Template | Redirect
OWNERS = (Role.PLATFORM, Role.ENTERPRISE)
_SHOWN = 50
_LONGEST = 40_000  # characters of a thousand codes with what stands between them
_MOST_FAULTS = 20
_BETWEEN = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")
_PLACES = {"/subjects": "codes", "/until": "day", "/sent_on": "sent_on", "/receipt": "receipt"}


class OwnWatches(Controller):
    """关注。"""

    path = "/watches"
    guards = [signed_in(*OWNERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """This organisation's, newest first, ended ones included."""
        found = await services.watching.listing(signed.caller, below(cursor), _SHOWN)
        more = cursor_of(str(found[-1].seq)) if len(found) == _SHOWN else None
        return desk("watches", signed, found=[view(one) for one in found], more=more)

    @get("/new")
    async def form(self, signed: Signed, services: Services, receipt: str = "") -> Template:
        """The form; `receipt` is the number of an opening's receipt."""
        return await _form(signed, services, NOTHING, receipt=receipt[:60])

    @post("/new", status_code=303)
    async def add(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Watches from now on."""
        try:
            given = await _given(sent, signed, services)
            made = (await services.watching.open(given, signed.caller, sent.once("watch"))).id
        except Replayed as exc:
            made = msgspec.json.decode(exc.answer, type=str)
        except Refusal as refusal:
            return await _form(signed, services, sent, _faults(refusal))
        return _to(made)

    @get("/{watch_id:str}")
    async def one(self, watch_id: str, signed: Signed, services: Services) -> Template:
        """Each company with what is answered now, since when, and what was answered before."""
        return await _page(watch_id, signed, services)

    @post("/{watch_id:str}/award", status_code=303)
    async def award(self, watch_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """The 中标通知书 was sent."""
        day = sent.day("sent_on")
        if day is None:
            return await _page(watch_id, signed, services, (Fault("sent_on", "填写中标通知书发出的日期"),), 422)
        try:
            await services.watching.award(watch_id, AwardInput(sent_on=day), signed.caller)
        except NotFound:
            raise
        except Refusal as refusal:
            return await _page(watch_id, signed, services, _faults(refusal), refusal.status)
        return _to(watch_id)

    @post("/{watch_id:str}/removal", status_code=303)
    async def remove(self, watch_id: str, signed: Signed, services: Services) -> Redirect:
        """Ends it and forgets its companies."""
        await services.watching.remove(watch_id, signed.caller)
        return Redirect("/watches", status_code=303, headers=PRIVATE)


async def _given(sent: Sent, signed: Signed, services: Services) -> WatchInput:
    """What the form asks for. Raises Invalid at the fields that are wrong."""
    receipt, tender = sent.text("receipt"), msgspec.convert(chosen(sent), Tender)
    codes = [text for text in _BETWEEN.split(sent.text("codes", _LONGEST)) if text]
    if signed.caller.role is Role.ENTERPRISE:
        codes = [signed.person.org_code]
    elif receipt:
        bidders, tender = await _opening(receipt, signed, services)
        codes += bidders
    if sent.text("tender"):
        tender = msgspec.structs.replace(tender, id=sent.text("tender")[:100])
    until = {"award": AWARD, "day": sent.text("day"), "ever": None}.get(sent.text("until"), "")
    if until == "":
        said = "填写最后一日" if sent.text("until") == "day" else "选择关注到何时"
        raise Invalid("期限有误", errors=(FieldError("/until", "missing", said),))
    day = sent.day("day")
    return WatchInput(subjects=tuple(codes), tender=tender, webhook_id=sent.text("webhook") or None,
                      until=day.isoformat() if until == sent.text("day") and day else until)


async def _opening(receipt_id: str, signed: Signed, services: Services) -> tuple[list[str], Tender]:
    """The codes and the tender of a question asked at an opening. Raises Invalid where they cannot be had."""
    said = ""
    try:
        record = await services.receipts.find(receipt_id, signed.caller)
    except NotFound:
        said = "没有这份回执,请核对编号"
    else:
        if isinstance(record, Genuine):
            said = "这份回执不是本单位的"
        elif record.question is None:
            said = "这份回执已封存,请粘贴代码"
        else:
            asked = asked_again(record.question)
            codes = [subject.code for subject in asked.subjects if subject.code]
            if codes:
                return codes, asked.tender
            said = "这次查询没有填写代码,请粘贴代码"
    raise Invalid("不能取得投标人", errors=(FieldError("/receipt", "no_bidders", said),))


def _faults(refusal: Refusal) -> tuple[Fault, ...]:
    """The faults at their fields; wrong codes by their place among those pasted."""
    numbered = [e for e in refusal.errors if e.pointer.startswith("/subjects/")]
    if numbered:
        told = [Fault("codes", f"第{int(e.pointer.rpartition('/')[2]) + 1}个:{e.detail}")
                for e in numbered[:_MOST_FAULTS]]
        more = len(numbered) - len(told)
        return (*told, Fault("codes", f"另有{more}个代码不正确")) if more else tuple(told)
    return faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)


async def _form(
    signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...] = (), *, receipt: str = ""
) -> Template:
    typed = sent.kept()
    typed["codes"] = sent.text("codes", _LONGEST)
    typed["receipt"] = typed["receipt"] or receipt
    hooks = await services.webhooks.listing(signed.caller)
    return desk("watch_new", signed, status=422 if faults else 200, faults=faults, typed=typed, hooks=hooks,
                once=sent.text("once") or new_token(), **CHOICES)


async def _page(
    watch_id: str, signed: Signed, services: Services, faults: tuple[Fault, ...] = (), status: int = 200
) -> Template:
    found = await services.watching.of(watch_id, signed.caller)
    shown = view(found, await services.watching.lines(found))
    names = await _names(shown)
    hook = await services.webhooks.of(found.webhook_id, signed.caller) if found.webhook_id else None
    lines = sorted(shown.subjects or (), key=lambda s: (s.was is None, -s.since.timestamp(), s.code))
    return desk("watch", signed, status=status, shown=shown, lines=lines, names=names, hook=hook, faults=faults,
                today=business_day(services.clock()), **CHOICES)


async def _names(shown: WatchView) -> dict[str, str]:
    """The name of each company, empty where it is not known here."""
    found = await lookup.entities_of([s.code for s in shown.subjects or ()])
    return defaultdict(str, {code: entity.name for code, entity in found.items()})


def _to(watch_id: str) -> Redirect:
    return Redirect(f"/watches/{watch_id}", status_code=303, headers=PRIVATE)
