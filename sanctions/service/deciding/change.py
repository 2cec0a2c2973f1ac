"""Later acts on a penalty: correct, withdraw, serve, enter performance, stay. Each is a revision, never an edit.

What an act was told beside the facts (method of service, evidence, document of withdrawal) is kept as its payload.
"""

from __future__ import annotations

from datetime import date

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel.clock import Clock
from credit.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from credit.kernel.workdays import add_working_days
from credit.model import PenaltyFacts, Record, RecordKind, Stage, Stay
from credit.service import keep_payload, revise_record
from sanctions import store
from sanctions.events import PenaltyCorrected, PenaltyPerformed, PenaltyServed, PenaltyStayed, PenaltyWithdrawn
from sanctions.model import PenaltyCommand
from sanctions.service.deciding.receive import Prepared, Receiving, Withdrawn, stated


class WithdrawalInput(msgspec.Struct, frozen=True, kw_only=True):
    """The document was changed or revoked (行政处罚法 48)."""

    document_no: str
    withdrawn_on: date
    reason: str = ""


class ServiceInput(msgspec.Struct, frozen=True, kw_only=True):
    """Service of the decision: the day that counts, how, and where the evidence is."""

    served_on: date
    method: str
    evidence: str | None = None


class PerformanceInput(msgspec.Struct, frozen=True, kw_only=True):
    corrected_on: date | None = None
    performed_on: date | None = None
    evidence: str | None = None


