"""Conduct that is no penalty over HTTP: record, state and defend, reply, correct, withdraw, put right, read."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import Parameter, QueryParameter

from api import replays
from api.auth import needs
from api.bodies import batch_body, json_body
from api.decoding import Faulty
from api.paging import Cursor, Limit, cursor_of, position
from api.v1.conduct_views import ConductAnswer, ConductLine, conduct_answer, conduct_line
from api.v1.penalties import DryRun, ItemFault, Key
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.conduct import ConductState
from credit.kernel import unit
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid, Refusal
from sanctions.conduct import ConductCommand, ConductRepair, ConductWithdrawal, ReplyInput, StatementInput
from sanctions.service.deciding.change import Changed
from sanctions.service.deciding.conduct import ConductTaken, PreparedConduct
from sanctions.service.deciding.hearings import OVERSEERS
from sanctions.service.deciding.receive import Seen

RECORDERS = (Role.AUTHORITY, Role.PLATFORM)
_OFFICES = [needs(*RECORDERS)]
_PARTIES = [needs(*RECORDERS, Role.ENTERPRISE)]
_READERS = [needs(*RECORDERS, Role.ENTERPRISE, *OVERSEERS)]
_MOST = 1000
StateArg = Annotated[ConductState | None, QueryParameter(name="state", description="按状态筛选,状态是算出来的")]
SubjectArg = Annotated[str | None, Parameter(max_length=100, description="统一社会信用代码,或自然人编号")]


class ConductItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a batch: `status` as a single call would answer it."""

    index: int
    status: int
    conduct: ConductAnswer | None = None
    error: ItemFault | None = None


class ConductBatch(msgspec.Struct, frozen=True):
    items: tuple[ConductItem, ...]


class ConductPage(msgspec.Struct, frozen=True):
    """Oldest first; a page may be short, or empty, and still have a next one."""

    items: tuple[ConductLine, ...]
    next_cursor: str | None


class ConductRecords(Controller):
    """行为记录:登记、陈述申辩、答复、更正、撤回、整改完成。"""

    path = "/v1/conduct-records"
    tags = ["conduct"]

    @post("/", guards=_OFFICES, dto=batch_body(ConductCommand), status_code=201, summary="登记行为 Record conduct")
    async def add(
        self, data: ConductCommand | list[ConductCommand], services: Services, caller: Caller, request_key: Key,
        dry_run: DryRun = False,
    ) -> Response[ConductAnswer | ConductBatch]:
        """One answers 201, the same again 200 with the same id; a list answers 200 with one item per record."""
        if isinstance(data, list):
            await replays.look_up(request_key, caller, services.clock())
            items = await _batch(data, services, caller, dry_run=dry_run)
            await replays.keep(request_key, caller, services.clock(), items)
            return Response(items, status_code=200)
        prepared = await services.conducting.prepare(data, caller)
        if dry_run:
            taken = (await services.conducting.foreseen([prepared]))[0]
            if isinstance(taken, Refusal):
                raise taken
            return Response(await _answer(services, prepared, taken), status_code=200)
        try:
            taken = await services.conducting.receive(prepared, by=caller.key_id, request=request_key)
        except unit.Replayed as exc:
            taken = msgspec.json.decode(exc.answer, type=ConductTaken)
        return Response(await _answer(services, prepared, taken), status_code=200 if taken.duplicate else 201)

    @get("/", guards=_READERS, summary="行为记录 Records of conduct")
    async def listing(
        self, services: Services, caller: Caller, subject: SubjectArg = None, stands: StateArg = None,
        limit: Limit = 100, cursor: Cursor = None,
    ) -> ConductPage:
        """Those the caller recorded; a company its own; the auditor, coordinator and operator all."""
        found, last = await services.hearings.listing(
            caller, subject=subject, state=stands, after=position(cursor), limit=limit)
        return ConductPage(tuple(conduct_line(v) for v in found), None if last is None else cursor_of(str(last)))

    @get("/{record_id:str}", guards=_READERS, summary="一条行为记录 One record")
    async def read(self, record_id: str, services: Services, caller: Caller) -> ConductLine:
        """The record with its clocks, from when it counts, evidence, statement and reply."""
        found = await services.hearings.view(record_id, caller)
        return conduct_line(found, await services.hearings.prose(found.record))

    @post("/{record_id:str}/statement", guards=_PARTIES, dto=json_body(StatementInput), status_code=200,
          summary="陈述申辩 State and defend")
    async def state(
        self, record_id: str, data: StatementInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """By the subject, today; or entered by the recorder with the day on which it came in."""
        return await _once(services.hearings.state(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/reply", guards=_OFFICES, dto=json_body(ReplyInput), status_code=200, summary="答复 Reply")
    async def reply(
        self, record_id: str, data: ReplyInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Keeps the record, which counts from then on, or drops it, and it never counts."""
        return await _once(services.hearings.reply(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/correction", guards=_OFFICES, dto=json_body(ConductCommand), status_code=200,
          summary="更正 Correct")
    async def correct(
        self, record_id: str, data: ConductCommand, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Replaces evidence, day of the notice and stated last day; what the record is of stays."""
        return await _once(services.hearings.correct(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/withdrawal", guards=_OFFICES, dto=json_body(ConductWithdrawal), status_code=200,
          summary="撤回 Withdraw")
    async def withdraw(
        self, record_id: str, data: ConductWithdrawal, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """The recorder takes it back; past answers stay."""
        return await _once(services.hearings.withdraw(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/repair", guards=_OFFICES, dto=json_body(ConductRepair), status_code=200,
          summary="整改完成 Put right")
    async def repair(
        self, record_id: str, data: ConductRepair, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """The recorder found it put right: it does not count from that day; what it cost before stays told."""
        return await _once(services.hearings.repair(record_id, data, caller, request=request_key))


async def _once(act: Awaitable[Changed]) -> Changed:
    """The act's answer, or the one kept for the same request."""
    try:
        return await act
    except unit.Replayed as exc:
        return msgspec.json.decode(exc.answer, type=Changed)


async def _answer(services: Services, prepared: PreparedConduct, taken: ConductTaken) -> ConductAnswer:
    return await conduct_answer(prepared, taken, business_day(services.clock()))


async def _batch(
    data: Sequence[ConductCommand | Faulty], services: Services, caller: Caller, *, dry_run: bool
) -> ConductBatch:
    """Each item on its own: faults of one never stop another."""
    if len(data) > _MOST:
        raise Invalid(f"一次至多{_MOST}件", errors=(FieldError("", "too_many", "请分批提交"),))
    seen, items, ready = Seen(), {}, []
    for index, given in enumerate(data):
        try:
            if isinstance(given, Faulty):
                raise given.refusal()
            ready.append((index, await services.conducting.prepare(given, caller, seen=seen)))
        except Refusal as exc:
            items[index] = _fault(index, exc)
    batch = [prepared for _, prepared in ready]
    take = services.conducting
    taken = await (take.foreseen(batch) if dry_run else take.receive_many(batch, by=caller.key_id))
    for (index, prepared), one in zip(ready, taken, strict=True):
        if isinstance(one, Refusal):
            items[index] = _fault(index, one)
        else:
            answer = await _answer(services, prepared, one)
            items[index] = ConductItem(index=index, status=200 if one.duplicate or dry_run else 201, conduct=answer)
    return ConductBatch(tuple(items[i] for i in sorted(items)))


def _fault(index: int, refusal: Refusal) -> ConductItem:
    return ConductItem(index=index, status=refusal.status,
                       error=ItemFault(refusal.code, refusal.detail, refusal.errors))
