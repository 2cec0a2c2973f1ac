"""Who may be meant by a name: the index of all names borne now or before, read at first use, then following the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from credit import lookup
from credit.kernel import ledger
from credit.model import Entity
from credit.names import Found, NameIndex, Verdict

MOST = 50  # candidates of one name
_PAGE = 5000  # entities read at once
_PAUSE = 250  # names entered without a pause for others
POSSIBLE = (Verdict.SAME, Verdict.MAYBE)


class Naming:
    """The service of names. `follow` before `search`: what was committed before it is found."""

    def __init__(self) -> None:
        self.index = NameIndex()
        self.seq = -1
        self._loaded = False
        self._lock = asyncio.Lock()

    async def follow(self) -> None:
        """Brings the index to the head of the log; the first time it reads every name, a million in about 20 s."""
        async with self._lock:
            upto = (await ledger.head()).size - 1
            if not self._loaded:
                await self._load(upto)
            elif upto > self.seq:
                await self._catch_up(upto)
            self.seq, self._loaded = upto, True

    def search(self, name: str, *, limit: int = 10, verdicts: tuple[Verdict, ...] = POSSIBLE) -> list[Found]:
        """The firms that bear or bore a like name, best first; never more than candidates."""
        return self.index.search(name, limit=limit, verdicts=verdicts)

    async def _load(self, upto: int) -> None:
        index, after = NameIndex(), ""
        while page := await lookup.all_entities(after, _PAGE):
            for start in range(0, len(page), _PAUSE):
                _enter(index, page[start : start + _PAUSE])
                await asyncio.sleep(0)
            after = page[-1].entity_id
        for code, folded in await lookup.former_names(-1, upto):
            index.add(code, folded)
        self.index = index

    async def _catch_up(self, upto: int) -> None:
        ids = sorted(await lookup.changed_entities(self.seq, upto))
        for start in range(0, len(ids), _PAUSE):
            found = await lookup.entities_by("entity_id", ids[start : start + _PAUSE])
            _enter(self.index, [entity for entity in found if entity.seq > self.seq])
        for code, folded in await lookup.former_names(self.seq, upto):
            self.index.add(code, folded)


def _enter(index: NameIndex, entities: Iterable[Entity]) -> None:
    for entity in entities:
        if entity.code:
            index.add(entity.code, entity.name)
