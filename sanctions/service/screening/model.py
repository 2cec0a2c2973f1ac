"""A screening, how far it is, and its answered parts."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec


class State(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    REFUSED = "refused"
    REMOVED = "removed"


class Screening(msgspec.Struct, frozen=True, kw_only=True):
    """One file asked about: by whom, as of which log position and moment, and how far it is."""

    id: str
    org_code: str
    asker: str
    state: State
    known_seq: int
    asked_at: datetime
    on_day: date | None
    tender: str
    upload_digest: str
    rows: int | None
    tries: int
    started_at: datetime | None
    ended_at: datetime | None
    result_digest: str | None
    result_bytes: int | None
    fault_code: str | None
    fault: str | None
    expires_on: date


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """An answered chunk: how many rows, by outcome, and the SHA-256 of its file."""

    number: int
    rows: int
    digest: str
    counts: dict[str, int]
