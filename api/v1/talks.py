"""约谈 over HTTP: held, proven and closed, or referred and answered. It bars nobody; its parties see it."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date

import msgspec
from litestar import Controller, get, post

from api.auth import needs
from api.bodies import json_body
from api.paging import Cursor, Limit, below, cursor_of
from api.v1.penalties import Key
from api.v1.views import NoLetterLine, no_letter
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from sanctions.service.supervising.talks import HOLDERS, OVERSEERS, TalkDone, TalkView
from sanctions.supervising.events import TalkCalled, TalkHeld, TalkReferred
from sanctions.talks import (
    CallInput,
    ClosureInput,
    MeetingInput,
    ProofInput,
    ReferralInput,
    TalkAct,
    TalkAnswerInput,
    TalkInput,
    TalkState,
)

_READERS = [needs(*HOLDERS, *OVERSEERS, Role.ENTERPRISE)]


class TalkStepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step: by which organisation, on which day, in which words (empty once erased)."""

    act: TalkAct
    org_code: str
    day: date
    seq: int
    text: str


class TalkRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A talk where it stands today, `deadline` null while it was only called; `late`: the deadline passed
    without a closure. `bars` is always false."""

    id: str
    subject: str
    company: str
    held_by: str
    held_on: date
    deadline: date | None
    reason: str
    demand: str
    document: str
    meets_at: str
    place: str
    attendee: str
    bring: str
    basis: str
    state: TalkState
    late: bool
    department: str | None
    steps: tuple[TalkStepLine, ...]
    bars: bool = False


class TalkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Where an act was recorded; `no_letter` says why no letter follows."""

    id: str
    number: int
    seq: int
    no_letter: NoLetterLine | None = None


class TalkPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[TalkRecord]
    next_cursor: str | None


class Talks(Controller):
    """约谈:要求、期限、落实、办结或移送。约谈本身不限制任何人。"""

    path = "/v1/talks"
    tags = ["talks"]

    @post("/", guards=[needs(*HOLDERS)], dto=json_body(TalkInput), status_code=201, summary="登记约谈 Record a talk")
    async def add(self, data: TalkInput, services: Services, caller: Caller, request_key: Key) -> TalkAnswer:
        """A talk that was held, with its demand and last day; the 整改通知书 follows."""
        made = await _once(services.talks.hold(data, caller, request=request_key))
        return await _answer(services, made, TalkHeld.kind)

    @post("/calls", guards=[needs(*HOLDERS)], dto=json_body(CallInput), status_code=201,
          summary="通知约谈 Call to a talk")
    async def call(self, data: CallInput, services: Services, caller: Caller, request_key: Key) -> TalkAnswer:
        """A talk to come: who, when, where, what to bring; the 约谈通知书 follows."""
        made = await _once(services.talks.call(data, caller, request=request_key))
        return await _answer(services, made, TalkCalled.kind)

    @post("/{talk_id:str}/meeting", guards=[needs(*HOLDERS)], dto=json_body(MeetingInput), status_code=200,
          summary="登记约谈情况 How the talk went")
    async def meet(
        self, talk_id: str, data: MeetingInput, services: Services, caller: Caller, request_key: Key
    ) -> TalkAnswer:
        """A called talk was held, or nobody came: demand and last day; the 整改通知书 follows."""
        made = await _once(services.talks.meet(talk_id, data, caller, request=request_key))
        return await _answer(services, made, TalkHeld.kind)

    @get("/", guards=_READERS, summary="约谈 Talks")
    async def listing(
        self, services: Services, caller: Caller, limit: Limit = 100, cursor: Cursor = None
    ) -> TalkPage:
        """Those the caller held or was referred; a company its own; the auditor and coordinator all."""
        found, more = await services.talks.listing(caller, below(cursor), limit)
        return TalkPage([talk_record(v) for v in found], None if more is None else cursor_of(str(more)))

    @get("/{talk_id:str}", guards=_READERS, summary="一次约谈 One talk")
    async def read(self, talk_id: str, services: Services, caller: Caller) -> TalkRecord:
        """With every step and its words."""
        return talk_record(await services.talks.view(talk_id, caller))

    @post("/{talk_id:str}/proof", guards=[needs(Role.ENTERPRISE)], dto=json_body(ProofInput), status_code=200,
          summary="说明落实情况 State how it was met")
    async def prove(
        self, talk_id: str, data: ProofInput, services: Services, caller: Caller, request_key: Key
    ) -> TalkDone:
        """By the company itself."""
        return await _once(services.talks.prove(talk_id, data, caller, request=request_key))

    @post("/{talk_id:str}/closure", guards=[needs(*HOLDERS)], dto=json_body(ClosureInput), status_code=200,
          summary="办结 Close")
    async def close(
        self, talk_id: str, data: ClosureInput, services: Services, caller: Caller, request_key: Key
    ) -> TalkDone:
        """The demand is met."""
        return await _once(services.talks.close(talk_id, data, caller, request=request_key))

    @post("/{talk_id:str}/referral", guards=[needs(*HOLDERS)], dto=json_body(ReferralInput), status_code=200,
          summary="移送监督部门 Refer")
    async def refer(
        self, talk_id: str, data: ReferralInput, services: Services, caller: Caller, request_key: Key
    ) -> TalkAnswer:
        """Not met by its last day: the whole file goes to the department as a 移送函, and the department answers."""
        made = await _once(services.talks.refer(talk_id, data, caller, request=request_key))
        return await _answer(services, made, TalkReferred.kind)

    @post("/{talk_id:str}/answer", guards=[needs(Role.AUTHORITY)], dto=json_body(TalkAnswerInput), status_code=200,
          summary="部门答复 The department answers")
    async def answer(
        self, talk_id: str, data: TalkAnswerInput, services: Services, caller: Caller, request_key: Key
    ) -> TalkDone:
        """What the department did."""
        return await _once(services.talks.answer(talk_id, data, caller, request=request_key))


async def _answer(services: Services, made: TalkDone, kind: str) -> TalkAnswer:
    found = await services.notices.issuing.foreseen(made.id, {"kind": kind}, made.seq)
    return TalkAnswer(id=made.id, number=made.number, seq=made.seq, no_letter=no_letter(found.reason))


def talk_record(found: TalkView) -> TalkRecord:
    """A talk as its parties see it."""
    held, words = found.talk.held, found.words
    steps = tuple(TalkStepLine(act=line.step.act, org_code=line.step.org_code, day=line.step.day, seq=line.step.seq,
                               text=line.words.get("text", "")) for line in found.lines)
    return TalkRecord(
        id=held.talk_id, subject=held.subject_code, company=found.company, held_by=held.org_code, held_on=held.day,
        deadline=found.talk.deadline, reason=words.get("reason", ""), demand=words.get("demand", ""),
        document=words.get("document", ""),
        meets_at=words.get("meets_at", ""), place=words.get("place", ""), attendee=words.get("attendee", ""),
        bring=words.get("bring", ""), basis=words.get("basis", ""), state=found.state, late=found.late,
        department=found.talk.department,
        steps=steps)


async def _once(act: Awaitable[TalkDone]) -> TalkDone:
    """The act's answer, or the one kept for the same request."""
    try:
        return await act
    except unit.Replayed as exc:
        return msgspec.json.decode(exc.answer, type=TalkDone)
