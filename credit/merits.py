"""Good items: what each record adds within the caps and counts of item, group and scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from credit.kernel.periods import add_months
from credit.model import MeritFacts, Record
from credit.schemes import MeritItem, Scheme
from credit.scores import Line, LineKind, unlisted


class Merit(NamedTuple):
    """Good conduct that an item of the scheme counts, and its days; `last` None = no end."""

    record: Record
    item: MeritItem
    first: date
    last: date | None


def merits(records: Iterable[Record], scheme: Scheme) -> Iterator[Merit]:
    """The records that an item of this scheme takes, whether or not they still count."""
    items = {item.item: item for item in scheme.merits}
    for record in records:
        facts = record.facts
        if isinstance(facts, MeritFacts) and facts.scheme == scheme.scheme_id and facts.item in items:
            item = items[facts.item]
            ends = [add_months(facts.granted_on, item.months)] if item.months else []
            ends += [facts.valid_until] if facts.valid_until else []
            yield Merit(record, item, facts.granted_on, min(ends, default=None))


def merit_lines(records: Sequence[Record], scheme: Scheme, day: date) -> list[Line]:
    """The lines of all good conduct on `day` within the caps; order of `records` does not matter."""
    listed = list(merits(records, scheme))
    counting = [m for m in listed if m.last is None or m.last >= day]
    counting.sort(key=lambda m: (-m.item.points, m.first, m.record.record_id))
    rooms = _Rooms(scheme)
    lines = [_merit_line(m, scheme, rooms.take(m.item)) for m in counting]
    known = {m.record.record_id for m in listed}
    own = (r for r in records if isinstance(r.facts, MeritFacts) and r.facts.scheme == scheme.scheme_id)
    return lines + [unlisted(r, scheme) for r in own if r.record_id not in known]


def _merit_line(merit: Merit, scheme: Scheme, points: int) -> Line:
    return Line(
        kind=LineKind.MERIT if points == merit.item.points else LineKind.CAPPED,
        record_id=merit.record.record_id,
        rule=scheme.rule_id(merit.item.item),
        title=merit.item.title,
        basis=merit.item.source,
        points=points,
        first=merit.first,
        last=merit.last,
    )


class _Rooms:
    """What item, group and total caps still leave while good items are counted, highest points first."""

    def __init__(self, scheme: Scheme) -> None:
        self._groups = {group.group: group for group in scheme.groups}
        self._total = scheme.merit_cap
        self._points: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def take(self, item: MeritItem) -> int:
        limits = [(f"item {item.item}", item.cap, item.count), ("total", self._total, None)]
        if item.group is not None:
            group = self._groups[item.group]
            limits.append((f"group {item.group}", group.cap, group.count))
        points = item.points
        for name, cap, count in limits:
            if count is not None and self._counts[name] >= count:
                return 0
            if cap is not None:
                points = min(points, cap - self._points[name])
        for name, _, _ in limits:
            self._points[name] += points
            self._counts[name] += points > 0
        return points
