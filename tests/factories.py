"""Makers of sample values that are valid by construction and the same in every run."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from credit.model import Authority, ConductFacts, Facts, MeritFacts, PenaltyFacts, PenaltyKind, Record, RecordKind
from credit.uscc import ALPHABET, check_digit, org_check_digit

SAMPLE_AUTHORITY = Authority(name="示例市住房和城乡建设局")


def uscc(n: int, region: str = "370100") -> str:
    """The n-th sample company code of a region: 91 + region + MA9A + four characters + both check digits."""
    digits = "".join(ALPHABET[n // 31**power % 31] for power in (3, 2, 1, 0))
    body = "MA9A" + digits
    first = "91" + region + body + org_check_digit(body)
    return first + check_digit(first)


def penalty(record_id: str = "p1", **facts: Any) -> Record:
    """A penalty of the sample housing bureau, decided 2026-05-20 unless told; keywords are facts of the record."""
    withdrawn = facts.pop("withdrawn", False)
    given: dict[str, Any] = {
        "authority": SAMPLE_AUTHORITY,
        "document_no": f"示建罚〔2026〕{record_id}号",
        "decided_on": date(2026, 5, 20),
        "kinds": (PenaltyKind.FINE,),
        **facts,
    }
    return record(record_id, RecordKind.PENALTY, PenaltyFacts(**given), withdrawn=withdrawn)


def merit(record_id: str = "m1", **facts: Any) -> Record:
    """Good conduct under the sample scheme, granted 2026-01-10 unless told."""
    given: dict[str, Any] = {
        "scheme": "sample_construction",
        "item": "quality_award",
        "authority": SAMPLE_AUTHORITY,
        "document_no": f"示建奖〔2026〕{record_id}号",
        "granted_on": date(2026, 1, 10),
        **facts,
    }
    return record(record_id, RecordKind.MERIT, MeritFacts(**given))


def conduct(record_id: str = "c1", **facts: Any) -> Record:
    """Conduct under the sample scheme, its 告知书 served 2026-03-02 unless told; nobody states anything."""
    given: dict[str, Any] = {
        "scheme": "sample_construction",
        "item": "contract_performance",
        "authority": SAMPLE_AUTHORITY,
        "document_no": f"示建告〔2026〕{record_id}号",
        "happened_on": date(2026, 2, 27),
        "notice_served_on": date(2026, 3, 2),
        **facts,
    }
    return record(record_id, RecordKind.CONDUCT, ConductFacts(**given))


def record(record_id: str, kind: RecordKind, facts: Facts, *, withdrawn: bool = False) -> Record:
    """The first revision of a record of a sample company."""
    return Record(
        record_id=record_id,
        revision=1,
        kind=kind,
        entity_id="e1",
        seq=0,
        first_seq=0,
        recorded_at=datetime(2026, 5, 21, tzinfo=UTC),
        facts=facts,
        withdrawn=withdrawn,
    )
