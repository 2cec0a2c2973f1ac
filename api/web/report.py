"""Reports on pages: the public page behind the QR code, and where a company or an office asks for one."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.auth import anyone
from api.papers import credit_reports
from api.v1.reports import POLICY
from api.web.desk import download
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.letters import MOST_BYTES
from api.web.pages import PRIVATE, page
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import lookup, uscc
from credit.kernel.clock import business_day
from credit.kernel.errors import Invalid, NotFound
from credit.scheme_rules import SchemeNotForSubject, first_choice, for_companies, schemes_on
from credit.scoring import SchemeNotInForce
from notices.service.reporting import ReportCheck

Page = Template | Redirect
_NO_FILE = "请选择要核对的文件（收到的 PDF 原件）"


class Verify(Controller):
    """核查报告的公开核验页。"""

    path = "/report"
    guards = [anyone]
    include_in_schema = False

    @get("/{report_id:str}")
    async def show(self, report_id: str, services: Services) -> Template:
        """Genuine or unknown; the company only while nothing that the report shows has changed."""
        return await _answer(report_id, services)

    @post("/{report_id:str}", status_code=200, request_max_body_size=MOST_BYTES, opt={"reads_only": True})
    async def compare(self, report_id: str, request: Request[Any, Any, State], services: Services) -> Template:
        """Whether the uploaded file is the issued one bit by bit; it is hashed and not kept."""
        file = (await request.form()).get("file")
        content = await file.read() if isinstance(file, UploadFile) else b""
        return await _answer(report_id, services, content or None, error="" if content else _NO_FILE)


async def _answer(report_id: str, services: Services, content: bytes | None = None, *, error: str = "") -> Template:
    found: ReportCheck | None = None
    try:
        found = await services.notices.reporting.check(report_id, content)
    except NotFound:
        return page("report", status=404, headers=PRIVATE, found=None, company="", error="")
    entity = await lookup.entity_by_code(found.code) if found.code else None
    return page("report", status=422 if error else 200, headers=PRIVATE, found=found,
                company=entity.name if entity else "", error=error)


class Asking(Controller):
    """出具核查报告:企业本单位,交易平台、机关任一企业。"""

    path = "/reports"
    guards = [signed_in(*credit_reports.ASKERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/{code:str}")
    async def form(self, code: str, signed: Signed, services: Services) -> Template:
        """The form, and the reports asked for before."""
        return await _form(code, signed, services)

    @post("/{code:str}", status_code=303)
    async def issue(self, code: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Issues one, then back to the list with it on top."""
        day = sent.day("on")
        if day is None and sent.text("on"):
            fault = Fault("on", "日期有误，填写如 2026-11-22")
            return await _form(code, signed, services, sent, (fault,), status=422)
        try:
            made = await credit_reports.issue(
                services, code, signed.caller, scheme=sent.text("scheme") or None, on=day)
        except (SchemeNotForSubject, SchemeNotInForce) as refusal:
            return await _form(code, signed, services, sent, (Fault("scheme", refusal.detail),), status=422)
        except (Invalid, NotFound) as refusal:
            faults = faults_of(refusal, {"/on": "on", "/scheme": "scheme"})
            return await _form(code, signed, services, sent, faults, status=422)
        services.counting.add(signed.caller.role, (made.code,))
        return Redirect(f"/reports/{made.code}", status_code=303, headers=PRIVATE)

    @get("/{code:str}/{report_id:str}/pdf", media_type="application/pdf")
    async def pdf(self, code: str, report_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The issued file."""
        content = await services.notices.reporting.pdf(report_id, signed.caller)
        return download(content, "application/pdf", f"信用核查报告-{code}.pdf")

    @get("/{code:str}/{report_id:str}/html", media_type="text/html")
    async def html(self, code: str, report_id: str, signed: Signed, services: Services) -> Response[str]:
        """The report's words as a page of their own."""
        text = await services.notices.reporting.html(report_id, signed.caller)
        return Response(text, media_type="text/html", headers={**PRIVATE, "Content-Security-Policy": POLICY})


async def _form(
    code: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), *,
    status: int = 200,
) -> Template:
    code, today = uscc.check(code), business_day(services.clock())
    credit_reports.require_right(code, signed.caller)
    schemes, typed = for_companies(schemes_on(services.book.current, today)), sent.kept()
    entity = await lookup.entity_by_code(code)
    return desk(
        "reports", signed, status=status, code=code, company=entity.name if entity else "本系统未登记名称",
        schemes=schemes, chosen=typed["scheme"] or first_choice(schemes.values()), on=typed["on"] or today.isoformat(),
        faults=faults, issued=await services.notices.reporting.listing(code, signed.caller), today=today,
    )
