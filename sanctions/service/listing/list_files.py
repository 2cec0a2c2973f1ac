"""A list file taken in under its manifest: each row as if pushed; what vanished is told, never removed.

The same file under the same manifest is answered from the log; a broken import is simply repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel import canonical, ledger
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Invalid, Refusal
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from credit.model import RecordKind
from sanctions.entering import check_list
from sanctions.events import ListImported, Origin
from sanctions.intake.list_rows import ListRow, Manifest
from sanctions.intake.outcomes import Rejected
from sanctions.service.listing.listings import Listings
from sanctions.service.listing.sources import SourceInput, Sources
from sanctions.terms import Term, on_list, term

_PAGE = 5000
_NO_ROWS = "文件称为全部名单而没有一行:多半是下载失败,名单的时效没有更新;确无新增的,把 complete 写为 false"
_COLUMNS = {  # which column of the manifest a pointer means
    "/subject/name": "name", "/subject/code": "code", "/document_no": "document_no", "/decided_on": "decided_on",
    "/until": "until", "/corrected_on": "corrected_on", "/facts": "facts", "/basis": "basis",
    "/authority": "authority", "/authority/name": "authority", "/authority/code": "authority_code",
}


class Vanished(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the same list and office that a complete file no longer has: a person removes it, or does not."""

    id: str
    document_no: str
    decided_on: str


class RowNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody should know of a row that was taken."""

    row: int
    column: str
    code: str
    detail: str


class ListReport(msgspec.Struct, kw_only=True, rename={"of_list": "list"}):
    """What became of every row. `notices` say of each row stored without a last day what follows. `repeated`: this very
    file was taken in before, and nothing was done. `source_renewed`: the list counts as fresh as of `fetched_at`, which
    a file with rejected rows does not bring about, nor one that calls itself complete and has no row."""

    of_list: str
    fetched_at: datetime
    complete: bool
    sha256: str
    accepted: int = 0
    duplicates: int = 0
    open_ends: int = 0
    notices: list[RowNotice] = msgspec.field(default_factory=list)
    rejected: list[Rejected] = msgspec.field(default_factory=list)
    vanished: list[Vanished] = msgspec.field(default_factory=list)
    source_renewed: bool = False
    repeated: bool = False
    dry_run: bool = False


class ListFiles:
    """The service of list files."""

    def __init__(self, book: Rulebook, clock: Clock, listings: Listings, sources: Sources) -> None:
        self.book = book
        self.clock = clock
        self.listings = listings
        self.sources = sources

    def check(self, manifest: Manifest, digest: str) -> None:
        """Whether such a file may come at all. Raises ListWithoutBasis, Invalid."""
        check_list(manifest.list, business_day(manifest.fetched_at), self.book.current)
        if manifest.sha256 is not None and manifest.sha256.lower() != digest:
            fault = FieldError("/manifest/sha256", "wrong_digest", f"文件的 SHA-256 是 {digest}")
            raise Invalid("文件与清单的 sha256 不符:请重新取得文件", errors=(fault,))
        if manifest.fetched_at > self.clock():
            fault = FieldError("/manifest/fetched_at", "in_future", "取得时间不得晚于现在")
            raise Invalid("清单的取得时间晚于现在", errors=(fault,))

    async def take(
        self, rows: Sequence[ListRow | Rejected], manifest: Manifest, digest: str, caller: Caller, *,
        dry_run: bool = False, progress: Callable[[int], None] = lambda done: None,
    ) -> ListReport:
        """Enters the rows one by one, then declares the source as of the manifest. Raises ListWithoutBasis, Invalid."""
        self.check(manifest, digest)
        report = ListReport(of_list=manifest.list.value, fetched_at=manifest.fetched_at, complete=manifest.complete,
                            sha256=digest, dry_run=dry_run)
        told = canonical.digest(manifest)
        if not dry_run and await _taken(report, told, caller):
            return report
        kept: set[str] = set()
        if manifest.complete and not rows:
            report.notices.append(RowNotice(row=0, column="", code="no_rows", detail=_NO_ROWS))
        for number, row in enumerate(rows, 1):
            if isinstance(row, Rejected):
                report.rejected.append(row)
            else:
                await self._enter(row, manifest, caller, report, kept)
            progress(number)
        if manifest.complete and not report.rejected:
            report.vanished = await self._vanished(manifest, caller, kept)
        if not dry_run:
            await self._end(report, manifest, told, caller)
        return report

    async def _enter(
        self, row: ListRow, manifest: Manifest, caller: Caller, report: ListReport, kept: set[str]
    ) -> None:
        try:
            prepared = await self.listings.prepare(row.command, caller)
            kept.add(prepared.natural_key)
            if report.dry_run:
                made = await self.listings.foreseen(prepared)
            else:
                made = await self.listings.receive(prepared, by=caller.key_id, origin=Origin.IMPORT)
        except Refusal as exc:
            report.rejected.append(_line(row.row, exc, manifest))
            return
        report.duplicates += made.duplicate
        report.accepted += not made.duplicate
        if row.command.open_end:
            report.open_ends += 1
            column = manifest.columns.until or ""
            detail = _without_end(term(prepared.facts, self.book.current))
            report.notices.append(RowNotice(row=row.row, column=column, code="open_end", detail=detail))

    async def _vanished(self, manifest: Manifest, caller: Caller, kept: set[str]) -> list[Vanished]:
        """Entries in force that this office brought in on the list and the file does not name."""
        found, after, today = [], "", business_day(self.clock())
        while page := await lookup.all_records(after, _PAGE):
            after = page[-1].record_id
            for record in page:
                if record.kind is not RecordKind.LIST_ENTRY:
                    continue
                facts = record.listing
                own = facts.list == manifest.list and facts.pushed_by == caller.org_code
                running = own and on_list(facts, today, withdrawn=record.withdrawn)
                if running and await lookup.natural_key(record.record_id) not in kept:
                    found.append(Vanished(id=record.record_id, document_no=facts.document_no,
                                          decided_on=facts.decided_on.isoformat()))
        return found

    async def _end(self, report: ListReport, manifest: Manifest, told: str, caller: Caller) -> None:
        """Makes the list as fresh as the file where nothing was left out of it, and says in the log that it is in."""
        held = {source.list: source for source in await self.sources.all()}.get(manifest.list)
        newer = held is None or held.static or held.fetched_at < manifest.fetched_at
        empty = manifest.complete and not report.accepted + report.duplicates
        if newer and not report.rejected and not empty:
            made = SourceInput(list=manifest.list, official_channel=manifest.official_channel,
                               fetched_at=manifest.fetched_at)
            await self.sources.declare(made, by=caller.key_id)
            report.source_renewed = True
        async with unit(by=caller.key_id, now=self.clock()) as u:
            u.record(ListImported(
                subject=manifest.list.value, file_digest=report.sha256, manifest_digest=told,
                org_code=caller.org_code, accepted=report.accepted, duplicates=report.duplicates,
                rejected=len(report.rejected), vanished=tuple(line.id for line in report.vanished)))


async def _taken(report: ListReport, told: str, caller: Caller) -> bool:
    """Whether this file was taken in before, whole; the report then says what it said."""
    for entry in reversed(await ledger.of_kind(ListImported.kind)):
        event = await ledger.event(entry.seq)
        same = (event["file_digest"], event["manifest_digest"], event["org_code"], event["rejected"])
        if same == (report.sha256, told, caller.org_code, 0):
            report.duplicates, report.repeated = event["accepted"] + event["duplicates"], True
            return True
    return False


def _without_end(last: Term) -> str:
    if last.until is None:
        return "无截止日,已按无期限登记:至移出之日有效,请在移出时及时登记移出"
    return (f"无截止日,已按无期限登记:按{last.basis}自动生效至{last.until}(含当日),"
            "此后未移出的答复为无法判定;期限有误的请更正")


def _line(number: int, refusal: Refusal, manifest: Manifest) -> Rejected:
    if not refusal.errors:
        return Rejected(number, "", refusal.code, refusal.detail)
    first = refusal.errors[0]
    column = getattr(manifest.columns, _COLUMNS.get(first.pointer, ""), None) or first.pointer
    return Rejected(number, column, first.code, first.detail)
