"""What a company's desk shows: the answers a buyer would get, and each record with its plan. Read through services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from api.v1.views import window
from api.web.timeline import Timeline, timeline
from api.web.words import kinds
from api.wiring import Services
from credit.accounts.model import Caller
from credit.kernel import ledger
from credit.kernel.errors import NotFound
from credit.model import Prose
from notices.register import NoticeState
from notices.service.reading import NoticeView
from repair.model import STATE_TITLES, CaseState
from repair.plans import RepairPlan
from repair.repairable import RecordView, authority_of, decided_on
from sanctions.publication import Publication
from sanctions.service.answering.ask import Ask
from sanctions.service.scoring.standing import ListingView, PenaltyView
from sanctions.verdicts import Effect, Outcome, Reason, Subject, Tender, TenderRegime, TenderType

_MOST_LETTERS = 500
_TENDERS = (
    ("依法必须招标的工程", Tender(type=TenderType.CONSTRUCTION, regimes=(TenderRegime.TENDERING,), mandatory=True)),
    ("政府采购", Tender(type=TenderType.GOVERNMENT_PROCUREMENT, regimes=(TenderRegime.GOVERNMENT_PROCUREMENT,),
                    mandatory=False)),
    ("土地使用权竞买", Tender(type=TenderType.LAND, regimes=(), mandatory=False)),
    ("国有产权受让", Tender(type=TenderType.STATE_PROPERTY, regimes=(), mandatory=False)),
)


class Possible(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer would be answered about one kind of trade today; `reasons` are those that bar or leave open."""

    trade: str
    outcome: Outcome
    label: str
    reasons: tuple[Reason, ...]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A record of the company with its plan, as its pages show it."""

    plan: RepairPlan
    authority: str
    decided_on: date
    title: str
    published: bool
    ended: bool
    timeline: Timeline | None
    view: RecordView

    @property
    def record_id(self) -> str:
        return self.plan.record_id

    @property
    def is_listing(self) -> bool:
        return isinstance(self.view, ListingView)

    @property
    def open_case(self) -> str | None:
        """The application now open for it."""
        closed = self.plan.case_state not in (
            CaseState.DRAFT, CaseState.SUBMITTED, CaseState.SUPPLEMENT_REQUESTED, CaseState.ACCEPTED)
        return None if closed else self.plan.case_id

    def ready(self, today: date) -> bool:
        """Whether an application may be begun today."""
        plan = self.plan
        return plan.repairable and self.open_case is None and plan.earliest is not None and plan.earliest <= today

    @property
    def case_title(self) -> str:
        return STATE_TITLES[self.plan.case_state] if self.plan.case_state else ""


async def possibilities(services: Services, caller: Caller) -> tuple[Possible, ...]:
    """The answers for the usual kinds of trade, as of the newest log entry."""
    newest = (await ledger.head()).size - 1
    found = []
    for trade, tender in _TENDERS:
        asked = Ask(subjects=(Subject(code=caller.org_code),), tender=tender, min_seq=newest)
        answer = (await services.asking.ask(asked, caller)).answers[0]
        told = tuple(r for r in answer.reasons if r.effect is not Effect.NONE)
        found.append(Possible(trade=trade, outcome=answer.outcome, label=answer.label, reasons=told))
    return tuple(found)


async def entries(services: Services, caller: Caller, today: date) -> tuple[Entry, ...]:
    """Every record of the caller's company with its plan, newest first."""
    code = caller.org_code
    plans = {p.record_id: p for p in (await services.repairs.reading.plan(code, caller)).records}
    views: list[RecordView] = [*await services.standing.penalties(code, today),
                               *await services.standing.listings(code, today)]
    made = [entry(v, plans[v.record.record_id], today) for v in views if v.record.record_id in plans]
    return tuple(sorted(made, key=lambda e: (e.decided_on, e.record_id), reverse=True))


def entry(found: RecordView, plan: RepairPlan, today: date) -> Entry:
    """A record ready to be shown. Pure."""
    shown = window(_window(found))
    return Entry(
        plan=plan, view=found, authority=authority_of(found).name, decided_on=decided_on(found), title=_title(found),
        published=found.published, ended=_ended(found), timeline=timeline(shown, today) if shown else None,
    )


async def entry_of(services: Services, caller: Caller, record_id: str, today: date) -> Entry:
    """One record of the caller's own company. Raises NotFound for another's."""
    for found in await entries(services, caller, today):
        if found.record_id == record_id:
            return found
    raise NotFound("本单位没有这条记录 no such record of your company")


async def prose_of(services: Services, found: Entry) -> Prose | None:
    return await services.standing.prose(found.view.record)


async def letters(services: Services, caller: Caller) -> list[NoticeView]:
    """The inbox, newest first."""
    return list(reversed(await services.notices.reading.listing(caller, limit=_MOST_LETTERS)))


def unread(found: Sequence[NoticeView]) -> int:
    """Letters that stand and that nobody has acknowledged."""
    return sum(1 for n in found if n.acknowledged_on is None and n.state is NoticeState.ISSUED)


def _window(found: RecordView) -> Publication | None:
    return found.window


def _title(found: RecordView) -> str:
    if isinstance(found, PenaltyView):
        return f"行政处罚：{kinds(found.record.penalty.kinds)}"
    return found.title


def _ended(found: RecordView) -> bool:
    if found.record.withdrawn:
        return True
    if isinstance(found, PenaltyView):
        return found.record.penalty.repaired_on is not None
    return found.record.listing.removed_on is not None
