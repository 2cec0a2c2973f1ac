"""What is kept of an extract that was handed out."""

from __future__ import annotations

from datetime import date

import msgspec


class KeptExtract(msgspec.Struct, frozen=True, kw_only=True):
    """An extract that was handed out."""

    number: int
    seq: int
    known_seq: int
    on_day: date
    digest: str
    note: str
