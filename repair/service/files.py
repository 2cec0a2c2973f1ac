"""Reading what a plan is made of: a company's records as the rules see them, its cases, its score."""

from __future__ import annotations

from datetime import date

from credit import lookup
from credit.kernel.errors import NotFound
from credit.kernel.rules import RuleSet
from credit.model import RecordKind, Stage
from credit.scheme_rules import first_choice, schemes_on, versions_of
from credit.schemes import Scheme
from repair import store
from repair.plans import CompanyFile
from repair.repairable import RecordView
from sanctions.service.scoring.standing import PenaltyView, Standing, with_classes


async def record_view(standing: Standing, record_id: str, day: date) -> RecordView:
    """A penalty or list entry with everything the rules say of it. Raises NotFound."""
    record = await lookup.record(record_id)
    if record is None or record.kind not in (RecordKind.PENALTY, RecordKind.LIST_ENTRY):
        raise NotFound("没有这条记录 no such record")
    if record.kind is RecordKind.PENALTY:
        return await standing.penalty(record_id, day)
    return await standing.listing(record_id, day)


async def company_file(standing: Standing, code: str, day: date, rules: RuleSet) -> CompanyFile:
    """Every penalty and list entry of a company, oldest first, with the newest case of each; no drafts."""
    penalties = [p for p in await standing.penalties(code, day) if p.record.penalty.stage is Stage.DECIDED]
    views: list[RecordView] = [*penalties, *await standing.listings(code, day)]
    views.sort(key=lambda found: found.record.first_seq)
    cases = await store.newest_of_records([found.record.record_id for found in views])
    bars = tuple(r for found in views if isinstance(found, PenaltyView) for r in found.restrictions)
    records = await lookup.records_of(views[0].entity.entity_id) if views else ()
    return CompanyFile(views=tuple(views), scored=tuple(with_classes(records, bars, rules)), cases=cases)


def scheme_for(rules: RuleSet, day: date, scheme_id: str | None) -> tuple[Scheme, ...]:
    """The versions of the scheme asked for, else of the one for bidders that comes first on `day`; empty where there is
    none. Raises UnknownScheme."""
    chosen = scheme_id if scheme_id is not None else first_choice(schemes_on(rules, day).values())
    return versions_of(rules, chosen) if chosen is not None else ()
