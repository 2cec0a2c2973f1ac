"""Makers of files on sample firms: records, restrictions and dossiers from the few facts a case names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from credit.model import Authority, Entity, ListFacts, PenaltyFacts, Record, RecordKind
from sanctions.model import Restriction, Scope
from sanctions.verdicts import Dossier, ParkedTrace, Source, Tender

CODE = "91370100MA9A0000X0"
LISTS = ("government_procurement", "judgment_defaulter", "tax", "wage_arrears")
ALL_LISTS = tuple(Source(list=name, official_channel="示例渠道", static=True) for name in LISTS)
WORKS = {"type": "construction", "regimes": ["tendering"], "mandatory": True}


def penalty(**given: Any) -> PenaltyFacts:
    """A fine of 5,000 yuan by a construction bureau on 2026-05-20, with what is `given` instead."""
    facts: dict[str, Any] = {
        "authority": Authority(name="示例市城乡建设局"),
        "document_no": "示例罚〔2026〕1号",
        "decided_on": date(2026, 5, 20),
        "kinds": ["fine"],
        "fine_fen": 500_000,
        "field": "construction",
    }
    return msgspec.convert(facts | given, PenaltyFacts, from_attributes=True)


def record(record_id: str = "r1", *, withdrawn: bool = False, seq: int = 1, **given: Any) -> Record:
    return Record(
        record_id=record_id,
        revision=1,
        kind=RecordKind.PENALTY,
        entity_id="e1",
        seq=seq,
        first_seq=seq,
        recorded_at=datetime(2026, 5, 21, tzinfo=UTC),
        facts=penalty(**given),
        withdrawn=withdrawn,
    )


def list_entry(record_id: str = "l1", *, withdrawn: bool = False, seq: int = 1, **given: Any) -> Record:
    """An entry on a list by a sample department, with the facts `given`."""
    facts = {"authority": Authority(name="示例市人力资源和社会保障局"), "document_no": "示例列〔2025〕1号"}
    return Record(
        record_id=record_id,
        revision=1,
        kind=RecordKind.LIST_ENTRY,
        entity_id="e1",
        seq=seq,
        first_seq=seq,
        recorded_at=datetime(2026, 5, 21, tzinfo=UTC),
        facts=msgspec.convert(facts | given, ListFacts, from_attributes=True),
        withdrawn=withdrawn,
    )


def restriction(**given: Any) -> Restriction:
    """A collusion ban of 2026-05-20 to 2027-05-19, with what is `given` instead."""
    facts = {
        "restriction_id": "s1",
        "record_id": given.pop("record", "r1"),
        "entity_id": "e1",
        "scope": "mandatory_tender",
        "first_day": given.pop("from", date(2026, 5, 20)),
        "last_day": given.pop("to", date(2027, 5, 19)),
        "basis_id": "ban.tendering_law_53",
        "basis": "招标投标法 第五十三条",
        "seq": 2,
    }
    return msgspec.convert(facts | given, Restriction)


def entity(**given: Any) -> Entity:
    facts = {"entity_id": "e1", "kind": "legal_person", "name": "示例建设有限公司", "code": CODE}
    return msgspec.convert(facts | given, Entity)


def dossier(**given: Any) -> Dossier:
    """The file of a known sample firm; `known=False` for a code never seen."""
    if given.get("known") is False:
        return Dossier(code=CODE, **given)
    facts: dict[str, Any] = {"entity": entity(), "code": CODE}
    return Dossier(**(facts | given))


def tender(**given: Any) -> Tender:
    return msgspec.convert(given, Tender)


def sources(given: dict[str, str]) -> tuple[Source, ...]:
    """Sources by list: `static`, or the moment of the last fetch."""
    return tuple(
        Source(list=name, official_channel="示例渠道", static=True)
        if held == "static"
        else Source(list=name, official_channel="示例渠道", fetched_at=datetime.fromisoformat(held))
        for name, held in given.items()
    )


def parked(given: dict[str, Any]) -> ParkedTrace:
    return msgspec.convert(given, ParkedTrace)


BAN_OF = {
    Scope.MANDATORY_TENDER: ("ban.tendering_law_53", "招标投标法 第五十三条"),
    Scope.GOVERNMENT_PROCUREMENT: ("ban.procurement_law_77", "政府采购法第七十七条"),
    Scope.AGENCY_WORK: ("ban.tendering_law_50", "招标投标法第五十条"),
    Scope.EVALUATION_WORK: ("ban.tendering_law_56", "招标投标法第五十六条"),
}
