"""The only SQL of repair: cases by id, by record, by company, by office."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from credit import lookup
from credit.kernel import canonical, database
from credit.kernel.unit import Unit
from credit.service import keep_payload
from repair.model import OPEN, Case, Words
from repair.tables import CaseRecord, CaseRevision

_NEWEST = """SELECT * FROM (SELECT c.*, row_number() OVER (PARTITION BY case_id ORDER BY revision DESC) rn
    FROM repair_case c {where}) q WHERE rn = 1"""
_OPEN = "state IN (" + ", ".join(f"'{s.value}'" for s in sorted(OPEN)) + ")"
_BY_ID = "SELECT c.* FROM repair_case c WHERE case_id = {} ORDER BY revision DESC LIMIT 1"
_AT = "SELECT c.* FROM repair_case c WHERE case_id = {} AND revision = {}"
_BY_SEQ = "SELECT c.* FROM repair_case c WHERE seq = {}"
_OF_RECORDS = """SELECT r.record_id, q.* FROM repair_case_record r JOIN ({newest}) q ON q.case_id = r.case_id
    WHERE r.record_id IN ({marks}) ORDER BY r.seq"""
_ABOUT = "WHERE case_id IN (SELECT case_id FROM repair_case_record WHERE record_id IN ({marks}))"
_OF_CODE = _NEWEST.format(where="WHERE code = {}") + " ORDER BY case_id"
_ALL = _NEWEST.format(where="")


async def case(case_id: str) -> Case | None:
    """The newest revision, without its words."""
    rows = await database.fetch(_BY_ID, case_id)
    return _case(rows[0]) if rows else None


async def case_at(case_id: str, version: int) -> Case | None:
    """One revision, with its words."""
    rows = await database.fetch(_AT, case_id, version)
    return await with_words(rows[0]) if rows else None


async def case_of_seq(seq: int) -> Case | None:
    """The revision that the log entry `seq` wrote, with its words."""
    rows = await database.fetch(_BY_SEQ, seq)
    return await with_words(rows[0]) if rows else None


async def whole(case_id: str) -> Case | None:
    """The newest revision with its words; empty words where they were erased."""
    rows = await database.fetch(_BY_ID, case_id)
    return await with_words(rows[0]) if rows else None


async def with_words(row: dict[str, Any]) -> Case:
    body = await lookup.payload(row["payload_id"])
    words = msgspec.json.decode(body, type=Words) if body else Words()
    return msgspec.structs.replace(_case(row), words=words)


async def newest_of_records(record_ids: Sequence[str]) -> dict[str, Case]:
    """The case opened last for each of these records, without words."""
    if not record_ids:
        return {}
    marks = ", ".join(["{}"] * len(record_ids))
    text = _OF_RECORDS.format(newest=_NEWEST.format(where=_ABOUT.format(marks=marks)), marks=marks)
    return {row["record_id"]: _case(row) for row in await database.fetch(text, *record_ids, *record_ids)}


async def of_company(code: str) -> list[Case]:
    return [_case(row) for row in await database.fetch(_OF_CODE, code)]


async def open_cases() -> list[Case]:
    """Every case on which something may still happen."""
    return [_case(row) for row in await database.fetch(f"{_ALL} AND {_OPEN} ORDER BY case_id")]


async def every_case() -> list[Case]:
    return [_case(row) for row in await database.fetch(f"{_ALL} ORDER BY case_id")]


def _case(row: dict[str, Any]) -> Case:
    return msgspec.structs.replace(
        msgspec.json.decode(row["facts"], type=Case), version=row["revision"], seq=row["seq"])


async def write(u: Unit, made: Case, seq: int, before: Case | None = None) -> Case:
    """Writes a revision as of the entry `seq`; words that did not change keep their payload."""
    payload_id = await _payload_of(before) if before is not None and before.words == made.words else None
    if payload_id is None and made.words != Words():
        payload_id = keep_payload(u, seq=seq, owner=made.case_id, body=made.words)
    kept = msgspec.structs.replace(made, seq=seq)
    u.write(CaseRevision, {
        "id": f"{kept.case_id}/{kept.version}", "case_id": kept.case_id, "revision": kept.version, "seq": seq,
        "entity_id": kept.entity_id, "code": kept.code, "state": kept.state.value, "decider_code": kept.decider.code,
        "region": kept.region, "submitted_on": kept.submitted_on,
        "facts": canonical.encode(msgspec.structs.replace(kept, words=Words())), "payload_id": payload_id,
    })
    return kept


def write_records(u: Unit, made: Case, seq: int) -> None:
    """Writes which records a new case is about."""
    for item in made.items:
        u.write(CaseRecord, {"id": f"{made.case_id}/{item.record_id}", "case_id": made.case_id,
                             "record_id": item.record_id, "seq": seq})


async def _payload_of(before: Case) -> str | None:
    rows = await database.fetch(_AT, before.case_id, before.version)
    return rows[0]["payload_id"] if rows else None
