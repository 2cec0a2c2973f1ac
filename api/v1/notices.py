"""Letters over HTTP: who may see which, the file and its twin, what was sent when, and acknowledgement."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import Parameter

from api.auth import needs
from api.v1.imports import Limit
from api.v1.penalties import Key
from api.wiring import Services
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from credit.kernel.errors import FieldError, Invalid
from notices.service.reading import AttemptsView, Evidence, NoticeView, RegisterLine

READERS = (Role.ENTERPRISE, Role.AUTHORITY, Role.PLATFORM, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR)


class NoticePage(msgspec.Struct, frozen=True):
    items: tuple[NoticeView, ...]
    next_cursor: str | None


class Deliveries(msgspec.Struct, frozen=True):
    """发送记录是提醒,不是送达 reminders, not service."""

    items: tuple[AttemptsView, ...]
    next_cursor: str | None = None


class Acknowledged(msgspec.Struct, frozen=True):
    """已阅知;不代替送达回证."""

    id: str
    acknowledged_on: date | None


class Register(msgspec.Struct, frozen=True):
    items: tuple[RegisterLine, ...]
    next_cursor: str | None = None


class Letters(Controller):
    """文书:告知书及其发送记录。"""

    path = "/v1/notices"
    tags = ["notices"]
    guards = [needs(*READERS)]

    @get("/", summary="文书列表 Letters")
    async def listing(
        self, services: Services, caller: Caller, subject: str | None = None,
        record: Annotated[str | None, Parameter(description="处罚记录编号")] = None,
        limit: Limit = 50, cursor: str | None = None,
    ) -> NoticePage:
        """A company sees its inbox, an authority what it issued, others with oversight all; oldest first."""
        code = uscc.check(subject) if subject else None
        found = await services.notices.reading.listing(
            caller, subject=code, record_id=record, after=_place(cursor), limit=limit
        )
        return NoticePage(tuple(found), _cursor(found[-1]) if len(found) == limit else None)

    @get("/register", guards=[needs(Role.AUTHORITY, Role.AUDITOR, Role.OPERATOR)], summary="文号登记簿 Number register")
    async def register(self, services: Services, caller: Caller, series: str | None = None) -> Register:
        """Every number of your organisation's series, voided ones with their reason."""
        return Register(tuple(await services.notices.reading.register(caller, series)))

    @get("/{notice_id:str}", summary="一份文书 One letter")
    async def read(self, notice_id: str, services: Services, caller: Caller) -> NoticeView:
        """The letter's number, state and file hash."""
        return await services.notices.reading.get(notice_id, caller)

    @get("/{notice_id:str}/pdf", summary="文书原件 The issued file", media_type="application/pdf")
    async def pdf(self, notice_id: str, services: Services, caller: Caller) -> Response[bytes]:
        """The file as issued: the original whose hash the log holds."""
        content = await services.notices.reading.pdf(notice_id, caller)
        notice = await services.notices.reading.get(notice_id, caller)
        named = f"attachment; filename=\"notice.pdf\"; filename*=UTF-8''{quote(notice.number)}.pdf"
        return Response(content, media_type="application/pdf", headers={"Content-Disposition": named})

    @get("/{notice_id:str}/html", summary="文书网页版 HTML twin", media_type="text/html")
    async def html(self, notice_id: str, services: Services, caller: Caller) -> Response[str]:
        """The same words as a page, for screen readers and phones."""
        page = await services.notices.reading.html(notice_id, caller)
        policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": policy})

    @get("/{notice_id:str}/deliveries", summary="发送记录 Deliveries")
    async def deliveries(self, notice_id: str, services: Services, caller: Caller) -> Deliveries:
        """Each channel with every try of it; no addresses."""
        return Deliveries(await services.notices.reading.deliveries(notice_id, caller))

    @get("/{notice_id:str}/evidence", summary="存证 Evidence")
    async def evidence(self, notice_id: str, services: Services, caller: Caller) -> Evidence:
        """What was sent when, file hashes, and the log entries that prove the acts."""
        return await services.notices.reading.evidence(notice_id, caller)

    @post("/{notice_id:str}/acknowledgement", guards=[needs(Role.ENTERPRISE)], status_code=200, summary="阅知 Read")
    async def acknowledge(
        self, notice_id: str, services: Services, caller: Caller, request_key: Key
    ) -> Acknowledged:
        """Says that the company has read the letter; the first day stays."""
        try:
            found = await services.notices.acknowledging.acknowledge(notice_id, caller, request=request_key)
        except unit.Replayed as exc:
            return msgspec.json.decode(exc.answer, type=Acknowledged)
        return Acknowledged(found.notice_id, found.acknowledged_on)


def _cursor(last: NoticeView) -> str:
    return f"{last.place[0]}.{last.place[1]}"


def _place(cursor: str | None) -> tuple[int, str]:
    if cursor is None:
        return (-1, "")
    seq, _, kind = cursor.partition(".")
    if not (seq.isascii() and seq.isdigit() and len(seq) < 19):
        raise Invalid("cursor 有误", errors=(FieldError("/cursor", "wrong_form", "使用上一页的 next_cursor"),))
    return (int(seq), kind)
