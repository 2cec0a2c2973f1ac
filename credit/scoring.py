"""score(day) = base + Σ good items (capped) − Σ bad items still counting, every line explained; pure, order-free.

Points are hundredths of a point. A worse or a further bad record never raises the score: of the items a penalty
matches only the strictest that still counts is taken, severity is matched as "at least", bad items have no caps.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from credit.faults import fault_lines, faults
from credit.kernel.errors import Refusal
from credit.merits import merit_lines, merits
from credit.model import ListFacts, PenaltyFacts
from credit.schemes import Scheme
from credit.scores import Line, LineKind, Score, ScoredRecord, counts, first_day, scored

__all__ = [
    "Line",
    "LineKind",
    "NoCeiling",
    "SchemeNotInForce",
    "Score",
    "ScoredRecord",
    "average",
    "history",
    "next_change",
    "score",
    "scored",
    "weighted",
]

_DAY = timedelta(days=1)


class SchemeNotInForce(Refusal):
    """The scheme did not exist on that day."""

    code = "scheme_not_in_force"
    title = "该日尚无此计分方案 Scheme not in force"


class NoCeiling(Refusal):
    """A share of the score was asked for, but the scheme has no highest value."""

    code = "scheme_without_ceiling"
    title = "计分方案未设最高分 Scheme has no ceiling"


def score(records: Sequence[ScoredRecord], scheme: Scheme, day: date) -> Score:
    """The score on `day`; withdrawn, draft and repaired records do not count. Raises SchemeNotInForce."""
    if day < scheme.since:
        raise SchemeNotInForce(f"{scheme.title}自{scheme.since}起施行,请查询该日及以后的得分", since=scheme.since)
    ordered = sorted(records, key=lambda r: (first_day(r.record), r.record.record_id))
    counting = [r for r in ordered if counts(r.record, day)]
    lines = [_base(scheme)]
    lines += [line for r in counting for line in fault_lines(r, scheme, day)]
    lines += merit_lines([r.record for r in counting], scheme, day)
    total = sum(line.points for line in lines)
    value = _within(scheme, total)
    if value != total:
        lines.append(_limit(scheme, value - total))
    grades = [scheme.band(value).grade, *(line.grade for line in lines if line.grade)]
    return Score(scheme=scheme.scheme_id, on=day, value=value, grade=max(grades, key=scheme.rank), lines=tuple(lines))


def history(records: Sequence[ScoredRecord], scheme: Scheme, first: date, last: date) -> tuple[Score, ...]:
    """The score on `first` and on every later day up to `last` on which value or grade changes."""
    found = [score(records, scheme, first)]
    for day in _turning_days(records, scheme, first, last):
        now = score(records, scheme, day)
        if (now.value, now.grade) != (found[-1].value, found[-1].grade):
            found.append(now)
    return tuple(found)


def next_change(records: Sequence[ScoredRecord], scheme: Scheme, day: date) -> Score | None:
    """The score on the first day after `day` on which value or grade changes; None when nothing is due."""
    now = score(records, scheme, day)
    for later in _turning_days(records, scheme, day, date.max):
        then = score(records, scheme, later)
        if (then.value, then.grade) != (now.value, now.grade):
            return then
    return None


def average(records: Sequence[ScoredRecord], scheme: Scheme, first: date, last: date) -> int:
    """The mean of the daily scores of an inclusive period, in hundredths, halves rounded up."""
    steps = history(records, scheme, first, last)
    ends = [*(s.on for s in steps[1:]), last + _DAY]
    total = sum(s.value * (end - s.on).days for s, end in zip(steps, ends, strict=True))
    days = (last - first).days + 1
    return (2 * total + days) // (2 * days)


def weighted(found: Score, scheme: Scheme, points: int) -> int:
    """What a tender's credit item of `points` gives for a score, in hundredths, rounded to a tenth (halves up):
    8250 of 10000 with 5 points is 410. Raises NoCeiling where the scheme has nothing to measure by."""
    if scheme.ceiling is None:
        raise NoCeiling(f"{scheme.title}未设最高分,不能按比例折算;请在招标文件中另行规定")
    share = max(found.value, 0) * points * 20
    return (share + scheme.ceiling) // (2 * scheme.ceiling) * 10


def _base(scheme: Scheme) -> Line:
    return Line(
        kind=LineKind.BASE,
        rule=scheme.rule_id("base"),
        title="基础分",
        basis=scheme.source,
        points=scheme.base,
    )


def _limit(scheme: Scheme, points: int) -> Line:
    title = "低于最低分,按最低分计" if points > 0 else "超过最高分,按最高分计"
    return Line(
        kind=LineKind.LIMIT,
        rule=scheme.rule_id("floor" if points > 0 else "ceiling"),
        title=title,
        basis=scheme.source,
        points=points,
    )


def _within(scheme: Scheme, total: int) -> int:
    if scheme.floor is not None:
        total = max(total, scheme.floor)
    return total if scheme.ceiling is None else min(total, scheme.ceiling)


def _turning_days(records: Sequence[ScoredRecord], scheme: Scheme, after: date, until: date) -> list[date]:
    """The days on which any record starts or stops counting, ascending."""
    starts = {first_day(r.record) for r in records}
    ends = {m.last for m in merits([r.record for r in records], scheme)}
    for scored_record in records:
        facts = scored_record.record.facts
        if isinstance(facts, PenaltyFacts | ListFacts):
            cleared = facts.repaired_on if isinstance(facts, PenaltyFacts) else facts.removed_on
            starts |= {cleared} if cleared else set()
            ends |= {day for f in faults(scored_record, scheme) for day in (f.last, f.veto_last)}
    starts |= {day + _DAY for day in ends if day is not None and day < date.max}
    return sorted(day for day in starts if after < day <= until)
