"""score(day) = base + Σ good items (capped) − Σ bad items still counting, every line explained; pure, order-free.

Points are hundredths of a point. A worse or a further bad record never raises the score: of the items a penalty
matches only the strictest that still counts is taken, severity is matched as "at least", caps bind only items that
take conduct and nothing else, and a further record at a threshold begins its time anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from credit.faults import fault_lines, pending_lines, taken
from credit.kernel.errors import Refusal
from credit.kernel.periods import add_months
from credit.merits import merit_lines, merits
from credit.schemes import Newcomer, Scheme
from credit.scores import Line, LineKind, Score, ScoredRecord, cleared_on, counts, first_day, scored
from credit.thresholds import threshold_lines

__all__ = [
    "Line",
    "LineKind",
    "NoCeiling",
    "SchemeNotInForce",
    "Score",
    "ScoredRecord",
    "average",
    "grade_of",
    "history",
    "in_force",
    "mean",
    "next_change",
    "score",
    "scored",
    "turning_days",
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
    in_force(scheme, day)
    ordered = sorted(records, key=lambda r: (first_day(r.record, scheme) or date.max, r.record.record_id))
    counting = [r for r in ordered if counts(r.record, scheme, day)]
    bad = taken(counting, scheme)
    lines = [_base(scheme), *fault_lines(bad, scheme, day)]
    lines += merit_lines([r.record for r in counting], scheme, day)
    lines += threshold_lines(bad, scheme, day)
    lines += pending_lines([r.record for r in ordered], scheme, day)
    if scheme.newcomer and not any(one.faults for one in bad):
        lines.append(_newcomer(scheme, scheme.newcomer))
    total = sum(line.points for line in lines)
    value = _within(scheme, total)
    if value != total:
        lines.append(_limit(scheme, value - total))
    grade = grade_of(value, lines, scheme)
    return Score(scheme=scheme.scheme_id, on=day, value=value, grade=grade, lines=tuple(lines))


def grade_of(value: int, lines: Iterable[Line], scheme: Scheme) -> str:
    """The band of `value`, not below a newcomer's grade, not above any grade that a veto or threshold sets."""
    known, grade = [line for line in lines if line.grade], scheme.band(value).grade
    raised = (line.grade for line in known if line.kind is LineKind.NEWCOMER and line.grade)
    grade = min([grade, *raised], key=scheme.rank)
    limited = (line.grade for line in known if line.kind is not LineKind.NEWCOMER and line.grade)
    return max([grade, *limited], key=scheme.rank)


def in_force(scheme: Scheme, day: date) -> None:
    """Raises SchemeNotInForce where this version does not hold on `day`."""
    if day < scheme.since:
        raise SchemeNotInForce(f"{scheme.title}自{scheme.since}起施行,请查询该日及以后的得分", since=scheme.since)
    if scheme.until is not None and day > scheme.until:
        raise SchemeNotInForce(f"{scheme.title}施行至{scheme.until}(含当日),请查询该日及以前的得分", until=scheme.until)


def history(records: Sequence[ScoredRecord], scheme: Scheme, first: date, last: date) -> tuple[Score, ...]:
    """The score on `first` and on every later day up to `last` on which value or grade changes."""
    found = [score(records, scheme, first)]
    for day in turning_days(records, scheme, first, last):
        now = score(records, scheme, day)
        if (now.value, now.grade) != (found[-1].value, found[-1].grade):
            found.append(now)
    return tuple(found)


def next_change(records: Sequence[ScoredRecord], scheme: Scheme, day: date) -> Score | None:
    """The score on the first day after `day` on which value or grade changes; None when nothing is due."""
    now = score(records, scheme, day)
    for later in turning_days(records, scheme, day, date.max):
        then = score(records, scheme, later)
        if (then.value, then.grade) != (now.value, now.grade):
            return then
    return None


def average(records: Sequence[ScoredRecord], scheme: Scheme, first: date, last: date) -> int:
    """The mean of the daily scores of an inclusive period, in hundredths, halves rounded up."""
    return mean(history(records, scheme, first, last), last)


def mean(steps: Sequence[Score], last: date) -> int:
    """The mean of daily scores up to `last`, each step holding until the next; in hundredths, halves rounded up."""
    starts = [s.on.toordinal() for s in steps]  # of days as numbers there is one after the calendar's last
    ends = [*starts[1:], last.toordinal() + 1]
    total = sum(s.value * (end - start) for s, start, end in zip(steps, starts, ends, strict=True))
    days = ends[-1] - starts[0]
    return (2 * total + days) // (2 * days)


def weighted(value: int, scheme: Scheme, points: int) -> int:
    """What a tender's credit item of `points` gives for a value, in hundredths, rounded to a tenth (halves up):
    8250 of 10000 with 5 points is 410. Raises NoCeiling where the scheme has nothing to measure by."""
    if scheme.ceiling is None:
        raise NoCeiling(f"{scheme.title}未设最高分,不能按比例折算;请在招标文件中另行规定")
    share = max(value, 0) * points * 20
    return (share + scheme.ceiling) // (2 * scheme.ceiling) * 10


def _base(scheme: Scheme) -> Line:
    return Line(
        kind=LineKind.BASE,
        rule=scheme.rule_id("base"),
        title="基础分",
        basis=scheme.source,
        points=scheme.base,
    )


def _newcomer(scheme: Scheme, newcomer: Newcomer) -> Line:
    return Line(kind=LineKind.NEWCOMER, rule=scheme.rule_id("newcomer"), title=newcomer.title, basis=newcomer.source,
                points=0, grade=newcomer.grade)


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


def turning_days(records: Sequence[ScoredRecord], scheme: Scheme, after: date, until: date) -> list[date]:
    """The days on which any record may start or stop to count or to set a grade, ascending."""
    starts: set[date | None] = {day for r in records for day in (first_day(r.record, scheme), cleared_on(r.record))}
    ends: set[date | None] = {m.last for m in merits([r.record for r in records], scheme)}
    for one in taken(records, scheme):
        for fault in one.faults:
            ends |= {fault.last, fault.veto_last}
            ends |= {add_months(fault.first, t.months) for t in scheme.thresholds}
    starts |= {day + _DAY for day in ends if day is not None and day < date.max}
    return sorted(day for day in starts if day is not None and after < day <= until)
