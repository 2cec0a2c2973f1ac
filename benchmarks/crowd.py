"""A million companies in the tables, a tenth of them with a penalty that states a bar: to read and to ask about.

The rows are put beside the log, at its newest position: what is measured over them reads tables, not proofs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from benchmarks import data, scores
from benchmarks.figure import step
from credit import names
from credit.kernel import canonical, database, ledger
from credit.model import Authority, Field, PenaltyFacts, PenaltyKind, Record
from credit.tables import EntityRevision, RecordRevision
from sanctions.tables import RestrictionRevision

EVERY = 10  # the first of so many companies is barred
_AT_ONCE = 10_000
_MOMENT = datetime(2026, 11, 20, tzinfo=UTC)
_OFFICE, _OFFICE_CODE, _ = data.AUTHORITIES[0]


async def fill(companies: int) -> None:
    """Writes the companies `data.code(0)` and on; those whose number divides by `EVERY` are barred from tenders."""
    seq = (await ledger.head()).size - 1
    for start in range(0, companies, _AT_ONCE):
        numbers = range(start, min(companies, start + _AT_ONCE))
        async with database.transaction():
            await database.insert(EntityRevision, [_entity(n, seq) for n in numbers])
            for table, rows in ((RecordRevision, _record), (RestrictionRevision, _bar)):
                await database.insert(table, [rows(n, seq) for n in numbers if n % EVERY == 0])
        step("companies", numbers.stop, companies)


async def fill_scored(companies: int) -> None:
    """Writes the companies `data.code(0)` and on with three records each, of the kinds that scores count."""
    seq = (await ledger.head()).size - 1
    for start in range(0, companies, _AT_ONCE // 4):
        numbers = range(start, min(companies, start + _AT_ONCE // 4))
        async with database.transaction():
            await database.insert(EntityRevision, [_entity(n, seq) for n in numbers])
            made = (record for n in numbers for record in scores.records(n))
            await database.insert(RecordRevision, [_scored(record, seq) for record in made])
        step("companies", numbers.stop, companies)


def entity_id(n: int) -> str:
    """Of the n-th company."""
    return f"ent_{n:026d}"


def listed(count: int, companies: int) -> Iterator[str]:
    """Codes of companies that are barred, spread over all."""
    return islice((data.code(n) for n in _spread(companies) if n % EVERY == 0), count)


def unlisted(count: int, companies: int) -> Iterator[str]:
    """Codes of companies on whom nothing is recorded, spread over all."""
    return islice((data.code(n) for n in _spread(companies) if n % EVERY), count)


def _spread(companies: int) -> Iterator[int]:
    return (n * 7919 % companies for n in range(companies))


def _entity(n: int, seq: int) -> dict[str, Any]:
    name = f"示例市第{n:07d}号样本建筑安装工程有限公司"
    return {"id": f"{entity_id(n)}/1", "entity_id": entity_id(n), "revision": 1, "seq": seq, "kind": "legal_person",
            "code": data.code(n), "person_ref": None, "name": name, "folded_name": names.fold(name),
            "founded_on": None, "branch_of": None, "merged_into": None, "representative": None}


def _record(n: int, seq: int) -> dict[str, Any]:
    decided = _decided(n)
    facts = PenaltyFacts(
        authority=Authority(name=_OFFICE, code=_OFFICE_CODE), document_no=f"示住建罚〔2026〕{n}号", decided_on=decided,
        kinds=(PenaltyKind.FINE,), field=Field.CONSTRUCTION, authority_field=Field.CONSTRUCTION, fine_fen=5_000_000,
        pushed_by=_OFFICE_CODE)
    return {"id": f"pen_{n:026d}/1", "record_id": f"pen_{n:026d}", "revision": 1, "seq": seq, "first_seq": seq,
            "recorded_at": _MOMENT, "entity_id": entity_id(n), "kind": "penalty", "natural_key": f"crowd/{n}",
            "content_digest": "", "valid_from": decided, "valid_to": None, "withdrawn": False, "withdrawn_on": None,
            "facts": canonical.encode(facts), "payload_id": None}


def _scored(record: Record, seq: int) -> dict[str, Any]:
    n = int(record.entity_id.removeprefix("ent_"))
    return {"id": f"{record.record_id}/1", "record_id": record.record_id, "revision": 1, "seq": seq, "first_seq": seq,
            "recorded_at": _MOMENT, "entity_id": entity_id(n), "kind": record.kind.value,
            "natural_key": f"crowd/{record.record_id}", "content_digest": "", "valid_from": data.LAST_DAY,
            "valid_to": None, "withdrawn": False, "withdrawn_on": None, "facts": canonical.encode(record.facts),
            "payload_id": None}


def _bar(n: int, seq: int) -> dict[str, Any]:
    decided = _decided(n)
    return {"id": f"res_{n:026d}/1", "restriction_id": f"res_{n:026d}", "revision": 1, "seq": seq,
            "record_id": f"pen_{n:026d}", "entity_id": entity_id(n), "scope": "mandatory_tender",
            "first_day": decided, "last_day": date(decided.year + 2, decided.month, 1),
            "basis_id": "ban.tendering_law_53", "basis": "招标投标法 第五十三条", "withdrawn": False}


def _decided(n: int) -> date:
    return data.LAST_DAY - timedelta(days=n % 300)
