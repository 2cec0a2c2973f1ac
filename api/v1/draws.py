"""Draws over HTTP: announced and drawn in one call, published with everything needed to repeat them."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from litestar import Controller, get, post

from api.auth import anyone, needs
from api.bodies import json_body
from api.paging import Cursor, Limit, below, cursor_of
from api.v1.penalties import Key
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from sanctions.draws import DrawInput
from sanctions.service.supervising.draws import (
    ANSWERERS,
    DRAWERS,
    DrawRecord,
    FindingInput,
    InstructionInput,
    InstructionView,
    SeedAwaited,
    Supervised,
    SupervisionAnswerInput,
)


class DrawPage(msgspec.Struct, frozen=True):
    """Newest first, without proofs."""

    items: list[DrawRecord]
    next_cursor: str | None


class Grades(msgspec.Struct, frozen=True):
    """The grade that gave each item its share; null = unrated."""

    grades: dict[str, str | None]


class Instructed(msgspec.Struct, frozen=True):
    items: tuple[InstructionView, ...]


class Draws(Controller):
    """随机抽查:公布名单、种子和结果,任何人可以重抽。抽中不限制任何人。"""

    path = "/v1/draws"
    tags = ["draws"]

    @post("/", guards=[needs(*DRAWERS)], dto=json_body(DrawInput), status_code=201, summary="抽取 Draw")
    async def add(self, data: DrawInput, services: Services, caller: Caller, request_key: Key) -> DrawRecord:
        """Fixes the list in the log and draws by the first checkpoint after it; with a witness, once it has cosigned.

        Until then `seed` is null, and the draw follows by itself.
        """
        try:
            draw_id = await services.draws.announce(data, caller, request=request_key)
        except unit.Replayed as exc:
            draw_id = msgspec.json.decode(exc.answer, type=str)
        with suppress(SeedAwaited):
            return await services.draws.draw(draw_id, caller)
        return await services.draws.read(draw_id)

    @get("/", guards=[anyone], summary="各次抽取 Draws")
    async def listing(self, services: Services, limit: Limit = 20, cursor: Cursor = None) -> DrawPage:
        """Every draw, newest first."""
        found, more = await services.draws.listing(below(cursor), limit)
        return DrawPage(found, None if more is None else cursor_of(str(more)))

    @get("/{draw_id:str}", guards=[anyone], summary="一次抽取 One draw")
    async def read(self, draw_id: str, services: Services) -> DrawRecord:
        """List, proof, seed, result, instructions: `tendercredit draws check` takes this answer as a file."""
        return await services.draws.read(draw_id)

    @get("/{draw_id:str}/grades", guards=[needs(*DRAWERS, Role.AUDITOR)], summary="所据等级 Grades")
    async def grades(self, draw_id: str, services: Services, caller: Caller) -> Grades:
        """For who drew and for the auditor; the public sees shares only."""
        return Grades(await services.draws.grades(draw_id, caller))

    @post("/{draw_id:str}/result", guards=[needs(*DRAWERS)], status_code=200, summary="补抽 Draw what was announced")
    async def draw(self, draw_id: str, services: Services, caller: Caller) -> DrawRecord:
        """After an interruption: the same seed, the same result; once drawn, nothing changes."""
        return await services.draws.draw(draw_id, caller)

    @post("/{draw_id:str}/instructions", guards=[needs(*DRAWERS)], dto=json_body(InstructionInput), status_code=201,
          summary="监督指令 Instruct")
    async def instruct(
        self, draw_id: str, data: InstructionInput, services: Services, caller: Caller, request_key: Key
    ) -> Supervised:
        """About a drawn item; published. It bars nobody."""
        try:
            return await services.draws.instruct(draw_id, data, caller, request=request_key)
        except unit.Replayed as exc:
            return msgspec.json.decode(exc.answer, type=Supervised)

    @post("/{draw_id:str}/findings", guards=[needs(*DRAWERS)], dto=json_body(FindingInput), status_code=201,
          summary="检查结果 Finding")
    async def inspected(
        self, draw_id: str, data: FindingInput, services: Services, caller: Caller, request_key: Key
    ) -> Supervised:
        """What the inspection of a drawn item found; published. It bars nobody."""
        try:
            return await services.draws.inspected(draw_id, data, caller, request=request_key)
        except unit.Replayed as exc:
            return msgspec.json.decode(exc.answer, type=Supervised)

    @post("/{draw_id:str}/answers", guards=[needs(*ANSWERERS)], dto=json_body(SupervisionAnswerInput),
          status_code=201, summary="答复监督指令 Answer")
    async def answer(
        self, draw_id: str, data: SupervisionAnswerInput, services: Services, caller: Caller, request_key: Key
    ) -> Supervised:
        """By the addressee, or entered by who instructed; published."""
        try:
            return await services.draws.answer(draw_id, data, caller, request=request_key)
        except unit.Replayed as exc:
            return msgspec.json.decode(exc.answer, type=Supervised)


class Instructions(Controller):
    """监督指令:本单位收到的。"""

    path = "/v1/instructions"
    tags = ["draws"]

    @get("/", guards=[needs(*ANSWERERS)], summary="收到的监督指令 Instructions to the caller")
    async def listing(self, services: Services, caller: Caller) -> Instructed:
        """Newest first, with the answers given."""
        return Instructed(await services.draws.addressed(caller))
