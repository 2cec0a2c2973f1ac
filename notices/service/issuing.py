"""Issuing: check the content, then take a number, then draw and store the file, then say so in the log.

A stop between any two steps is mended by doing it again: the number belongs to (cause, kind), its words and token
are kept with it, and the same words give the same file. A number without a letter is voided, never given away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from credit.kernel.clock import business_day
from credit.kernel.errors import Refusal
from credit.kernel.ids import new_id
from credit.kernel.unit import Unit, unit
from credit.service import keep_payload
from notices import letters, store
from notices.cases import Case, RecordStatus
from notices.events import NoticeIssued, NumberReserved
from notices.issuance import Issuance, NoLetter, letters_for
from notices.model import LetterFacts, LetterKind, Stamp
from notices.numbering import Series, fold_number, format_number
from notices.register import Kept, Notice, NoticeState, verify_url
from notices.service.office import Office, kept, token_digest
from notices.service.planning import Planning
from notices.service.voiding import Voiding


class Issuing:
    """The letters that follow an entry of the log."""

    def __init__(self, office: Office, planning: Planning, voiding: Voiding) -> None:
        self.office = office
        self.planning = planning
        self.voiding = voiding

    async def decide(self, case: Case, cause_seq: int) -> Issuance:
        """Which letters follow, or why none does, by the rules in use at `cause_seq`."""
        return letters_for(case.occasion, await self.office.rulebook.at(cause_seq), self.office.local)

    async def foreseen(self, record_id: str, event: Mapping[str, Any], cause_seq: int) -> Issuance:
        """Which letters will follow from an event, or why none does; changes nothing."""
        case = await self.office.source(record_id, event, cause_seq)
        return await self.decide(case, cause_seq) if case else Issuance(reason=NoLetter.BEFORE_REGIMES)

    async def for_event(self, record_id: str, event: Mapping[str, Any], cause_seq: int) -> Issuance:
        """Issues what follows from an event; doing it again issues nothing twice.

        A letter that cannot be made does not hold back the other; its Refusal is raised at the end.
        """
        case = await self.office.source(record_id, event, cause_seq)
        wanted = await self.decide(case, cause_seq) if case else Issuance()
        if wanted.once:
            wanted = await _not_yet(wanted, record_id, cause_seq)
        await self.voiding.unwanted(cause_seq, wanted.letters, "不再需要制发")
        if case is not None:
            await self._issue_all(case, wanted.letters, cause_seq, bool(event.get("bulk")))
        return wanted

    async def _issue_all(self, case: Case, kinds: tuple[LetterKind, ...], cause_seq: int, bulk: bool) -> None:
        refused: list[Refusal] = []
        for kind in kinds:
            try:
                await self.issue(case, kind, cause_seq, bulk=bulk)
            except Refusal as exc:
                await self.voiding.unwanted(cause_seq, set(kinds) - {kind}, exc.title)
                refused.append(exc)
        if refused:
            raise refused[0]

    async def issue(self, case: Case, kind: LetterKind, cause_seq: int, *, bulk: bool = False) -> Notice:
        """The issued letter of `kind` for this cause: the one that exists, or a new one.

        Raises GlyphMissing, NumberFault or TemplateUnknown before any number is taken.
        """
        found = await store.by_cause(cause_seq, kind)
        if found is None or (found.state is NoticeState.VOIDED and not found.ever_issued):
            found = await self._reserve(case, kind, cause_seq)
        if found.state is NoticeState.RESERVED:
            found = await self._finish(found, case, bulk)
        return found

    async def _reserve(self, case: Case, kind: LetterKind, cause_seq: int) -> Notice:
        """Takes the next number of the series for content that has passed its checks as it would be drawn."""
        day = business_day(self.office.clock())
        trial = self._stamp(_series(case.facts, kind, day), 1, day, self.office.token())
        await self.office.renderer.check(letters.compose(kind, case.facts, trial))
        async with unit(by=self.office.by, now=self.office.clock()) as u:
            before = await store.by_cause(cause_seq, kind)
            if before is not None and before.state is not NoticeState.VOIDED:
                return before
            series = _series(case.facts, kind, u.day)
            stamp_token = self.office.token()
            serial = await store.next_serial(series.key)
            stamp = self._stamp(series, serial, u.day, stamp_token)
            nth = before.round + 1 if before else 1
            return _reserved(u, case, series, serial, stamp, stamp_token, cause_seq, nth)

    def _stamp(self, series: Series, serial: int, day: date, token: str) -> Stamp:
        number = format_number(series, serial)
        return Stamp(number=number, issued_on=day, verify_url=verify_url(self.office.base_url, number, token))

    async def _finish(self, notice: Notice, case: Case, bulk: bool) -> Notice:
        words = await kept(notice)
        if words is None:
            return await self.voiding.number(notice.notice_id, "文书内容已依法删除")
        pdf = await self.office.renderer.render(words.letter)
        digest = await asyncio.to_thread(self.office.blobs.put, pdf)
        status = await self.office.status(notice.record_id)
        async with unit(by=self.office.by, now=self.office.clock()) as u:
            now = await store.notice(notice.notice_id)
            assert now is not None
            if now.state is not NoticeState.RESERVED:
                return now
            return await self._issued(u, now, digest, case, status, bulk)

    async def _issued(
        self, u: Unit, old: Notice, digest: str, case: Case, status: RecordStatus, bulk: bool
    ) -> Notice:
        seq = u.record(
            NoticeIssued(subject=old.notice_id, record_id=old.record_id, code=old.code, letter=old.kind.value,
                         number=old.number, cause_seq=old.cause_seq, pdf_sha256=digest, issued_on=old.issued_on,
                         bulk=bulk)
        )
        made = msgspec.structs.replace(
            old, revision=old.revision + 1, seq=seq, state=NoticeState.ISSUED, pdf_sha256=digest
        )
        store.write_notice(u, made)
        await self.planning.plan(u, made, case.addresses, status, bulk=bulk)
        return made


async def _not_yet(wanted: Issuance, record_id: str, cause_seq: int) -> Issuance:
    """Without the kinds that another entry of the log has already brought to the record."""
    had = {n.kind for n in await store.of_record(record_id)
           if n.cause_seq != cause_seq and n.state is not NoticeState.VOIDED}
    return msgspec.structs.replace(wanted, letters=tuple(kind for kind in wanted.letters if kind not in had))


def _series(facts: LetterFacts, kind: LetterKind, day: date) -> Series:
    return Series(organ=facts.issuer.short, kind=kind, year=day.year)


def _reserved(
    u: Unit, case: Case, series: Series, serial: int, stamp: Stamp, token: str, cause_seq: int, nth: int
) -> Notice:
    notice_id = new_id("not")
    letter = letters.compose(series.kind, case.facts, stamp)
    seq = u.record(
        NumberReserved(subject=notice_id, record_id=case.record_id, letter=series.kind.value, number=stamp.number,
                       cause_seq=cause_seq)
    )
    made = Notice(
        notice_id=notice_id, revision=1, seq=seq, kind=series.kind, cause_seq=cause_seq, round=nth,
        series=series.key, serial=serial, number=stamp.number, number_key=fold_number(stamp.number),
        token_sha256=token_digest(token), record_id=case.record_id, code=case.code,
        issuer_code=case.facts.issuer.code, template=letter.version, issued_on=u.day,
        state=NoticeState.RESERVED, reason="", pdf_sha256=None, acknowledged_on=None,
        payload_id=keep_payload(u, seq=seq, owner=notice_id, body=Kept(letter, token)),
    )
    store.write_notice(u, made)
    return made
