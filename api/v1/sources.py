"""List sources: which lists this installation holds, as of when."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, post

from api.auth import anyone, needs, replayed
from api.bodies import json_body
from api.seed import is_demo
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.errors import FieldError, Refusal
from credit.kernel.unit import Replayed, Request
from sanctions.model import SourceState
from sanctions.service.listing.sources import SourceInput


class StaticOutsideDemo(Refusal):
    """A copy that never goes stale would answer “clean” for ever: only samples may be one."""

    code = "static_outside_demo"
    title = "固定副本只用于演示 A static copy is for demos only"


class SourceList(msgspec.Struct, frozen=True):
    items: tuple[SourceState, ...]
    next_cursor: str | None = None


class ListSources(Controller):
    """名单数据来源。"""

    path = "/v1/sources"
    tags = ["eligibility"]

    @get("/", guards=[anyone], summary="名单来源 List sources")
    async def all(self, services: Services) -> SourceList:
        """Every list whose data is held, with its official channel and moment; `static` = a fixed copy."""
        return SourceList(await services.sources.all())

    @post("/", guards=[needs(Role.OPERATOR)], dto=json_body(SourceInput), summary="登记名单来源 Declare a source")
    async def declare(
        self, data: SourceInput, services: Services, caller: Caller, request_key: Request | None
    ) -> SourceState:
        """Says that a list's data is held as of a moment; answers depend on it. Raises StaticOutsideDemo."""
        if data.static and not await is_demo():
            fault = FieldError("/static", "not_allowed", "删除 static,填写实际取得时间 fetched_at,并按时更新")
            raise StaticOutsideDemo("固定副本不会过期,只用于演示数据;正式服务的名单须有时效", errors=(fault,))
        try:
            return await services.sources.declare(data, by=caller.key_id, request=request_key)
        except Replayed as exc:
            return replayed(exc, SourceState)
