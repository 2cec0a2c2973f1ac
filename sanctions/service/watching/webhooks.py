"""Webhooks of an organisation: registered, tested, switched, given a new secret, removed; and their messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from credit.accounts.model import Caller
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from sanctions.following.events import (
    PushRepeated,
    WebhookRegistered,
    WebhookRemoved,
    WebhookSecretChanged,
    WebhookSwitched,
    WebhookTested,
)
from sanctions.service.watching import store_webhooks as store
from sanctions.service.watching.model import Delivery, Webhook
from sanctions.service.watching.sealing import Sealing, new_secret
from sanctions.service.watching.sending import Sender
from sanctions.webhooks import Hook, Kind, Push, message

MOST = 20  # webhooks of one organisation
_LONGEST_DESCRIPTION = 300


class TooManyWebhooks(Conflict):
    code = "too_many_webhooks"
    title = "推送地址过多 Too many webhooks"


class WebhookInUse(Conflict):
    code = "webhook_in_use"
    title = "仍有关注使用此地址 Webhook in use"


class WebhookOff(Conflict):
    code = "webhook_disabled"
    title = "推送地址已停用 Webhook disabled"


class DeliveryWaiting(Conflict):
    code = "delivery_waiting"
    title = "消息仍在推送中 Delivery still waiting"


class DeliveryGone(Conflict):
    code = "delivery_gone"
    title = "消息内容已删除 Delivery erased"


class WebhookInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`url`: an https address; `events`: what to tell, everything by default."""

    url: str
    events: tuple[Kind, ...] = (Kind.CHANGED, Kind.ENDED)
    description: str = ""


