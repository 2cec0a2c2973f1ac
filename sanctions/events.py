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
    origin: Origin = Origin.PUSH
    letters: bool = True


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


class ListingProposed(Event, frozen=True, kw_only=True):
    """列入告知: an entry is intended; `subject` and `record_id` are the proposal's id. It bars nobody."""

    kind: ClassVar[str] = "listing_proposed"
    record_id: str
    code: str
    list: str


class ListingProposalServed(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "listing_proposal_served"
    code: str
    served_on: date


class ListingProposalStated(Event, frozen=True, kw_only=True):
    """陈述申辩 came in."""

    kind: ClassVar[str] = "listing_proposal_stated"
    code: str
    stated_on: date


class ListingProposalReplied(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "listing_proposal_replied"
    code: str
    upheld: bool


class ListingProposalDecided(Event, frozen=True, kw_only=True):
    """The intended entry was made: `entry_id` is its record."""

    kind: ClassVar[str] = "listing_proposal_decided"
    code: str
    entry_id: str


class ListingProposalDropped(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "listing_proposal_dropped"
    code: str


class ConductRecorded(Event, frozen=True, kw_only=True):
    """Conduct that is no penalty was recorded, its notice served; `subject` is the entity's id."""

    kind: ClassVar[str] = "conduct_recorded"
    record_id: str
    code: str | None
    scheme: str
    item: str
    happened_on: date
    notice_served_on: date


class ConductChanged(Event, frozen=True, kw_only=True):
    """What every later act on a record of conduct has in common."""

    record_id: str
    revision: int
    code: str | None


class ConductStated(ConductChanged, frozen=True, kw_only=True):
    """The subject stated and defended; the time to reply runs."""

    kind: ClassVar[str] = "conduct_stated"
    stated_on: date


class ConductReplied(ConductChanged, frozen=True, kw_only=True):
    """The statement was answered: the record is kept, or never counts."""

    kind: ClassVar[str] = "conduct_replied"
    replied_on: date
    upheld: bool


class ConductCorrected(ConductChanged, frozen=True, kw_only=True):
    kind: ClassVar[str] = "conduct_corrected"


class ConductWithdrawn(ConductChanged, frozen=True, kw_only=True):
    """Whoever recorded it takes it back; past answers stay."""

    kind: ClassVar[str] = "conduct_withdrawn"
    withdrawn_on: date


class ConductRepaired(ConductChanged, frozen=True, kw_only=True):
    """The recorder found the conduct put right: from `repaired_on` it does not count."""

    kind: ClassVar[str] = "conduct_repaired"
    repaired_on: date


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


class ReceiptsIssued(Event, frozen=True, kw_only=True):
    """A batch of receipts was signed; `subject` is the root of its Merkle tree (hex), so the entry names nobody."""

    kind: ClassVar[str] = "receipts_issued"
    count: int


class OpenedFor(StrEnum):
    """On which ground a receipt was opened."""

    OWNER = "owner"
    AUDIT = "audit"
    COMPLAINT = "complaint"


class ReceiptOpened(Event, frozen=True, kw_only=True):
    """Somebody entitled opened a receipt's question and answer; `subject` is the receipt's id.

    `sealed`: a record in it had been repaired or removed by then.
    """

    kind: ClassVar[str] = "receipt_opened"
    ground: OpenedFor
    sealed: bool
    part: str  # record, sheet, bundle, recomputation


class ScreeningRequested(Event, frozen=True, kw_only=True):
    """A platform asked about a file of companies, answered as of this entry; `subject` is the screening."""

    kind: ClassVar[str] = "screening_requested"
    org_code: str
    upload_digest: str
    bulk: bool = True


class ScreeningFinished(Event, frozen=True, kw_only=True):
    """The result is whole; `result_digest` is its SHA-256. Answered as of log position `known_seq`."""

    kind: ClassVar[str] = "screening_finished"
    known_seq: int
    rows: int
    result_digest: str


class ScreeningRefused(Event, frozen=True, kw_only=True):
    """The file could not be read, or the work on it failed for good."""

    kind: ClassVar[str] = "screening_refused"
    fault: str


class ScreeningRemoved(Event, frozen=True, kw_only=True):
    """File, progress and result are gone: by their owner, or at the end of their keeping."""

    kind: ClassVar[str] = "screening_removed"
    expired: bool


class ListImported(Event, frozen=True, kw_only=True):
    """A list file was taken in to its end; `subject` is the list, `vanished` are entries that a complete file lacks."""

    kind: ClassVar[str] = "list_imported"
    file_digest: str
    manifest_digest: str
    org_code: str
    accepted: int
    duplicates: int
    rejected: int
    vanished: tuple[str, ...]


class DrawAnnounced(Event, frozen=True, kw_only=True):
    """A list was fixed before its seed exists; `subject` is the list's SHA-256 (hex), so the entry itself proves it."""

    kind: ClassVar[str] = "draw_announced"
    draw_id: str
    draw: str  # tender_files, double_random
    org_code: str
    items: int


class DrawDone(Event, frozen=True, kw_only=True):
    """What the seed drew; `subject` is the draw."""

    kind: ClassVar[str] = "draw_done"
    seed: str
    drawn: int


class SupervisionInstructed(Event, frozen=True, kw_only=True):
    """监督指令 about a drawn item; `subject` is the draw. It bars nobody."""

    kind: ClassVar[str] = "supervision_instructed"
    instruction_id: str
    addressee: str
    due_on: date


class SupervisionAnswered(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "supervision_answered"
    instruction_id: str
    answered_on: date


class InspectionRecorded(Event, frozen=True, kw_only=True):
    """What the inspection of a drawn item found; `subject` is the draw. It bars nobody."""

    kind: ClassVar[str] = "inspection_recorded"
    finding_id: str
    outcome: str
    inspected_on: date
