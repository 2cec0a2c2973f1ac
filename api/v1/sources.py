"""List sources: which lists this installation holds, as of when."""

from __future__ import annotations

import msgspec
from litestar import Controller, get, post

from api.auth import anyone, needs, replayed
from api.bodies import json_body
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.unit import Replayed, Request
from sanctions.model import SourceState
from sanctions.service.sources import SourceInput


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
        """Says that a list's data is held as of a moment; answers depend on it."""
        try:
            return await services.sources.declare(data, by=caller.key_id, request=request_key)
        except Replayed as exc:
            return replayed(exc, SourceState)
