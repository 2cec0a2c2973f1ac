"""Screening of files: asked in one act, worked chunk by chunk so that a stop loses and repeats nothing.

Every row is answered as of the entry `screening_requested`: position, moment, rules and sources are fixed by it, so a
chunk done twice is the same bytes and the result is one consistent answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date, timedelta
from pathlib import Path

import msgspec

from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, unit
from sanctions.events import ScreeningFinished, ScreeningRefused, ScreeningRemoved, ScreeningRequested
from sanctions.intake.asked import MOST_ROWS
from sanctions.intake.outcomes import FileRefused, Limits
from sanctions.question import prepare
from sanctions.service.answering.ask import question_day
from sanctions.service.answering.bulk import UNREAD, Fixed, answered, fixed
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from sanctions.service.screening import store
from sanctions.service.screening.files import CHUNK, Folder, lay_out, orphans, part_bytes, write_workbook
from sanctions.service.screening.model import Part, Screening, State
from sanctions.verdicts import Tender

MOST_TRIES = 12  # starts without progress after which a screening is given up
SYSTEM = "system"


class ResultNotReady(Conflict):
    code = "screening_not_finished"
    title = "核查尚未完成 Screening not finished"


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """A screening with what is done of it: rows by outcome, unreadable ones apart."""

    screening: Screening
    done: int
    rejected: int
    counts: dict[str, int]
    rules: str


class Unfinished(Exception):
    """The time of one turn is over; the next turn goes on."""


class Screenings:
    """The service of screenings. `turn` is how long one turn of work may last."""

    def __init__(
        self, book: Rulebook, clock: Clock, register: Register, naming: Naming, folder: Path, readers: Executor,
        turn: timedelta, *, max_bytes: int, seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.book = book
        self.clock = clock
        self.register = register
        self.naming = naming
        self.folder = folder
        self.readers = readers
        self.turn = turn
        self.limits = Limits(max_bytes=max_bytes, max_rows=MOST_ROWS, max_unpacked=1_000_000_000)
        self.seconds = seconds
        self._reading: dict[str, asyncio.Future[int]] = {}

    def draft(self) -> tuple[str, Folder]:
        """A fresh id and the folder into which its upload is written, before `request`."""
        made = new_id("scr")
        folder = self.files(made)
        folder.make()
        return made, folder

    def files(self, screening_id: str) -> Folder:
        return Folder(self.folder / screening_id)

    async def request(
        self, screening_id: str, digest: str, tender: Tender, on: date | None, caller: Caller,
        request: Request | None = None,
    ) -> Screening:
        """Asks about the uploaded file. Raises TenderContradictory, Replayed."""
        now = self.clock()
        day, rules = question_day(tender, on, now), self.book.current
        prepare(tender, day, rules)
        async with unit(by=caller.key_id, now=now, request=request) as u:
            event = ScreeningRequested(subject=screening_id, org_code=caller.org_code, upload_digest=digest)
            keep = timedelta(days=rules.at("screening.keep_days", u.day).value)
            made = Screening(
                id=screening_id, org_code=caller.org_code, asker=caller.role.value, state=State.WAITING,
                known_seq=u.record(event), asked_at=u.now, on_day=on, tender=msgspec.json.encode(tender).decode(),
                upload_digest=digest, rows=None, tries=0, started_at=None, ended_at=None, result_digest=None,
                result_bytes=None, fault_code=None, fault=None, expires_on=u.day + keep,
            )
            await store.write(made)
            u.keep(screening_id)
        return made

    async def progress(self, screening_id: str, caller: Caller) -> Progress:
        """How far it is, for its owner and the auditor. Raises NotFound, for others and after the keeping too."""
        found = await self._of(screening_id, caller)
        return await self._progress(found)

    async def listing(self, caller: Caller, below: int, limit: int) -> list[Progress]:
        """Those of the caller's organisation asked before log position `below`, newest first."""
        today = business_day(self.clock())
        found = await store.of_organisation(caller.org_code, below, limit)
        return [await self._progress(one) for one in found if one.expires_on >= today]

    async def result(self, screening_id: str, caller: Caller, *, workbook: bool = False) -> Path:
        """The finished result, as CSV or as XLSX. Raises NotFound, ResultNotReady."""
        found = await self._of(screening_id, caller)
        if found.state is not State.FINISHED:
            raise ResultNotReady("核查尚未完成,或者文件未能读取;请先查看进度", state=found.state.value)
        files = self.files(found.id)
        if workbook:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.readers, write_workbook, files.result, files.workbook)
        path = files.workbook if workbook else files.result
        if not path.is_file():
            raise NotFound("结果文件不存在,请从备份恢复或者重新提交 the result file is missing")
        return path

    def close(self) -> None:
        """Ends the reading process."""
        self.readers.shutdown(wait=False, cancel_futures=True)

    async def remove(self, screening_id: str, caller: Caller) -> None:
        """Drops it at its owner's wish, whatever its state. Raises NotFound."""
        found = await self._of(screening_id, caller)
        await self._drop(found.id, by=caller.key_id, expired=False)

    async def expire(self) -> int:
        """Drops what was kept long enough, and uploads that never became a request; how many."""
        due = await store.due(business_day(self.clock()))
        for screening_id in due:
            await self._drop(screening_id, by=SYSTEM, expired=True)
        for name in orphans(self.folder):
            found = await store.screening(name)
            if found is None or found.state is State.REMOVED:
                self.files(name).drop()
        return len(due)

    async def work(self, screening_id: str) -> None:
        """One turn of work. Raises Unfinished where more is to do; returns where it ended, by whatever way."""
        found = await store.screening(screening_id)
        files = self.files(screening_id)
        tries = await store.begin(screening_id, self.clock()) if found else None
        if found is None or tries is None:
            if found is not None and found.state is not State.REMOVED:
                files.clear_work()
            return
        if tries > MOST_TRIES:
            await self._refuse(found, "screening_failed", "核查多次中断,未能完成;请重新提交,或与运营方联系")
            return
        try:
            await self._advance(found, files, self.seconds() + self.turn.total_seconds())
        except FileRefused as refusal:
            await self._refuse(found, refusal.code, refusal.detail)
        except Unfinished:
            await store.alive(screening_id)
            raise

    async def _advance(self, found: Screening, files: Folder, until: float) -> None:
        rows = found.rows if found.rows is not None else await self._read(found, files, until)
        if not rows:
            await self._refuse(found, "file_empty", "名单中没有任何行;请填写统一社会信用代码或名称")
            return
        done = await store.parts(found.id)
        asked = await self._asked(found)
        missing = _missing(rows, [part.number for part in done])
        for number in missing:
            if not await self._chunk(found, files, number, asked):
                files.drop()
                return
            if self.seconds() > until and number != missing[-1]:
                raise Unfinished
        await self._finish(found, files, rows)

    async def _read(self, found: Screening, files: Folder, until: float) -> int:
        """The number of rows, once another process has read them; a reading that outlasts a turn goes on meanwhile."""
        reading = self._reading.get(found.id)
        if reading is None:
            loop = asyncio.get_running_loop()
            reading = loop.run_in_executor(self.readers, lay_out, files.path, self.limits)
            self._reading[found.id] = reading
        await asyncio.wait({reading}, timeout=max(0.1, until - self.seconds()))
        if not reading.done():
            raise Unfinished
        del self._reading[found.id]
        rows = reading.result()
        await store.found(found.id, rows)
        return rows

    async def _asked(self, found: Screening) -> Fixed:
        tender = msgspec.json.decode(found.tender, type=Tender)
        return await fixed(self.book, tender, found.on_day, found.known_seq, found.asked_at)

    async def _chunk(self, found: Screening, files: Folder, number: int, asked: Fixed) -> bool:
        """Answers a chunk, writes its file, then keeps it; False where the screening is gone."""
        content, counts, known = [], Counter[str](), Counter[str]()
        async for lines in answered(files.rows(number), asked, self.register, self.naming):
            content.append(part_bytes(lines, asked))
            counts.update(line.outcome for line in lines)
            known.update(line.asked.meant for line in lines if line.known)
        digest = await asyncio.to_thread(files.keep_part, number, b"".join(content))
        made = Part(number=number, rows=counts.total(), digest=digest, counts=dict(counts))
        day = business_day(found.asked_at)
        return await store.worked(found.id, made, day=day, asker=found.asker, codes=known)

    async def _finish(self, found: Screening, files: Folder, rows: int) -> None:
        parts = await store.parts(found.id)
        digest, size = await asyncio.to_thread(files.assemble, [part.digest for part in parts])
        async with unit(by=SYSTEM, now=self.clock()) as u:
            if await store.finish(found.id, u.now, digest, size):
                u.record(ScreeningFinished(subject=found.id, known_seq=found.known_seq, rows=rows,
                                           result_digest=digest))
        files.clear_work()

    async def _refuse(self, found: Screening, code: str, detail: str) -> None:
        async with unit(by=SYSTEM, now=self.clock()) as u:
            if await store.refuse(found.id, u.now, code, detail):
                u.record(ScreeningRefused(subject=found.id, fault=code))
        self.files(found.id).clear_work()

    async def _drop(self, screening_id: str, *, by: str, expired: bool) -> None:
        async with unit(by=by, now=self.clock()) as u:
            if await store.remove(screening_id):
                u.record(ScreeningRemoved(subject=screening_id, expired=expired))
        self.files(screening_id).drop()

    async def _of(self, screening_id: str, caller: Caller) -> Screening:
        found = await store.screening(screening_id)
        own = found is not None and (found.org_code == caller.org_code or caller.may(Role.AUDITOR))
        if found is None or not own or found.state is State.REMOVED or found.expires_on < business_day(self.clock()):
            raise NotFound("没有这次核查,或者已经删除 no such screening, or it is gone")
        return found

    async def _progress(self, found: Screening) -> Progress:
        counts: Counter[str] = Counter()
        for part in await store.parts(found.id):
            counts.update(part.counts)
        rules = await self.book.at(found.known_seq)
        return Progress(screening=found, done=sum(counts.values()), rejected=counts[UNREAD], counts=dict(counts),
                        rules=rules.digest)


def _missing(rows: int, done: Sequence[int]) -> list[int]:
    """The chunks still to be answered."""
    kept = set(done)
    return [number for number in range(-(-rows // CHUNK)) if number not in kept]
