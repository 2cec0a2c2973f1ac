"""推送地址 on the desks: registered with the secret shown once, tested, rotated, and what became of each message."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.di import Provide
from litestar.params import QueryParameter
from litestar.response import Redirect, Template

from api.paging import Cursor, below, cursor_of
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.web.watches import OWNERS
from api.wiring import Services
from credit.kernel.errors import NotFound, Refusal
from credit.kernel.ids import new_token
from credit.kernel.unit import Replayed
from sanctions.service.watching.webhooks import WebhookInput
from sanctions.webhooks import LONGEST_URL, Kind, Push

Page = Template | Redirect
_SHOWN = 50
_PLACES = {"/url": "url", "/description": "description"}
_KINDS = (Kind.CHANGED, Kind.ENDED)


class OwnWebhooks(Controller):
    """推送地址。"""

    path = "/webhooks"
    guards = [signed_in(*OWNERS)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(self, signed: Signed, services: Services) -> Template:
        """This organisation's, oldest first, without their secrets."""
        return desk("webhooks", signed, found=await services.webhooks.listing(signed.caller))

    @get("/new", sync_to_thread=False)
    def form(self, signed: Signed, services: Services) -> Template:
        """The form."""
        return _form(signed, services, NOTHING)

    @post("/new", status_code=200)
    async def add(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Registers an address; its secret is on this page and nowhere else."""
        kinds = tuple(kind for kind in _KINDS if sent.ticked(kind.value))
        if not kinds:
            return _form(signed, services, sent, (Fault(Kind.CHANGED.value, "至少选择一种消息"),))
        given = WebhookInput(url=sent.text("url"), events=kinds, description=sent.text("description"))
        try:
            made, secret = await services.webhooks.register(given, signed.caller, sent.once("webhook"))
        except Replayed as exc:
            return _to(msgspec.json.decode(exc.answer, type=str))
        except Refusal as refusal:
            return _form(signed, services, sent, _faults(refusal))
        return desk("webhook_secret", signed, hook=made, secret=secret)

    @get("/{webhook_id:str}")
    async def one(
        self, webhook_id: str, signed: Signed, services: Services,
        only: Annotated[str, QueryParameter(name="state")] = "", cursor: Cursor = None,
    ) -> Template:
        """The address, what may be done with it, and its messages; `state=dead` shows the dead letters."""
        return await _page(webhook_id, signed, services, only=only, cursor=cursor)

    @post("/{webhook_id:str}/secret", status_code=200)
    async def rotate(self, webhook_id: str, signed: Signed, services: Services) -> Template:
        """A new secret, shown once."""
        made, secret = await services.webhooks.rotate(webhook_id, signed.caller)
        return desk("webhook_secret", signed, hook=made, secret=secret)

    @post("/{webhook_id:str}/state", status_code=303)
    async def switch(self, webhook_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """On or off."""
        enabled = sent.text("enabled") == "1"
        return await _doing(webhook_id, signed, services,
                            services.webhooks.switch(webhook_id, signed.caller, enabled=enabled))

    @post("/{webhook_id:str}/test", status_code=303)
    async def test(self, webhook_id: str, signed: Signed, services: Services) -> Page:
        """Sends a test message."""
        return await _doing(webhook_id, signed, services, services.webhooks.test(webhook_id, signed.caller))

    @post("/{webhook_id:str}/deliveries/{delivery_id:str}/redelivery", status_code=303)
    async def repeat(self, webhook_id: str, delivery_id: str, signed: Signed, services: Services) -> Page:
        """Sends an ended message once more."""
        return await _doing(webhook_id, signed, services,
                            services.webhooks.repeat(webhook_id, delivery_id, signed.caller))

    @post("/{webhook_id:str}/removal", status_code=303)
    async def remove(self, webhook_id: str, signed: Signed, services: Services) -> Page:
        """Forgets address and secret."""
        return await _doing(webhook_id, signed, services, services.webhooks.remove(webhook_id, signed.caller),
                            to="/webhooks")


async def _doing(webhook_id: str, signed: Signed, services: Services, act: Awaitable[object], *, to: str = "") -> Page:
    """The act; a refusal is told on the page of the address."""
    try:
        await act
    except NotFound:
        raise
    except Refusal as refusal:
        return await _page(webhook_id, signed, services, _faults(refusal), status=refusal.status)
    return Redirect(to, status_code=303, headers=PRIVATE) if to else _to(webhook_id)


async def _page(
    webhook_id: str, signed: Signed, services: Services, faults: tuple[Fault, ...] = (), *, status: int = 200,
    only: str = "", cursor: str | None = None,
) -> Template:
    hook = await services.webhooks.of(webhook_id, signed.caller)
    state = Push(only) if only in set(Push) else None
    found = await services.webhooks.deliveries(webhook_id, signed.caller, state, below(cursor), _SHOWN)
    more = cursor_of(str(found[-1].seq)) if len(found) == _SHOWN else None
    former = hook.former_until if hook.former_until and hook.former_until > services.clock() else None
    going = not cursor and any(d.state is Push.WAITING and d.attempts == 0 for d in found)
    return desk("webhook", signed, status=status, hook=hook, found=found, more=more, only=state, faults=faults,
                former=former, going=going, states=tuple(Push))


def _form(signed: Signed, services: Services, sent: Sent, faults: tuple[Fault, ...] = ()) -> Template:
    typed = sent.kept()
    ticked = [kind for kind in _KINDS if sent is NOTHING or sent.ticked(kind.value)]
    return desk("webhook_new", signed, status=422 if faults else 200, typed=typed, faults=faults, kinds=_KINDS,
                ticked=ticked, longest=LONGEST_URL, once=sent.text("once") or new_token(),
                inner=services.settings.webhooks.allow_private)


def _faults(refusal: Refusal) -> tuple[Fault, ...]:
    return faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)


def _to(webhook_id: str) -> Redirect:
    return Redirect(f"/webhooks/{webhook_id}", status_code=303, headers=PRIVATE)
