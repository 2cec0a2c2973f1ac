"""Reading letters: who may see which, the file and its twins, what was sent when, and the number register."""

from __future__ import annotations

import asyncio
from datetime import date, datetime

import msgspec

from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.errors import NotFound
from credit.service import erase_prose
from notices import html, store, text
from notices.deliveries import Attempt, Delivery, DeliveryState
from notices.model import Letter, LetterKind
from notices.register import Notice, NoticeState
from notices.service.office import Office, kept

_SEES_ALL = frozenset({Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR})
_OWN_LETTERS = frozenset({Role.AUTHORITY, Role.REVIEWER, Role.PLATFORM})


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as its parties see it; `place` is where a listing goes on after it."""

    id: str
    kind: LetterKind
    title: str
    number: str
    issued_on: date
    state: NoticeState
    reason: str
    subject_code: str | None
    record_id: str
    issuer_code: str | None
    template: str
    pdf_sha256: str | None
    acknowledged_on: date | None
    seq: int
    place: store.Place


class AttemptsView(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery with every try of it. It is a 提醒, whatever its state: 送达 is recorded elsewhere."""

    id: str
    channel: str
    state: DeliveryState
    reason: str
    message_id: str
    planned_at: datetime
    updated_at: datetime
    planned_seq: int
    settled_seq: int | None
    attempts: tuple[Attempt, ...]


class EntryView(msgspec.Struct, frozen=True):
    """The log entry behind an act."""

    seq: int
    kind: str
    recorded_at: datetime
    leaf_hash: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent when: the letter, its file hash, each try, and the log entries that prove the acts."""

    notice: NoticeView
    deliveries: tuple[AttemptsView, ...]
    entries: tuple[EntryView, ...]
    note: str = "发送记录为提醒的存证，不代替送达回证 evidence of reminders, not of service"


class RegisterLine(msgspec.Struct, frozen=True):
    """One line of the number register: voided numbers stay, with their reason."""

    number: str
    serial: int
    state: NoticeState
    reason: str
    issued_on: date
    notice_id: str


class Reading:
    """Letters by role: a company its inbox, an office what it issued or was sent, oversight all."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def listing(
        self, caller: Caller, *, subject: str | None = None, record_id: str | None = None,
        after: store.Place = (-1, ""), limit: int = 100,
    ) -> list[NoticeView]:
        """Letters the caller may see, oldest first, of a company or a record where given."""
        scope = _scope(caller, subject)
        if scope is None:
            return []
        code, issuer = scope
        found = await store.listing(
            code=code, party=issuer, record_id=record_id, in_inbox=caller.role is Role.ENTERPRISE,
            after=after, limit=limit,
        )
        return [_view(notice) for notice in found]

    async def get(self, notice_id: str, caller: Caller) -> NoticeView:
        """One letter. Raises NotFound where the caller may not see it."""
        return _view(await self._visible(notice_id, caller))

    async def pdf(self, notice_id: str, caller: Caller) -> bytes:
        """The issued file: the original. Raises NotFound."""
        notice = await self._visible(notice_id, caller)
        return await asyncio.to_thread(self.office.blobs.get, notice.pdf_sha256 or "")

    async def html(self, notice_id: str, caller: Caller) -> str:
        """The HTML twin, a whole page. Raises NotFound, also where the words were erased."""
        return html.page(await self._letter(notice_id, caller))

    async def text(self, notice_id: str, caller: Caller) -> str:
        """The text twin. Raises NotFound, also where the words were erased."""
        return text.render(await self._letter(notice_id, caller))

    async def deliveries(self, notice_id: str, caller: Caller) -> tuple[AttemptsView, ...]:
        """Every channel of a letter with its tries; no addresses. Raises NotFound."""
        await self._visible(notice_id, caller)
        return tuple([await _attempts(d) for d in await store.deliveries(notice_id)])

    async def evidence(self, notice_id: str, caller: Caller) -> Evidence:
        """What was sent when, and where the log proves it. Raises NotFound."""
        notice = await self._visible(notice_id, caller)
        ways = await self.deliveries(notice_id, caller)
        seqs = {n.seq for n in await store.revisions(notice_id)}
        seqs |= {seq for way in ways for seq in (way.planned_seq, way.settled_seq) if seq is not None}
        entries = [await ledger.entry(seq) for seq in sorted(seqs)]
        proofs = tuple(EntryView(e.seq, e.kind, e.recorded_at, e.leaf) for e in entries)
        return Evidence(notice=_view(notice), deliveries=ways, entries=proofs)

    async def register(self, caller: Caller, series: str | None = None) -> list[RegisterLine]:
        """The number register of the caller's own organisation, or of `series` for the auditor and operator."""
        if series is not None and caller.may(Role.AUDITOR, Role.OPERATOR):
            found = await store.of_series(series)
        else:
            found = [n for n in await store.of_issuer(caller.org_code) if series in (None, n.series)]
        return [RegisterLine(n.number, n.serial, n.state, n.reason, n.issued_on, n.notice_id) for n in found]

    async def erase(self, record_id: str) -> int:
        """Erases words, token and addresses of a record's letters; numbers, hashes and the issued files stay."""
        erased = 0
        for notice in await store.of_record(record_id):
            if await kept(notice) is not None:
                await erase_prose(notice.notice_id, by=self.office.by, now=self.office.clock())
                erased += 1
        return erased

    async def _visible(self, notice_id: str, caller: Caller) -> Notice:
        found = await store.notice(notice_id)
        if found is None or not found.ever_issued or not await _may_see(found, caller):
            raise NotFound("没有这份文书,或无权查看 no such notice, or it is not yours to see")
        return found

    async def _letter(self, notice_id: str, caller: Caller) -> Letter:
        words = await kept(await self._visible(notice_id, caller))
        if words is None:
            raise NotFound("文书内容已依法删除,原件仍可下载 its words were erased; the issued file remains")
        return words.letter


