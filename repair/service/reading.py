"""Reading: the plan of a company, cases by role, and the limits that are due or overdue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from credit.accounts.model import Caller, Role
from credit.kernel.errors import Forbidden, NotFound
from credit.model import Authority
from repair import store
from repair.clocks import ClockLine, ClockState, clocks, next_due
from repair.model import Case, CaseState
from repair.plans import Plans, plans
from repair.service.cases import Cases
from repair.service.files import company_file, scheme_for
from repair.service.parties import may_see, region_of, require_sight

_SEES_PLANS = frozenset({Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR})


async def case_at(case_id: str, version: int) -> Case | None:
    """One revision of a case with its words, for letters."""
    return await store.case_at(case_id, version)


async def case_of_seq(seq: int) -> Case | None:
    """The revision that a log entry wrote, with its words, for letters."""
    return await store.case_of_seq(seq)


class CaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list, with the limit that ends first."""

    id: str
    version: int
    code: str
    state: CaseState
    decider: Authority
    records: tuple[str, ...]
    opened_on: date
    submitted_on: date | None
    due: ClockLine | None

    @property
    def place(self) -> str:
        """Where it stands in a list ordered by what is due first."""
        day = self.due.due_on if self.due and self.due.due_on else date.max
        return f"{day.isoformat()}/{self.id}"


class DueLine(msgspec.Struct, frozen=True, kw_only=True):
    """A limit of an open case that runs or has passed; nothing follows from it by itself."""

    case_id: str
    code: str
    state: CaseState
    decider: Authority
    region: str
    clock: ClockLine
    overdue: bool


class Reading:
    """The service of reading."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    async def plan(self, code: str, caller: Caller, *, scheme_id: str | None = None) -> Plans:
        """The plan of every record of a company. Raises Forbidden for another company, UnknownScheme."""
        own = caller.role is Role.ENTERPRISE and caller.org_code == code
        if not own and caller.role not in _SEES_PLANS:
            raise Forbidden("只能查看本企业的修复方案 only your own plan")
        return await self.plan_of(code, scheme_id=scheme_id)

    async def plan_of(self, code: str, *, scheme_id: str | None = None) -> Plans:
        """The plan, for whoever has been let in already."""
        day, rules = self.cases.today, self.cases.book.current
        file = await company_file(self.cases.standing, code, day, rules)
        return plans(file, day, rules, scheme_for(rules, day, scheme_id))

    async def case(self, case_id: str, caller: Caller) -> Case:
        """One case with its words. Raises NotFound where the caller has no part in it."""
        found = await store.whole(case_id)
        if found is None:
            raise NotFound("没有这件申请 no such case")
        await require_sight(found, caller)
        return found

    async def listing(self, caller: Caller, *, state: CaseState | None = None) -> list[CaseLine]:
        """The cases the caller has a part in, what is due first first."""
        own = caller.role is Role.ENTERPRISE
        found = await store.of_company(caller.org_code) if own else await store.every_case()
        region = await region_of(caller)
        lines = [self._line(c) for c in found if may_see(c, caller, region) and state in (None, c.state)]
        return sorted(lines, key=lambda line: line.place)

    async def due(self, caller: Caller) -> list[DueLine]:
        """What is running or overdue in the caller's cases, the oldest limit first."""
        region = await region_of(caller)
        return await self.sweep_clocks(self.cases.today, lambda c: may_see(c, caller, region))

    async def sweep_clocks(self, day: date, keep: Callable[[Case], bool] = lambda case: True) -> list[DueLine]:
        """Every limit that runs or has passed on `day`, the oldest first: silence is shown, it never decides."""
        rules = self.cases.book.current
        found: list[DueLine] = []
        for case in await store.open_cases():
            if keep(case):
                found += [_due(case, line) for line in clocks(case, day, rules) if _runs(line)]
        return sorted(found, key=lambda d: (d.clock.due_on or day, d.case_id, d.clock.code))

    def _line(self, case: Case) -> CaseLine:
        lines = clocks(case, self.cases.today, self.cases.book.current)
        return CaseLine(
            id=case.case_id, version=case.version, code=case.code, state=case.state, decider=case.decider,
            records=tuple(i.record_id for i in case.items), opened_on=case.opened_on, submitted_on=case.submitted_on,
            due=next_due(lines),
        )


def _runs(line: ClockLine) -> bool:
    return line.state in (ClockState.RUNNING, ClockState.OVERDUE) and line.due_on is not None


def _due(case: Case, line: ClockLine) -> DueLine:
    return DueLine(case_id=case.case_id, code=case.code, state=case.state, decider=case.decider, region=case.region,
                   clock=line, overdue=line.state is ClockState.OVERDUE)
