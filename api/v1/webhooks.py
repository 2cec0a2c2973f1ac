"""Webhooks: where an organisation is told of changes, signed by Standard Webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Controller, Response, delete, get, post
from litestar.params import QueryParameter

from api.auth import needs, replayed
from api.bodies import json_body
from api.paging import Cursor, Limit, below, cursor_of, cut
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.unit import Replayed, Request
from sanctions.service.watching.model import Delivery, Webhook
from sanctions.service.watching.webhooks import WebhookInput
from sanctions.webhooks import Hook, Kind, Push

OWNERS = needs(Role.PLATFORM, Role.ENTERPRISE)


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. `secret` is shown once, by the call that makes it; `former_until`: the secret before signs beside it
    until then. `why` it is disabled: owner, gone (the target answered 410), failing."""

    id: str
    url: str
    events: tuple[Kind, ...]
    description: str
    state: Hook
    why: str | None
    created_at: datetime
    former_until: datetime | None
    secret: str | None = None


class WebhookPage(msgspec.Struct, frozen=True):
    items: list[WebhookView]
    next_cursor: str | None


class Switch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`enabled` false stops all messages to the webhook."""

    enabled: bool


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """A message, its `id` being the header webhook-id. `dead`: given up for `reason`; `status` as last answered."""

    id: str
    watch_id: str | None
    seq: int
    event: Kind
    state: Push
    attempts: int
    status: int | None
    reason: str | None
    created_at: datetime
    tried_at: datetime | None
    ended_at: datetime | None


class DeliveryPage(msgspec.Struct, frozen=True):
    items: list[DeliveryView]
    next_cursor: str | None


class WebhookTargets(Controller):
    """推送地址:登记、测试、停用、换密钥、查看推送结果。"""

    path = "/v1/webhooks"
    tags = ["watches"]

    @post("/", guards=[OWNERS], dto=json_body(WebhookInput), summary="登记推送地址 Register a webhook")
    async def register(
        self, data: WebhookInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[WebhookView]:
        """The address must be https and lead to public addresses. The secret is in this answer only; a repeat with the
        same Idempotency-Key gives the webhook without it."""
        try:
            made, secret = await services.webhooks.register(data, caller, request_key)
        except Replayed as exc:
            return Response(view(await services.webhooks.of(replayed(exc, str), caller)), status_code=200)
        return Response(view(made, secret), status_code=201, headers={"Cache-Control": "no-store"})

    @get("/", guards=[OWNERS], summary="本单位的推送地址 Own webhooks")
    async def listing(
        self, services: Services, caller: Caller, limit: Limit = 100, cursor: Cursor = None
    ) -> WebhookPage:
        """Without their secrets."""
        found = [view(one) for one in await services.webhooks.listing(caller)]
        return WebhookPage(*cut(sorted(found, key=lambda v: v.id), lambda v: v.id, limit, cursor))

    @get("/{webhook_id:str}", guards=[OWNERS], summary="一个推送地址 One webhook")
    async def one(self, webhook_id: str, services: Services, caller: Caller) -> WebhookView:
        """Without its secret."""
        return view(await services.webhooks.of(webhook_id, caller))

    @delete("/{webhook_id:str}", guards=[OWNERS], summary="删除 Remove")
    async def remove(self, webhook_id: str, services: Services, caller: Caller) -> None:
        """Forgets address and secrets; refused while a running watch tells it."""
        await services.webhooks.remove(webhook_id, caller)

    @post("/{webhook_id:str}/secret", guards=[OWNERS], status_code=200, summary="更换密钥 New secret")
    async def rotate(self, webhook_id: str, services: Services, caller: Caller) -> Response[WebhookView]:
        """A new secret, shown once; until `former_until` messages carry two signatures, under both."""
        found, secret = await services.webhooks.rotate(webhook_id, caller)
        return Response(view(found, secret), headers={"Cache-Control": "no-store"})

    @post("/{webhook_id:str}/state", guards=[OWNERS], dto=json_body(Switch), status_code=200,
          summary="启用、停用 Enable or disable")
    async def switch(self, webhook_id: str, data: Switch, services: Services, caller: Caller) -> WebhookView:
        """Messages to a disabled webhook are dead letters at once; they can be redelivered later."""
        return view(await services.webhooks.switch(webhook_id, caller, enabled=data.enabled))

    @post("/{webhook_id:str}/test", guards=[OWNERS], status_code=202, summary="发一条测试消息 Test")
    async def test(self, webhook_id: str, services: Services, caller: Caller) -> DeliveryView:
        """A message `webhook_test`; what became of it is among the deliveries."""
        return delivery_view(await services.webhooks.test(webhook_id, caller))

    @get("/{webhook_id:str}/deliveries", guards=[OWNERS], summary="推送记录 Deliveries")
    async def deliveries(
        self, webhook_id: str, services: Services, caller: Caller,
        only: Annotated[Push | None, QueryParameter(name="state")] = None, limit: Limit = 50, cursor: Cursor = None,
    ) -> DeliveryPage:
        """Newest first; `state=dead` lists the dead letters with their reasons."""
        found = await services.webhooks.deliveries(webhook_id, caller, only, below(cursor), limit)
        more = cursor_of(str(found[-1].seq)) if len(found) == limit else None
        return DeliveryPage([delivery_view(one) for one in found], more)

    @post("/{webhook_id:str}/deliveries/{delivery_id:str}/redelivery", guards=[OWNERS], status_code=202,
          summary="重新推送 Redeliver")
    async def repeat(self, webhook_id: str, delivery_id: str, services: Services, caller: Caller) -> DeliveryView:
        """Sends an ended message once more, with the same webhook-id and a new timestamp."""
        return delivery_view(await services.webhooks.repeat(webhook_id, delivery_id, caller))


def view(found: Webhook, secret: str | None = None) -> WebhookView:
    """A webhook as it leaves the house."""
    return WebhookView(
        id=found.id, url=found.url, events=found.kinds, description=found.description, state=found.state,
        why=found.why, created_at=found.created_at, former_until=found.former_until, secret=secret)


def delivery_view(found: Delivery) -> DeliveryView:
    """A message without its content."""
    return DeliveryView(
        id=found.id, watch_id=found.watch_id, seq=found.seq, event=found.kind, state=found.state,
        attempts=found.attempts, status=found.status, reason=found.reason, created_at=found.created_at,
        tried_at=found.tried_at, ended_at=found.ended_at)
