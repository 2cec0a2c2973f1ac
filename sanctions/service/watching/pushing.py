"""One try of one message, recorded: counted before it is made, so that a kill between send and record is seen.

The message may then arrive once more, with the same webhook-id: receivers keep the ids they have seen.
"""

from __future__ import annotations

from datetime import UTC, timedelta

from credit.kernel.clock import Clock
from credit.kernel.unit import unit
from sanctions.service.watching import store_webhooks as store
from sanctions.service.watching.model import Delivery, Webhook
from sanctions.service.watching.sending import Sent
from sanctions.service.watching.webhooks import Webhooks, switched
from sanctions.webhooks import SCHEDULE, Hook, Push, headers

SYSTEM = "system"


class Pushing:
    """Sends what is planned."""

    def __init__(self, clock: Clock, hooks: Webhooks) -> None:
        self.clock = clock
        self.hooks = hooks

    async def deliver(self, delivery_id: str, attempt: int) -> tuple[timedelta, str] | None:
        """The `attempt`-th try (from 1); the pause before the next and why, None when it has ended.

        Ends as delivered, or dead: the webhook is off, the target answered 410 (which disables it), or every try of
        the schedule failed (which disables it too, so that what follows does not wait for days).
        """
        found = await store.delivery(delivery_id)
        if found is None or found.state is not Push.WAITING:
            return None
        hook = await store.webhook(found.webhook_id)
        if hook is None or hook.state is not Hook.ENABLED or not found.body:
            await store.ended(found.id, Push.DEAD, None, "webhook_disabled", self.clock())
            return None
        sent = await self._try(found, hook)
        now = self.clock()
        if sent.accepted:
            await store.ended(found.id, Push.DELIVERED, sent.status, sent.reason, now)
            return None
        reason = sent.reason or "status"
        if reason != "gone" and attempt <= len(SCHEDULE):
            await store.failed(found.id, sent.status, reason)
            return SCHEDULE[attempt - 1], reason
        await store.ended(found.id, Push.DEAD, sent.status, reason, now)
        await self._disable(hook, "gone" if reason == "gone" else "failing")
        return None

    async def _try(self, found: Delivery, hook: Webhook) -> Sent:
        now = self.clock().astimezone(UTC)
        await store.tried(found.id, now)
        signed = headers(found.id, now, found.body, self.hooks.secrets(hook, now))
        return await self.hooks.sender.post(hook.url, found.body, signed)

    async def _disable(self, hook: Webhook, why: str) -> None:
        async with unit(by=SYSTEM, now=self.clock()) as u:
            await switched(u, hook.id, enabled=False, why=why)