class Webhooks:
    """The service of webhooks. Secrets leave it once, when they are made, and sealed."""

    def __init__(self, book: Rulebook, clock: Clock, sealing: Sealing, sender: Sender) -> None:
        self.book = book
        self.clock = clock
        self.sealing = sealing
        self.sender = sender

    async def register(
        self, given: WebhookInput, caller: Caller, request: Request | None = None
    ) -> tuple[Webhook, str]:
        """A new webhook and its secret. Raises TargetRefused, Invalid, TooManyWebhooks, Replayed (with the id)."""
        _check(given)
        await self.sender.check(given.url)
        made, secret = new_id("whk"), new_secret()
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            if len(await store.of_organisation(caller.org_code)) >= MOST:
                raise TooManyWebhooks(f"一个单位至多{MOST}个推送地址,请先删除不用的")
            kinds = tuple(dict.fromkeys(k for k in given.events if k is not Kind.TEST))
            seq = u.record(WebhookRegistered(subject=made, org_code=caller.org_code, kinds=kinds))
            found = Webhook(
                id=made, org_code=caller.org_code, seq=seq, url=given.url, kinds=kinds, state=Hook.ENABLED, why=None,
                description=given.description, secret=self.sealing.seal(secret, made), former=None, former_until=None,
                created_at=u.now)
            await store.write(found)
            u.keep(made)
        return found, secret

    async def of(self, webhook_id: str, caller: Caller) -> Webhook:
        """The caller's own webhook. Raises NotFound."""
        found = await store.webhook(webhook_id)
        if found is None or found.org_code != caller.org_code or found.state is Hook.REMOVED:
            raise NotFound("没有这个推送地址 no such webhook")
        return found

    async def listing(self, caller: Caller) -> list[Webhook]:
        """Those of the caller's organisation, oldest first."""
        return await store.of_organisation(caller.org_code)

    async def rotate(self, webhook_id: str, caller: Caller) -> tuple[Webhook, str]:
        """A new secret; the former one signs beside it for the hours that the rules say. Raises NotFound, Stale."""
        found, secret = await self.of(webhook_id, caller), new_secret()
        async with unit(by=caller.key_id, now=self.clock()) as u:
            hours = self.book.current.at("webhook.former_secret_hours", u.day).value
            until = u.now + timedelta(hours=hours)
            if not await store.rotate(found, self.sealing.seal(secret, found.id), until):
                raise Stale("密钥刚被更换,请重新查看 the secret was just changed")
            u.record(WebhookSecretChanged(subject=found.id, former_until=until))
        return await self.of(webhook_id, caller), secret

    async def switch(self, webhook_id: str, caller: Caller, *, enabled: bool) -> Webhook:
        """Enables or disables; no change is no act. Raises NotFound."""
        found = await self.of(webhook_id, caller)
        async with unit(by=caller.key_id, now=self.clock()) as u:
            await switched(u, found.id, enabled=enabled, why="owner")
        return await self.of(webhook_id, caller)

    async def remove(self, webhook_id: str, caller: Caller) -> None:
        """Forgets address and secrets. Raises NotFound, and WebhookInUse while a watch tells it."""
        found = await self.of(webhook_id, caller)
        async with unit(by=caller.key_id, now=self.clock()) as u:
            if await store.watched(found.id):
                raise WebhookInUse("还有关注推送到此地址,请先结束这些关注 end its watches first")
            if await store.remove(found.id):
                u.record(WebhookRemoved(subject=found.id))

    async def test(self, webhook_id: str, caller: Caller) -> Delivery:
        """Plans a test message. Raises NotFound, WebhookOff."""
        found = await self.of(webhook_id, caller)
        if found.state is not Hook.ENABLED:
            raise WebhookOff("推送地址已停用,请先启用 enable it first")
        async with unit(by=caller.key_id, now=self.clock()) as u:
            made = new_id("msg")
            seq = u.record(WebhookTested(subject=found.id, delivery_id=made))
            return await plan(u, found.id, Kind.TEST, {"webhook_id": found.id}, made=made, seq=seq)

    async def deliveries(
        self, webhook_id: str, caller: Caller, state: Push | None, below: int, limit: int
    ) -> list[Delivery]:
        """Messages to the caller's webhook, newest first. Raises NotFound."""
        found = await self.of(webhook_id, caller)
        return await store.deliveries(found.id, state, below, limit)

    async def repeat(self, webhook_id: str, delivery_id: str, caller: Caller) -> Delivery:
        """Sends an ended message once more, under the same id. Raises NotFound, WebhookOff, DeliveryWaiting."""
        hook, found = await self.of(webhook_id, caller), await store.delivery(delivery_id)
        if found is None or found.webhook_id != hook.id:
            raise NotFound("没有这条消息 no such delivery")
        if hook.state is not Hook.ENABLED:
            raise WebhookOff("推送地址已停用,请先启用 enable it first")
        if not found.body:
            raise DeliveryGone("关注已删除,消息内容不再保存 its watch was removed")
        async with unit(by=caller.key_id, now=self.clock()) as u:
            if not await store.again(found.id):
                raise DeliveryWaiting("这条消息还在推送,不必重发 it is still being delivered")
            u.record(PushRepeated(subject=found.watch_id or hook.id, delivery_id=found.id))
        return msgspec.structs.replace(found, state=Push.WAITING, ended_at=None)

    def secrets(self, found: Webhook, now: datetime) -> list[str]:
        """The secrets under which a message is signed at `now`, the new one first."""
        opened = [self.sealing.open(found.secret, found.id)]
        if found.former and found.former_until is not None and now < found.former_until:
            opened.append(self.sealing.open(found.former, found.id))
        return opened

    async def wants(self, webhook_id: str, kind: Kind) -> bool:
        """Whether a webhook is to be told of `kind`."""
        found = await store.webhook(webhook_id)
        return found is not None and kind in found.kinds

    async def expire(self) -> None:
        """Drops messages that ended longer ago than the rules keep them."""
        now = self.clock()
        days = self.book.current.at("webhook.keep_days", business_day(now)).value
        await store.forget(now - timedelta(days=days))


async def switched(u: Unit, webhook_id: str, *, enabled: bool, why: str) -> bool:
    """Enables or disables inside `u`, with its event; False where it already is so."""
    old, new = (Hook.DISABLED, Hook.ENABLED) if enabled else (Hook.ENABLED, Hook.DISABLED)
    if not await store.switch(webhook_id, old, new, None if enabled else why):
        return False
    u.record(WebhookSwitched(subject=webhook_id, enabled=enabled, why=why))
    return True


async def plan(
    u: Unit, webhook_id: str, kind: Kind, data: dict[str, Any], *, made: str, seq: int, watch_id: str | None = None
) -> Delivery:
    """Enters the message that the event at `seq` of `u` announces."""
    found = Delivery(id=made, webhook_id=webhook_id, watch_id=watch_id, seq=seq, kind=kind,
                     body=message(kind, u.now, data), created_at=u.now)
    await store.plan(found)
    return found


def _check(given: WebhookInput) -> None:
    if len(given.description) > _LONGEST_DESCRIPTION:
        raise Invalid("说明过长", errors=(FieldError("/description", "too_long", f"至多{_LONGEST_DESCRIPTION}字"),))
