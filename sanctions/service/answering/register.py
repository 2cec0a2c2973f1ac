"""The register: every subject's file in memory, following the log, so that a current question needs no database."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import Any, TypeVar

from credit import lookup, names
from credit.kernel import database, ledger
from credit.kernel.errors import Conflict
from credit.packing import EntityRow, RecordRow, StatementRow, statement_row
from sanctions import store
from sanctions.model import ParkedRow
from sanctions.packed import CODE, Aside, BarRow, PackedFiles, Parts, pack, pack_rows, unpack
from sanctions.service.answering.dossiers import parts, sources
from sanctions.verdicts import Dossier, Source

_PAGE = 5000
_AT_ONCE = 250  # subjects read together
_MOST_READ = 4096  # files kept as they were last put together
_CODE_AT, _PERSON_AT = (EntityRow.__struct_fields__.index(name) for name in ("code", "person_ref"))

T = TypeVar("T")


class NotYetKnown(Conflict):
    code = "not_yet_known"
    title = "尚未处理到该日志位置 Log position not reached"


class ExactNames:
    """Codes by folded name, one name at a time: what changed since the register was read, and former names."""

    def __init__(self) -> None:
        self._codes: dict[str, set[str]] = defaultdict(set)

    def add(self, folded: str, code: str) -> None:
        self._codes[folded].add(code)

    def search(self, folded: str) -> Collection[str]:
        return self._codes.get(folded, ())


class Register:
    """Files by code as of log position `seq`. `version` rises with every change; who joins `on_change` is told which
    codes changed, or None where all may have."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.seq = -1
        self.origin = ""
        self.recorded_at: datetime | None = None
        self.version = 0
        self.checked_at = 0.0  # seconds of `seconds` when the log was last looked at
        self.committed = -1  # the newest position that this process has written
        self.sources: tuple[Source, ...] = ()
        self.on_change: list[Callable[[Collection[str] | None], None]] = []
        self._base = PackedFiles()
        self._since: dict[str, bytes] = {}  # packed files that changed since the base was read; empty = gone
        self._persons: dict[str, bytes] = {}
        self._names = ExactNames()
        self._read: dict[str, Dossier] = {}
        self._lock = asyncio.Lock()

    def heard(self, size: int) -> None:
        """Told after each commit of this process: until followed, the register is `behind`."""
        self.committed = max(self.committed, size - 1)

    @property
    def behind(self) -> bool:
        """Whether this process has committed acts that the register has not seen: their writer must read them."""
        return self.committed > self.seq

    def get(self, code: str) -> Dossier:
        """The file of a code; for one never seen, an empty file with `known` false."""
        found = self._read.get(code)
        if found is None:
            packed = self._packed(code)
            if not packed:
                return Dossier(code=code, known=False)
            if len(self._read) >= _MOST_READ:
                self._read.clear()
            found = self._read[code] = unpack(code, packed)
        return found

    def knows(self, code: str) -> bool:
        """Whether anything names this code; cheaper than `get`."""
        return code in self._read or bool(self._packed(code))

    def person(self, person_ref: str) -> Dossier:
        """The file of a natural person; an empty one with `known` false for a reference never seen."""
        packed = self._persons.get(person_ref)
        return unpack(None, packed) if packed else Dossier(known=False)

    def named(self, folded: str) -> tuple[str, ...]:
        """Codes of the companies that bear or bore this folded name."""
        found = set(self._names.search(folded))
        for code, packed in self._base.bearing(folded):
            entity = unpack(code, packed).entity
            if entity is not None and names.fold(entity.name) == folded:
                found.add(code)
        return tuple(sorted(found))

    def age(self) -> int:
        """Whole seconds since the register was last known to be current."""
        return int(self.seconds() - self.checked_at)

    def __len__(self) -> int:
        """How many codes are known."""
        added = [bool(packed) - (self._base.get(code) is not None) for code, packed in self._since.items()]
        return len(self._base) + sum(added)

    async def load(self) -> None:
        """Reads everything as of the head: answers come from the old state until all is read."""
        async with self._lock:
            head = await ledger.head()
            upto = head.size - 1
            records = await _by_entity(lookup.stream_records(upto), RecordRow)
            bars = await _by_entity(store.stream_restrictions(upto), BarRow)
            parked: dict[str, list[ParkedRow]] = defaultdict(list)
            for waiting in await store.parked_open(upto):
                if waiting.code:
                    parked[waiting.code].append(waiting)
            stated: dict[str, list[StatementRow]] = defaultdict(list)
            async for statement in _pages(lookup.all_weighty, "statement_id"):
                stated[statement.code].append(statement_row(statement))
            base, since, persons, known = PackedFiles(await lookup.count_entities()), {}, {}, ExactNames()
            async for row, folded, newest in lookup.stream_entities(upto):
                code = row[_CODE_AT]
                if not newest:
                    if code:
                        known.add(folded, code)
                    continue
                packed = pack_rows(row, records.of(row[0]), bars.of(row[0]), parked.pop(code, ()), stated.pop(code, ()))
                if code is None:
                    persons[row[_PERSON_AT]] = packed
                elif len(code) == CODE and code.isascii() and folded:
                    base.add(code, folded, packed)
                else:
                    since[code] = packed
            since |= {code: pack_rows(None, (), (), rows) for code, rows in parked.items()}
            self._base, self._since, self._persons, self._names = base, since, persons, known
            await self._seen(head, None)
        await self.follow()  # what was committed while we read

    async def follow(self, min_seq: int = -1) -> None:
        """Catches up with the log. Raises NotYetKnown where even the log has not reached `min_seq`."""
        async with self._lock, database.reading():
            head = await ledger.head()
            if head.size - 1 > self.seq:
                await self._catch_up(head)
            self.checked_at = self.seconds()
            if self.seq < min_seq:
                raise NotYetKnown(f"日志现有{self.seq + 1}条,尚无第{min_seq}条;请稍后再问", seq=self.seq)

    async def _catch_up(self, head: ledger.Head) -> None:
        upto = head.size - 1
        ids = await lookup.changed_entities(self.seq, upto) | await store.entities_restricted(self.seq, upto)
        codes = await store.codes_parked(self.seq, upto)
        todo = [(entity_id, "") for entity_id in sorted(ids)] + [("", code) for code in sorted(codes)]
        changed: list[Parts] = []
        for start in range(0, len(todo), _AT_ONCE):
            part = todo[start : start + _AT_ONCE]
            changed += await parts([i for i, _ in part if i], [c for _, c in part if c], upto)
        former = await lookup.former_names(self.seq, upto)
        held = await sources(upto)
        for found in changed:
            self._replace(found)
        for code, folded in former:
            self._names.add(folded, code)
        self._move(head, held, [found.code for found in changed if found.code])

    def _replace(self, found: Parts) -> None:
        entity, code = found.entity, found.code
        if code is None:
            if entity is not None and entity.person_ref:
                self._persons[entity.person_ref] = pack(found)
            return
        self._since[code] = pack(found) if entity is not None or found.parked else b""
        if entity is not None:
            self._names.add(names.fold(entity.name), code)

    def _packed(self, code: str) -> bytes | None:
        found = self._since.get(code)
        return self._base.get(code) if found is None else found

    async def _seen(self, head: ledger.Head, changed: Collection[str] | None) -> None:
        self._move(head, await sources(head.size - 1), changed)

    def _move(self, head: ledger.Head, held: tuple[Source, ...], changed: Collection[str] | None) -> None:
        if changed is None:
            self._read.clear()
        for code in changed or ():
            self._read.pop(code, None)
        if held != self.sources:
            self.sources, changed = held, None
        self.seq, self.origin, self.recorded_at = head.size - 1, head.origin, head.recorded_at
        self.version += 1
        for tell in self.on_change:
            tell(changed)


async def _by_entity(rows: AsyncIterator[Sequence[Any]], kind: type[RecordRow | BarRow]) -> Aside:
    at = kind.__struct_fields__.index("entity_id")
    found = Aside()
    async for row in rows:
        found.add(row[at], row)
    return found


async def _pages(read: Callable[[str, int], Awaitable[list[T]]], key: str) -> AsyncIterator[T]:
    after = ""
    while page := await read(after, _PAGE):
        for item in page:
            yield item
        after = getattr(page[-1], key)
