"""Penalties over HTTP: push one or up to a thousand, and the later acts on a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import Parameter

from api import replays
from api.auth import needs
from api.bodies import batch_body, json_body
from api.decoding import Faulty
from api.v1.views import EntryRef, NoLetterLine, PenaltyAnswer, RecordLine, full_record, no_letter, window
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import ledger, unit
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, Refusal
from credit.model import Stage
from sanctions.classify import classify
from sanctions.events import Origin, PenaltyRecorded
from sanctions.model import PenaltyCommand
from sanctions.publication import publication
from sanctions.service.deciding.change import Changed, PerformanceInput, ServiceInput, StayInput, WithdrawalInput
from sanctions.service.deciding.files import foreseen
from sanctions.service.deciding.receive import Prepared, Received, Seen

_MOST = 1000
OFFICES = [needs(Role.AUTHORITY)]
READERS = [needs(Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR)]
Key = unit.Request | None
DryRun = Annotated[bool, Parameter(description="只检查,不登记 check only, write nothing")]
StageArg = Annotated[Stage, Parameter(description="draft:与决定书一并送达前的拟稿,送达后生效")]


class ItemFault(msgspec.Struct, frozen=True):
    """Why an item of a batch was not taken."""

    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()


class BatchItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One item of a batch: `status` as a single push would answer it."""

    index: int
    status: int
    penalty: PenaltyAnswer | None = None
    error: ItemFault | None = None


class BatchAnswer(msgspec.Struct, frozen=True):
    items: tuple[BatchItem, ...]


