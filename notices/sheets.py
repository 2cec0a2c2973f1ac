"""The 信用核查记录表: what was asked and answered under a receipt, as a sheet for the tender file. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

from notices import wording
from notices.letters import blocks_of, current_version
from notices.model import Letter, LetterKind, Stamp

TITLE = "信用核查记录表"


class SheetLine(msgspec.Struct, frozen=True):
    """A row: what it is about, and what is said of it."""

    label: str
    text: str


class SheetFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The plain facts of a sheet; moments and outcomes come as the words to print."""

    receipt_id: str
    organisation: str
    operator: str
    tender_id: str
    tender: str
    valid_at: date
    asked_at: str
    known_seq: int
    known_at: str
    rules: str
    bids: tuple[SheetLine, ...]
    parties: tuple[SheetLine, ...]
    sources: tuple[SheetLine, ...]
    caveat: str
    proves: str
    page_url: str


def compose(facts: SheetFacts, version: str | None = None) -> Letter:
    """The sheet, with the QR code of the receipt's page and lines to sign. Same facts, same sheet."""
    version = version or current_version(LetterKind.RECORD_SHEET)
    lines = wording.render(LetterKind.RECORD_SHEET, version, {"f": facts})
    stamp = Stamp(number="", issued_on=None, verify_url=facts.page_url)
    blocks = tuple(blocks_of(lines, facts.organisation, stamp))
    return Letter(kind=LetterKind.RECORD_SHEET, version=version, title=TITLE, blocks=blocks)
