"""What happens to profiles."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from credit.kernel.unit import Event
from credit.profiles.model import StatedBy, StatementKind


class EntityStated(Event, frozen=True, kw_only=True):
    """Something was stated about a company; `subject` is its code."""

    kind: ClassVar[str] = "entity_stated"
    statement_id: str
    what: StatementKind
    stated_by: StatedBy


class EntityStatementEnded(Event, frozen=True, kw_only=True):
    """A statement ended on a day, or (`mistaken`) never held; `subject` is the company's code."""

    kind: ClassVar[str] = "entity_statement_ended"
    statement_id: str
    on: date | None
    mistaken: bool
