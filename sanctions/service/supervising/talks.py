"""约谈 from the talk to its end: proof and closure, or referral to the supervising department and its answer.

Nothing of it is a record of the company: it is not scored, not published, and bars nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import msgspec

from credit import lookup, uscc
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.unit import Event, Request, Unit, unit
from credit.service import keep_payload
from sanctions.conduct import kept
from sanctions.service.supervising import store
from sanctions.supervising.events import TalkAnswered, TalkCalled, TalkClosed, TalkHeld, TalkProven, TalkReferred
from sanctions.talks import (
    CallInput,
    ClosureInput,
    MeetingInput,
    ProofInput,
    ReferralInput,
    Talk,
    TalkAct,
    TalkAnswerInput,
    TalkInput,
    TalkState,
    TalkStep,
)

HOLDERS = (Role.PLATFORM, Role.AUTHORITY)
_CALL_WORDS = ("reason", "meets_at", "place", "attendee", "bring", "basis")
OVERSEERS = (Role.AUDITOR, Role.COORDINATOR)


class TalkEnded(Conflict):
    code = "talk_ended"
    title = "该约谈已办结或已移送 This talk has ended"


class NotOverdue(Conflict):
    code = "talk_not_overdue"
    title = "约谈要求的期限未满 The deadline has not passed"


class NotHeld(Conflict):
    code = "talk_not_held"
    title = "约谈尚未进行 The talk was not held yet"


class DepartmentUnknown(Invalid):
    code = "department_unknown"
    title = "没有这个监督部门 No such department"


class TalkDone(msgspec.Struct, frozen=True, kw_only=True):
    """Where an act on a talk was recorded."""

    id: str
    number: int
    seq: int


class TalkLine(NamedTuple):
    """A step with its words, empty once erased."""

    step: TalkStep
    words: dict[str, str]


class TalkView(NamedTuple):
    """A talk as its parties see it on a day. `late`: the deadline passed without a closure."""

    talk: Talk
    state: TalkState
    late: bool
    company: str
    holder: str
    department: str
    lines: tuple[TalkLine, ...]

    @property
    def words(self) -> defaultdict[str, str]:
        """Reason and demand, with time and place where it was called; empty where not told, or once erased."""
        told: defaultdict[str, str] = defaultdict(str)
        for line in self.lines:
            if line.step.act in (TalkAct.CALLED, TalkAct.HELD):
                told |= line.words
        return told


class Talks:
    """The service of talks."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    async def call(self, given: CallInput, caller: Caller, *, request: Request | None = None) -> TalkDone:
        """Records a talk to come; the 约谈通知书 follows. Raises BadCode, Invalid."""
        code = uscc.check(given.subject)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            if given.meets_on < u.day:
                raise Invalid("约谈日期已过", errors=(
                    FieldError("/meets_on", "out_of_range", "填写今天或者以后的日期;已经进行的直接登记约谈"),))
            talk_id = new_id("tlk")
            first = TalkStep(talk_id=talk_id, number=1, seq=u.next_seq, act=TalkAct.CALLED, org_code=caller.org_code,
                             subject_code=code, day=given.meets_on, payload_id="")
            event = TalkCalled(subject=talk_id, record_id=talk_id, code=code, meets_on=given.meets_on)
            told = {name: getattr(given, name) for name in _CALL_WORDS}
            return _write(u, first, event, told)

    async def meet(
        self, talk_id: str, given: MeetingInput, caller: Caller, *, request: Request | None = None
    ) -> TalkDone:
        """A called talk was held, or nobody came: its demand and last day. Raises NotFound, Forbidden, TalkEnded."""
        await self._mine(talk_id, caller, _holder)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await _open(talk_id, u.day, tuple(s for s in TalkState if s is not TalkState.CALLED))
            _check_days(given, u.day)
            step = msgspec.structs.replace(_next(found, u, TalkAct.HELD, caller.org_code), day=given.held_on,
                                           deadline=given.deadline)
            event = TalkHeld(subject=talk_id, record_id=talk_id, code=step.subject_code, held_on=given.held_on,
                             deadline=given.deadline)
            told = {"demand": given.demand, "document": given.document, "attended": "yes" if given.attended else "no"}
            return _write(u, step, event, told)

    async def hold(self, given: TalkInput, caller: Caller, *, request: Request | None = None) -> TalkDone:
        """Records a talk that was held. Raises BadCode, Invalid."""
        code = uscc.check(given.subject)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            _check_days(given, u.day)
            talk_id = new_id("tlk")
            first = TalkStep(talk_id=talk_id, number=1, seq=u.next_seq, act=TalkAct.HELD, org_code=caller.org_code,
                             subject_code=code, day=given.held_on, deadline=given.deadline, payload_id="")
            event = TalkHeld(subject=talk_id, record_id=talk_id, code=code, held_on=given.held_on,
                             deadline=given.deadline)
            return _write(u, first, event, {"reason": given.reason, "demand": given.demand, "document": given.document})

    async def prove(
        self, talk_id: str, given: ProofInput, caller: Caller, *, request: Request | None = None
    ) -> TalkDone:
        """The company states how it met the demand. Raises NotFound, Forbidden, TalkEnded."""
        return await self._act(talk_id, caller, request, TalkAct.PROOF, given.text, by=_subject,
                               ended=(TalkState.CLOSED, TalkState.ANSWERED), event=TalkProven)

    async def close(
        self, talk_id: str, given: ClosureInput, caller: Caller, *, request: Request | None = None
    ) -> TalkDone:
        """Who held it finds the demand met, and says how that was found. Raises NotFound, Forbidden, TalkEnded."""
        return await self._act(talk_id, caller, request, TalkAct.CLOSURE, given.finding, by=_holder,
                               ended=(TalkState.CLOSED, TalkState.REFERRED, TalkState.ANSWERED), event=TalkClosed)

    async def refer(
        self, talk_id: str, given: ReferralInput, caller: Caller, *, request: Request | None = None
    ) -> TalkDone:
        """Not met by the last day: the whole file goes to the named department.

        Raises NotFound, Forbidden, TalkEnded, NotOverdue, DepartmentUnknown.
        """
        await self._mine(talk_id, caller, _holder)
        if given.department == caller.org_code or await accounts.find_organisation(given.department) is None:
            raise DepartmentUnknown("填写已登记的行政监督部门的统一社会信用代码,不能是本单位", errors=(
                FieldError("/department", "department_unknown", "运营方可以登记部门"),))
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await _open(talk_id, u.day, (TalkState.CLOSED, TalkState.REFERRED, TalkState.ANSWERED))
            if found.deadline is None:
                raise NotHeld("先登记约谈情况和要求,再移送")
            if not found.late(u.day):
                raise NotOverdue(f"要求的最后一日是{found.deadline},此后仍未落实的才移送", deadline=found.deadline)
            step = _next(found, u, TalkAct.REFERRAL, caller.org_code, department=given.department)
            event = TalkReferred(subject=talk_id, record_id=talk_id, code=step.subject_code,
                                 department=given.department)
            return _write(u, step, event, {"text": given.note})

    async def answer(
        self, talk_id: str, given: TalkAnswerInput, caller: Caller, *, request: Request | None = None
    ) -> TalkDone:
        """The department says what it did. Raises NotFound, Forbidden, TalkEnded."""
        return await self._act(talk_id, caller, request, TalkAct.ANSWER, given.text, by=_department,
                               ended=(TalkState.CLOSED, TalkState.ANSWERED), event=TalkAnswered)

    async def view(self, talk_id: str, caller: Caller) -> TalkView:
        """One talk with its words, for its parties. Raises NotFound."""
        return await self._view(await self._seen(talk_id, caller))

    async def told(self, talk_id: str) -> TalkView | None:
        """The same for whoever writes its letters."""
        found = await store.talk(talk_id)
        return await self._view(found) if found else None

    async def listing(self, caller: Caller, below: int, limit: int) -> tuple[list[TalkView], int | None]:
        """Those the caller held, was referred, or is the subject of; newest first; and where the next page begins."""
        own: dict[str, str] = {}
        if caller.role is Role.ENTERPRISE:
            own = {"subject": caller.org_code}
        elif not caller.may(*OVERSEERS):
            own = {"office": caller.org_code}
        found = await store.talks(below, limit, **own)
        more = found[-1].steps[0].seq if len(found) == limit else None
        return [await self._view(one) for one in found], more

    async def _act(
        self, talk_id: str, caller: Caller, request: Request | None, act: TalkAct, text: str, *,
        by: Callable[[Talk, Caller], bool], ended: tuple[TalkState, ...],
        event: type[TalkProven | TalkClosed | TalkAnswered],
    ) -> TalkDone:
        await self._mine(talk_id, caller, by)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await _open(talk_id, u.day, ended)
            if act is TalkAct.PROOF and found.deadline is None:
                raise NotHeld("约谈后再说明落实情况")
            step = _next(found, u, act, caller.org_code)
            return _write(u, step, event(subject=talk_id, code=step.subject_code), {"text": text})

    async def _seen(self, talk_id: str, caller: Caller) -> Talk:
        found = await store.talk(talk_id)
        party = found is not None and any(is_party(found, caller) for is_party in (_subject, _holder, _department))
        if found is None or not (party or caller.may(*OVERSEERS)):
            raise NotFound("没有这次约谈 no such talk")
        return found

    async def _mine(self, talk_id: str, caller: Caller, by: Callable[[Talk, Caller], bool]) -> None:
        if not by(await self._seen(talk_id, caller), caller):
            raise Forbidden("此事由约谈的其他一方办理 this is for another party of the talk")

    async def _view(self, found: Talk) -> TalkView:
        today, held = business_day(self.clock()), found.held
        entity = await lookup.entity_by_code(held.subject_code)
        lines = []
        for step in found.steps:
            text = await lookup.payload(step.payload_id)
            lines.append(TalkLine(step, msgspec.json.decode(text, type=dict[str, str]) if text else {}))
        return TalkView(found, found.state(today), found.late(today), entity.name if entity else "",
                        await _name(held.org_code), await _name(found.department), tuple(lines))


