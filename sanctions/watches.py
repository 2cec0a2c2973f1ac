"""What a watch remembers of an answer, and when two answers differ. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from sanctions.verdicts import Effect, Outcome, Verdict

MOST_SUBJECTS = 1000


class State(StrEnum):
    RUNNING = "running"
    ENDED = "ended"
    REMOVED = "removed"


class Why(StrEnum):
    """Why a watch ended."""

    AWARD = "award"
    UNTIL = "until"
    REMOVED = "removed"


class Told(msgspec.Struct, frozen=True):
    """An answer as far as a watch compares it: the outcome, and what bars with its record and last day."""

    outcome: Outcome
    bars: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # codes of all reasons that decide, for the reader

    def differs(self, other: Told) -> bool:
        """Whether the outcome or the set of barring reasons is another."""
        return (self.outcome, self.bars) != (other.outcome, other.bars)


def told(verdict: Verdict) -> Told:
    """What of a verdict is told; the order of its reasons does not matter."""
    bars = {f"{r.code} {r.record_id or r.basis or ''} {r.until or ''}".strip() for r in verdict.reasons if r.bars}
    codes = dict.fromkeys(r.code for r in verdict.reasons if r.effect is not Effect.NONE)
    return Told(verdict.outcome, tuple(sorted(bars)), tuple(codes))


def changed(watch_id: str, tender_id: str | None, code: str, old: Told, new: Told, *, seq: int, day: date
            ) -> dict[str, Any]:
    """The data of a message `watch_changed`: ids, outcomes, codes of reasons, and as of when."""
    return {
        "watch_id": watch_id, "tender_id": tender_id, "code": code,
        "old": {"outcome": old.outcome, "reasons": old.reasons},
        "new": {"outcome": new.outcome, "reasons": new.reasons},
        "as_of": {"known_seq": seq, "valid_at": day},
    }
