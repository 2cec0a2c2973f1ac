"""What happens to applications for repair. Ids, days and enums only; a grant is the event of its record."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event
from repair.model import CaseState, FilingChannel, Outcome, Party


class OfCase(Event, frozen=True, kw_only=True):
    """What every act on a case has in common; `subject` is the entity's id, `record_id` the first record."""

    case_id: str
    revision: int
    record_id: str
    code: str
    party: Party


class RepairOpened(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_opened"
    record_ids: tuple[str, ...]
    channel: FilingChannel


class RepairPaperAdded(OfCase, frozen=True, kw_only=True):
    """A file is in the case under its SHA-256."""

    kind: ClassVar[str] = "repair_paper_added"
    paper: str
    sha256: str


class RepairPromised(OfCase, frozen=True, kw_only=True):
    """The 承诺书 of `record_id` was signed."""

    kind: ClassVar[str] = "repair_promised"
    signed_on: date


class RepairSubmitted(OfCase, frozen=True, kw_only=True):
    """Handed in, for the first time or after 补正."""

    kind: ClassVar[str] = "repair_submitted"
    again: bool


class RepairAccepted(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_accepted"


class RepairNotAccepted(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_not_accepted"


class RepairSupplementAsked(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_supplement_asked"
    until: date


class RepairExtended(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_extended"
    until: date


class RepairDecided(OfCase, frozen=True, kw_only=True):
    """A record was refused, or its case ended prefilled; a grant is `penalty_repaired` or `listing_removed`."""

    kind: ClassVar[str] = "repair_decided"
    outcome: Outcome
    state: CaseState


class RepairWithdrawn(OfCase, frozen=True, kw_only=True):
    kind: ClassVar[str] = "repair_withdrawn"
