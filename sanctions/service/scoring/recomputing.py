"""Scores of everybody in a cache: a resumable run over ranges of entities, then only what a day or an act changes.

The cache answers how many and who has a grade; what counts for a company is always computed when somebody asks. A run
is as of one log position, day and rule set. Whoever claims a range by lease works it: command, serving process, worker.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import msgspec

from credit import lookup
from credit.compiled import Compiled
from credit.kernel import leases, ledger
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Entity, Record, SubjectKind
from credit.scheme_rules import schemes_on, version_on, versions_of
from credit.schemes import Scheme
from sanctions import store
from sanctions.model import Restriction
from sanctions.service.scoring import store as store_scores
from sanctions.service.scoring.model import Cached, Chunk, Run
from sanctions.service.scoring.standing import with_classes

CHUNK = 1000  # entities of a range
_AT_ONCE = 400  # entities read in one query when they are named one by one
_LOOK = 0.5  # seconds after which ranges held by others are looked at again
_LEASE = "scores"
_BREATH = 25  # entities scored before others get the event loop


class SchemeAveraged(Conflict):
    """The value that counts is a mean over a period."""

    code = "scheme_averaged"
    title = "按期间平均计分,不缓存 Averages are computed on reading"


class NotComputed(NotFound):
    """Nobody has had the scores of this scheme computed."""

    code = "scores_not_computed"
    title = "尚未统计 Not computed yet"


class Distribution(msgspec.Struct, frozen=True, kw_only=True):
    """How many have each grade (grade, its title, number; best first) as of `seq` and `on_day`; while ranges are
    `left` of `chunks`, numbers of an earlier run stand among them."""

    scheme: Scheme
    seq: int
    on_day: date
    left: int
    chunks: int
    grades: tuple[tuple[str, str, int], ...]


class Holder(NamedTuple):
    """Whose score it is."""

    cached: Cached
    entity: Entity


class Recomputing:
    """The service of the score cache; a claimed range is free again after `lease`."""

    def __init__(self, book: Rulebook, clock: Clock, lease: timedelta, *, chunk: int = CHUNK) -> None:
        self.book = book
        self.clock = clock
        self.lease = lease
        self.chunk = chunk
        self._compiled: dict[tuple[str, str, date], Compiled] = {}

    def schemes(self) -> list[str]:
        """The schemes in force that may be cached."""
        day = business_day(self.clock())
        return [n for n, scheme in schemes_on(self.book.current, day).items() if not _averaged(scheme)]

    async def begin(self, scheme_id: str, *, resume: bool = False) -> Run:
        """Opens a run as of now; with `resume` an unfinished one goes on. Raises UnknownScheme, SchemeNotInForce,
        SchemeAveraged."""
        day, found = self._check(scheme_id), await store_scores.run(scheme_id)
        if resume and found and not found.finished:
            return found
        seq = (await ledger.head()).size - 1
        marks = await lookup.entity_marks(self.chunk, seq)
        rules = await self.book.at(seq)
        made = Run(scheme_id, rules.digest, seq, day, finished=not marks, chunks=len(marks))
        await store_scores.begin(made, marks)
        return made

    async def first(self, seconds: float) -> int:
        """Computes the schemes of which nobody has had the scores computed; what the time does not suffice for is left
        to `turn`. Answers how many schemes."""
        known = {run.id for run in await store_scores.runs()}
        missing = [name for name in self.schemes() if name not in known]
        for name in missing:
            await self.begin(name)
        if missing:
            await self.work(seconds)
        return len(missing)

    async def work(self, seconds: float | None = None, clock: Callable[[], float] = time.monotonic) -> int:
        """Works ranges of any run until none is free or the time is over; answers how many it did."""
        until, done = clock() + (seconds or float("inf")), 0
        while clock() < until:
            now = self.clock()
            chunk = await store_scores.claim(new_id("tok"), now, now + self.lease)
            if chunk is None:
                await self._close()
                break
            done += await self._range(chunk)
        return done

    async def _close(self) -> None:
        """Ends the runs whose ranges are all done, also where the worker of the last was killed before it could."""
        for found in await store_scores.runs():
            if not found.finished and await store_scores.left(found.id) == 0:
                await store_scores.finish(found)

    async def drain(self) -> None:
        """Works ranges until none is left; one that a killed worker held is free when its lease is over."""
        while await self.work() or await store_scores.still_open():  # noqa: ASYNC110 - others hold ranges, too
            await asyncio.sleep(_LOOK)

    async def turn(self, seconds: float) -> None:
        """What a serving process or a worker does from time to time: open ranges for so long, then `refresh`, in one
        process at a time."""
        await self.work(seconds)
        token = new_id("tok")
        if await leases.take(_LEASE, token, self.clock(), self.lease):
            try:
                await self.refresh()
            finally:
                await leases.give(_LEASE, token)

    async def refresh(self) -> int:
        """Brings every finished run to today and to the head of the log: only entities of which something was written
        since, or whose score changes by today, are touched. Answers how many. New rules or a new version of a scheme
        open a new run."""
        day, touched = business_day(self.clock()), 0
        seq = (await ledger.head()).size - 1
        for found in await store_scores.runs():
            if not found.finished or (found.seq, found.on_day) == (seq, day):
                continue
            if await self._outdated(found, day):
                if found.id in self.schemes():
                    await self.begin(found.id)
                continue
            ids = sorted(await self._changed(found, seq, day))
            for start in range(0, len(ids), _AT_ONCE):
                await self._named(found, ids[start : start + _AT_ONCE], seq, day)
            await store_scores.stamp(found, seq, day)
            touched += len(ids)
        return touched

    async def progress(self, scheme_ids: Sequence[str]) -> tuple[int, int]:
        """Ranges done of the runs of these schemes, and all of theirs."""
        runs = [run for run in await store_scores.runs() if run.id in scheme_ids]
        total = sum(run.chunks for run in runs)
        return total - sum([await store_scores.left(run.id) for run in runs]), total

    async def distribution(self, scheme_id: str) -> Distribution:
        """How many have each grade, and as of when. Raises UnknownScheme, SchemeNotInForce, SchemeAveraged,
        NotComputed."""
        found = await self._computed(scheme_id)
        scheme = version_on(versions_of(self.book.current, scheme_id), business_day(self.clock()))
        counts, left = await store_scores.counts(scheme_id), await store_scores.left(scheme_id)
        bands = [(b.grade, b.title, counts.get(b.grade, 0)) for b in scheme.bands]
        return Distribution(scheme=scheme, seq=found.seq, on_day=found.on_day, left=left, chunks=found.chunks,
                            grades=tuple(bands))

    async def holders(self, scheme_id: str, grade: str, after: str, limit: int) -> list[Holder]:
        """Who has a grade, by entity id. Raises as `distribution`."""
        await self._computed(scheme_id)
        cached = await store_scores.page(scheme_id, grade, after, limit)
        held = await lookup.entities_by("entity_id", [one.entity_id for one in cached])
        known = {entity.entity_id: entity for entity in held}
        return [Holder(one, known[one.entity_id]) for one in cached]

    async def _computed(self, scheme_id: str) -> Run:
        self._check(scheme_id)
        found = await store_scores.run(scheme_id)
        if found is None:
            raise NotComputed("尚未统计;由运营方运行 tendercredit scores recompute")
        return found

    def _check(self, scheme_id: str) -> date:
        """Today, where the scheme may be cached."""
        day = business_day(self.clock())
        if _averaged(version_on(versions_of(self.book.current, scheme_id), day)):
            raise SchemeAveraged("该方案以期间平均分为准,按查询时计算;请逐个查询 GET /v1/entities/{代码}/score")
        return day

    async def _outdated(self, found: Run, day: date) -> bool:
        rules = self.book.current
        if found.rules != rules.digest:
            return True
        versions = versions_of(rules, found.id)
        return version_on(versions, found.on_day) is not version_on(versions, day)

    async def _changed(self, found: Run, seq: int, day: date) -> set[str]:
        written = await lookup.changed_entities(found.seq, seq) | await store.entities_restricted(found.seq, seq)
        return written | await store_scores.due(found.id, day)

    async def _named(self, found: Run, ids: Sequence[str], seq: int, day: date) -> None:
        kinds = {entity.entity_id: entity.kind for entity in await lookup.entities_by("entity_id", ids, seq)}
        records, bars = await lookup.records_of_all(ids, seq), await store.restrictions_of_all(ids, seq)
        made = self._made(self.book.current, found.id, day)
        await store_scores.keep(await _scores(made, self.book.current, kinds, records, bars, day, seq))

    async def _range(self, chunk: Chunk) -> int:
        found = await store_scores.run(chunk.scheme)
        if found is None:
            return 0
        rules, bounds = await self.book.at(found.seq), (chunk.after_id, chunk.upto_id, found.seq)
        kinds, records = await lookup.kinds_between(*bounds), await lookup.records_between(*bounds)
        bars = await store.restrictions_between(*bounds)
        made = self._made(rules, found.id, found.on_day)
        rows = await _scores(made, rules, kinds, records, bars, found.on_day, found.seq)
        return int(await store_scores.complete(chunk, rows))

    def _made(self, rules: RuleSet, scheme_id: str, day: date) -> Compiled:
        scheme = version_on(versions_of(rules, scheme_id), day)
        key = (rules.digest, scheme_id, scheme.since)
        if key not in self._compiled:
            self._compiled[key] = Compiled(scheme)
        return self._compiled[key]


def _averaged(scheme: Scheme) -> bool:
    return scheme.average is not None and scheme.average.published


async def _scores(
    made: Compiled, rules: RuleSet, kinds: dict[str, SubjectKind], records: Iterable[Record],
    bars: Iterable[Restriction], day: date, seq: int,
) -> list[Cached]:
    """The score of each entity that the scheme is for."""
    wanted, files = made.scheme.applies_to.subject_kinds, defaultdict[str, list[Record]](list)
    restrictions, rows = defaultdict[str, list[Restriction]](list), list[Cached]()
    for record in records:
        files[record.entity_id].append(record)
    for bar in bars:
        restrictions[bar.entity_id].append(bar)
    for number, (entity_id, kind) in enumerate(kinds.items()):
        if wanted and kind not in wanted:
            continue
        scored = with_classes(tuple(files.get(entity_id, ())), tuple(restrictions.get(entity_id, ())), rules)
        found = made.value(made.pack(scored), day)
        later = None if found.next_change is None else date.fromordinal(found.next_change)
        rows.append(Cached(made.scheme.scheme_id, entity_id, found.points, found.grade, later, day, seq))
        if number % _BREATH == 0:
            await asyncio.sleep(0)
    return rows
