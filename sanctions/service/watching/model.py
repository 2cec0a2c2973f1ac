"""Watches with what was last told, webhooks, and the messages to them."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from sanctions.verdicts import Outcome
from sanctions.watches import State, Told, Why
from sanctions.webhooks import Hook, Kind, Push


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What is followed for whom, until when, and where changes are told."""

    id: str
    org_code: str
    seq: int
    webhook_id: str
    tender: str
    until_day: date | None
    until_award: bool
    state: State
    why: Why | None
    created_at: datetime
    ended_at: datetime | None
    look_at: datetime


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One company of a watch with what was last told of it, as known at `known_seq` on `on_day`; `was` is the outcome
    before the latest change, None where nothing has changed since it is watched."""

    watch_id: str
    code: str
    told: Told
    linked: tuple[str, ...]  # head office and predecessors, whose files its answer needs
    known_seq: int
    on_day: date
    changed_at: datetime
    was: Outcome | None = None
    looks: int = 0

    @property
    def id(self) -> str:
        return f"{self.watch_id}/{self.code}"


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Where an organisation is told what; the secrets are sealed."""

    id: str
    org_code: str
    seq: int
    url: str
    kinds: tuple[Kind, ...]
    description: str
    state: Hook
    why: str | None
    secret: str
    former: str | None
    former_until: datetime | None
    created_at: datetime


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A message and what became of it: how often tried, the last status and reason."""

    id: str
    webhook_id: str
    watch_id: str | None
    seq: int
    kind: Kind
    body: str
    state: Push = Push.WAITING
    attempts: int = 0
    status: int | None = None
    reason: str | None = None
    created_at: datetime
    tried_at: datetime | None = None
    ended_at: datetime | None = None
