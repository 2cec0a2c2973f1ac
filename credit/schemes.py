"""Scoring schemes as data: base, good items with caps, bad items with months, veto grades, bands.

All points are hundredths of a point (8250 = 82.50). Periods are months; ends are inclusive days.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from credit.model import Field, PenaltyKind, Severity

Points = Annotated[int, msgspec.Meta(ge=1)]
Months = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class Band(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"low": "from", "high": "to"},
):
    """A grade and its values, both ends inclusive; null = no end. Bands are listed best first."""

    grade: Text
    title: Text
    low: int | None
    high: int | None


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A group of good items: at most `cap` points and `count` records count, highest points first."""

    group: Text
    title: Text
    cap: Points | None = None
    count: Count | None = None


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a bad item takes: all criteria given must hold; within one criterion any value does."""

    fields: tuple[Field, ...] = ()
    kinds: tuple[PenaltyKind, ...] = ()
    severity: Severity | None = None  # at least this class
    acts: tuple[str, ...] = ()  # rule ids of stated bans, or a locality's act codes


class Veto(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The grade is at best `grade` for `months` from the decision."""

    grade: Text
    months: Months


class MeritItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Good conduct: each record adds `points` for `months`; at most `cap` points and `count` records."""

    item: Text
    title: Text
    points: Points
    months: Months | None = None
    group: str | None = None
    cap: Points | None = None
    count: Count | None = None
    source: Text
    verified: bool


class FaultItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A bad item: takes `points` off from the decision (once served) for `months`."""

    item: Text
    title: Text
    points: Points
    months: Months
    match: Match
    veto: Veto | None = None
    at_least_penalty_period: bool = False  # runs on to 处罚有效期 where that is later
    source: Text
    verified: bool


class Scheme(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"scheme_id": "id", "since": "from"},
):
    """A whole scheme: base + good items (capped) − bad items still counting, within floor and ceiling."""

    scheme_id: Text
    title: Text
    since: date
    source: Text
    sample: bool
    verified: bool
    note: str = ""
    base: int
    floor: int | None
    ceiling: int | None
    merit_cap: Points | None = None
    bands: tuple[Band, ...]
    groups: tuple[Group, ...] = ()
    merits: tuple[MeritItem, ...] = ()
    faults: tuple[FaultItem, ...] = ()

    def rank(self, grade: str) -> int:
        """0 for the best grade, rising as it worsens."""
        return next(i for i, band in enumerate(self.bands) if band.grade == grade)

    def band(self, value: int) -> Band:
        """The band that `value` falls into."""
        return next(b for b in self.bands if b.low is None or value >= b.low)

    def rule_id(self, item: str) -> str:
        """How a line names an item of this scheme."""
        return f"{self.scheme_id}.{item}"
