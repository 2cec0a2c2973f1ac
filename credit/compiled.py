"""A scheme made ready for millions: facts as small tuples, items found once per signature, the same value as `score`.

`Compiled.pack` turns records into facts, `Compiled.value` turns facts and a day into points, grade and the next day on
which either changes. It explains nothing: lines come from `credit.scoring.score`, whose value it always equals.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from credit.caps import Capped, Rooms
from credit.faults import matching
from credit.kernel.periods import add_months
from credit.merits import within_like_award
from credit.model import ConductFacts, ListFacts, MeritFacts, PenaltyFacts, RemovalFacts, Stage
from credit.schemes import FaultItem, Scheme
from credit.scores import ScoredRecord, cleared_on, first_day
from credit.scoring import in_force
from credit.thresholds import Loss, reached

_LAST = date.max.toordinal()
_NEVER = _LAST + 1
_LOWEST = -(10**18)  # below any value
_MEMO = 1 << 16  # entries of each memo


class Fact(NamedTuple):
    """What scoring needs of a record; days are ordinals, 0 = none stated. `items` are the scheme's items that take it,
    by number; empty for a bad record that no item takes."""

    good: bool
    first: int  # the first day on which it counts
    start: int  # the day from which months run
    cleared: int  # from this day it no longer counts
    until: int  # 处罚有效期 or the end of a merit, as the document states it
    items: tuple[int, ...]
    record_id: str


class Value(NamedTuple):
    """Points in hundredths, the grade, and the ordinal of the next day on which either changes or the version ends."""

    points: int
    grade: str
    next_change: int | None


class _Candidate(NamedTuple):
    """An item that takes a bad record: in this order the greatest is the strictest."""

    points: int
    last: int
    item: str
    number: int
    veto_rank: int
    veto_last: int


class _Bad(NamedTuple):
    first: int
    cleared: int
    record_id: str
    candidates: tuple[_Candidate, ...]


class _Good(NamedTuple):
    """In this order merits ask for room."""

    less_points: int
    first: int
    record_id: str
    number: int
    last: int


class Compiled:
    """One version of a scheme as tables. Immutable but for its memos; `value` is pure."""

    def __init__(self, scheme: Scheme) -> None:
        self.scheme = scheme
        self._faults, self._number = scheme.faults, {item.item: n for n, item in enumerate(scheme.faults)}
        self._merits = [within_like_award(item, scheme) for item in scheme.merits]
        self._merit = {item.item: n for n, item in enumerate(scheme.merits)}
        self._bands = [(_LOWEST if b.low is None else b.low, scheme.rank(b.grade)) for b in scheme.bands]
        self._grades = [band.grade for band in scheme.bands]
        self._vetoes = [(scheme.rank(f.veto.grade), f.veto.months) if f.veto else (-1, 0) for f in scheme.faults]
        self._capped = [bool(f.cap or f.count or f.group) for f in scheme.faults]
        self._newcomer = scheme.rank(scheme.newcomer.grade) if scheme.newcomer else None
        self._thresholds = [(t, scheme.rank(t.grade)) for t in scheme.thresholds]
        self._until = scheme.until.toordinal() if scheme.until else _LAST
        self._signatures: dict[Hashable, tuple[int, ...]] = {}
        self._bad_room = lru_cache(_MEMO)(lambda numbers: _taken(Rooms(scheme.fault_groups), self._faults, numbers))
        self._good_room = lru_cache(_MEMO)(
            lambda numbers: _taken(Rooms(scheme.groups, scheme.merit_cap), self._merits, numbers))

    def pack(self, records: Iterable[ScoredRecord]) -> list[Fact]:
        """The facts of records that may ever count under this scheme."""
        return [fact for one in records if (fact := self._fact(one)) is not None]

    def value(self, facts: Sequence[Fact], day: date) -> Value:
        """What `score` says on `day`, and when that changes. Raises SchemeNotInForce."""
        in_force(self.scheme, day)
        bads, goods = [self._bad(f) for f in facts if not f.good], sorted(self._good(f) for f in facts if f.good)
        now = self._on(bads, goods, day.toordinal())
        change = self._changed(bads, goods, day.toordinal(), now)
        return Value(now[0], self._grades[now[1]], change)

    def _fact(self, one: ScoredRecord) -> Fact | None:
        record, facts = one.record, one.record.facts
        if record.withdrawn or isinstance(facts, RemovalFacts):
            return None
        if isinstance(facts, PenaltyFacts) and facts.stage is not Stage.DECIDED:
            return None
        first = first_day(record, self.scheme)
        if first is None:
            return None
        items = self._items(one)
        if items is None:
            return None
        start = facts.decided_on if isinstance(facts, PenaltyFacts | ListFacts) else first
        until = None if isinstance(facts, ListFacts) else facts.valid_until
        cleared = cleared_on(record)
        return Fact(isinstance(facts, MeritFacts), first.toordinal(), start.toordinal(),
                    cleared.toordinal() if cleared else _NEVER, until.toordinal() if until else 0, items,
                    record.record_id)

    def _items(self, one: ScoredRecord) -> tuple[int, ...] | None:
        """The numbers of the items that take the record; None where it does not concern the scheme."""
        facts, key = one.record.facts, tuple[Hashable, ...]()
        if isinstance(facts, MeritFacts | ConductFacts):
            if facts.scheme not in self.scheme.takes:
                return None
            if isinstance(facts, MeritFacts):
                return (self._merit[facts.item],) if facts.item in self._merit else None
            item = self.scheme.conduct_item(facts.item)
            return (self._number[item.item],) if item else ()
        if isinstance(facts, PenaltyFacts):
            key = (facts.field or facts.authority_field, facts.kinds, one.severity, one.acts)
        elif isinstance(facts, ListFacts):
            key = (facts.authority_field, one.severity, one.acts)
        found = self._signatures.get(key)
        if found is None:
            found = tuple(self._number[item.item] for item in matching(one, self.scheme))
            if len(self._signatures) < _MEMO:
                self._signatures[key] = found
        return found

    def _bad(self, fact: Fact) -> _Bad:
        return _Bad(fact.first, fact.cleared, fact.record_id, tuple([self._candidate(fact, n) for n in fact.items]))

    def _candidate(self, fact: Fact, number: int) -> _Candidate:
        item = self._faults[number]
        until = fact.until if item.at_least_penalty_period else 0
        rank, months = self._vetoes[number]
        veto_last = max(_end(fact.start, months), until) if months else 0
        return _Candidate(item.points, self._last(item, fact, until), item.item, number, rank, veto_last)

    def _last(self, item: FaultItem, fact: Fact, until: int) -> int:
        if item.months is not None:
            return max(_end(fact.start, item.months), until)
        cycle = self.scheme.cycle
        return cycle.last_day(date.fromordinal(fact.first)).toordinal() if cycle else _LAST

    def _good(self, fact: Fact) -> _Good:
        months = self._merits[fact.items[0]].months
        last = _end(fact.first, months) if months else _NEVER
        last = min(last, fact.until) if fact.until else last
        return _Good(-self._merits[fact.items[0]].points, fact.first, fact.record_id, fact.items[0], last)

    def _on(self, bads: Sequence[_Bad], goods: Sequence[_Good], day: int) -> tuple[int, int]:
        """Value and rank of the grade on a day."""
        total, limit, counting, capped = self.scheme.base, -1, [], []
        for bad in bads:
            if not bad.first <= day < bad.cleared:
                continue
            best: _Candidate | None = None
            for one in bad.candidates:
                if one.last >= day and (best is None or one > best):
                    best = one
                if one.veto_last >= day and one.veto_rank > limit:
                    limit = one.veto_rank
            if bad.candidates:
                counting.append(bad)
            if best is not None and self._capped[best.number]:
                capped.append((-best.points, bad.first, bad.record_id, best.number))
            elif best is not None:
                total -= best.points
        if capped:
            total -= self._bad_room(tuple([one[3] for one in sorted(capped)]))
        merits = tuple([one.number for one in goods if one.first <= day <= one.last])
        value = self._within(total + self._good_room(merits) if merits else total)
        return value, self._rank(value, max(limit, self._reached(counting, day)), newcomer=not counting)

    def _within(self, total: int) -> int:
        floor, ceiling = self.scheme.floor, self.scheme.ceiling
        if floor is not None and total < floor:
            total = floor
        return ceiling if ceiling is not None and total > ceiling else total

    def _rank(self, value: int, limit: int, *, newcomer: bool) -> int:
        rank = next(rank for low, rank in self._bands if value >= low)
        if newcomer and self._newcomer is not None:
            rank = min(rank, self._newcomer)
        return max(rank, limit)

    def _reached(self, counting: Sequence[_Bad], day: int) -> int:
        """The worst rank that a threshold sets on a day, -1 for none."""
        if not self._thresholds or not counting:
            return -1
        lost = sorted(loss for bad in counting if (loss := _loss(bad)) is not None)
        total, worst = sum(one.points for one in lost), -1
        for threshold, rank in self._thresholds:
            if total >= threshold.points and rank > worst:
                hit = reached(lost, threshold, self.scheme)
                if hit and _end(hit[-1].first.toordinal(), threshold.months) >= day:
                    worst = rank
        return worst

    def _changed(self, bads: Sequence[_Bad], goods: Sequence[_Good], day: int, now: tuple[int, int]) -> int | None:
        for later in sorted(self._turning(bads, goods)):
            if day < later <= self._until and self._on(bads, goods, later) != now:
                return later
        return self._until + 1 if self._until < _LAST else None

    def _turning(self, bads: Sequence[_Bad], goods: Sequence[_Good]) -> set[int]:
        """The days on which a fact may begin or cease to count or to set a grade."""
        days = set[int]()
        for good in goods:
            days |= {good.first, good.last + 1}
        for bad in bads:
            days |= {bad.first, bad.cleared}
            for one in bad.candidates:
                days |= {one.last + 1, one.veto_last + 1}
            if bad.candidates:
                days |= {_end(bad.first, threshold.months) + 1 for threshold, _ in self._thresholds}
        return days


@lru_cache(_MEMO)
def _end(day: int, months: int) -> int:
    return add_months(date.fromordinal(day), months).toordinal()


def _loss(bad: _Bad) -> Loss | None:
    """What a record took off on the day it began to count."""
    best = max((one for one in bad.candidates if one.last >= bad.first), default=None)
    return Loss(date.fromordinal(bad.first), bad.record_id, best.points) if best else None


def _taken(rooms: Rooms, items: Sequence[Capped], numbers: Iterable[int]) -> int:
    return sum(rooms.take(items[number]) for number in numbers)
