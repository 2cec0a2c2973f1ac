"""What a repair would change: the score and the first day without barriers. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from credit.ratings import rate
from credit.schemes import Scheme
from credit.scoring import ScoredRecord
from credit.whatif import repaired
from repair.barriers import Barrier, eligible_from


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """The score on `on` without and with the repair, in points; `eligible_from` null: something has no known end."""

    on: date
    eligible_from: date | None
    scheme: str | None = None
    score_before: float | None = None
    score_after: float | None = None
    grade_after: str | None = None


def effect(
    record_id: str, on: date, day: date, scored: Sequence[ScoredRecord], versions: Sequence[Scheme],
    barriers: Iterable[Barrier],
) -> Effect:
    """The effect of repairing one record on the day `on`, all else as it stands on `day`; without `versions` of a
    scheme that is in force on `on`, no score."""
    free = eligible_from(barriers, {record_id: on}, day)
    if not any(s.since <= on <= (s.until or on) for s in versions):
        return Effect(on=on, eligible_from=free)
    before = rate(scored, versions, on)
    after = rate(repaired(scored, {record_id: on}), versions, on)
    return Effect(on=on, eligible_from=free, scheme=before.scheme.scheme_id, score_before=before.value / 100,
                  score_after=after.value / 100, grade_after=after.grade)
