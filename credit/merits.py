"""Good items: what each record adds within the caps and counts of item, group and scheme."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from credit.caps import Rooms
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
        if isinstance(facts, MeritFacts) and facts.scheme in scheme.takes and facts.item in items:
            item = items[facts.item]
            ends = [add_months(facts.granted_on, item.months)] if item.months else []
            ends += [facts.valid_until] if facts.valid_until else []
            yield Merit(record, item, facts.granted_on, min(ends, default=None))


def merit_lines(records: Sequence[Record], scheme: Scheme, day: date) -> list[Line]:
    """The lines of all good conduct on `day` within the caps; order of `records` does not matter."""
    listed = list(merits(records, scheme))
    counting = [m for m in listed if m.last is None or m.last >= day]
    worth = {item.item: within_like_award(item, scheme) for item in scheme.merits}
    counting.sort(key=lambda m: (-worth[m.item.item].points, m.first, m.record.record_id))
    rooms = Rooms(scheme.groups, scheme.merit_cap)
    lines = [_merit_line(m, scheme, rooms.take(worth[m.item.item])) for m in counting]
    known = {m.record.record_id for m in listed}
    own = (r for r in records if isinstance(r.facts, MeritFacts) and r.facts.scheme in scheme.takes)
    return lines + [unlisted(r, scheme) for r in own if r.record_id not in known]


def _merit_line(merit: Merit, scheme: Scheme, points: int) -> Line:
    return Line(
        kind=LineKind.MERIT if points == merit.item.points else LineKind.CAPPED,
        record_id=merit.record.record_id,
        document=merit.record.facts.document_no,
        rule=scheme.rule_id(merit.item.item),
        title=merit.item.title,
        basis=merit.item.source,
        points=points,
        first=merit.first,
        last=merit.last,
    )


def within_like_award(item: MeritItem, scheme: Scheme) -> MeritItem:
    """The item with points, cap and count that stay within those of the like award it names."""
    like = next((m for m in scheme.merits if m.item == item.not_above), None)
    if like is None:
        return item
    return msgspec.structs.replace(item, points=min(item.points, like.points), cap=_lower(item.cap, like.cap),
                                   count=_lower(item.count, like.count))


def _lower(own: int | None, like: int | None) -> int | None:
    return min((x for x in (own, like) if x is not None), default=None)