class Penalties(Controller):
    """行政处罚:推送、更正、撤销、送达、履行、停止执行。"""

    path = "/v1/penalties"
    tags = ["penalties"]

    @post("/", guards=OFFICES, dto=batch_body(PenaltyCommand), status_code=201, summary="推送处罚 Push penalties")
    async def push(
        self, data: PenaltyCommand | list[PenaltyCommand], services: Services, caller: Caller, request_key: Key,
        dry_run: DryRun = False, stage: StageArg = Stage.DECIDED,
    ) -> Response[PenaltyAnswer | BatchAnswer]:
        """One answers 201, the same again 200 with the same ids; a list answers 200 with one item per penalty."""
        if isinstance(data, list):
            await replays.look_up(request_key, caller, services.clock())
            items = await _batch(data, services, caller, stage, dry_run=dry_run)
            await replays.keep(request_key, caller, services.clock(), items)
            return Response(items, status_code=200)
        prepared = await services.receiving.prepare(data, caller, stage=stage)
        if dry_run:
            found = (await foreseen([prepared]))[0]
            if isinstance(found, Refusal):
                raise found
            return Response(await _answer(services, prepared, found), status_code=200)
        try:
            received = await services.receiving.receive(prepared, by=caller.key_id, request=request_key)
        except unit.Replayed as exc:
            received = msgspec.json.decode(exc.answer, type=Received)
        answer = await _answer(services, prepared, received)
        answer = msgspec.structs.replace(answer, no_letter=await without_letter(services, received, Origin.PUSH))
        return Response(answer, status_code=200 if received.duplicate else 201)

    @get("/{record_id:str}", guards=READERS, summary="一件处罚 One penalty")
    async def read(self, record_id: str, services: Services, caller: Caller) -> RecordLine:
        """A penalty with its class, window, bars and prose."""
        found = await services.standing.penalty(record_id, business_day(services.clock()))
        owners = (found.record.penalty.authority.code, found.record.penalty.pushed_by)
        if caller.role is Role.AUTHORITY and "push:any" not in caller.scopes and caller.org_code not in owners:
            raise Forbidden("只能查看本机关作出或推送的处罚 this penalty is another authority's")
        return full_record(found, await services.standing.prose(found.record))

    @post("/{record_id:str}/corrections", guards=OFFICES, dto=json_body(PenaltyCommand), status_code=200,
          summary="更正 Correct")
    async def correct(
        self, record_id: str, data: PenaltyCommand, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Replaces content and stated restrictions; subject, authority and number stay."""
        return await _once(services.changing.correct(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/withdrawal", guards=OFFICES, dto=json_body(WithdrawalInput), status_code=200,
          summary="撤销 Withdraw")
    async def withdraw(
        self, record_id: str, data: WithdrawalInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """The document was revoked or changed; display stops, past answers stay."""
        return await _once(services.changing.withdraw(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/service", guards=OFFICES, dto=json_body(ServiceInput), status_code=200,
          summary="送达 Service")
    async def serve(
        self, record_id: str, data: ServiceInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Enters the day of service (送达); a draft takes effect with it."""
        return await _once(services.changing.serve(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/performance", guards=OFFICES, dto=json_body(PerformanceInput), status_code=200,
          summary="履行 Performance")
    async def perform(
        self, record_id: str, data: PerformanceInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Enters when the act was corrected and the penalty performed."""
        return await _once(services.changing.perform(record_id, data, caller, request=request_key))

    @post("/{record_id:str}/stay", guards=OFFICES, dto=json_body(StayInput), status_code=200, summary="停止执行 Stay")
    async def stay(
        self, record_id: str, data: StayInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Enters 停止执行; while it runs the stated restrictions do not bar."""
        return await _once(services.changing.stay(record_id, data, caller, request=request_key))


async def _once(act: Any) -> Changed:
    """The act's answer, or the one kept for the same request."""
    try:
        return await act  # type: ignore[no-any-return]
    except unit.Replayed as exc:
        return msgspec.json.decode(exc.answer, type=Changed)


async def without_letter(services: Services, received: Received, origin: Origin) -> NoLetterLine | None:
    """Why no letter follows a received penalty; null where one does."""
    event = {"kind": PenaltyRecorded.kind, "origin": origin.value, "letters": True}
    found = await services.notices.issuing.foreseen(received.record_id, event, received.seq)
    return no_letter(found.reason)


async def _answer(services: Services, prepared: Prepared, received: Received) -> PenaltyAnswer:
    facts, rules = prepared.facts, services.book.current
    found = classify(facts, rules)
    leaf = (await ledger.entry(received.seq)).leaf if received.seq >= 0 else ""
    return PenaltyAnswer(
        id=received.record_id, subject_code=received.code, severity=found.severity,
        severity_source=found.severity_source, severity_provisional=found.severity_provisional,
        publication=window(publication(facts, found, rules, subject=prepared.command.subject.kind)),
        restriction_ids=received.restriction_ids,
        notices_url=f"/v1/notices?subject={received.code}" if received.code else None,
        entry=EntryRef(received.seq, leaf), duplicate=received.duplicate, name_differs=received.name_differs,
        ban_unread=facts.ban_unread,
    )


async def _batch(
    data: Sequence[PenaltyCommand | Faulty], services: Services, caller: Caller, stage: Stage, *, dry_run: bool
) -> BatchAnswer:
    """Each item on its own: faults of one never stop another."""
    if len(data) > _MOST:
        cure = FieldError("", "too_many", "请分批推送,或用 /v1/penalties/import")
        raise Invalid(f"一次至多{_MOST}件", errors=(cure,))
    seen, items, ready = Seen(), {}, []
    for index, given in enumerate(data):
        if isinstance(given, Faulty):
            items[index] = _fault(index, given.refusal())
            continue
        try:
            ready.append((index, await services.receiving.prepare(given, caller, stage=stage, seen=seen)))
        except Refusal as exc:
            items[index] = _fault(index, exc)
    batch = [prepared for _, prepared in ready]
    if dry_run:
        taken = await foreseen(batch)
    else:
        taken = await services.receiving.receive_many(batch, by=caller.key_id, origin=Origin.PUSH, letters=True)
    for (index, prepared), one in zip(ready, taken, strict=True):
        if isinstance(one, Refusal):
            items[index] = _fault(index, one)
        else:
            answer = await _answer(services, prepared, one)
            items[index] = BatchItem(index=index, status=200 if one.duplicate or dry_run else 201, penalty=answer)
    return BatchAnswer(tuple(items[i] for i in sorted(items)))


def _fault(index: int, refusal: Refusal) -> BatchItem:
    return BatchItem(index=index, status=refusal.status, error=ItemFault(refusal.code, refusal.detail, refusal.errors))

