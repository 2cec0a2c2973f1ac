"""What happens to letters and their deliveries. Ids, days, hashes and enums only."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event


class OfLetter(Event, frozen=True, kw_only=True):
    """What every act on a letter has in common; `subject` is the notice's id."""

    record_id: str
    letter: str  # kind of letter
    number: str
    cause_seq: int


class NumberReserved(OfLetter, frozen=True, kw_only=True):
    """The content passed its checks and took the next number of its series."""

    kind: ClassVar[str] = "number_reserved"


class NoticeIssued(OfLetter, frozen=True, kw_only=True):
    """The issued file exists under its hash: from now on it is the original."""

    kind: ClassVar[str] = "notice_issued"
    code: str | None
    pdf_sha256: str
    issued_on: date


class NumberVoided(OfLetter, frozen=True, kw_only=True):
    """作废: the letter of a reserved number can never be issued; the number stays in the register."""

    kind: ClassVar[str] = "number_voided"


class NoticeVoided(OfLetter, frozen=True, kw_only=True):
    """作废: an issued letter no longer stands, e.g. because its draft decision was never served."""

    kind: ClassVar[str] = "notice_voided"


class NoticeAcknowledged(OfLetter, frozen=True, kw_only=True):
    """The company has read it and says so. This is no 送达."""

    kind: ClassVar[str] = "notice_acknowledged"
    acknowledged_on: date


class DeliveryPlanned(Event, frozen=True, kw_only=True):
    """A letter is to go over a channel; `subject` is the delivery's id, so that channels do not wait for each other."""

    kind: ClassVar[str] = "delivery_planned"
    notice_id: str
    channel: str


class DeliverySettled(Event, frozen=True, kw_only=True):
    """A channel took the letter, or never will; `sha256` is of the bytes that left."""

    kind: ClassVar[str] = "delivery_settled"
    notice_id: str
    channel: str
    state: str
    attempts: int
    sha256: str | None = None


class ReportIssued(Event, frozen=True, kw_only=True):
    """A 信用核查报告 was issued: `subject` is its number, which does not lead to its page."""

    kind: ClassVar[str] = "report_issued"
    code: str
    scheme: str
    valid_on: date
    known_seq: int
    whole: bool
    pdf_sha256: str
