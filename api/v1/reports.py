"""Credit check reports over HTTP: issued on a company, read by who asked, verified by anybody."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, MediaType, Response, get, post

from api.auth import anyone, needs
from api.bodies import json_body
from api.papers import credit_reports
from api.wiring import Services
from credit.accounts.model import Caller
from credit.kernel import ledger
from credit.kernel.unit import Request
from notices.register import Report
from notices.service.reporting import ReportCheck
from sanctions.service.answering.issuing import proven

_PRIVATE = {"Cache-Control": "no-store"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


class ReportInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scheme`: by which the score is made, the usual one if left out; `on`: the day asked about, today by default."""

    scheme: str | None = None
    on: date | None = None


class ReportUrls(msgspec.Struct, frozen=True):
    """`verify` is the public page behind the QR code."""

    pdf: str
    html: str
    verify: str


class EntryProof(msgspec.Struct, frozen=True, kw_only=True):
    """The entry that names the file's hash: SHA-256(`salt` bytes ‖ `event`) is the `commit` of `body`, the leaf hash
    is SHA-256(0x00 ‖ `body`), and `proof` is a C2SP tlog-proof of it with the signed checkpoint."""

    seq: int
    leaf_hash: str
    body: str
    salt: str
    event: str
    proof: str


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A report as its owner sees it. `whole`: the company's own, private records included."""

    id: str
    number: str
    code: str
    on: date
    issued_on: date
    scheme: str
    known_seq: int
    whole: bool
    sha256: str
    urls: ReportUrls
    entry: EntryProof


class OnCompany(Controller):
    """公共资源交易信用核查报告:出具。"""

    path = "/v1/entities/{code:str}/reports"
    tags = ["reports"]

    @post("/", guards=[needs(*credit_reports.ASKERS)], dto=json_body(ReportInput), status_code=201,
          summary="出具信用核查报告 Issue a report")
    async def issue(
        self, code: str, data: ReportInput, services: Services, caller: Caller, request_key: Request | None
    ) -> ReportAnswer:
        """A company on itself, with private records; a platform or an authority on any, with public ones."""
        made = await credit_reports.issue(
            services, code, caller, scheme=data.scheme, on=data.on, request=request_key)
        services.counting.add(caller.role, (made.code,))
        return await report_answer(made, services)


class Reports(Controller):
    """公共资源交易信用核查报告:读取、核验。"""

    path = "/v1/reports"
    tags = ["reports"]

    @get("/{report_id:str}", guards=[anyone], summary="一份报告 One report")
    async def read(
        self, report_id: str, services: Services, visitor: Caller | None
    ) -> Response[ReportAnswer | ReportCheck]:
        """Whole with its proof for who asked for it; others learn that it is genuine and whether anything changed."""
        found = await services.notices.reporting.find(report_id, visitor)
        shown = found if isinstance(found, ReportCheck) else await report_answer(found, services)
        return Response(shown, headers=_PRIVATE)

    @get("/{report_id:str}/pdf", guards=[needs(*credit_reports.ASKERS)], media_type="application/pdf",
         summary="报告原件 The issued file")
    async def pdf(self, report_id: str, services: Services, caller: Caller) -> Response[bytes]:
        """The file as issued: the original whose hash the log holds."""
        content = await services.notices.reporting.pdf(report_id, caller)
        return Response(content, media_type="application/pdf", headers=_PRIVATE | {
            "Content-Disposition": f'attachment; filename="credit-report-{report_id}.pdf"'})

    @get("/{report_id:str}/html", guards=[needs(*credit_reports.ASKERS)], media_type=MediaType.HTML,
         summary="报告网页版 HTML twin")
    async def html(self, report_id: str, services: Services, caller: Caller) -> Response[str]:
        """The same words as a page, the chart as SVG."""
        text = await services.notices.reporting.html(report_id, caller)
        return Response(text, media_type=MediaType.HTML, headers=_PRIVATE | {"Content-Security-Policy": POLICY})


async def report_answer(found: Report, services: Services) -> ReportAnswer:
    """A report with its addresses and the proof of its entry under the newest checkpoint."""
    entry, proof = await proven(found.seq, await services.log.published())
    salt, event = await ledger.opening(found.seq)
    base = f"/v1/reports/{found.report_id}"
    page = f"{services.settings.web.base_url.rstrip('/')}/report/{found.report_id}"
    return ReportAnswer(
        id=found.report_id, number=found.number, code=found.code, on=found.valid_on, issued_on=found.issued_on,
        scheme=found.scheme, known_seq=found.known_seq, whole=found.whole, sha256=found.pdf_sha256,
        urls=ReportUrls(pdf=f"{base}/pdf", html=f"{base}/html", verify=page),
        entry=EntryProof(seq=entry.seq, leaf_hash=entry.leaf, body=entry.body, salt=salt, event=event, proof=proof),
    )
