"""Scoring schemes as data: base, good and bad items with caps, veto grades, cycles, thresholds, bands.

All points are hundredths of a point (8250 = 82.50). Periods are months; ends are inclusive days. What each key does:
docs/adding-a-scheme.md; what does not fit together: refused by `credit.scheme_files`.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from credit.conduct import Hearing
from credit.model import Field, PenaltyKind, Severity, SubjectKind

Points = Annotated[int, msgspec.Meta(ge=1)]
Months = Annotated[int, msgspec.Meta(ge=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]
Text = Annotated[str, msgspec.Meta(min_length=1)]
MonthDay = Annotated[str, msgspec.Meta(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])$")]
Tender = Literal[
    "construction", "government_procurement", "land", "mining", "state_property", "agency", "evaluation", "other"
]  # as a question names the type of a tender


class MarketRole(StrEnum):
    """In which part somebody is scored."""

    TENDERER = "tenderer"  # 投标人
    SUPPLIER = "supplier"  # 政府采购供应商
    AGENCY = "agency"  # 代理机构
    EXPERT = "expert"  # 评标专家、评审专家
    PRACTITIONER = "practitioner"  # 项目负责人、五大员等从业人员
    PARTICIPANT = "participant"  # 公共资源交易其他主体


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


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
    """A group of items: at most `cap` points and `count` records count, highest points first."""

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
    """Good conduct: each record adds `points` for `months`; at most `cap` points and `count` records, and neither one
    record nor all together more than the like award `not_above` may bring."""

    item: Text
    title: Text
    points: Points
    months: Months | None = None
    group: str | None = None
    cap: Points | None = None
    count: Count | None = None
    not_above: str | None = None
    source: Text
    verified: bool


class FaultItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A bad item: takes `points` off from the decision (once served) for `months`, in a scheme with a cycle to the end
    of the cycle. Caps and counts only where it takes conduct and nothing else: a penalty may match several items."""

    item: Text
    title: Text
    points: Points
    months: Months | None = None
    match: Match = Match()
    conduct: bool = False  # takes conduct recorded under this item's code
    group: str | None = None
    cap: Points | None = None
    count: Count | None = None
    veto: Veto | None = None
    at_least_penalty_period: bool = False  # runs on to 处罚有效期 where that is later
    source: Text
    verified: bool


class HearingRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """陈述申辩 before conduct counts, in working days: to state after the 告知书, to reply after the statement."""

    state_within: Annotated[int, msgspec.Meta(ge=1)]
    reply_within: Annotated[int, msgspec.Meta(ge=1)]
    source: Text
    verified: bool

    @property
    def clocks(self) -> Hearing:
        """The figures alone."""
        return Hearing(self.state_within, self.reply_within)


class Cycle(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Points taken off are cleared every year on the day `starts` ("03-01" = 1 March)."""

    starts: MonthDay

    def last_day(self, day: date) -> date:
        """The last day of the cycle that `day` lies in."""
        month, number = int(self.starts[:2]), int(self.starts[3:])
        over = (day.month, day.day) >= (month, number)
        if over and day.year == date.max.year:
            return date.max
        return date(day.year + over, month, number) - timedelta(days=1)


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The months up to the day that is looked at."""

    months: Months


class Threshold(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Once the points taken off reach `points` (by one record, in the cycle, or in so many months) the grade is at best
    `grade` for `months`; each further record while they stand at or above it begins the time anew."""

    threshold: Text
    title: Text
    points: Points
    within: Literal["once", "cycle"] | Window
    grade: Text
    months: Months
    source: Text
    verified: bool


class Newcomer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """While no bad record has begun to count the grade is at least `grade`."""

    grade: Text
    title: Text
    source: Text
    verified: bool


class Average(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The mean of the daily scores of each calendar period; `published`: the mean of the last full period is the value
    that counts, not the day's."""

    period: PeriodKind
    published: bool = False


class AppliesTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Whom a scheme is for; nothing named = everybody."""

    roles: tuple[MarketRole, ...] = ()
    tender_types: tuple[Tender, ...] = ()
    subject_kinds: tuple[SubjectKind, ...] = ()


class Bound(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A place that a local pack may change, within inclusive bounds."""

    path: Text
    min: int | None = None
    max: int | None = None


class Scheme(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    rename={"scheme_id": "id", "since": "from", "until": "to"},
):
    """One version of a scheme: base + good items (capped) − bad items still counting, within floor and ceiling."""

    scheme_id: Text
    title: Text
    since: date
    until: date | None = None  # last day of this version
    source: Text
    sample: bool
    verified: bool
    note: str = ""
    applies_to: AppliesTo = AppliesTo()
    default_for: tuple[Tender, ...] = ()  # never in a sample
    of: str | None = None  # the national scheme that this local pack changes
    region: str | None = None  # of a local pack: whose pack it is; scores nothing
    may_change: tuple[str | Bound, ...] = ()  # what local packs may change
    base: int
    floor: int | None
    ceiling: int | None
    merit_cap: Points | None = None
    bands: tuple[Band, ...]
    groups: tuple[Group, ...] = ()
    merits: tuple[MeritItem, ...] = ()
    faults: tuple[FaultItem, ...] = ()
    fault_groups: tuple[Group, ...] = ()
    hearing: HearingRule | None = None
    platforms_record: bool = False  # trading platforms, too, may record conduct under it
    cycle: Cycle | None = None
    thresholds: tuple[Threshold, ...] = ()
    newcomer: Newcomer | None = None
    average: Average | None = None

    @property
    def takes(self) -> frozenset[str]:
        """The scheme ids whose merits and conduct it takes: its own and the national one it changes."""
        return frozenset({self.scheme_id, self.of or self.scheme_id})

    def conduct_item(self, item: str) -> FaultItem | None:
        """The bad item that takes conduct recorded under this code; None where there is none."""
        return next((f for f in self.faults if f.conduct and f.item == item), None)

    def rank(self, grade: str) -> int:
        """0 for the best grade, rising as it worsens."""
        return next(i for i, band in enumerate(self.bands) if band.grade == grade)

    def band(self, value: int) -> Band:
        """The band that `value` falls into."""
        return next(b for b in self.bands if b.low is None or value >= b.low)

    def rule_id(self, item: str) -> str:
        """How a line names an item of this scheme."""
        return f"{self.scheme_id}.{item}"
