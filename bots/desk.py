"""A company's records, plans and cases, read and acted on through the services of repair."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta

from bots.model import CaseView, Ending, PaperLine, PlanLine, PlanStep, RecordLine, ScoreWhy
from credit.accounts.model import Caller
from credit.explain import why_rated
from credit.kernel.errors import NotFound, Stale
from credit.kernel.unit import Request
from credit.scheme_rules import first_choice, for_companies, schemes_on, versions_of
from repair.clocks import clocks, next_due
from repair.model import OPEN, STATE_TITLES, Case, CaseState, Commitment, Item
from repair.plans import RepairPlan
from repair.refusals import AlreadyOpen
from repair.repairable import RecordView, authority_of, decided_on, document_no
from repair.service import FileInput, OpenInput, Repairs
from repair.service.files import record_view
from repair.steps import PaperState, papers
from repair.workflow import COMMITMENT
from sanctions.document_no import fold_document_no
from sanctions.service.scoring.standing import ListingView, Standing

_FILLING = (CaseState.DRAFT, CaseState.SUPPLEMENT_REQUESTED)
_GIVEN = (PaperState.ATTACHED, PaperState.SIGNED)
_WANTED = (PaperState.MISSING, PaperState.TO_MEND)
_PENALTY = "行政处罚"
_YEAR = timedelta(days=365)
Promise = Callable[[Case, str], Awaitable[str]]
"""(case, record id) → the words of its 承诺书."""


class Desk:
    """What a bound chat may see and do about its company's repairs."""

    def __init__(self, repairs: Repairs, standing: Standing, promise: Promise) -> None:
        self.repairs = repairs
        self.promise = promise
        self.standing = standing

    async def plans(self, caller: Caller) -> tuple[PlanLine, ...]:
        """The way out of every record of the caller's company, oldest first."""
        found = await self.repairs.reading.plan(caller.org_code, caller)
        views = await self._views(caller.org_code)
        day = self.repairs.cases.today
        places = {step.record_id: (n, step.why) for n, step in enumerate(found.best_order, 1)}
        return tuple(_plan(plan, views[plan.record_id], day, *places.get(plan.record_id, (None, "")))
                     for plan in found.records)

    async def why_score(self, caller: Caller) -> ScoreWhy | None:
        """Why the company's score is another than a year ago, or than when its scheme began; None without a scheme."""
        day, rules = self.repairs.cases.today, self.repairs.cases.book.current
        chosen = first_choice(for_companies(schemes_on(rules, day)).values())
        if chosen is None:
            return None
        since = max(day - _YEAR, versions_of(rules, chosen)[0].since)
        before = await self.standing.rating(caller.org_code, chosen, since)
        after = await self.standing.rating(caller.org_code, chosen, day)
        return ScoreWhy(title=after.scheme.title, since=since, sentences=why_rated(before, after))

    async def open_case(self, named: str, caller: Caller, request: Request) -> tuple[CaseView, bool]:
        """A new case for a record named by id or document number, or the open one. True: it is new.

        Raises NotFound for what is not the company's, TooEarly, NotRepairable and what `open_case` raises.
        """
        record_id = await self._record(named, caller)
        try:
            case = await self.repairs.cases.open_case(OpenInput(records=(record_id,)), caller, request=request)
        except AlreadyOpen as exc:
            return await self.case(str(exc.extra["case_id"]), caller), False
        return await self._view(case, caller), True

    async def current(self, caller: Caller) -> CaseView | None:
        """The open case of the company on which it has something to do, else the open one due first."""
        lines = [line for line in await self.repairs.reading.listing(caller) if line.state in OPEN]
        first = sorted(lines, key=lambda line: line.state not in _FILLING)
        return await self.case(first[0].id, caller) if first else None

    async def case(self, case_id: str, caller: Caller) -> CaseView:
        """A case. Raises NotFound for another company's."""
        return await self._view(await self.repairs.reading.case(case_id, caller), caller)

    async def attach(
        self, case_id: str, paper: str, name: str, content: bytes, caller: Caller, request: Request
    ) -> CaseView:
        """Adds a file as a paper. Raises UploadRefused, NotNow."""
        given = FileInput(name=name, content=content, paper=paper)
        made = await self._now(case_id, caller, lambda case: self.repairs.papers.attach(
            case_id, case.version, given, caller, request=request))
        return await self._view(made, caller)

    async def sign(self, case_id: str, signed_by: str, caller: Caller, request: Request) -> CaseView:
        """Signs the 承诺书 of every record of the case in a name, today."""
        papers, day = self.repairs.papers, self.repairs.cases.today
        for item in await self._unsigned(case_id, caller):
            key = _part(request, item.record_id)
            await self._now(case_id, caller, lambda case, i=item, k=key: papers.sign(  # type: ignore[misc]
                case_id, case.version, i.record_id, signed_by, day, caller, request=k))
        return await self.case(case_id, caller)

    async def sign_by_file(
        self, case_id: str, name: str, content: bytes, caller: Caller, request: Request
    ) -> CaseView:
        """The signed 承诺书 as a file, for the first record that has none. Raises UploadRefused."""
        waiting = await self._unsigned(case_id, caller)
        if not waiting:
            return await self.case(case_id, caller)
        given = FileInput(name=name, content=content, record_id=waiting[0].record_id)
        made = await self._now(case_id, caller, lambda case: self.repairs.papers.sign_by_file(
            case_id, case.version, given, None, caller, request=request))
        return await self._view(made, caller)

    async def submit(self, case_id: str, caller: Caller, request: Request) -> CaseView:
        """Hands the application in. Raises CommitmentUnsigned, PapersMissing, TooEarly."""
        made = await self._now(case_id, caller, lambda case: self.repairs.cases.submit(
            case_id, case.version, caller, request=request))
        return await self._view(made, caller)

    async def _now(self, case_id: str, caller: Caller, act: Callable[[Case], Awaitable[Case]]) -> Case:
        """The act on the newest version: in a chat nobody looks at an old page. Twice where another tab was faster."""
        try:
            return await act(await self.repairs.reading.case(case_id, caller))
        except Stale:
            return await act(await self.repairs.reading.case(case_id, caller))

    async def _unsigned(self, case_id: str, caller: Caller) -> list[Item]:
        case = await self.repairs.reading.case(case_id, caller)
        if _to_mend(case):
            return list(case.items)
        return [item for item in case.items if case.commitment(item.record_id) is None]

    async def _record(self, named: str, caller: Caller) -> str:
        plan = await self.repairs.reading.plan(caller.org_code, caller)
        for record in plan.records:
            if named == record.record_id or fold_document_no(named) == fold_document_no(record.document_no):
                return record.record_id
        raise NotFound("没有这条记录 no such record")

    async def _views(self, code: str) -> Mapping[str, RecordView]:
        day = self.repairs.cases.today
        views: list[RecordView] = [*await self.standing.penalties(code, day), *await self.standing.listings(code, day)]
        return {found.record.record_id: found for found in views}

    async def _view(self, case: Case, caller: Caller) -> CaseView:
        day, rules = self.repairs.cases.today, self.repairs.cases.book.current
        views = [await record_view(self.standing, item.record_id, day) for item in case.items]
        lines = papers(case.items[0].record_id, case, day, rules)
        due = next_due(clocks(case, day, rules))
        supplement = case.state is CaseState.SUPPLEMENT_REQUESTED
        committed = _signed(case) and not _to_mend(case)
        wanted = case.state in _FILLING and not committed
        return CaseView(
            case_id=case.case_id, state=STATE_TITLES[case.state], numbers=tuple(document_no(v) for v in views),
            papers=tuple(PaperLine(code=p.code, title=p.title, given=p.state in _GIVEN, wanted=p.state in _WANTED)
                         for p in lines if p.code != COMMITMENT),
            committed=committed, open=case.state in _FILLING,
            promise=await self.promise(case, case.items[0].record_id) if wanted else "",
            due_on=due.due_on if due else None,
            defects=tuple(detail for _, detail in case.words.defects) if supplement else (),
            outcome="" if case.is_open else STATE_TITLES[case.state],
        )


