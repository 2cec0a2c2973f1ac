"""The decision on a record. A grant lifts: one revision of the record and its one event, in the same unit."""

from __future__ import annotations

import msgspec

from credit.accounts.model import Caller
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.unit import Request, Unit, unit
from credit.model import RemovalGround
from repair import store
from repair.acts import Decide
from repair.events import RepairDecided
from repair.model import Case, Item, Outcome, Party
from repair.service.cases import Cases, Kept, of_case, seen
from repair.service.files import record_view
from repair.workflow import advance
from sanctions.model import RemovalInput
from sanctions.service.deciding.lifting import lift_penalty
from sanctions.service.listing.removing import Removing
from sanctions.service.scoring.standing import PenaltyView

_BASIS = "信用修复:国家发展改革委令第36号第三条"


class Deciding:
    """The service of decisions."""

    def __init__(self, cases: Cases, removing: Removing) -> None:
        self.cases = cases
        self.removing = removing

    async def decide(
        self, case_id: str, version: int, act: Decide, caller: Caller, *, request: Request | None = None
    ) -> Case:
        """准予 or 不予 by the 认定单位, or by a window that shows its decision; else the case ends prefilled.

        Raises NotTheDecider, AlreadyDecided, Stale, TooEarly, NotRepairable and what `advance` raises.
        """
        return await self.cases.once(self._decide(case_id, version, act, caller, request))

    async def _decide(
        self, case_id: str, version: int, act: Decide, caller: Caller, request: Request | None
    ) -> Case:
        async with unit(by=caller.key_id, now=self.cases.clock(), request=request) as u:
            old, party = await seen(case_id, version, caller)
            named = _named(old, act)
            made = advance(old, named, party, u.day)
            item = made.item(named.record_id)
            assert item is not None
            if item.outcome is Outcome.GRANTED:
                seq = await self._lift(u, made, item, caller)
            else:
                seq = _told(u, made, item, party)
            kept = await store.write(u, made, seq, old)
            u.keep(Kept(kept.case_id, kept.version))
        return kept

    async def _lift(self, u: Unit, case: Case, item: Item, caller: Caller) -> int:
        found = await record_view(self.cases.standing, item.record_id, u.day)
        self.cases.require_ready(found, case.corrected_on, u.day)
        if isinstance(found, PenaltyView):
            lifted = await lift_penalty(u, item.record_id, repaired_on=u.day, corrected_on=case.corrected_on)
            return lifted.seq
        given = RemovalInput(document_no=item.decision_no or f"信用修复申请{case.case_id}", decided_on=u.day,
                             ground=RemovalGround.REPAIR, basis=_BASIS)
        removed = await self.removing.remove_in(
            u, item.record_id, given, authority=case.decider, pushed_by=caller.org_code)
        return removed.seq


def _named(case: Case, act: Decide) -> Decide:
    """The act with its record, which may be left out where the case has one."""
    if act.record_id:
        return act
    if len(case.items) > 1:
        fault = FieldError("/record_id", "missing", "本申请有多条记录,逐条决定")
        raise Invalid("填写 record_id", errors=(fault,))
    return msgspec.structs.replace(act, record_id=case.items[0].record_id)


def _told(u: Unit, case: Case, item: Item, party: Party) -> int:
    return u.record(RepairDecided(
        **of_case(case, party, item.record_id), outcome=item.outcome, state=case.state))
