"""What happens when a file is exchanged."""

from __future__ import annotations

from typing import ClassVar

from credit.kernel.unit import Event


class FileExchanged(Event, frozen=True, kw_only=True):
    """A file went out or came in; `subject` is the leaf hash (hex) of its receipt's statement, so that the entry proves
    the receipt and names nobody."""

    kind: ClassVar[str] = "file_exchanged"
    receipt_id: str
    direction: str
    exchange_set: str
    org_code: str
    file_digest: str
    rows: int
    accepted: int
    duplicates: int
    parked: int
    rejected: int
    bulk: bool = True
