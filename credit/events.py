"""What happens to entities and merits."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event


class EntityRegistered(Event, frozen=True, kw_only=True):
    """An entity was entered or its facts changed; `subject` is its id."""

    kind: ClassVar[str] = "entity_registered"
    code: str | None
    revision: int


class MeritRecorded(Event, frozen=True, kw_only=True):
    """Good conduct was entered; `subject` is the entity's id."""

    kind: ClassVar[str] = "merit_recorded"
    record_id: str
    code: str | None
    granted_on: date


class MeritCorrected(Event, frozen=True, kw_only=True):
    """The days of good conduct were corrected; `subject` is the entity's id."""

    kind: ClassVar[str] = "merit_corrected"
    record_id: str
    revision: int
    code: str | None


class PayloadErased(Event, frozen=True, kw_only=True):
    """Prose and personal data of `subject` were erased on request or at the end of their time."""

    kind: ClassVar[str] = "payload_erased"
    payload_ids: tuple[str, ...]
