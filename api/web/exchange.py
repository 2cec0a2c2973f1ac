"""数据交换 on the desk of an office: a file goes up and each row is told; a file comes down; receipts are kept."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.paging import Cursor, below, cursor_of
from api.v1.exchange import OFFICES, file_of, line_of, received
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.kernel.errors import Forbidden, Refusal
from sanctions.exchange.fields import ExchangeSet, Form, exchange_set, exchange_sets
from sanctions.service.exchange.exchanging import Taken, Wanted
from sanctions.service.exchange.incoming import may_bring
from sanctions.service.exchange.outgoing import may_fetch

_SHOWN = 20
_ROWS = 200
_PLACES = {"/file": "file", "/since": "since", "/to": "last", "/format": "form"}
OUTCOMES = {"accepted": ("good", "登记"), "duplicate": ("", "重复"), "parked": ("warn", "待补正"),
            "rejected": ("bad", "退回")}
DIRECTIONS = {"in": "送入", "out": "取出"}


class ExchangeDesk(Controller):
    """数据交换。"""

    path = "/office/exchange"
    guards = [signed_in(*OFFICES)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def home(self, signed: Signed, services: Services, cursor: Cursor = None) -> Template:
        """Both forms, and the files so far."""
        return await _home(signed, services, NOTHING, cursor=cursor)

    @post("/in", status_code=200, opt={"takes_files": True})
    async def bring(self, signed: Signed, sent: Sent, services: Services) -> Template | Redirect:
        """Takes a file in and leads to its rows; a check only shows them."""
        uploads = [upload for upload in sent.files.get("file", []) if upload.filename]
        try:
            made = exchange_set(sent.text("set"))
            came, rows = await received(made, uploads[0] if uploads else None, services, signed.caller)
            dry = sent.ticked("dry_run")
            taken = await services.exchange.take(made, rows, came, signed.caller, dry_run=dry)
        except Refusal as refusal:
            return await _home(signed, services, sent, _faults(refusal, "file"))
        if taken.receipt is not None:
            return Redirect(f"/office/exchange/{taken.receipt.statement.id}", status_code=303, headers=PRIVATE)
        return _checked(signed, made, taken)

    @post("/out", status_code=200)
    async def fetch(self, signed: Signed, sent: Sent, services: Services) -> Response[bytes] | Template:
        """The file to keep; its receipt is on the list afterwards."""
        since, form = sent.number("since") if sent.text("since") else -1, sent.text("form")
        try:
            made = exchange_set(sent.text("set"))
            wanted = Wanted(form=Form(form) if form in set(Form) else made.formats[0], since=since,
                            first=sent.day("first"), last=sent.day("last"))
            return file_of(await services.exchange.send(made, wanted, signed.caller))
        except Refusal as refusal:
            return await _home(signed, services, sent, _faults(refusal, "set_out"))

    @get("/{receipt_id:str}")
    async def one(self, receipt_id: str, signed: Signed, services: Services) -> Template:
        """A file with what became of its rows."""
        kept = await services.exchange.kept(receipt_id, signed.caller)
        stated = kept.receipt.statement
        return _result(signed, exchange_set(stated.set), stated=stated, tally=stated.tally, lines=kept.lines)

    @get("/{receipt_id:str}/receipt")
    async def receipt(self, receipt_id: str, signed: Signed, services: Services) -> Response[Any]:
        """The receipt to keep or hand on."""
        kept = await services.exchange.kept(receipt_id, signed.caller)
        name = {"Content-Disposition": f'attachment; filename="{receipt_id}.json"'}
        return Response(kept.receipt, media_type="application/json", headers=PRIVATE | name)


async def _home(
    signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...] = (), *, cursor: str | None = None
) -> Template:
    found = await services.exchange.listing(signed.caller, below(cursor), _SHOWN)
    more = cursor_of(str(found[-1].seq)) if len(found) == _SHOWN else None
    return desk("office_exchange", signed, status=422 if faults else 200, faults=faults, typed=sent.kept(), more=more,
                files=[line_of(f) for f in found], sets=exchange_sets(), directions=DIRECTIONS,
                brings=_allowed(signed, may_bring), fetches=_allowed(signed, may_fetch))


def _checked(signed: Signed, made: ExchangeSet, taken: Taken) -> Template:
    return _result(signed, made, stated=None, tally=taken.tally, lines=taken.lines)


def _result(signed: Signed, made: ExchangeSet, **shown: Any) -> Template:
    lines = shown.pop("lines")
    troubled = [x for x in lines if x.outcome in ("parked", "rejected")]
    rest = [x for x in lines if x.outcome not in ("parked", "rejected")]
    return desk("office_exchange_file", signed, made=made, lines=[*troubled, *rest][:_ROWS], known=len(lines),
                outcomes=OUTCOMES, directions=DIRECTIONS, **shown)


def _allowed(signed: Signed, check: Any) -> list[ExchangeSet]:
    """The sets that this office may bring or fetch."""
    found = []
    for made in exchange_sets().values():
        try:
            check(made, signed.caller)
        except Forbidden:
            continue
        found.append(made)
    return found


def _faults(refusal: Refusal, field: str) -> tuple[Fault, ...]:
    return faults_of(refusal, _PLACES) if refusal.errors else (Fault(field, refusal.detail),)
