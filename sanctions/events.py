"""What happens to penalties, parked rows and list sources. Ids, days and enums only."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import ClassVar

from credit.kernel.unit import Event
from credit.model import RemovalGround, Stage


class Origin(StrEnum):
    """How a penalty came in: letters follow by this."""

    PUSH = "push"
    IMPORT = "import"
    PARKED = "parked"


class PenaltyRecorded(Event, frozen=True, kw_only=True):
    """A penalty was entered; `subject` is the entity's id."""

    kind: ClassVar[str] = "penalty_recorded"
    record_id: str
    code: str | None
    decided_on: date
    stage: Stage
    origin: Origin
    letters: bool = True
    restriction_ids: tuple[str, ...] = ()


class PenaltyChanged(Event, frozen=True, kw_only=True):
    """What every later act on a penalty has in common."""

    record_id: str
    revision: int
    code: str | None


class PenaltyCorrected(PenaltyChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "penalty_corrected"
    restriction_ids: tuple[str, ...] = ()


class PenaltyWithdrawn(PenaltyChanged, frozen=True, kw_only=True):
    """The document was revoked; the record ends, past answers stay."""

    kind: ClassVar[str] = "penalty_withdrawn"
    withdrawn_on: date
    due_on: date  # display everywhere must have stopped by then


class PenaltyServed(PenaltyChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "penalty_served"
    served_on: date
    was_draft: bool


class PenaltyPerformed(PenaltyChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "penalty_performed"
    corrected_on: date | None
    performed_on: date | None


class PenaltyStayed(PenaltyChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "penalty_stayed"
    first_day: date
    last_day: date | None


class PenaltyRepaired(PenaltyChanged, frozen=True, kw_only=True):
    """信用修复 was granted: display, sharing and score end with this day; bans and look-back run on."""

    kind: ClassVar[str] = "penalty_repaired"
    repaired_on: date


class ListingRecorded(Event, frozen=True, kw_only=True):
    """An entry on a list was entered; `subject` is the entity's id."""

    kind: ClassVar[str] = "listing_recorded"
    record_id: str
    code: str | None
    list: str
    decided_on: date


class ListingChanged(Event, frozen=True, kw_only=True):
    """What every later act on a list entry has in common."""

    record_id: str
    revision: int
    code: str | None
    list: str


class ListingCorrected(ListingChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "listing_corrected"


class ListingPerformed(ListingChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "listing_performed"
    corrected_on: date


class ListingRemoved(ListingChanged, frozen=True, kw_only=True):
    """The entry left its list: the removal is the record `removal_id`, the entry's closing revision is the same act."""

    kind: ClassVar[str] = "listing_removed"
    removal_id: str
    removed_on: date
    ground: RemovalGround


class RowParked(Event, frozen=True, kw_only=True):
    """A row is a penalty but incomplete; `subject` is the parked row's id."""

    kind: ClassVar[str] = "row_parked"
    code: str | None
    missing: tuple[str, ...]


class ParkedCompleted(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "parked_completed"
    code: str | None
    record_id: str


class ParkedRejected(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "parked_rejected"
    code: str | None
    reason: str


class SourceDeclared(Event, frozen=True, kw_only=True):
    """A list's data is held as of a moment; `subject` is the list."""

    kind: ClassVar[str] = "source_declared"
    static: bool


class PastAsked(Event, frozen=True, kw_only=True):
    """Somebody entitled asked what was known at a past position; `subject` is the asker's organisation."""

    kind: ClassVar[str] = "past_asked"
    known_seq: int
    subjects: int
    ground: str
