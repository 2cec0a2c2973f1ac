"""Who may be meant by a name: the index of all names borne now or before, read at first use, then following the log."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence

from credit import lookup
from credit.kernel import ledger
from credit.model import Entity
from credit.names import Found, NameIndex, Verdict, fold, plain
from sanctions.verdicts import Candidate

MOST = 50  # candidates of one name
_PAGE = 5000  # entities read at once
_PAUSE = 250  # names entered without a pause for others
_SEARCHES = 5  # names looked for without a pause, some 3 ms each among a million
_OFFERED = 5  # candidates of a row of a list
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

    async def known(self, wanted: Sequence[str], seq: int) -> dict[str, tuple[Candidate, ...]]:
        """By name, the likeliest firms that bore a like name as known at `seq`; what was entered later is no candidate.

        A name that nothing is like is left out.
        """
        await self.follow()
        found: dict[str, list[Found]] = {}
        for number, name in enumerate(dict.fromkeys(wanted), 1):
            found[name] = self.search(name, limit=2 * _OFFERED)
            if number % _SEARCHES == 0:
                await asyncio.sleep(0)
        codes = dict.fromkeys(f.code for each in found.values() for f in each)
        borne = await lookup.names_of_all(list(codes), seq)
        held = {code: _texts(names) for code, names in borne.items()}
        likely = {
            name: tuple(candidate(f, borne[f.code][0]) for f in each if f.name in held.get(f.code, ()))[:_OFFERED]
            for name, each in found.items()
        }
        return {name: some for name, some in likely.items() if some}

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


def candidate(found: Found, name: str) -> Candidate:
    """What is said of a firm found by its name; `name` is the one it bears."""
    match = found.match
    return Candidate(code=found.code, name=name, matched=found.name, score=match.score, verdict=match.verdict.value,
                     sentences=match.sentences)


def _texts(names: Iterable[str]) -> frozenset[str]:
    """What the index holds of names: as they are, and as they were once a company bore another."""
    return frozenset(plain(text) for name in names for text in (name, fold(name)))


def _enter(index: NameIndex, entities: Iterable[Entity]) -> None:
    for entity in entities:
        if entity.code:
            index.add(entity.code, entity.name)
