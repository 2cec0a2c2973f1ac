"""The company's desk: how it stands, its records, its letters, and who asked."""

from __future__ import annotations

from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.web import conduct, draw_desk, overview, proposals, talks
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import lookup
from credit.accounts import service as accounts
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from notices.service.acknowledging import Voided

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
_MOST_DAYS = 200


class Desk(Controller):
    """企业工作台。"""

    path = "/desk"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/")
    async def home(self, signed: Signed, services: Services) -> Template:
        """What there is to do, how the company stands, and its records."""
        today = business_day(services.clock())
        entity = await lookup.entity_by_code(signed.person.org_code)
        own = await accounts.find_organisation(signed.person.org_code)
        inbox = await overview.letters(services, signed.caller)
        return desk(
            "desk", signed, today=today, company=entity.name if entity else own.name if own else "",
            possible=await overview.possibilities(services, signed.caller), unread=overview.unread(inbox),
            entries=await overview.entries(services, signed.caller, today),
            open_conduct=await conduct.answerable(services, signed.caller),
            intended=await proposals.answerable(services, signed.caller),
            talks=await talks.unmet(services, signed.caller),
            instructions=await draw_desk.unanswered(services, signed.caller),
        )

    @get("/letters")
    async def letters(self, signed: Signed, services: Services) -> Template:
        """The inbox."""
        return desk("letters", signed, letters=await overview.letters(services, signed.caller))

    @get("/letters/{notice_id:str}")
    async def letter(self, notice_id: str, signed: Signed, services: Services) -> Template:
        """One letter, with what may be done with it."""
        return await _letter(notice_id, signed, services)

    @post("/letters/{notice_id:str}", status_code=303)
    async def acknowledge(self, notice_id: str, signed: Signed, services: Services) -> Template | Redirect:
        """阅知: notice, never service."""
        try:
            await services.notices.acknowledging.acknowledge(notice_id, signed.caller)
        except Voided as refusal:
            return await _letter(notice_id, signed, services, status=409, error=refusal.detail)
        return Redirect(f"/desk/letters/{notice_id}", status_code=303, headers=PRIVATE)

    @get("/letters/{notice_id:str}/html", media_type="text/html")
    async def html(self, notice_id: str, signed: Signed, services: Services) -> Response[str]:
        """The letter's words as a page of their own."""
        text = await services.notices.reading.html(notice_id, signed.caller)
        return Response(text, media_type="text/html", headers={**PRIVATE, "Content-Security-Policy": LETTER_POLICY})

    @get("/letters/{notice_id:str}/pdf", media_type="application/pdf")
    async def pdf(self, notice_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The issued file."""
        content = await services.notices.reading.pdf(notice_id, signed.caller)
        notice = await services.notices.reading.get(notice_id, signed.caller)
        return download(content, "application/pdf", f"{notice.number}.pdf")

    @get("/asked")
    async def asked(self, signed: Signed, services: Services) -> Template:
        """How often each kind of organisation asked, per day; nobody is named."""
        found = await services.counting.of(signed.person.org_code)
        rows = sorted(found, key=lambda r: (r["day"], r["asker"]), reverse=True)
        return desk("asked", signed, rows=rows[:_MOST_DAYS], more=len(rows) > _MOST_DAYS)


class Chats(Controller):
    """聊天提醒的绑定码。"""

    path = "/desk/bots"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/", sync_to_thread=False)
    def explain(self, signed: Signed) -> Template:
        """What a binding code does."""
        return desk("bots", signed, issued=None)

    @post("/", status_code=200)
    async def issue(self, signed: Signed, services: Services) -> Template:
        """A new code, shown this once; an unused older one ends."""
        return desk("bots", signed, issued=await services.bots.links.issue(signed.person.org_code, signed.caller))


async def _letter(
    notice_id: str, signed: Signed, services: Services, *, status: int = 200, error: str = ""
) -> Template:
    found = await services.notices.reading.get(notice_id, signed.caller)
    return desk("letter", signed, status=status, letter=found, error=error)


def download(content: bytes, media_type: str, name: str) -> Response[bytes]:
    """A file to be saved, never shown in the page's own place."""
    named = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=media_type, headers={**PRIVATE, "Content-Disposition": named})
