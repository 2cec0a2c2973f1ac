"""The life of a case: opened, filled, handed in, handled. Each act is one unit, one revision, one event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any

import msgspec

from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.blobs import BlobStore
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, NotFound, Stale
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Event, Replayed, Request, Unit, unit
from credit.model import Authority
from repair import store
from repair.acts import Accept, Act, AskSupplement, Decline, Extend, Submit, Withdraw
from repair.events import (
    RepairAccepted,
    RepairExtended,
    RepairNotAccepted,
    RepairOpened,
    RepairSubmitted,
    RepairSupplementAsked,
    RepairWithdrawn,
)
from repair.model import Case, CaseState, FilingChannel, Item, Party, Words
from repair.plans import filing
from repair.refusals import AlreadyOpen, CorrectionUnknown, DecidersDiffer, NotRepairable, NotYours, TooEarly
from repair.repairable import RecordView, Repairable, authority_of, pushed_by, repairable, with_corrected
from repair.service.files import record_view
from repair.service.parties import party_of
from repair.steps import paper_codes, required_papers
from repair.workflow import advance
from sanctions.service.scoring.standing import Standing

_MOST_RECORDS = 20


class OpenInput(msgspec.Struct, frozen=True, kw_only=True):
    """What an application begins with. `corrected_on` is the company's own statement, where the record has no day."""

    records: tuple[str, ...]
    channel: FilingChannel | None = None
    contact: Annotated[str, msgspec.Meta(max_length=200)] = ""
    corrected_on: date | None = None


class Kept(msgspec.Struct, frozen=True):
    """What is remembered of an answer: the revision it showed."""

    case_id: str
    version: int


Told = Callable[[Case, Party], Event]


