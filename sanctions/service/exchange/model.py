"""What is kept of the files that were exchanged."""

from __future__ import annotations

from typing import NamedTuple

from sanctions.exchange.receipts import Statement


class KeptExchange(NamedTuple):
    """A file as remembered: its signed statement and where it was logged."""

    seq: int
    statement: Statement
    signature: str
    key_id: str
    payload_id: str
