"""列入告知 from the intended entry to its end: service, statement and defence, the answer, decision or dropping.

Nothing of it is a record of the company until a decision enters it.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Event, Request, Unit, unit
from credit.service import keep_payload
from sanctions.conduct import kept
from sanctions.events import (
    ListingProposalDecided,
    ListingProposalDropped,
    ListingProposalReplied,
    ListingProposalServed,
    ListingProposalStated,
    ListingProposed,
)
from sanctions.proposals import (
    Answerable,
    DecisionInput,
    DroppedInput,
    FoundInput,
    HeardInput,
    NoticeServed,
    Proposal,
    ProposalAct,
    ProposalInput,
    ProposalState,
    ProposalStep,
    command_of,
)
from sanctions.service.listing import store
from sanctions.service.listing.listings import Entered, Listings

OVERSEERS = (Role.AUDITOR, Role.COORDINATOR)
_INTENDED = "拟列入"  # stands for the number of a decision that is not made yet
_ENDS = (ProposalState.DECIDED, ProposalState.DROPPED)


class ProposalEnded(Conflict):
    code = "proposal_ended"
    title = "该拟列入事项已办结 This intended entry has ended"


class HearingOpen(Conflict):
    code = "hearing_open"
    title = "尚未听取陈述申辩 The company has not been heard"


class ProposalDone(msgspec.Struct, frozen=True, kw_only=True):
    """Where an act on an intended entry was recorded; `record_id` is the entry that a decision made."""

    id: str
    number: int
    seq: int
    record_id: str | None = None


class ProposalLine(NamedTuple):
    """A step with its words, empty once erased."""

    step: ProposalStep
    text: str


class ProposalView(NamedTuple):
    """An intended entry as its parties see it on a day; `given` null once its words were erased."""

    proposal: Proposal
    state: ProposalState
    answerable: Answerable
    given: ProposalInput | None
    lines: tuple[ProposalLine, ...]


class Proposals:
    """The service of intended entries on lists."""

    def __init__(self, book: Rulebook, clock: Clock, listings: Listings) -> None:
        self.book = book
        self.clock = clock
        self.listings = listings

    async def propose(self, given: ProposalInput, caller: Caller, *, request: Request | None = None) -> ProposalDone:
        """Records an intended entry, checked as the entry itself will be. Raises whatever an entry would, Invalid."""
        today = business_day(self.clock())
        draft = DecisionInput(document_no=_INTENDED, decided_on=today)
        prepared = await self.listings.prepare(command_of(given, draft), caller)
        if prepared.code is None:
            cure = FieldError("/subject/kind", "not_allowed", "自然人另行告知")
            raise Invalid("列入告知只对单位制发", errors=(cure,))
        if given.answer_by is not None and given.answer_by < today:
            raise Invalid("陈述申辩的最后一日早于今天", errors=(
                FieldError("/answer_by", "out_of_range", "填写今天或者以后的日期,或者留空按规则推算"),))
        office = prepared.facts.authority.code or caller.org_code
        proposal_id = new_id("prp")
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            step = ProposalStep(
                proposal_id=proposal_id, number=1, seq=u.next_seq, act=ProposalAct.PROPOSED, org_code=caller.org_code,
                authority_code=office, subject_code=prepared.code, list=given.list.value, day=u.day, payload_id="",
                answer_by=given.answer_by)
            event = ListingProposed(subject=proposal_id, record_id=proposal_id, code=prepared.code,
                                    list=given.list.value)
            clean = msgspec.structs.replace(given, facts=kept(given.facts), reason=kept(given.reason),
                                            basis=kept(given.basis))
            return _write(u, step, event, clean)

    async def serve(
        self, proposal_id: str, given: NoticeServed, caller: Caller, *, request: Request | None = None
    ) -> ProposalDone:
        """Enters the day of service, from which statement and defence run. Raises Invalid, ProposalEnded."""
        await self._mine(proposal_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await self._at(proposal_id, u.day, (ProposalState.PROPOSED,), "告知书已登记送达")
            if not found.first.day <= given.served_on <= u.day:
                raise Invalid("送达日期有误", errors=(
                    FieldError("/served_on", "out_of_range", "须在登记拟列入之日与今天之间"),))
            step = _next(found, u, ProposalAct.SERVED, caller.org_code, day=given.served_on)
            event = ListingProposalServed(subject=proposal_id, code=step.subject_code, served_on=given.served_on)
            return _write(u, step, event, {"text": ""})

    async def state(
        self, proposal_id: str, given: HeardInput, caller: Caller, *, request: Request | None = None
    ) -> ProposalDone:
        """陈述申辩, also after its last day while nothing is decided. Raises Invalid, Forbidden, ProposalEnded."""
        found = await self._seen(proposal_id, caller)
        own = _subject(found, caller)
        if not own and not _office(found, caller):
            raise Forbidden("陈述申辩由当事人提交,或由拟列入机关登记 only the subject or the office may enter it")
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            heard = (ProposalState.PROPOSED, ProposalState.OPEN, ProposalState.SILENT)
            found = await self._at(proposal_id, u.day, heard, "已经陈述申辩")
            day = given.stated_on or u.day
            if not found.first.day <= day <= u.day or (own and day != u.day):
                raise Invalid("陈述申辩日期有误", errors=(
                    FieldError("/stated_on", "out_of_range", "须在告知之日与今天之间;企业自行提交的可不填"),))
            step = _next(found, u, ProposalAct.STATED, caller.org_code, day=day)
            event = ListingProposalStated(subject=proposal_id, code=step.subject_code, stated_on=day)
            return _write(u, step, event, {"text": kept(given.text)})

    async def reply(
        self, proposal_id: str, given: FoundInput, caller: Caller, *, request: Request | None = None
    ) -> ProposalDone:
        """复核意见 on the statement. Raises HearingOpen where nothing was stated, Forbidden, ProposalEnded."""
        await self._mine(proposal_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await self._at(proposal_id, u.day, (ProposalState.STATED,), "尚无陈述申辩,或者已经复核")
            step = _next(found, u, ProposalAct.REPLIED, caller.org_code, day=u.day, upheld=given.upheld)
            event = ListingProposalReplied(subject=proposal_id, code=step.subject_code, upheld=given.upheld)
            return _write(u, step, event, {"text": kept(given.reason)})

    async def drop(
        self, proposal_id: str, given: DroppedInput, caller: Caller, *, request: Request | None = None
    ) -> ProposalDone:
        """The entry is not made. Raises Forbidden, ProposalEnded."""
        await self._mine(proposal_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            living = tuple(s for s in ProposalState if s not in _ENDS)
            found = await self._at(proposal_id, u.day, living, "")
            step = _next(found, u, ProposalAct.DROPPED, caller.org_code, day=u.day)
            event = ListingProposalDropped(subject=proposal_id, code=step.subject_code)
            return _write(u, step, event, {"text": kept(given.reason)})

    async def decide(
        self, proposal_id: str, given: DecisionInput, caller: Caller, *, request: Request | None = None
    ) -> ProposalDone:
        """Enters the company on the list, in one act with the end of the hearing.

        Raises HearingOpen before the company was heard as of the decision day, and whatever an entry would.
        """
        words = (await self.view(proposal_id, caller)).given
        await self._mine(proposal_id, caller)
        if words is None:
            raise ProposalEnded("告知的内容已依法删除,请另行告知")
        prepared = await self.listings.prepare(command_of(words, given), caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = await self._at(proposal_id, u.day, tuple(s for s in ProposalState if s not in _ENDS), "")
            self._heard(found, given.decided_on)
            made: Entered = await self.listings.receive_in(u, prepared)
            step = _next(found, u, ProposalAct.DECIDED, caller.org_code, day=given.decided_on,
                         record_id=made.record_id)
            event = ListingProposalDecided(subject=proposal_id, code=step.subject_code, entry_id=made.record_id)
            return _write(u, step, event, {"text": given.document_no})

    async def view(self, proposal_id: str, caller: Caller) -> ProposalView:
        """One intended entry with its words, for its parties. Raises NotFound."""
        return await self._view(await self._seen(proposal_id, caller))

    async def told(self, proposal_id: str) -> ProposalView | None:
        """The same for whoever writes its letters."""
        found = await store.proposal(proposal_id)
        return await self._view(found) if found else None

    async def behind(self, record_id: str) -> ProposalView | None:
        """The intended entry that became a record; None where it was entered without one here."""
        found = await store.of_record(record_id)
        return await self._view(found) if found else None

    async def listing(self, caller: Caller, below: int, limit: int) -> tuple[list[ProposalView], int | None]:
        """Those of the caller's office, or of the company; newest first; and where the next page begins."""
        own: dict[str, str] = {}
        if caller.role is Role.ENTERPRISE:
            own = {"subject": caller.org_code}
        elif not caller.may(*OVERSEERS):
            own = {"office": caller.org_code}
        found = await store.proposals(below, limit, **own)
        more = found[-1].first.seq if len(found) == limit else None
        return [await self._view(one) for one in found], more

    def _heard(self, found: Proposal, day: date) -> None:
        rules = self.book.current
        if found.may_decide(day, rules):
            return
        last = found.answerable(rules).last_day
        told = f"陈述申辩期至{last}(含当日)" if last else "先登记列入告知书的送达日期"
        raise HearingOpen(f"{told};期满未陈述或者陈述已复核的,方可作出列入决定;申辩成立的请终止", last_day=last)

    async def _at(self, proposal_id: str, day: date, allowed: tuple[ProposalState, ...], why: str) -> Proposal:
        found = await store.proposal(proposal_id)
        assert found is not None  # seen before the lock, and never removed
        state = found.state(day, self.book.current)
        if state in _ENDS:
            raise ProposalEnded("该拟列入事项已作出决定或者已终止,不能再办这一步", state=state)
        if state not in allowed:
            raise HearingOpen(f"{why};现在的状态是 {state}", state=state)
        return found

    async def _seen(self, proposal_id: str, caller: Caller) -> Proposal:
        found = await store.proposal(proposal_id)
        if found is None or not (_subject(found, caller) or _office(found, caller) or caller.may(*OVERSEERS)):
            raise NotFound("没有这件拟列入事项 no such intended entry")
        return found

    async def _mine(self, proposal_id: str, caller: Caller) -> None:
        if not _office(await self._seen(proposal_id, caller), caller):
            raise Forbidden("由拟列入机关办理 for the office that intends the entry")

    async def _view(self, found: Proposal) -> ProposalView:
        rules, day, lines, given = self.book.current, business_day(self.clock()), [], None
        for step in found.steps:
            body = await lookup.payload(step.payload_id)
            if step.number == 1:
                given = msgspec.json.decode(body, type=ProposalInput) if body else None
                lines.append(ProposalLine(step, ""))
            else:
                lines.append(ProposalLine(step, msgspec.json.decode(body, type=dict[str, str])["text"] if body else ""))
        return ProposalView(found, found.state(day, rules), found.answerable(rules), given, tuple(lines))


