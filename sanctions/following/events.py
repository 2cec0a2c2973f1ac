"""What happens to webhooks and watches. Never which companies are followed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from credit.kernel.unit import Event


class WebhookRegistered(Event, frozen=True, kw_only=True):
    """An organisation wants to be told at an address; `subject` is the webhook. Address and secret stay outside."""

    kind: ClassVar[str] = "webhook_registered"
    org_code: str
    kinds: tuple[str, ...]


class WebhookSwitched(Event, frozen=True, kw_only=True):
    """It is told again, or no longer; `why`: owner, gone (the target answered 410), failing."""

    kind: ClassVar[str] = "webhook_switched"
    enabled: bool
    why: str


class WebhookSecretChanged(Event, frozen=True, kw_only=True):
    """A new secret signs; the former one signs beside it until `former_until`."""

    kind: ClassVar[str] = "webhook_secret_changed"
    former_until: datetime


class WebhookRemoved(Event, frozen=True, kw_only=True):
    """The webhook and its secrets are gone."""

    kind: ClassVar[str] = "webhook_removed"


class WebhookTested(Event, frozen=True, kw_only=True):
    """A test message goes out."""

    kind: ClassVar[str] = "webhook_tested"
    delivery_id: str


class PushRepeated(Event, frozen=True, kw_only=True):
    """A message goes out once more at its receiver's wish; `subject` is the watch, of a test the webhook."""

    kind: ClassVar[str] = "push_repeated"
    delivery_id: str


class WatchOpened(Event, frozen=True, kw_only=True):
    """An organisation follows companies. Which ones is its secret (招标投标法 52), so only how many."""

    kind: ClassVar[str] = "watch_opened"
    org_code: str
    webhook_id: str
    subjects: int


class WatchChanged(Event, frozen=True, kw_only=True):
    """The answer about one company of the watch is another; which company is in the message only."""

    kind: ClassVar[str] = "watch_changed"
    delivery_id: str
    known_seq: int
    old: str
    new: str


class WatchEnded(Event, frozen=True, kw_only=True):
    """Nothing more is told; `why`: award (中标通知书 sent), until, removed. `delivery_id` where the end is told."""

    kind: ClassVar[str] = "watch_ended"
    why: str
    delivery_id: str | None = None
