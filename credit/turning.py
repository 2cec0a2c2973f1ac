"""What happened to a score on the way: which record began to count, ceased, or was repaired, day by day. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from credit.explain import changed, named, points_text
from credit.model import ListFacts, Record
from credit.ratings import spans
from credit.schemes import Scheme
from credit.scores import Line, LineKind, Score, ScoredRecord, cleared_on
from credit.scoring import score, turning_days

_TOLD = frozenset({LineKind.FAULT, LineKind.FAULT_CAPPED, LineKind.MERIT, LineKind.CAPPED, LineKind.VETO,
                   LineKind.THRESHOLD})
_GRADES = frozenset({LineKind.VETO, LineKind.THRESHOLD})


class Happened(StrEnum):
    """What a day did to the score."""

    STARTED = "started"
    ENDED = "ended"  # its time is over
    REPAIRED = "repaired"
    REMOVED = "removed"  # from its list
    VERSION = "version"  # the scheme itself changed


class ScoreEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to the score of a day. `points` are hundredths: what the record's lines put on or took
    off; `sentence` says all of it."""

    on: date
    what: Happened
    record_id: str | None
    title: str
    points: int
    sentence: str


def events(
    records: Sequence[ScoredRecord], versions: Sequence[Scheme], first: date, last: date
) -> tuple[ScoreEvent, ...]:
    """Everything that happened after `first` up to `last`, oldest first, whether or not the value moved by it."""
    by_id = {one.record.record_id: one.record for one in records}
    found: list[ScoreEvent] = []
    for scheme, start, end in spans(versions, first, last):
        if start == scheme.since and start > first:
            found.append(_version(scheme))
        before = score(records, scheme, start)
        for day in turning_days(records, scheme, start, end):
            after = score(records, scheme, day)
            found += _of_day(before, after, by_id)
            before = after
    return tuple(found)


def _of_day(before: Score, after: Score, records: Mapping[str, Record]) -> Iterator[ScoreEvent]:
    found = changed(before, after)
    for lines in _by_record(found.gone):
        record = records.get(lines[0].record_id or "")
        yield _event(after.on, _why_gone(record, after.on), lines)
    for lines in _by_record(found.come):
        yield _event(after.on, Happened.STARTED, lines)


def _by_record(lines: Iterable[Line]) -> Iterable[list[Line]]:
    """The lines that say something of a record, those of one record and title together."""
    found: dict[tuple[str | None, str], list[Line]] = {}
    for line in lines:
        if line.kind in _TOLD:
            found.setdefault((line.record_id, line.title), []).append(line)
    return found.values()


def _why_gone(record: Record | None, day: date) -> Happened:
    if record is None or cleared_on(record) != day:
        return Happened.ENDED
    return Happened.REMOVED if isinstance(record.facts, ListFacts) else Happened.REPAIRED


def _event(on: date, what: Happened, lines: Sequence[Line]) -> ScoreEvent:
    points, title = sum(line.points for line in lines), lines[0].title
    moved = points if what is Happened.STARTED else -points
    return ScoreEvent(on=on, what=what, record_id=lines[0].record_id, title=title, points=moved,
                      sentence=f"{named(lines[0])}:{_told(what, lines, points)}。")


def _told(what: Happened, lines: Sequence[Line], points: int) -> str:
    grades = [line.grade for line in lines if line.kind in _GRADES and line.grade]
    moves = any(line.kind not in _GRADES for line in lines)
    size = [f"{points_text(points)}分"] if moves else []
    size += [f"等级最高{grade}级" for grade in grades]
    if what is Happened.STARTED:
        return f"开始计入({','.join(size)})"
    cause = {Happened.REPAIRED: "准予修复", Happened.REMOVED: "移出名单"}.get(what, "期满")
    return f"{cause},不再计入({','.join(size)})"


def _version(scheme: Scheme) -> ScoreEvent:
    return ScoreEvent(on=scheme.since, what=Happened.VERSION, record_id=None, title=scheme.title, points=0,
                      sentence=f"{scheme.title}自当日起按新的版本计分。")
