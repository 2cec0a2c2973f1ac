"""The SQL of webhooks and of the messages to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from credit.kernel import database
from sanctions.service.watching.model import Delivery, Webhook
from sanctions.tables import Webhook as WebhookTable
from sanctions.tables import WebhookDelivery
from sanctions.webhooks import Hook, Kind, Push

_ONE = "SELECT * FROM sanctions_webhook WHERE id = {}"
_OF = "SELECT * FROM sanctions_webhook WHERE org_code = {} AND state <> 'removed' ORDER BY seq"
_SWITCH = "UPDATE sanctions_webhook SET state = {}, why = {} WHERE id = {} AND state = {} RETURNING id"
_REMOVE = """UPDATE sanctions_webhook SET state = 'removed', url = '', description = '', secret = '', former = NULL,
    former_until = NULL WHERE id = {} AND state <> 'removed' RETURNING id"""
_ROTATE = """UPDATE sanctions_webhook SET former = secret, former_until = {}, secret = {}
    WHERE id = {} AND secret = {} AND state <> 'removed' RETURNING id"""
_WATCHED = "SELECT id FROM sanctions_watch WHERE webhook_id = {} AND state = 'running' LIMIT 1"
_DELIVERY = "SELECT * FROM sanctions_webhook_delivery WHERE id = {}"
_DELIVERIES = """SELECT * FROM sanctions_webhook_delivery WHERE webhook_id = {} AND seq < {}
    ORDER BY seq DESC LIMIT {}"""
_DELIVERIES_IN = """SELECT * FROM sanctions_webhook_delivery WHERE webhook_id = {} AND state = {} AND seq < {}
    ORDER BY seq DESC LIMIT {}"""
_TRIED = "UPDATE sanctions_webhook_delivery SET attempts = attempts + 1, tried_at = {} WHERE id = {}"
_FAILED = "UPDATE sanctions_webhook_delivery SET status = {}, reason = {} WHERE id = {}"
_ENDED = """UPDATE sanctions_webhook_delivery SET state = {}, status = {}, reason = {}, ended_at = {} WHERE id = {}"""
_AGAIN = """UPDATE sanctions_webhook_delivery SET state = 'waiting', ended_at = NULL
    WHERE id = {} AND state <> 'waiting' RETURNING id"""
_OLD = "DELETE FROM sanctions_webhook_delivery WHERE state <> 'waiting' AND ended_at < {}"


def _hook(row: Mapping[str, Any]) -> Webhook:
    kinds = tuple(Kind(word) for word in row["kinds"].split())
    return Webhook(**{**row, "state": Hook(row["state"]), "kinds": kinds})


def _delivery(row: Mapping[str, Any]) -> Delivery:
    return Delivery(**{**row, "kind": Kind(row["kind"]), "state": Push(row["state"])})


async def write(made: Webhook) -> None:
    """Enters a new one, inside the unit that registers it."""
    row = msgspec.structs.asdict(made) | {"state": made.state.value, "kinds": " ".join(made.kinds)}
    await database.insert(WebhookTable, [row])


async def webhook(webhook_id: str) -> Webhook | None:
    rows = await database.fetch(_ONE, webhook_id)
    return _hook(rows[0]) if rows else None


async def of_organisation(org_code: str) -> list[Webhook]:
    """Those of one organisation, oldest first."""
    return [_hook(row) for row in await database.fetch(_OF, org_code)]


async def switch(webhook_id: str, old: Hook, new: Hook, why: str | None) -> bool:
    """Enables or disables, inside a unit; False where it is not in the state `old`."""
    return bool(await database.fetch(_SWITCH, new.value, why, webhook_id, old.value))


async def remove(webhook_id: str) -> bool:
    """Forgets address and secrets, inside a unit; the row stays for the log's sake."""
    return bool(await database.fetch(_REMOVE, webhook_id))


async def rotate(found: Webhook, secret: str, former_until: datetime) -> bool:
    """Puts a new secret in place, inside a unit; False where somebody else was faster."""
    return bool(await database.fetch(_ROTATE, former_until, secret, found.id, found.secret))


async def watched(webhook_id: str) -> bool:
    """Whether a running watch tells this webhook."""
    return bool(await database.fetch(_WATCHED, webhook_id))


async def plan(made: Delivery) -> None:
    """Enters a message, inside the unit of its event."""
    row = msgspec.structs.asdict(made) | {"kind": made.kind.value, "state": made.state.value}
    await database.insert(WebhookDelivery, [row])


async def delivery(delivery_id: str) -> Delivery | None:
    rows = await database.fetch(_DELIVERY, delivery_id)
    return _delivery(rows[0]) if rows else None


async def deliveries(webhook_id: str, state: Push | None, below: int, limit: int) -> list[Delivery]:
    """Messages planned before log position `below`, newest first, of one state or of all."""
    if state is None:
        rows = await database.fetch(_DELIVERIES, webhook_id, below, limit)
    else:
        rows = await database.fetch(_DELIVERIES_IN, webhook_id, state.value, below, limit)
    return [_delivery(row) for row in rows]


async def tried(delivery_id: str, now: datetime) -> None:
    """Counts a try before it is made: one that a kill ends is counted too."""
    await database.fetch(_TRIED, now, delivery_id)


async def failed(delivery_id: str, status: int | None, reason: str) -> None:
    await database.fetch(_FAILED, status, reason, delivery_id)


async def ended(delivery_id: str, state: Push, status: int | None, reason: str | None, now: datetime) -> None:
    await database.fetch(_ENDED, state.value, status, reason, now, delivery_id)


async def again(delivery_id: str) -> bool:
    """Lets an ended message go out once more, inside a unit; False where it still waits."""
    return bool(await database.fetch(_AGAIN, delivery_id))


async def forget(before: datetime) -> None:
    """Drops messages that ended before this moment."""
    await database.fetch(_OLD, before)