def _scope(caller: Caller, subject: str | None) -> tuple[str | None, str | None] | None:
    """(company code, office that issued or was sent) to search by, None where the caller sees nothing."""
    if caller.role in _SEES_ALL or _pushes_for_all(caller):
        return subject, None
    if caller.role in _OWN_LETTERS:
        return subject, caller.org_code
    if caller.role is Role.ENTERPRISE and subject in (None, caller.org_code):
        return caller.org_code, None
    return None


def _pushes_for_all(caller: Caller) -> bool:
    return caller.role is Role.AUTHORITY and "push:any" in caller.scopes


async def _may_see(notice: Notice, caller: Caller) -> bool:
    scope = _scope(caller, None)
    if scope is None:
        return False
    code, issuer = scope
    if (code is not None and code != notice.code) or (issuer is not None and issuer not in
                                                      (notice.issuer_code, notice.code)):
        return False
    return caller.role is not Role.ENTERPRISE or await store.in_inbox(notice.notice_id)


def _view(n: Notice) -> NoticeView:
    return NoticeView(
        id=n.notice_id, kind=n.kind, title=n.title, number=n.number, issued_on=n.issued_on, state=n.state,
        reason=n.reason, subject_code=n.code, record_id=n.record_id, issuer_code=n.issuer_code, template=n.template,
        pdf_sha256=n.pdf_sha256, acknowledged_on=n.acknowledged_on, seq=n.seq, place=(n.cause_seq, n.kind.value),
    )


async def _attempts(d: Delivery) -> AttemptsView:
    return AttemptsView(
        id=d.delivery_id, channel=d.channel, state=d.state, reason=d.reason, message_id=d.message_id,
        planned_at=d.created_at, updated_at=d.updated_at, planned_seq=d.seq, settled_seq=d.settled_seq,
        attempts=tuple(await store.attempts(d.delivery_id)),
    )
