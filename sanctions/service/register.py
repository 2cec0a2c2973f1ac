"""The register: every subject's file in memory, following the log, so that a current question needs no database."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from credit import lookup, names
from credit.kernel import ledger
from credit.kernel.errors import Conflict
from credit.model import Entity, Record
from sanctions import store
from sanctions.dossiers import assemble
from sanctions.model import ParkedRow, Restriction
from sanctions.service.dossiers import dossiers, sources
from sanctions.verdicts import Dossier, Source

_PAGE = 5000
_AT_ONCE = 250  # subjects read together
T = TypeVar("T")


class NotYetKnown(Conflict):
    code = "not_yet_known"
    title = "尚未处理到该日志位置 Log position not reached"


class Register:
    """Files by code as of log position `seq`. `version` rises with every change, for caches."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self.seq = -1
        self.origin = ""
        self.recorded_at: datetime | None = None
        self.version = 0
        self.checked_at = 0.0  # seconds of `seconds` when the log was last looked at
        self.sources: tuple[Source, ...] = ()
        self._files: dict[str, Dossier] = {}
        self._persons: dict[str, Dossier] = {}
        self._names: dict[str, set[str]] = defaultdict(set)
        self._committed = -1
        self._lock = asyncio.Lock()

    def heard(self, size: int) -> None:
        """Told after each commit of this process: until followed, the register is `behind`."""
        self._committed = max(self._committed, size - 1)

    @property
    def behind(self) -> bool:
        """Whether this process has committed acts that the register has not seen: their writer must read them."""
        return self._committed > self.seq

    def get(self, code: str) -> Dossier:
        """The file of a code; for one never seen, an empty file with `known` false."""
        found = self._files.get(code)
        return found if found is not None else Dossier(code=code, known=False)

    def person(self, person_ref: str) -> Dossier:
        """The file of a natural person; an empty one with `known` false for a reference never seen."""
        return self._persons.get(person_ref) or Dossier(known=False)

    def named(self, folded: str) -> tuple[str, ...]:
        """Codes of the companies that bear or bore this folded name."""
        return tuple(sorted(self._names.get(folded, ())))

    def age(self) -> int:
        """Whole seconds since the register was last known to be current."""
        return int(self.seconds() - self.checked_at)

    def __len__(self) -> int:
        return len(self._files)

    async def load(self) -> None:
        """Reads everything as of the head."""
        async with self._lock:
            head = await ledger.head()
            records: dict[str, list[Record]] = defaultdict(list)
            async for record in _pages(lookup.all_records, "record_id"):
                records[record.entity_id].append(record)
            restrictions: dict[str, list[Restriction]] = defaultdict(list)
            for restriction in await store.all_restrictions():
                restrictions[restriction.entity_id].append(restriction)
            parked: dict[str, list[ParkedRow]] = defaultdict(list)
            for row in await store.parked_open():
                if row.code:
                    parked[row.code].append(row)
            self._files.clear()
            self._persons.clear()
            self._names.clear()
            async for entity in _pages(lookup.all_entities, "entity_id"):
                of = entity.entity_id
                rows = parked.pop(entity.code, []) if entity.code else []
                self._keep(entity, assemble(entity.code, entity, records[of], restrictions[of], rows))
            await self._former(-1, head.size - 1)
            for code, rows in parked.items():
                self._files[code] = assemble(code, None, (), (), rows)
            await self._seen(head)
        await self.follow()  # what was committed while we read

    async def follow(self, min_seq: int = -1) -> None:
        """Catches up with the log. Raises NotYetKnown where even the log has not reached `min_seq`."""
        async with self._lock:
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
        for start in range(0, len(todo), _AT_ONCE):
            part = todo[start : start + _AT_ONCE]
            for file in await dossiers([i for i, _ in part if i], [c for _, c in part if c], upto):
                self._replace(file)
        await self._former(self.seq, upto)
        await self._seen(head)

    async def _former(self, after: int, upto: int) -> None:
        for code, folded in await lookup.former_names(after, upto):
            self._names[folded].add(code)

    def _replace(self, file: Dossier) -> None:
        if file.entity is not None:
            self._keep(file.entity, file)
        elif file.known and file.code:
            self._files[file.code] = file
        elif file.code:
            self._files.pop(file.code, None)

    def _keep(self, entity: Entity, file: Dossier) -> None:
        if entity.code is None:
            if entity.person_ref:
                self._persons[entity.person_ref] = file
            return
        self._files[entity.code] = file
        self._names[names.fold(entity.name)].add(entity.code)

    async def _seen(self, head: ledger.Head) -> None:
        self.sources = await sources(head.size - 1)
        self.seq, self.origin, self.recorded_at = head.size - 1, head.origin, head.recorded_at
        self.version += 1


async def _pages(read: Callable[[str, int], Awaitable[list[T]]], key: str) -> AsyncIterator[T]:
    after = ""
    while page := await read(after, _PAGE):
        for item in page:
            yield item
        after = getattr(page[-1], key)
