"""What happens to extracts of the public lists."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event


class ExtractMade(Event, frozen=True, kw_only=True):
    """The public lists were handed out; `subject` is the digest of the manifest, `rows` how many over all lists."""

    kind: ClassVar[str] = "extract_made"
    number: int
    known_seq: int
    on: date
    rows: int
    previous: str | None
