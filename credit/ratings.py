"""The one value that everybody shows: the day's score, or the mean of the last full period where a scheme says so.

Means are computed on reading, from the daily scores; versions of a scheme follow one another within a period.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

import msgspec

from credit.scheme_rules import version_on
from credit.schemes import PeriodKind, Scheme
from credit.scores import Score, ScoredRecord
from credit.scoring import grade_of, history, mean, score

_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.YEAR: 12}
_DAY = timedelta(days=1)


class Mean(msgspec.Struct, frozen=True, kw_only=True):
    """The mean of the daily scores of inclusive days, in hundredths, halves rounded up."""

    first: date
    last: date
    value: int


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """The means of a scheme that averages; `full` null: the scheme did not exist in the period before this one.
    `published`: `full` is the value that counts."""

    kind: PeriodKind
    published: bool
    full: Mean | None
    running: Mean


class Rating(msgspec.Struct, frozen=True, kw_only=True):
    """The day's score with its lines, and the value and grade that count."""

    scheme: Scheme
    score: Score
    period: Period | None
    value: int
    grade: str


def rate(records: Sequence[ScoredRecord], versions: Sequence[Scheme], day: date) -> Rating:
    """How somebody is rated on `day` by the version in force then. Raises SchemeNotInForce."""
    scheme = version_on(versions, day)
    found, period = score(records, scheme, day), None
    value, grade = found.value, found.grade
    if scheme.average is not None:
        period = _period(records, versions, scheme.average.period, day, published=scheme.average.published)
    if period is not None and period.published:
        value = (period.full or period.running).value
        grade = grade_of(value, found.lines, scheme)
    return Rating(scheme=scheme, score=found, period=period, value=value, grade=grade)


def history_over(
    records: Sequence[ScoredRecord], versions: Sequence[Scheme], first: date, last: date
) -> tuple[Score, ...]:
    """The day score on the first day on which the scheme exists and on every later day on which value or grade changes.
    Raises SchemeNotInForce where it exists on no day from `first` to `last`."""
    steps = [s for scheme, a, b in spans(versions, first, last) for s in history(records, scheme, a, b)]
    if not steps:
        version_on(versions, first)
    changed = (after for before, after in pairwise(steps)
               if (before.value, before.grade) != (after.value, after.grade))
    return (steps[0], *changed)


def _period(
    records: Sequence[ScoredRecord], versions: Sequence[Scheme], kind: PeriodKind, day: date, *, published: bool
) -> Period:
    begin = _begin(kind, day)
    running = _mean(records, versions, begin, day)
    assert running is not None  # the scheme is in force on `day`
    until = begin - _DAY if begin > date.min else None
    before = _mean(records, versions, _begin(kind, until), until) if until else None
    return Period(kind=kind, published=published, full=before, running=running)


def _begin(kind: PeriodKind, day: date) -> date:
    months = _MONTHS[kind]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _mean(records: Sequence[ScoredRecord], versions: Sequence[Scheme], first: date, last: date) -> Mean | None:
    found = list(spans(versions, first, last))
    steps = [s for scheme, a, b in found for s in history(records, scheme, a, b)]
    return Mean(first=found[0][1], last=found[-1][2], value=mean(steps, found[-1][2])) if found else None


def spans(versions: Sequence[Scheme], first: date, last: date) -> Iterator[tuple[Scheme, date, date]]:
    """Each version with the days of the period in which it holds."""
    for scheme in versions:
        start, end = max(first, scheme.since), min(last, scheme.until or date.max)
        if start <= end:
            yield scheme, start, end