class Cases:
    """The service of cases; deciding and papers build on its `act`."""

    def __init__(self, book: Rulebook, clock: Clock, standing: Standing, blobs: BlobStore) -> None:
        self.book = book
        self.clock = clock
        self.standing = standing
        self.blobs = blobs

    @property
    def today(self) -> date:
        """The business day."""
        return business_day(self.clock())

    async def open_case(self, given: OpenInput, caller: Caller, *, request: Request | None = None) -> Case:
        """Opens an application for records of one company and one 认定单位.

        Raises TooEarly, CorrectionUnknown, NotRepairable, AlreadyOpen, NotYours, DecidersDiffer, Invalid, NotFound.
        """
        _check_records(given)
        return await self.once(self._open(given, caller, request))

    async def _open(self, given: OpenInput, caller: Caller, request: Request | None) -> Case:
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            found = [await record_view(self.standing, r, u.day) for r in given.records]
            party = _opener(found, caller)
            decider = _one_decider(found)
            items = tuple(self._item(one, given.corrected_on, u.day) for one in found)
            await _none_open(given.records)
            made = await self._made(given, found, items, decider, caller, u.day)
            seq = u.record(RepairOpened(
                subject=made.entity_id, case_id=made.case_id, revision=1, record_id=items[0].record_id,
                code=made.code, party=party, record_ids=given.records, channel=made.channel))
            kept = await store.write(u, made, seq)
            store.write_records(u, kept, seq)
            u.keep(Kept(kept.case_id, kept.version))
        return kept

    async def _made(
        self, given: OpenInput, found: list[RecordView], items: tuple[Item, ...], decider: Authority, caller: Caller,
        day: date,
    ) -> Case:
        entity = found[0].entity
        office = await accounts.find_organisation(decider.code) if decider.code else None
        windows = {pushed_by(one) for one in found} - {decider.code, ""}
        if caller.role is Role.REVIEWER:
            windows |= {caller.org_code}
        usual = filing(found[0].classification.regime, day, self.book.current).channel
        return Case(
            case_id=new_id("rep"), version=1, entity_id=entity.entity_id, code=entity.code or "",
            state=CaseState.DRAFT, channel=given.channel or usual, decider=decider, opened_on=day, items=items,
            region=office.region if office else "", windows=tuple(sorted(windows)),
            corrected_on=given.corrected_on, words=Words(contact=given.contact.strip()),
        )

    def _item(self, found: RecordView, corrected_on: date | None, day: date) -> Item:
        able = self.require_ready(found, corrected_on, day)
        return Item(record_id=found.record.record_id, strict_day=able.strict if able.early_reading(day) else None)

    def require_ready(self, found: RecordView, corrected_on: date | None, day: date) -> Repairable:
        """What holds of a record that may be applied for. Raises NotRepairable, CorrectionUnknown, TooEarly."""
        if corrected_on is not None and corrected_on > day:
            raise Invalid("纠正日期不得晚于今天", errors=(FieldError("/corrected_on", "in_future", "核对纠正日期"),))
        able = repairable(with_corrected(found, corrected_on, day, self.book.current), day, self.book.current)
        record_id = found.record.record_id
        if not able.possible:
            raise NotRepairable(able.title, why_not=able.why_not, record_id=record_id)
        if able.earliest is None:
            raise CorrectionUnknown(
                "尚无纠正失信行为、履行义务的日期:请认定单位登记,或在申请中填写 corrected_on 并提交证明",
                earliest=None, record_id=record_id)
        if day < able.earliest:
            raise TooEarly(f"最早可于{able.earliest}申请 may be applied for from {able.earliest}",
                           earliest=able.earliest.isoformat(), record_id=record_id,
                           earliest_strict=able.strict.isoformat() if able.strict else None)
        return able

    async def submit(
        self, case_id: str, version: int, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """Hands the application in, or in again after 补正. Raises CommitmentUnsigned, PapersMissing, TooEarly."""
        async def ready(case: Case, u: Unit) -> None:
            if case.state is CaseState.DRAFT:
                for item in case.items:
                    found = await record_view(self.standing, item.record_id, u.day)
                    self.require_ready(found, case.corrected_on, u.day)

        act = Submit(required=required_papers(self.today, self.book.current))
        return await self.act(
            case_id, version, act, caller, request,
            lambda c, p: RepairSubmitted(**of_case(c, p), again=c.supplement is not None), before=ready)

    async def accept(self, case_id: str, version: int, caller: Caller, *, request: Request | None = None) -> Case:
        """受理."""
        return await self.act(case_id, version, Accept(), caller, request,
                              lambda c, p: RepairAccepted(**of_case(c, p)))

    async def decline(
        self, case_id: str, version: int, act: Decline, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """不予受理, with its reason: only the 认定单位."""
        return await self.act(case_id, version, act, caller, request,
                              lambda c, p: RepairNotAccepted(**of_case(c, p)))

    async def ask_supplement(
        self, case_id: str, version: int, act: AskSupplement, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """补正, once, everything at once. Raises Invalid for a paper that the rules do not know."""
        known = paper_codes(self.today, self.book.current)
        faults = tuple(FieldError(f"/defects/{i}/paper", "not_allowed", f"只能是:{'、'.join(sorted(known))}")
                       for i, (paper, _) in enumerate(act.defects) if paper not in known)
        if faults:
            raise Invalid("没有这项材料 no such paper", errors=faults)
        return await self.act(case_id, version, act, caller, request,
                              lambda c, p: RepairSupplementAsked(**of_case(c, p), until=act.until))

    async def extend(
        self, case_id: str, version: int, act: Extend, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """延期, once, with its reason."""
        return await self.act(case_id, version, act, caller, request,
                              lambda c, p: RepairExtended(**of_case(c, p), until=act.until))

    async def withdraw(
        self, case_id: str, version: int, act: Withdraw, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """The applicant takes it back; another application may follow."""
        return await self.act(case_id, version, act, caller, request,
                              lambda c, p: RepairWithdrawn(**of_case(c, p)))

    async def act(
        self, case_id: str, version: int, act: Act, caller: Caller, request: Request | None, told: Told,
        *, before: Callable[[Case, Unit], Awaitable[None]] | None = None,
    ) -> Case:
        """One act on the version the caller has seen. Raises Stale, NotFound, and what `workflow.advance` raises."""
        return await self.once(self._act(case_id, version, act, caller, request, told, before))

    async def _act(
        self, case_id: str, version: int, act: Act, caller: Caller, request: Request | None, told: Told,
        before: Callable[[Case, Unit], Awaitable[None]] | None,
    ) -> Case:
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old, party = await seen(case_id, version, caller)
            made = advance(old, act, party, u.day)
            if before is not None:
                await before(old, u)
            kept = await store.write(u, made, u.record(told(made, party)), old)
            u.keep(Kept(kept.case_id, kept.version))
        return kept

    async def once(self, doing: Awaitable[Case]) -> Case:
        """The act's answer, or the revision that the first answer to the same request showed."""
        try:
            return await doing
        except Replayed as exc:
            first = msgspec.json.decode(exc.answer, type=Kept)
        found = await store.case_at(first.case_id, first.version)
        assert found is not None
        return found


async def seen(case_id: str, version: int, caller: Caller) -> tuple[Case, Party]:
    """The case as the caller has seen it, and as what it acts. Raises NotFound, NotTheDecider, Stale."""
    found = await store.whole(case_id)
    if found is None:
        raise NotFound("没有这件申请 no such case")
    party = party_of(found, caller)
    if found.version != version:
        raise Stale(f"申请已有第{found.version}版,您看到的是第{version}版;请刷新后再办", version=found.version)
    return found, party


def of_case(case: Case, party: Party, record_id: str | None = None) -> dict[str, Any]:
    """What every event of a case says."""
    return {"subject": case.entity_id, "case_id": case.case_id, "revision": case.version, "code": case.code,
            "record_id": record_id or case.items[0].record_id, "party": party}


def _check_records(given: OpenInput) -> None:
    if not 0 < len(given.records) <= _MOST_RECORDS or len(set(given.records)) != len(given.records):
        fault = FieldError("/records", "wrong_length", f"填写 1 至 {_MOST_RECORDS} 条不重复的记录编号")
        raise Invalid("records 有误", errors=(fault,))


def _opener(found: list[RecordView], caller: Caller) -> Party:
    codes = {one.entity.code for one in found}
    if len(codes) > 1 or None in codes:
        raise NotYours("一件申请只能包含同一企业的记录,自然人的记录不办理信用修复")
    if caller.role is Role.ENTERPRISE:
        if codes != {caller.org_code}:
            raise NotYours("只能为本企业的记录申请信用修复 these records are not yours")
        return Party.APPLICANT
    if caller.role is not Role.REVIEWER:
        raise Forbidden("由企业提出,或由窗口代填 for the company, or an office on its behalf")
    return Party.WINDOW


def _one_decider(found: list[RecordView]) -> Authority:
    deciders = {(one.code or one.name): one for one in map(authority_of, found)}
    if len(deciders) > 1:
        names = "、".join(a.name for a in deciders.values())
        fault = FieldError("/records", "deciders_differ", "每个认定单位各提一件申请")
        raise DecidersDiffer(f"这些记录的认定单位不同({names}),谁认定、谁修复,请分别申请", errors=(fault,))
    return next(iter(deciders.values()))


async def _none_open(record_ids: tuple[str, ...]) -> None:
    for record_id, case in (await store.newest_of_records(record_ids)).items():
        if case.is_open:
            raise AlreadyOpen(f"记录{record_id}已有在办申请{case.case_id},请在其中继续", case_id=case.case_id)
