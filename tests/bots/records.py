"""Sample records entered through the services: one that can be repaired, one that cannot yet, one that is another's."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.model import Authority, Field, PenaltyKind, Severity
from sanctions.lists import known_lists
from sanctions.model import ListCode, ListingCommand, PenaltyCommand, RestrictionInput, Scope, SubjectInput
from sanctions.service.listing.sources import SourceInput
from tests.factories import uscc

HOUSING = Authority(name="示例市住房和城乡建设局", code=uscc(5001))
LABOUR = Authority(name="示例市人力资源和社会保障局", code=uscc(5002))
BAN = RestrictionInput(scope=Scope.MANDATORY_TENDER, first_day=date(2026, 5, 20), last_day=date(2027, 5, 19),
                       basis="招标投标法 第五十三条")


async def office(services: Services, of: Authority, field: Field) -> Caller:
    """The office, registered, with a key that pushes."""
    now, code = services.clock(), of.code or ""
    given = OrganisationInput(code=code, name=of.name, short_code="示", field=field, region="370100",
                              competences=("mandatory_tender", "wage_arrears"))
    await accounts.register_organisation(given, by="test", now=now)
    _, made = await accounts.create_key(org_code=code, role=Role.AUTHORITY, name="示例", by="test", now=now,
                                        scopes=frozenset({"push:any"}))
    return made


async def fined(services: Services, code: str, number: str = "示建罚〔2026〕1号", **facts: Any) -> str:
    """A general fine decided 2026-05-20 and paid 2026-06-01: repairable from 2026-08-21. Its record id."""
    caller = await office(services, HOUSING, Field.CONSTRUCTION)
    given: dict[str, Any] = {
        "subject": SubjectInput(name="示例建设有限公司", code=code, legal_representative="示例法人甲"),
        "document_no": number, "act_type": "示例行为", "facts": "示例事实。", "basis": "示例依据(条款从略)",
        "kinds": (PenaltyKind.FINE,), "content": "罚款人民币2万元。", "fine_fen": 2_000_000,
        "severity": Severity.GENERAL, "decided_on": date(2026, 5, 20), "corrected_on": date(2026, 6, 1),
        "performed_on": date(2026, 6, 1), "authority": HOUSING, **facts,
    }
    prepared = await services.receiving.prepare(PenaltyCommand(**given), caller)
    return (await services.receiving.receive(prepared, by=caller.key_id)).record_id


async def listed(services: Services, code: str) -> str:
    """Wage arrears, listed 2025-09-15, corrected 2026-01-10: repairable from 2026-07-11 (strictly 2026-09-16)."""
    caller = await office(services, LABOUR, Field.LABOUR)
    given = ListingCommand(
        subject=SubjectInput(name="示例建设有限公司", code=code), list=ListCode.WAGE_ARREARS,
        document_no="示人社列〔2025〕3号", facts="示例事实。", basis="示例依据(条款从略)",
        decided_on=date(2025, 9, 15), corrected_on=date(2026, 1, 10),
        authority=LABOUR,
    )
    prepared = await services.listings.prepare(given, caller)
    return (await services.listings.receive(prepared, by=caller.key_id)).record_id


async def sources_fresh(services: Services) -> None:
    """Every list that answers depend on is held, so that a clean company is answered as clean."""
    for known in known_lists(services.book.current, services.clock().date()):
        held = SourceInput(list=known.code, official_channel="示例渠道", fetched_at=services.clock(), static=True)
        await services.sources.declare(held, by="test")
