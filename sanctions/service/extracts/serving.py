"""Extracts of the public lists: made from what is shown now, handed out under a signed manifest, one after another.

Rows are never stored as truth: the files of an extract are made again, to the byte, from its day and log position.
Only the newest extract is handed out, and only while nothing in it has been revised: what is no longer shown is not
handed out either. Older ones are a base for deltas, for which marks without meaning are enough.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from credit import lookup
from credit.kernel import ledger
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Invalid, NotFound, Refusal
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from sanctions.extracts.events import ExtractMade
from sanctions.extracts.notes import (
    DELTA_NOTE,
    MANIFEST,
    DeltaManifest,
    Manifest,
    digest,
    moment_of,
    place,
    read_delta,
    read_manifest,
    signed,
)
from sanctions.service.extracts import files, store
from sanctions.service.extracts.making import Log, Making
from sanctions.service.extracts.model import KeptExtract

SYSTEM = "system"
STEP = 500  # entities read at once
ALL = "all.zip"
ALL_DELTA = "delta.zip"
_WHOLE = 2  # extracts whose rows are kept: the newest, and one that may still be on its way to somebody
_RESTS = 10  # times as long as a making took, if that was over a second


class ExtractRenewing(Refusal):
    """Something shown has been revised and the new extract is not made yet."""

    code = "extract_renewing"
    title = "名单摘录正在更新 Extract being renewed"
    status = 503


class ExtractSuperseded(Refusal):
    """Only the newest extract is handed out: an older one may show what is no longer shown."""

    code = "extract_superseded"
    title = "该摘录已被更新的摘录取代 Extract superseded"
    status = 410


class BaseUnknown(NotFound):
    code = "extract_base_unknown"
    title = "没有这一基点 No such extract"


class BaseTooOld(Conflict):
    code = "extract_base_too_old"
    title = "基点过旧 Base too old"


class Ready(NamedTuple):
    """An extract, or what leads to it, whose files are at hand."""

    kept: KeptExtract
    manifest: Manifest
    folder: Path
    delta: DeltaManifest | None = None


class Extracts:
    """The service of extracts. `seconds` is a monotonic clock."""

    def __init__(
        self, book: Rulebook, clock: Clock, log: Log, folder: Path, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self.book = book
        self.clock = clock
        self.log = log
        self.folder = folder
        self.making = Making(book, log, folder)
        self.seconds = seconds
        self._rests_until = 0.0
        self._one = asyncio.Lock()

    async def current(self) -> Ready:
        """The newest extract with its files, a new one where it no longer is what is shown. Raises ExtractRenewing."""
        async with self._one:
            kept = await store.newest()
            if kept is None or not await self._stands(kept):
                kept = await self._next(kept)
            return await self._at_hand(kept)

    async def listing(self, below: int, limit: int) -> list[KeptExtract]:
        """Those handed out, numbered below `below`, newest first."""
        return await store.page(below, limit)

    async def kept(self, known_seq: int) -> KeptExtract:
        """The extract of this log position. Raises BaseUnknown."""
        found = await store.by_seq(known_seq)
        if found is None:
            raise BaseUnknown(f"没有止于第{known_seq}条日志的摘录,已有的见 /v1/extracts no extract of this position")
        return found

    async def at(self, known_seq: int) -> Ready:
        """The extract of this log position, if it is the newest. Raises BaseUnknown, ExtractSuperseded."""
        kept, newest = await self.kept(known_seq), await self.current()
        if kept.number != newest.kept.number:
            raise ExtractSuperseded(
                f"只提供最新的摘录(止于第{newest.kept.known_seq}条);可由增量得到:/v1/extracts/delta/manifest?since="
                f"{known_seq} take the newest, or the delta from yours", current=newest.kept.known_seq)
        return newest

    async def delta(self, since: str) -> Ready:
        """What leads from an extract, named by log position or manifest digest, to the newest.

        Raises BaseUnknown, BaseTooOld, Invalid.
        """
        newest = await self.current()
        base = await self._base(since, newest)
        folder = newest.folder / f"delta-{base.known_seq}"
        async with self._one:
            if not (folder / DELTA_NOTE).exists():
                await self._compare(base, newest, folder)
        return newest._replace(folder=folder, delta=read_delta((folder / DELTA_NOTE).read_text(encoding="utf-8")))

    async def packed(self, ready: Ready) -> Path:
        """Everything of it as one archive."""
        names = [note.name for note in (ready.delta or ready.manifest).files]
        head, name = ((DELTA_NOTE, MANIFEST), ALL_DELTA) if ready.delta else ((MANIFEST,), ALL)
        target = ready.folder / name
        async with self._one:
            await asyncio.to_thread(files.pack, ready.folder, [*head, *names], target)
        return target

    async def past(self, on: date, known_seq: int) -> Ready:
        """The extract of a day and log position in a draft folder: the same bytes as when it was handed out.

        For those who may read the database: it may hold what is no longer shown. One that never was handed out is
        signed as number 0. Raises Invalid for what is not past, ExtractChanged.
        """
        head, now = await ledger.head(), self.clock()
        if on > business_day(now) or not 0 <= known_seq < head.size:
            fault = FieldError("/known_seq", "in_future", f"日志止于第{head.size - 1}条,日期不晚于今天")
            raise Invalid("只能重做已有日志、今天以前的摘录 only what is past can be made again", errors=(fault,))
        kept = await store.by_seq(known_seq)
        if kept is not None and kept.on_day == on:
            return Ready(kept, read_manifest(kept.note), await self.making.again(kept))
        before = await store.before(known_seq)
        at = (await ledger.entry(known_seq)).recorded_at
        draft, made = await self.making.made(on, known_seq, at, number=0, previous=before.digest if before else None)
        note = signed(made, self.log.signer)
        files.keep_note(draft, MANIFEST, note)
        made_now = KeptExtract(number=0, seq=-1, known_seq=known_seq, on_day=on, digest=digest(made), note=note)
        return Ready(made_now, made, draft)

    async def _stands(self, kept: KeptExtract) -> bool:
        """Whether it may still be handed out: nothing of it is revised, and what is new may wait. Raises
        ExtractRenewing."""
        made, now, head = read_manifest(kept.note), self.clock(), await ledger.head()
        most = max(await lookup.written_since(kept.known_seq), await store.bars_since(kept.known_seq))
        rules, rests = await self.book.at(head.size - 1), self._rests_until - self.seconds()
        of_today = (made.on, made.log, made.rules) == (business_day(now), head.origin, rules.digest)
        if not of_today or most > 1:
            if rests > 0:
                wait = max(1, round(rests))
                told = f"名单刚有变动,请在{wait}秒后再取 retry in {wait} s"
                raise ExtractRenewing(told, headers={"Retry-After": str(wait)})
            return False
        at, waits = moment_of(made.at), timedelta(minutes=rules.at("extracts.refresh_minutes", made.on).value)
        return not most or at <= now < at + waits or rests > 0

    async def _next(self, previous: KeptExtract | None) -> KeptExtract:
        """Makes and hands out a new extract; where another process was faster, its extract counts."""
        started, now, head = self.seconds(), self.clock(), await ledger.head()
        draft, made = await self.making.made(
            business_day(now), head.size - 1, now, number=previous.number + 1 if previous else 1,
            previous=previous.digest if previous else None)
        note = signed(made, self.log.signer)
        files.keep_note(draft, MANIFEST, note)
        async with unit(by=SYSTEM, now=now) as u:
            newest = await store.newest()
            if newest == previous:
                seq = u.record(ExtractMade(
                    subject=digest(made), number=made.number, known_seq=made.known_seq, on=made.on,
                    rows=sum(one.rows for one in made.files if one.name.endswith(".jsonl")), previous=made.previous))
                newest = KeptExtract(number=made.number, seq=seq, known_seq=made.known_seq, on_day=made.on,
                                     digest=digest(made), note=note)
                store.write(u, newest)
        assert newest is not None
        if newest.note == note:
            files.settle(draft, self._folder(newest))
        else:
            files.drop(draft)
        took = self.seconds() - started
        self._rests_until = self.seconds() + (_RESTS * took if took > 1 else 0)
        await self._clear(made)
        return newest

    async def _at_hand(self, kept: KeptExtract) -> Ready:
        """The files of an extract, made again where they are not on this machine. Raises ExtractChanged."""
        folder = self._folder(kept)
        if not files.holds(folder, kept.note):
            files.settle(await self.making.again(kept), folder)
        return Ready(kept, read_manifest(kept.note), folder)

    async def _base(self, since: str, newest: Ready) -> KeptExtract:
        rules, today = self.book.current, newest.manifest.on
        if re.fullmatch(r"[0-9]{1,18}", since):
            found = await store.by_seq(int(since))
        elif re.fullmatch(r"[0-9a-f]{64}", since):
            found = await store.by_digest(since)
        else:
            fault = FieldError("/since", "wrong_form", "摘录的 known_seq,或其清单的 SHA-256")
            raise Invalid("since 无效 name an extract", errors=(fault,))
        if found is None or read_manifest(found.note).log != newest.manifest.log:
            raise BaseUnknown(f"{since} 不是本日志提供过的摘录:请重新取得全量 not of this log: take the full one",
                              current=newest.kept.known_seq)
        days = rules.at("extracts.delta_days", today).value
        if found.on_day < today - timedelta(days=days):
            raise BaseTooOld(f"基点早于{days}天:请重新取得全量 older than {days} days: take the full one",
                             current=newest.kept.known_seq)
        return found

    async def _compare(self, base: KeptExtract, newest: Ready, folder: Path) -> None:
        if not files.has_marks(self._folder(base)):
            files.settle(await self.making.again(base), self._folder(base))
        made = read_manifest(base.note)
        lists = {one.list: one.title for one in (*made.files, *newest.manifest.files)}
        draft = newest.folder / f".{new_id('ext')}"
        try:
            notes = await asyncio.to_thread(
                files.lay_out_delta, self._folder(base), newest.folder, draft, lists)
        except BaseException:
            files.drop(draft)
            raise
        told = DeltaManifest(log=newest.manifest.log, base=place(made), target=place(newest.manifest), files=notes)
        files.keep_note(draft, MANIFEST, newest.kept.note)
        files.keep_note(draft, DELTA_NOTE, signed(told, self.log.signer))
        files.settle(draft, folder)

    async def _clear(self, made: Manifest) -> None:
        """Drops the rows of all but the newest two, marks that are too old to be a base, drafts of killed processes."""
        files.drop_drafts(self.folder)
        days = self.book.current.at("extracts.delta_days", made.on).value
        kept = await store.positions(made.on - timedelta(days=days))
        for number, folder in enumerate(sorted(self.folder.glob("[0-9]*"), reverse=True)):
            if int(folder.name) not in kept:
                files.drop(folder)
            elif number >= _WHOLE:
                files.drop_rows(folder)

    def _folder(self, kept: KeptExtract) -> Path:
        return self.folder / f"{kept.known_seq:015d}"
