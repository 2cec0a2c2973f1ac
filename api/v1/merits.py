"""Good conduct over HTTP: enter, correct."""

from __future__ import annotations

import msgspec
from litestar import Controller, Response, post

from api.auth import needs, replayed
from api.bodies import json_body
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.unit import Replayed, Request
from credit.service import MeritInput, add_merit, correct_merit


class MeritAnswer(msgspec.Struct, frozen=True):
    """Where it is, and whether it was there before."""

    id: str
    duplicate: bool


class MeritRevision(msgspec.Struct, frozen=True):
    id: str
    revision: int


class Merits(Controller):
    """守信信息。"""

    path = "/v1/merits"
    tags = ["entities"]
    guards = [needs(Role.AUTHORITY, Role.PLATFORM)]

    @post("/", dto=json_body(MeritInput), summary="登记守信信息 Enter good conduct")
    async def add(
        self, data: MeritInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[MeritAnswer]:
        """Good conduct that a scheme may count: 201, the same again 200 with the same id, other content 409."""
        try:
            record_id, duplicate = await add_merit(
                data, services.schemes, by=caller.key_id, now=services.clock(), request=request_key)
        except Replayed as exc:
            record_id, duplicate = replayed(exc, tuple[str, bool])
        return Response(MeritAnswer(record_id, duplicate), status_code=200 if duplicate else 201)

    @post("/{record_id:str}/corrections", dto=json_body(MeritInput), status_code=200, summary="更正 Correct")
    async def correct(
        self, record_id: str, data: MeritInput, services: Services, caller: Caller, request_key: Request | None
    ) -> MeritRevision:
        """Replaces the days; subject, authority, number, scheme and item stay."""
        org = None if "push:any" in caller.scopes else caller.org_code
        try:
            revision = await correct_merit(record_id, data, services.schemes, org=org, by=caller.key_id,
                                           now=services.clock(), request=request_key)
        except Replayed as exc:
            revision = replayed(exc, int)
        return MeritRevision(record_id, revision)