class StayInput(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """停止执行: inclusive days; `to` null while it runs."""

    first_day: date
    document: str
    last_day: date | None = None


class Changed(msgspec.Struct, frozen=True):
    """The record after the act."""

    record_id: str
    revision: int
    seq: int


class IdentityChanged(Invalid):
    code = "identity_changed"
    title = "更正不得改变主体、机关或文号 A correction keeps subject, authority and number"


class Changing:
    """The service of later acts. Only the deciding authority, or a key with `push:any`, may act."""

    def __init__(self, book: Rulebook, clock: Clock, receiving: Receiving) -> None:
        self.book = book
        self.clock = clock
        self.receiving = receiving

    async def correct(
        self, record_id: str, command: PenaltyCommand, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Replaces content and stated restrictions. Subject, authority and number stay, else IdentityChanged."""
        old = await self._mine(record_id, caller)
        prepared = await self.receiving.prepare(command, caller, stage=old.penalty.stage)
        key = await lookup.natural_key(record_id)
        if prepared.natural_key != key:
            raise IdentityChanged(
                "更正只改内容;主体、处罚机关或文号有误的,请撤销本记录后重新推送",
                errors=(FieldError("/document_no", "identity_changed", "保持原主体、机关和文号"),),
            )
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            ids = tuple(new_id("res") for _ in prepared.bases)
            seq = u.record(
                PenaltyCorrected(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                 code=await _code(old), restriction_ids=ids)
            )
            facts = _merged(old.penalty, prepared.facts)
            made = await revise_record(u, old, seq=seq, facts=facts, prose=prepared.prose, digest=prepared.digest)
            await _replace_restrictions(u, prepared, made, ids, seq)
            answer = Changed(record_id, made.revision, seq)
            u.keep(answer)
        return answer

    async def withdraw(
        self, record_id: str, given: WithdrawalInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Ends the record. Display must stop within the working days of rule `withdrawal.stop_display`."""
        await self._mine(record_id, caller)
        days = self.book.current.at("withdrawal.stop_display", given.withdrawn_on).value
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            if given.withdrawn_on > u.day or given.withdrawn_on < old.penalty.decided_on:
                raise Invalid("撤销日期须在决定日期与今天之间",
                              errors=(FieldError("/withdrawn_on", "out_of_range", "核对撤销日期"),))
            seq = u.record(
                PenaltyWithdrawn(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                 code=await _code(old), withdrawn_on=given.withdrawn_on,
                                 due_on=add_working_days(given.withdrawn_on, days).day)
            )
            keep_payload(u, seq=seq, owner=record_id, body=given)
            made = await revise_record(u, old, seq=seq, withdrawn_on=given.withdrawn_on)
            answer = Changed(record_id, made.revision, seq)
            u.keep(answer)
        return answer

    async def serve(
        self, record_id: str, given: ServiceInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Enters the day of service; a draft takes effect with it."""
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            if not old.penalty.decided_on <= given.served_on <= u.day:
                raise Invalid("送达日期须在决定日期与今天之间",
                              errors=(FieldError("/served_on", "out_of_range", "核对送达回证上的日期"),))
            draft = old.penalty.stage is Stage.DRAFT
            facts = msgspec.structs.replace(old.penalty, served_on=given.served_on, stage=Stage.DECIDED)
            seq = u.record(
                PenaltyServed(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                              code=await _code(old), served_on=given.served_on, was_draft=draft)
            )
            keep_payload(u, seq=seq, owner=record_id, body=given)
            return await _revised(u, old, seq, facts)

    async def perform(
        self, record_id: str, given: PerformanceInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Enters the days on which the act was corrected and the penalty performed."""
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            days = {"corrected_on": given.corrected_on, "performed_on": given.performed_on}
            late = [name for name, day in days.items() if day is not None and day > u.day]
            if late or not any(days.values()):
                fields = tuple(FieldError(f"/{n}", "in_future", "不得晚于今天") for n in late)
                raise Invalid("填写整改或履行完毕日期,且不得晚于今天", errors=fields or (
                    FieldError("/corrected_on", "missing", "至少填写一个日期"),))
            facts = msgspec.structs.replace(
                old.penalty, corrected_on=given.corrected_on or old.penalty.corrected_on,
                performed_on=given.performed_on or old.penalty.performed_on,
            )
            seq = u.record(
                PenaltyPerformed(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                 code=await _code(old), corrected_on=facts.corrected_on,
                                 performed_on=facts.performed_on)
            )
            keep_payload(u, seq=seq, owner=record_id, body=given)
            return await _revised(u, old, seq, facts)

    async def stay(
        self, record_id: str, given: StayInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Enters 停止执行 (复议法 42, 行政诉讼法 56): while it runs the stated restrictions do not bar."""
        await self._mine(record_id, caller)
        if given.last_day is not None and given.last_day < given.first_day:
            raise Invalid("停止执行的截止日早于起始日", errors=(FieldError("/to", "to_before_from", "核对起止日期"),))
        if not given.document.strip():
            raise Invalid("填写停止执行决定或裁定文号", errors=(FieldError("/document", "missing", "填写文号"),))
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            one = Stay(first_day=given.first_day, last_day=given.last_day, document_no=given.document.strip())
            kept = tuple(s for s in old.penalty.stays if s.document_no != one.document_no)
            facts = msgspec.structs.replace(old.penalty, stays=(*kept, one))
            seq = u.record(
                PenaltyStayed(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                              code=await _code(old), first_day=given.first_day, last_day=given.last_day)
            )
            keep_payload(u, seq=seq, owner=record_id, body=given)
            return await _revised(u, old, seq, facts)

    async def _mine(self, record_id: str, caller: Caller) -> Record:
        old = await _open(record_id)
        if "push:any" not in caller.scopes and old.penalty.authority.code != caller.org_code:
            raise Forbidden("只有作出决定的机关可以办理 only the deciding authority may act on this record")
        return old


async def _open(record_id: str) -> Record:
    found = await lookup.record(record_id)
    if found is None or found.kind is not RecordKind.PENALTY:
        raise NotFound("没有这条处罚记录 no such penalty")
    if found.withdrawn:
        raise Withdrawn("该处罚决定已撤销,不能再变更 this penalty was withdrawn")
    return found


async def _code(record: Record) -> str | None:
    entity = await lookup.entity_by_id(record.entity_id)
    return entity.code if entity else None


async def _revised(u: Unit, old: Record, seq: int, facts: PenaltyFacts) -> Changed:
    made = await revise_record(u, old, seq=seq, facts=facts)
    answer = Changed(made.record_id, made.revision, seq)
    u.keep(answer)
    return answer


def _merged(old: PenaltyFacts, new: PenaltyFacts) -> PenaltyFacts:
    """A correction replaces content but keeps what later acts entered."""
    return msgspec.structs.replace(
        new, served_on=new.served_on or old.served_on, corrected_on=new.corrected_on or old.corrected_on,
        performed_on=new.performed_on or old.performed_on, stays=old.stays, repaired_on=old.repaired_on,
        stage=old.stage, pushed_by=old.pushed_by,
    )


async def _replace_restrictions(
    u: Unit, prepared: Prepared, made: Record, ids: tuple[str, ...], seq: int
) -> None:
    for old in await store.restrictions_of_record(made.record_id):
        if not old.withdrawn:
            gone = msgspec.structs.replace(old, withdrawn=True, seq=seq)
            store.write_restriction(u, gone, await store.restriction_revision(old.restriction_id) + 1)
    for restriction in stated(prepared, made.record_id, made.entity_id, ids, seq):
        store.write_restriction(u, restriction)
