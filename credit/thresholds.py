"""Points taken off together: 25 in a year, 15 at once, 12 in a cycle set a grade for a time. Pure, order-free.

What counts is what records that are in force took off when they began to count, before caps, also where those points
have run out since; a repaired or withdrawn record is left out from the day it no longer counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from credit.faults import Taken, strictest
from credit.kernel.periods import add_months
from credit.schemes import Scheme, Threshold, Window
from credit.scores import Line, LineKind


class Loss(NamedTuple):
    """What one record took off on the day it began to count."""

    first: date
    record_id: str
    points: int
    document: str = ""


def losses(records: Iterable[Taken]) -> list[Loss]:
    """The points each record took off at its beginning, in order of days."""
    found = (
        Loss(best.first, one.record.record_id, best.item.points, one.record.facts.document_no)
        for one in records
        if one.faults and (best := strictest(one, one.faults[0].first))
    )
    return sorted(found)


def threshold_lines(records: Sequence[Taken], scheme: Scheme, day: date) -> Iterator[Line]:
    """One line for each threshold whose grade holds on `day`: since when, until when, and by which record."""
    if not scheme.thresholds:
        return
    lost = losses(records)
    for threshold in scheme.thresholds:
        hit = reached(lost, threshold, scheme)
        if hit and add_months(hit[-1].first, threshold.months) >= day:
            yield _line(threshold, scheme, _since(hit, threshold), hit[-1])


def reached(lost: Sequence[Loss], threshold: Threshold, scheme: Scheme) -> list[Loss]:
    """Of losses in order those by which a threshold is reached or stays reached."""
    return [one for one in lost if _points(one, lost, threshold, scheme) >= threshold.points]


def _points(at: Loss, lost: Sequence[Loss], threshold: Threshold, scheme: Scheme) -> int:
    """What the threshold looks at on the day of a loss: it alone, or all of its cycle or months up to that day."""
    if threshold.within == "once":
        return at.points
    return sum(one.points for one in lost if one.first <= at.first and _together(one, at, threshold, scheme))


def _together(one: Loss, at: Loss, threshold: Threshold, scheme: Scheme) -> bool:
    if isinstance(threshold.within, Window):
        return add_months(one.first, threshold.within.months) >= at.first
    return scheme.cycle is None or scheme.cycle.last_day(one.first) >= at.first


def _since(hit: Sequence[Loss], threshold: Threshold) -> date:
    """The first day of the time that runs without a break to the last loss."""
    since, until = hit[0].first, add_months(hit[0].first, threshold.months)
    for one in hit[1:]:
        since = since if one.first <= until else one.first
        until = add_months(one.first, threshold.months)
    return since


def _line(threshold: Threshold, scheme: Scheme, since: date, by: Loss) -> Line:
    last = add_months(by.first, threshold.months)
    return Line(
        kind=LineKind.THRESHOLD,
        record_id=by.record_id,
        document=by.document,
        rule=scheme.rule_id(threshold.threshold),
        title=threshold.title,
        basis=threshold.source,
        points=0,
        first=since,
        last=last,
        grade=threshold.grade,
        grade_until=last,
    )