def _subject(found: Proposal, caller: Caller) -> bool:
    return caller.role is Role.ENTERPRISE and found.first.subject_code == caller.org_code


def _office(found: Proposal, caller: Caller) -> bool:
    return caller.may(Role.AUTHORITY) and caller.org_code in (found.first.org_code, found.first.authority_code)


def _next(
    found: Proposal, u: Unit, act: ProposalAct, org_code: str, *, day: date, upheld: bool | None = None,
    record_id: str | None = None,
) -> ProposalStep:
    first = found.first
    return ProposalStep(
        proposal_id=first.proposal_id, number=len(found.steps) + 1, seq=u.next_seq, act=act, org_code=org_code,
        authority_code=first.authority_code, subject_code=first.subject_code, list=first.list, day=day,
        upheld=upheld, record_id=record_id, payload_id="")


def _write(u: Unit, step: ProposalStep, event: Event, body: ProposalInput | dict[str, str]) -> ProposalDone:
    seq = u.record(event)
    payload_id = keep_payload(u, seq=seq, owner=step.proposal_id, body=body)
    store.write_step(u, msgspec.structs.replace(step, seq=seq, payload_id=payload_id))
    done = ProposalDone(id=step.proposal_id, number=step.number, seq=seq, record_id=step.record_id)
    u.keep(done)
    return done