def _later(opens_on: date | None, day: date) -> date | None:
    """The day a step opens, where that is still to come."""
    return opens_on if opens_on is not None and opens_on > day else None


def _signed(case: Case) -> bool:
    promises: list[Commitment | None] = [case.commitment(item.record_id) for item in case.items]
    return all(promise is not None for promise in promises)


def _to_mend(case: Case) -> bool:
    """Whether a new 承诺书 was asked for and is not there yet."""
    asked = case.supplement if case.state is CaseState.SUPPLEMENT_REQUESTED else None
    return asked is not None and COMMITMENT in asked.missing


def _part(request: Request, name: str) -> Request:
    return Request(f"{request.key}:{name}", request.body_hash)


def _plan(plan: RepairPlan, found: RecordView, day: date, place: int | None, advice: str) -> PlanLine:
    window = plan.publication
    record = RecordLine(
        record_id=plan.record_id, number=plan.document_no, authority=authority_of(found).name,
        title=found.title if isinstance(found, ListingView) else _PENALTY, decided_on=decided_on(found),
        shown=found.published, min_until=window.min_until if window else None,
        max_until=window.max_until if window else None, earliest=plan.earliest,
        earliest_strict=plan.earliest_strict, why_not=plan.why_not_title if plan.why_not else "",
        runs_on=tuple(Ending(title=r.title, until=r.until, basis=r.basis) for r in plan.runs_on),
        repairable=plan.repairable and plan.earliest is not None,
    )
    return PlanLine(
        record=record, decider=plan.decider.name, filing=plan.filing.title,
        papers=tuple(p.title for p in plan.papers if p.required),
        steps=tuple(PlanStep(title=s.title, state=s.state.value, opens_on=_later(s.opens_on, day)) for s in plan.steps),
        lifts=tuple(lifted.title for lifted in plan.repair_lifts), place=place, advice=advice,
    )
