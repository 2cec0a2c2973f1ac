"""What a repair would change: the score, the first day without barriers; and which repair comes first. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from credit.model import ListFacts, PenaltyFacts, Record
from credit.schemes import Scheme
from credit.scoring import ScoredRecord, score
from repair.barriers import Barrier, eligible_from


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """The score on `on` without and with the repair, in points; `eligible_from` null: something has no known end."""

    on: date
    eligible_from: date | None
    scheme: str | None = None
    score_before: float | None = None
    score_after: float | None = None
    grade_after: str | None = None


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A repairable record with the day from which it may be applied for."""

    record_id: str
    earliest: date
    gain: float = 0.0


def effect(
    record_id: str, on: date, day: date, scored: Sequence[ScoredRecord], scheme: Scheme | None,
    barriers: Iterable[Barrier],
) -> Effect:
    """The effect of repairing one record on the day `on`, all else as it stands on `day`."""
    free = eligible_from(barriers, {record_id: on}, day)
    if scheme is None or on < scheme.since:
        return Effect(on=on, eligible_from=free)
    before = score(scored, scheme, on)
    after = score([_repaired(s, on) if s.record.record_id == record_id else s for s in scored], scheme, on)
    return Effect(on=on, eligible_from=free, scheme=scheme.scheme_id, score_before=before.value / 100,
                  score_after=after.value / 100, grade_after=after.grade)


def best_order(candidates: Iterable[Candidate], barriers: Sequence[Barrier], day: date) -> tuple[str, ...]:
    """Which repair first: each next one is that after which the way is free earliest, then the greater gain in score,
    then the earlier day."""
    left, done = {c.record_id: c for c in candidates}, dict[str, date]()
    while left:
        chosen = min(left.values(), key=lambda c: _rank(c, done, barriers, day))
        done[chosen.record_id] = max(day, chosen.earliest)
        del left[chosen.record_id]
    return tuple(done)


def _rank(
    c: Candidate, done: Mapping[str, date], barriers: Sequence[Barrier], day: date
) -> tuple[date, bool, float, date, str]:
    then = eligible_from(barriers, {**done, c.record_id: max(day, c.earliest)}, day)
    bars = any(b.lifts and b.record_id == c.record_id for b in barriers)
    return (then or date.max, not bars, -c.gain, c.earliest, c.record_id)


def _repaired(given: ScoredRecord, on: date) -> ScoredRecord:
    return msgspec.structs.replace(given, record=_as_repaired(given.record, on))


def _as_repaired(record: Record, on: date) -> Record:
    facts = record.facts
    if isinstance(facts, PenaltyFacts):
        return msgspec.structs.replace(record, facts=msgspec.structs.replace(facts, repaired_on=on))
    if isinstance(facts, ListFacts):
        return msgspec.structs.replace(record, facts=msgspec.structs.replace(facts, removed_on=on))
    return record