def _check_days(given: TalkInput | MeetingInput, today: date) -> None:
    faults = []
    if given.held_on > today:
        faults.append(FieldError("/held_on", "out_of_range", "约谈之后再登记,不晚于今天"))
    if given.deadline < given.held_on:
        faults.append(FieldError("/deadline", "out_of_range", "落实期限不早于约谈之日"))
    if faults:
        raise Invalid("日期有误", errors=tuple(faults))


def _subject(found: Talk, caller: Caller) -> bool:
    return caller.role is Role.ENTERPRISE and found.held.subject_code == caller.org_code


def _holder(found: Talk, caller: Caller) -> bool:
    return caller.may(*HOLDERS) and found.held.org_code == caller.org_code


def _department(found: Talk, caller: Caller) -> bool:
    return caller.may(Role.AUTHORITY) and found.department == caller.org_code


async def _open(talk_id: str, day: date, ended: tuple[TalkState, ...]) -> Talk:
    found = await store.talk(talk_id)
    assert found is not None  # seen before the lock, and never removed
    state = found.state(day)
    if state in ended:
        raise TalkEnded("该约谈已办结或已移送,不能再办这一步;看 GET /v1/talks/{id}", state=state)
    return found


def _next(found: Talk, u: Unit, act: TalkAct, org_code: str, department: str | None = None) -> TalkStep:
    held = found.held
    return TalkStep(talk_id=held.talk_id, number=len(found.steps) + 1, seq=u.next_seq, act=act, org_code=org_code,
                    subject_code=held.subject_code, day=u.day, department=department, payload_id="")


def _write(u: Unit, step: TalkStep, event: Event, words: dict[str, str]) -> TalkDone:
    seq = u.record(event)
    body = {name: kept(text) for name, text in words.items()}
    payload_id = keep_payload(u, seq=seq, owner=step.talk_id, body=body)
    store.write_step(u, msgspec.structs.replace(step, seq=seq, payload_id=payload_id))
    done = TalkDone(id=step.talk_id, number=step.number, seq=seq)
    u.keep(done)
    return done


async def _name(code: str | None) -> str:
    found = await accounts.find_organisation(code) if code else None
    return found.name if found else ""
