"""Following conduct: statement and defence, reply, correction, withdrawal, repair; and where a record stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import msgspec

from credit import lookup, uscc
from credit.accounts.model import Caller, Role
from credit.conduct import ConductState, Followed, follow
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.rules import RuleSet
from credit.kernel.unit import Event, Request, Unit, unit
from credit.model import ConductFacts, Entity, Prose, Record, RecordKind
from credit.scheme_rules import versions_of
from credit.schemes import Scheme
from credit.service import revise_record
from sanctions.conduct import ConductCommand, ConductRepair, ConductWithdrawal, ReplyInput, StatementInput, kept
from sanctions.events import ConductCorrected, ConductRepaired, ConductReplied, ConductStated, ConductWithdrawn
from sanctions.service.deciding.change import Changed, IdentityChanged
from sanctions.service.deciding.conduct import Conducting
from sanctions.service.deciding.lifting import AlreadyRepaired
from sanctions.service.deciding.receive import Withdrawn

OVERSEERS = (Role.AUDITOR, Role.COORDINATOR, Role.OPERATOR)
_AT_ONCE = 200
_MOST_SEEN = 5000  # of one page: a rare state must not read a whole register


class AlreadyStated(Conflict):
    code = "already_stated"
    title = "已提交陈述申辩 Already stated"


class NotStated(Conflict):
    code = "not_stated"
    title = "尚无陈述申辩 Nothing was stated"


class AlreadyReplied(Conflict):
    code = "already_replied"
    title = "已经答复 Already replied"


class NeverCounts(Conflict):
    code = "conduct_dropped"
    title = "该行为不予记录 The record never counts"


class ConductView(msgspec.Struct, frozen=True, kw_only=True):
    """A record of conduct with what its scheme says of it on a day."""

    record: Record
    entity: Entity
    scheme_title: str
    item_title: str
    followed: Followed

    @property
    def facts(self) -> ConductFacts:
        return self.record.conduct


class Hearings:
    """The service of later acts on conduct. The recorder acts; the subject states; nobody decides his own case."""

    def __init__(self, conducting: Conducting, clock: Clock) -> None:
        self.conducting = conducting
        self.book = conducting.book
        self.clock = clock

    async def view(self, record_id: str, caller: Caller) -> ConductView:
        """One record as the caller may see it. Raises NotFound for another's."""
        found = (await self._views([await _record(record_id)]))[0]
        if not _sees(found, caller):
            raise NotFound("没有这条行为记录 no such record of conduct")
        return found

    async def prose(self, record: Record) -> Prose:
        """Evidence, statement and reply; empty once erased."""
        return await lookup.prose(record.payload_id) or Prose()

    async def of_entity(self, entity: Entity) -> tuple[ConductView, ...]:
        """Every record of a company or person, oldest first."""
        records = await lookup.records_of(entity.entity_id)
        return tuple(await self._views([r for r in records if r.kind is RecordKind.CONDUCT]))

    async def listing(
        self, caller: Caller, *, subject: str | None = None, state: ConductState | None = None, after: int = -1,
        limit: int = 100,
    ) -> tuple[list[ConductView], int | None]:
        """The records that the caller may see, oldest first, and where the next page begins (None at the end)."""
        found: list[ConductView] = []
        seen, last = 0, after
        async for record in _candidates(caller, subject, after):
            seen, last = seen + 1, record.first_seq
            one = (await self._views([record]))[0]
            if _sees(one, caller) and state in (None, one.followed.state):
                found.append(one)
            if len(found) == limit or seen == _MOST_SEEN:
                return found, last
        return found, None

    async def state(
        self, record_id: str, given: StatementInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """陈述申辩 by the subject itself, today, or entered by the recorder with the day it came in.

        Raises AlreadyStated, Invalid, NotFound, Forbidden, Withdrawn.
        """
        await self._party(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            facts, day = old.conduct, given.stated_on or u.day
            if facts.stated_on is not None and not _served_anew(facts):
                raise AlreadyStated("已提交过陈述申辩;需要补充的,请与记录单位联系", stated_on=facts.stated_on)
            own = caller.role is Role.ENTERPRISE
            if not facts.notice_served_on <= day <= u.day or (own and day != u.day):
                cure = "企业自行提交的以今天为准,可不填" if own else "须在告知书送达日与今天之间"
                raise Invalid("陈述申辩日期有误", errors=(FieldError("/stated_on", "out_of_range", cure),))
            return await _revised(
                u, old,
                msgspec.structs.replace(facts, stated_on=day, replied_on=None, reply_entered_on=None, upheld=None),
                statement=kept(given.text),
                event=ConductStated(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                    code=await _code(old), stated_on=day))

    async def reply(
        self, record_id: str, given: ReplyInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """The recorder answers the statement. Raises NotStated, AlreadyReplied, Invalid, NotFound, Withdrawn."""
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            facts = old.conduct
            if facts.stated_on is None:
                raise NotStated("当事人没有陈述申辩,无需答复;记录有误的请撤回(withdrawal)")
            if facts.replied_on is not None:
                raise AlreadyReplied("已经答复,不能再改;维持后发现有误的请撤回(withdrawal)")
            if not facts.stated_on <= given.replied_on <= u.day:
                raise Invalid("答复日期有误", errors=(
                    FieldError("/replied_on", "out_of_range", f"须在陈述申辩日{facts.stated_on}与今天之间"),))
            return await _revised(
                u, old, msgspec.structs.replace(
                    facts, replied_on=given.replied_on, reply_entered_on=u.day, upheld=given.upheld),
                reply=kept(given.reason),
                event=ConductReplied(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                     code=await _code(old), replied_on=given.replied_on, upheld=given.upheld))

    async def withdraw(
        self, record_id: str, given: ConductWithdrawal, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Ends the record; past answers stay. Raises Invalid, NotFound, Withdrawn."""
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            if not old.conduct.happened_on <= given.withdrawn_on <= u.day:
                raise Invalid("撤回日期有误", errors=(
                    FieldError("/withdrawn_on", "out_of_range", "须在行为发生日与今天之间"),))
            return await _revised(
                u, old, old.conduct, withdrawal=kept(given.reason), withdrawn_on=given.withdrawn_on,
                event=ConductWithdrawn(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                       code=await _code(old), withdrawn_on=given.withdrawn_on))

    async def repair(
        self, record_id: str, given: ConductRepair, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """整改完成: the recorder ends what the record does to the score, from a day on and with its proof.

        Raises AlreadyRepaired, NeverCounts, Invalid, NotFound, Withdrawn.
        """
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            facts, day = old.conduct, given.repaired_on
            if facts.repaired_on is not None:
                raise AlreadyRepaired(f"该行为已于{facts.repaired_on}登记整改完成")
            if facts.upheld is False:
                raise NeverCounts("申辩成立,该行为不予记录,无需登记整改")
            if not facts.happened_on <= day <= u.day:
                raise Invalid("整改完成日期有误", errors=(
                    FieldError("/repaired_on", "out_of_range", f"须在行为发生日{facts.happened_on}与今天之间"),))
            return await _revised(
                u, old, msgspec.structs.replace(facts, repaired_on=day), repair=kept(given.proof),
                event=ConductRepaired(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                      code=await _code(old), repaired_on=day))

    async def correct(
        self, record_id: str, command: ConductCommand, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Replaces evidence, day of the notice and stated last day; what the record is of stays, else IdentityChanged.

        A notice served anew opens the time to state anew; a statement made before it is kept.
        """
        await self._mine(record_id, caller)
        prepared = await self.conducting.prepare(command, caller)
        if prepared.natural_key != await lookup.natural_key(record_id):
            raise IdentityChanged("更正不改变主体、方案、项目、日期、文号和标的;这些有误的,请撤回后重新记录", errors=(
                FieldError("/item", "identity_changed", "保持原主体、方案、项目、日期和文号"),))
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            facts = msgspec.structs.replace(
                old.conduct, notice_served_on=prepared.facts.notice_served_on, valid_until=prepared.facts.valid_until)
            return await _revised(
                u, old, facts, evidence=prepared.prose.evidence, digest=prepared.digest,
                event=ConductCorrected(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                       code=await _code(old)))

    async def _views(self, records: list[Record]) -> list[ConductView]:
        rules, today, found = self.book.current, business_day(self.clock()), []
        for record in records:
            entity = await lookup.entity_by_id(record.entity_id)
            assert entity is not None  # a record is written with or after its entity
            found.append(conduct_view(record, entity, rules, today))
        return found

    async def _mine(self, record_id: str, caller: Caller) -> Record:
        """The record, for whoever recorded it. Raises NotFound, Forbidden, Withdrawn."""
        found = await _open(record_id)
        if not _recorded(found.conduct, caller):
            raise Forbidden("只有记录单位可以办理 only whoever recorded it may act on it")
        return found

    async def _party(self, record_id: str, caller: Caller) -> None:
        found = await self.view(record_id, caller)
        if caller.role is not Role.ENTERPRISE and not _recorded(found.facts, caller):
            raise Forbidden("陈述申辩由当事人提交,或由记录单位代为登记 only the subject or the recorder may enter it")


def conduct_view(record: Record, entity: Entity, rules: RuleSet, day: date) -> ConductView:
    """What the scheme says of one record on `day`. Pure."""
    facts = record.conduct
    used = versions_of(rules, facts.scheme)[-1]
    assert used.hearing is not None  # else nothing was recorded under it
    return ConductView(record=record, entity=entity, scheme_title=used.title, item_title=_title(used, facts.item),
                       followed=follow(facts, used.hearing.clocks, day, withdrawn=record.withdrawn))


def _served_anew(facts: ConductFacts) -> bool:
    """Whether a notice was served after the statement, which opens the time to state anew; not once it was dropped."""
    return facts.stated_on is not None and facts.stated_on < facts.notice_served_on and facts.upheld is not False


def _title(used: Scheme, item: str) -> str:
    return next((found.title for found in used.faults if found.item == item), item)


def _recorded(facts: ConductFacts, caller: Caller) -> bool:
    office = caller.may(Role.AUTHORITY, Role.PLATFORM)
    return office and ("push:any" in caller.scopes or caller.org_code in (facts.authority.code, facts.pushed_by))


def _sees(found: ConductView, caller: Caller) -> bool:
    if caller.role is Role.ENTERPRISE:
        return found.entity.code == caller.org_code
    return caller.may(*OVERSEERS) or _recorded(found.facts, caller)


async def _candidates(caller: Caller, subject: str | None, after: int) -> AsyncIterator[Record]:
    """The records a page is chosen from: of one subject, of the recorder, or all."""
    if subject is None and caller.role is Role.ENTERPRISE:
        subject = caller.org_code
    if subject is not None:
        entity = await _subject(subject)
        for record in await lookup.records_of(entity.entity_id) if entity else ():
            if record.kind is RecordKind.CONDUCT and record.first_seq > after:
                yield record
        return
    whole = caller.may(*OVERSEERS) or "push:any" in caller.scopes
    while page := await lookup.conduct_records(None if whole else caller.org_code, after, _AT_ONCE):
        for record in page:
            yield record
        after = page[-1].first_seq


async def _subject(subject: str) -> Entity | None:
    if uscc.is_valid(subject):
        return await lookup.entity_by_code(subject)
    return await lookup.entity_by_person(subject)


async def _record(record_id: str) -> Record:
    found = await lookup.record(record_id)
    if found is None or found.kind is not RecordKind.CONDUCT:
        raise NotFound("没有这条行为记录 no such record of conduct")
    return found


async def _open(record_id: str) -> Record:
    found = await _record(record_id)
    if found.withdrawn:
        raise Withdrawn("该行为记录已撤回,不能再变更 this record was withdrawn")
    return found


async def _code(record: Record) -> str | None:
    entity = await lookup.entity_by_id(record.entity_id)
    return entity.code if entity else None


async def _revised(
    u: Unit, old: Record, facts: ConductFacts, *, event: Event, withdrawn_on: date | None = None,
    digest: str | None = None, **words: str,
) -> Changed:
    """The act's event, the next revision with the new words beside the old ones, and the answer."""
    seq = u.record(event)
    prose = msgspec.structs.replace(await lookup.prose(old.payload_id) or Prose(), **words)
    made = await revise_record(u, old, seq=seq, facts=facts, prose=prose, withdrawn_on=withdrawn_on, digest=digest)
    answer = Changed(made.record_id, made.revision, seq)
    u.keep(answer)
    return answer
