"""What notices are told by others: the case a letter is made from, and how its record stands. Pure types and ports."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from notices.issuance import Occasion
from notices.model import LetterFacts


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """All that issuing needs about one record after one event; `addresses` are (channel, address)."""

    record_id: str
    code: str | None
    occasion: Occasion
    facts: LetterFacts
    addresses: tuple[tuple[str, str], ...] = ()


class RecordStatus(StrEnum):
    """How the record behind a letter stands. `never_served`: withdrawn while still a draft."""

    DRAFT = "draft"
    CURRENT = "current"
    ENDED = "ended"
    NEVER_SERVED = "never_served"


LetterSource = Callable[[str, Mapping[str, Any], int], Awaitable[Case | None]]
"""(record id, event as JSON values with its `kind`, its seq) → the case, or None where no letter can follow."""

StatusOf = Callable[[str], Awaitable[RecordStatus]]
"""Record id → how it stands now."""
