"""The page behind a receipt's QR code: genuine or unknown for everybody, the whole for whoever may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Template

from api.auth import anyone
from api.papers import record_sheets
from api.web.pages import PRIVATE, page
from api.web.session import Signed, cookie_name, provide_signed, signed_in
from api.wiring import Services
from credit.accounts import sessions
from credit.accounts.model import Caller
from credit.kernel.errors import NotFound
from sanctions.service.answering.receipts import Genuine, ReceiptRecord

AnyRequest = Request[Any, Any, State]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An open receipt as the page tells it."""

    tender: str
    issued_at: datetime
    known_at: datetime | None
    lines: Sequence[Mapping[str, Any]]


class Receipts(Controller):
    """查询回执的页面。"""

    path = "/receipt"
    include_in_schema = False

    @get("/{receipt_id:str}", guards=[anyone])
    async def show(self, receipt_id: str, request: AnyRequest, services: Services) -> Template:
        """Whether it is genuine; who is signed in as its owner sees what was asked and answered."""
        caller = await _caller(request, services)
        try:
            found = await services.receipts.find(receipt_id, caller)
        except NotFound:
            return page("receipt", status=404, headers=PRIVATE, receipt_id="", record=None, shown=None, signed=caller)
        record = None if isinstance(found, Genuine) else found
        shown = _shown(record) if record is not None and record.answer is not None else None
        return page("receipt", headers=PRIVATE, receipt_id=receipt_id, record=record, shown=shown, signed=caller)

    @get("/{receipt_id:str}/record-sheet", guards=[signed_in()], media_type="application/pdf",
         dependencies={"signed": Provide(provide_signed, sync_to_thread=False)})
    async def sheet(self, receipt_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The 信用核查记录表 for the tender file."""
        record = await services.receipts.open(receipt_id, signed.caller, "sheet")
        name = {"Content-Disposition": f'attachment; filename="record-sheet-{record.id}.pdf"'}
        content = await record_sheets.draw(record, services)
        return Response(content, media_type="application/pdf", headers=PRIVATE | name)


async def _caller(request: AnyRequest, services: Services) -> Caller | None:
    """Who is signed in on this page, if anybody."""
    held = request.cookies.get(cookie_name(services), "")
    session = await sessions.recognise(held, services.clock()) if held else None
    return session.person.caller() if session is not None and not session.person.initial else None


def _shown(record: ReceiptRecord) -> Shown:
    stated = record.receipt.statement
    return Shown(
        tender=record.question["tender"].get("id") or "", lines=record.answer["answers"],
        issued_at=datetime.fromisoformat(stated.issued_at),
        known_at=datetime.fromisoformat(stated.known_at) if stated.known_at else None,
    )
