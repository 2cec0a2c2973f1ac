"""Who may see a case and as what somebody acts on it."""

from __future__ import annotations

from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.errors import NotFound
from repair.model import Case, CaseState, Party
from repair.refusals import NotTheDecider

_FILLED_IN = frozenset({CaseState.DRAFT, CaseState.SUPPLEMENT_REQUESTED})
_NOBODY = "没有这件申请,或无权查看 no such case, or it is not yours to see"


def party_of(case: Case, caller: Caller) -> Party:
    """As what the caller acts: the 认定单位 that opened a case for a company fills in as its window, and decides.

    Raises NotFound for another company, NotTheDecider for another office.
    """
    if caller.role is Role.ENTERPRISE and caller.org_code == case.code:
        return Party.APPLICANT
    if caller.role is Role.REVIEWER:
        if caller.org_code == case.decider.code:
            filling = case.state in _FILLED_IN and caller.org_code in case.windows
            return Party.WINDOW if filling else Party.DECIDER
        if caller.org_code in case.windows:
            return Party.WINDOW
        raise NotTheDecider(f"谁认定、谁修复:该记录的认定单位是“{case.decider.name}”")
    raise NotFound(_NOBODY)


async def require_sight(case: Case, caller: Caller) -> None:
    """Raises NotFound where the caller has no part in the case."""
    if not may_see(case, caller, await region_of(caller)):
        raise NotFound(_NOBODY)


def may_see(case: Case, caller: Caller, region: str) -> bool:
    """The company itself, the offices of the case, the coordinator of the region, auditor and operator."""
    match caller.role:
        case Role.ENTERPRISE:
            return caller.org_code == case.code
        case Role.REVIEWER | Role.AUTHORITY:
            return caller.org_code == case.decider.code or caller.org_code in case.windows
        case Role.COORDINATOR:
            return covers(region, case.region)
    return caller.role in (Role.AUDITOR, Role.OPERATOR)


async def region_of(caller: Caller) -> str:
    """The region of a coordinator's organisation; empty for others."""
    if caller.role is not Role.COORDINATOR:
        return ""
    own = await accounts.find_organisation(caller.org_code)
    return own.region if own else ""


def covers(region: str, other: str) -> bool:
    """Whether an administrative division includes another: 370000 all of 37, 370100 all of 3701, empty none."""
    if len(region) != 6:
        return False
    for pairs in (6, 4, 2):
        if region[pairs:] == "0" * (6 - pairs):
            prefix = region[:pairs]
    return other.startswith(prefix)
