"""The bots as this process runs them: the platforms' callbacks, binding codes, and what works beside the web."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, post
from litestar.datastructures import State

from api.auth import anyone, needs
from api.problems import Malformed, RouteUnknown
from api.running import runner
from api.wiring import Services
from bots.incoming import Gone, Unsendable, Wait
from bots.service import Bots
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from credit.kernel.errors import Forbidden

log = logging.getLogger("tendercredit.bots")
HOOK = "/bots/telegram"
_HOOK_LIMIT = 1_000_000  # bytes of an update; files are fetched, never sent along
_TRY_AGAIN = 60.0
_SWEEP = 3600.0


class Unsigned(Forbidden):
    """The call does not bear the secret that was agreed with the platform."""

    code = "unsigned_callback"
    title = "回调未签名 Unsigned callback"


class BotCode(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time binding code. `code` is shown this once; null where a repeated request is answered again."""

    id: str
    code: str | None
    expires_at: datetime
    how: str


class TelegramHook(Controller):
    """Telegram 的回调。"""

    path = HOOK
    tags = ["bots"]
    guards = [anyone]

    @post("/", status_code=200, opt={"unlimited": True}, request_max_body_size=_HOOK_LIMIT,
          summary="Telegram 回调 Webhook")
    async def take(self, request: Request[Any, Any, State], services: Services) -> dict[str, bool]:
        """Stores a signed update and answers at once; a repeat is known by its number. Unsigned ones are refused."""
        telegram = services.bots.chats.telegram
        if telegram is None or telegram.polls:
            raise RouteUnknown("此服务未启用 Telegram 回调 no Telegram webhook here")
        if not telegram.signed(request.headers.get("x-telegram-bot-api-secret-token")):
            raise Unsigned("缺少或不符 X-Telegram-Bot-Api-Secret-Token the secret is missing or wrong")
        try:
            incoming = telegram.read(await request.body())
        except (ValueError, UnicodeDecodeError):
            raise Malformed("请求体不是 Telegram 更新 the body is no update") from None
        if incoming is not None:
            await services.bots.intake.receive(incoming)
        return {"ok": True}


class BotCodes(Controller):
    """聊天绑定码。"""

    path = "/v1/entities"
    tags = ["bots"]
    guards = [needs(Role.ENTERPRISE)]

    @post("/{code:str}/bot-codes", status_code=201, summary="一次性绑定码 Binding code")
    async def issue(
        self, code: str, services: Services, caller: Caller, request_key: unit.Request | None
    ) -> BotCode:
        """A code for the caller's own company: 30 minutes, one use; an unused older one ends."""
        made = await services.bots.links.issue(code, caller, request=request_key)
        return BotCode(id=made.id, code=made.code, expires_at=made.expires_at,
                       how="在聊天中发送:绑定 绑定码 send to the bot: bind CODE")


@asynccontextmanager
async def conversing(services: Services) -> AsyncIterator[None]:
    """Works what comes in over the platforms that are set up, for the length of the block."""
    bots = services.bots
    if not bots.chats.platforms:
        yield
        return
    async with runner.running(bots.intake.drain) as loop:
        bots.intake.told.append(loop.nudge)
        jobs = [asyncio.create_task(job) for job in (_connect(services), _sweep(bots))]
        try:
            yield
        finally:
            bots.intake.told.remove(loop.nudge)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)


async def _connect(services: Services) -> None:
    """Tells Telegram where we are, or fetches from it; a Telegram that is away is asked again, never waited for."""
    telegram, polling = services.bots.chats.telegram, services.bots.polling()
    if telegram is None:
        return
    while True:
        try:
            if polling is None:
                await telegram.hook(services.settings.web.base_url.rstrip("/") + HOOK)
                return
            await telegram.unhook()
            break
        except (Wait, Gone, Unsendable) as exc:
            log.warning("Telegram could not be told where this service is (%s); trying again", exc)
            await asyncio.sleep(_TRY_AGAIN)
    await polling.run()


async def _sweep(bots: Bots) -> None:
    while True:
        with contextlib.suppress(Exception):
            await bots.intake.sweep()
        await asyncio.sleep(_SWEEP)
