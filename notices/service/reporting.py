"""Reports: composed, drawn and stored before the unit, then said in the log with the hash of the file."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import date

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel.errors import Forbidden, NotFound
from credit.kernel.ids import new_id
from credit.kernel.unit import Replayed, Request, unit
from credit.service import keep_payload
from notices import html, reports, store
from notices.events import ReportIssued
from notices.register import KeptReport, Report
from notices.reports import Mark, ReportFacts
from notices.service.office import Office

_LONGEST = 40
_LISTED = 10


class ReportSealed(Forbidden):
    """A record that the report shows has changed since: ask for a new report."""

    code = "report_sealed"
    title = "报告已封存 Report sealed"


class ReportCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody who holds a report learns; the company and the day only while nothing it shows has changed."""

    id: str
    number: str
    issued_on: date
    pdf_sha256: str
    changed: bool
    code: str | None = None
    valid_on: date | None = None
    same_file: bool | None = None
    genuine: bool = True


class Reporting:
    """The service of reports."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def issue(
        self, facts: ReportFacts, scheme: str, caller: Caller, request: Request | None = None
    ) -> Report:
        """The issued report; the same request again answers the first. Raises GlyphMissing, RequestMismatch."""
        try:
            if request is not None:  # before anything is drawn
                async with unit(by=caller.key_id, now=self.office.clock(), request=request):
                    pass
            return await self._issue(facts, scheme, caller, request)
        except Replayed as exc:
            return msgspec.json.decode(exc.answer, type=Report)

    async def _issue(self, facts: ReportFacts, scheme: str, caller: Caller, request: Request | None) -> Report:
        report_id = new_id("rep")
        mark = Mark(report_id=report_id, url=reports.page_of(self.office.base_url, report_id))
        letter = reports.compose(facts, mark)
        digest = await asyncio.to_thread(self.office.blobs.put, await self.office.renderer.render(letter))
        event = ReportIssued(subject=mark.number, code=facts.code, scheme=scheme, valid_on=facts.on,
                             known_seq=facts.known_seq, whole=facts.whole, pdf_sha256=digest)
        async with unit(by=caller.key_id, now=self.office.clock(), request=request) as u:
            seq = u.record(event)
            kept = keep_payload(u, seq=seq, owner=report_id, body=KeptReport(letter, facts.record_ids))
            made = Report(
                report_id=report_id, seq=seq, number=mark.number, code=facts.code, org_code=caller.org_code,
                whole=facts.whole, scheme=scheme, valid_on=facts.on, known_seq=facts.known_seq, issued_on=u.day,
                template=letter.version, pdf_sha256=digest, payload_id=kept)
            store.write_report(u, made)
            u.keep(made)
        return made

    async def listing(self, code: str, caller: Caller) -> list[Report]:
        """The newest reports on a company that the caller's organisation asked for."""
        return await store.reports_asked_by(caller.org_code, code, _LISTED)

    async def find(self, report_id: str, caller: Caller | None) -> Report | ReportCheck:
        """The whole for who asked for it, for others that it is genuine. Raises NotFound."""
        found = await _found(report_id)
        return found if _owns(found, caller) else await self.check(report_id)

    async def check(self, report_id: str, content: bytes | None = None) -> ReportCheck:
        """What anybody learns, and whether `content` is the issued file bit by bit. Raises NotFound."""
        found = await _found(report_id)
        changed, same = await has_changed(found), None
        if content is not None:
            digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
            same = hmac.compare_digest(digest, found.pdf_sha256)
        return ReportCheck(
            id=found.report_id, number=found.number, issued_on=found.issued_on, pdf_sha256=found.pdf_sha256,
            changed=changed, code=None if changed else found.code, valid_on=None if changed else found.valid_on,
            same_file=same,
        )

    async def pdf(self, report_id: str, caller: Caller) -> bytes:
        """The issued file: the original. Raises NotFound, Forbidden, ReportSealed."""
        found = await self._opened(report_id, caller)
        return await asyncio.to_thread(self.office.blobs.get, found.pdf_sha256)

    async def html(self, report_id: str, caller: Caller) -> str:
        """The HTML twin, a whole page. Raises NotFound, Forbidden, ReportSealed."""
        return html.page((await _kept(await self._opened(report_id, caller))).letter)

    async def _opened(self, report_id: str, caller: Caller) -> Report:
        found = await _found(report_id)
        if not _owns(found, caller):
            raise Forbidden("报告只供查询单位下载;核验请扫报告上的二维码 for who asked for it; scan its code")
        if found.org_code != found.code and await has_changed(found):
            raise ReportSealed("报告所载信息其后有变更,不再提供下载;请重新出具 changed since: ask for a new report")
        return found


async def has_changed(found: Report) -> bool:
    """Whether a record that the report shows has been repaired, removed, corrected or withdrawn since."""
    for record_id in (await _kept(found)).record_ids:
        record = await lookup.record(record_id)
        if record is None or record.seq > found.known_seq:
            return True
    return False


def _owns(found: Report, caller: Caller | None) -> bool:
    return caller is not None and caller.org_code == found.org_code


async def _found(report_id: str) -> Report:
    found = await store.report(report_id) if len(report_id) <= _LONGEST and report_id.isascii() else None
    if found is None:
        raise NotFound("没有这份报告,请核对编号 no such report")
    return found


async def _kept(found: Report) -> KeptReport:
    body = await lookup.payload(found.payload_id)
    if body is None:
        raise NotFound("报告内容已依法删除 its words were erased")
    return msgspec.json.decode(body, type=KeptReport)
