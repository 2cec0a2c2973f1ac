"""列入告知 over HTTP: an intended entry, its service, statement and defence, the answer, decision or dropping."""

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
from sanctions.events import ListingProposed
from sanctions.proposals import (
    DecisionInput,
    DroppedInput,
    FoundInput,
    HeardInput,
    NoticeServed,
    ProposalAct,
    ProposalInput,
    ProposalState,
)
from sanctions.service.listing.proposals import OVERSEERS, ProposalDone, ProposalView

_READERS = [needs(Role.AUTHORITY, Role.ENTERPRISE, *OVERSEERS)]
_OFFICES = [needs(Role.AUTHORITY)]


class ProposalStepLine(msgspec.Struct, frozen=True, kw_only=True):
    """A step: by which organisation, on which day, in which words (empty once erased)."""

    act: ProposalAct
    org_code: str
    day: date
    seq: int
    text: str


class ProposalRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An intended entry where it stands today. `answer_by`: last day for statement and defence; `answer_verified`
    false: computed by a period that was not read in the list's own text. `bars` is always false."""

    id: str
    subject: str
    company: str
    list: str
    authority: str
    facts: str
    reason: str
    basis: str
    until: date | None
    state: ProposalState
    answer_by: date | None
    answer_verified: bool
    answer_basis: str
    record_id: str | None
    steps: tuple[ProposalStepLine, ...]
    bars: bool = False


class ProposalPage(msgspec.Struct, frozen=True):
    """Newest first."""

    items: list[ProposalRecord]
    next_cursor: str | None


class ProposalAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded; `no_letter` says why no 列入告知书 follows."""

    id: str
    number: int
    seq: int
    record_id: str | None = None
    no_letter: NoLetterLine | None = None


class ListingProposals(Controller):
    """列入名单前的告知、陈述申辩和复核。拟列入不是列入,不限制任何人。"""

    path = "/v1/listing-proposals"
    tags = ["listings"]

    @post("/", guards=_OFFICES, dto=json_body(ProposalInput), status_code=201, summary="拟列入告知 Intend an entry")
    async def add(
        self, data: ProposalInput, services: Services, caller: Caller, request_key: Key
    ) -> ProposalAnswer:
        """Checked as the entry itself; the 列入告知书 follows."""
        made = await _once(services.proposals.propose(data, caller, request=request_key))
        event = {"kind": ListingProposed.kind, "letters": True}
        found = await services.notices.issuing.foreseen(made.id, event, made.seq)
        return ProposalAnswer(id=made.id, number=made.number, seq=made.seq, no_letter=no_letter(found.reason))

    @get("/", guards=_READERS, summary="拟列入事项 Intended entries")
    async def listing(
        self, services: Services, caller: Caller, limit: Limit = 100, cursor: Cursor = None
    ) -> ProposalPage:
        """Those of the caller's office; a company its own; the auditor and coordinator all."""
        found, more = await services.proposals.listing(caller, below(cursor), limit)
        return ProposalPage([proposal_record(v) for v in found], None if more is None else cursor_of(str(more)))

    @get("/{proposal_id:str}", guards=_READERS, summary="一件拟列入事项 One intended entry")
    async def read(self, proposal_id: str, services: Services, caller: Caller) -> ProposalRecord:
        """With every step and its words."""
        return proposal_record(await services.proposals.view(proposal_id, caller))

    @post("/{proposal_id:str}/service", guards=_OFFICES, dto=json_body(NoticeServed), status_code=200,
          summary="登记告知书送达 Service of the notice")
    async def serve(
        self, proposal_id: str, data: NoticeServed, services: Services, caller: Caller, request_key: Key
    ) -> ProposalDone:
        """送达, from which statement and defence run."""
        return await _once(services.proposals.serve(proposal_id, data, caller, request=request_key))

    @post("/{proposal_id:str}/statement", guards=[needs(Role.AUTHORITY, Role.ENTERPRISE)],
          dto=json_body(HeardInput), status_code=200, summary="陈述申辩 Statement and defence")
    async def state(
        self, proposal_id: str, data: HeardInput, services: Services, caller: Caller, request_key: Key
    ) -> ProposalDone:
        """By the company itself, or entered by the office."""
        return await _once(services.proposals.state(proposal_id, data, caller, request=request_key))

    @post("/{proposal_id:str}/reply", guards=_OFFICES, dto=json_body(FoundInput), status_code=200,
          summary="复核意见 The answer")
    async def reply(
        self, proposal_id: str, data: FoundInput, services: Services, caller: Caller, request_key: Key
    ) -> ProposalDone:
        """Whether the entry is still intended."""
        return await _once(services.proposals.reply(proposal_id, data, caller, request=request_key))

    @post("/{proposal_id:str}/decision", guards=_OFFICES, dto=json_body(DecisionInput), status_code=201,
          summary="作出列入决定 Decide")
    async def decide(
        self, proposal_id: str, data: DecisionInput, services: Services, caller: Caller, request_key: Key
    ) -> ProposalDone:
        """Enters the company on the list once it was heard, in one act."""
        return await _once(services.proposals.decide(proposal_id, data, caller, request=request_key))

    @post("/{proposal_id:str}/dropping", guards=_OFFICES, dto=json_body(DroppedInput), status_code=200,
          summary="不予列入 Drop")
    async def drop(
        self, proposal_id: str, data: DroppedInput, services: Services, caller: Caller, request_key: Key
    ) -> ProposalDone:
        """The entry is not made."""
        return await _once(services.proposals.drop(proposal_id, data, caller, request=request_key))


def proposal_record(found: ProposalView) -> ProposalRecord:
    """An intended entry as its parties see it."""
    first, given, last = found.proposal.first, found.given, found.answerable
    decided = found.proposal.step(ProposalAct.DECIDED)
    steps = tuple(ProposalStepLine(act=line.step.act, org_code=line.step.org_code, day=line.step.day,
                                   seq=line.step.seq, text=line.text) for line in found.lines)
    return ProposalRecord(
        id=first.proposal_id, subject=first.subject_code, company=given.subject.name if given else "",
        list=first.list, authority=given.authority.name if given else "", facts=given.facts if given else "",
        reason=given.reason if given else "", basis=given.basis if given else "",
        until=given.until if given else None, state=found.state, answer_by=last.last_day,
        answer_verified=last.verified, answer_basis=last.basis, record_id=decided.record_id if decided else None,
        steps=steps)


async def _once(act: Awaitable[ProposalDone]) -> ProposalDone:
    """The act's answer, or the one kept for the same request."""
    try:
        return await act
    except unit.Replayed as exc:
        return msgspec.json.decode(exc.answer, type=ProposalDone)
