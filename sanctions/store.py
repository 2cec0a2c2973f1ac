"""The only SQL of sanctions: restrictions, parked rows, sources, receipts, question counts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from sanctions.model import ParkedRow, ParkedState, Restriction, Scope, SourceState
from sanctions.packed import BarRow
from sanctions.receipts import Place, Sealed, Statement
from sanctions.tables import ParkedRevision, QuestionCount, ReceiptRow, RestrictionRevision, SourceRevision

FOREVER = 2**62
_NEWEST = """SELECT * FROM (SELECT t.*, row_number() OVER (PARTITION BY {by} ORDER BY revision DESC) rn
    FROM {table} t WHERE {where} seq <= {{}}) q WHERE rn = 1"""


def _newest(table: str, by: str, where: str = "") -> str:
    return _NEWEST.format(table=table, by=by, where=where and where + " AND ")


_OF_ENTITY = _newest("sanctions_restriction", "restriction_id", "entity_id = {}")
_OF_RECORD = _newest("sanctions_restriction", "restriction_id", "record_id = {}")
_REVISED = """SELECT restriction_id, max(revision) FROM sanctions_restriction
    WHERE revision > 1 AND seq <= {} GROUP BY restriction_id"""
_STREAM = "SELECT {columns}, revision FROM sanctions_restriction WHERE seq <= {{}}"
_STREAM_RESTRICTIONS = _STREAM.format(columns=", ".join(BarRow.__struct_fields__))
_PARKED_OF_CODE = _newest("sanctions_parked", "parked_id", "code = {}") + " AND state = 'open'"
_PARKED_OPEN = _newest("sanctions_parked", "parked_id") + " AND state = 'open'"
_PARKED_OF_ORG = (
    _newest("sanctions_parked", "parked_id", "org_code = {}")
    + " AND state = 'open' AND q.seq > {} ORDER BY q.seq LIMIT {}"
)
_PARKED = _newest("sanctions_parked", "parked_id", "parked_id = {}")
_PARKED_ROWS = """SELECT row_digest, parked_id FROM sanctions_parked
    WHERE org_code = {} AND revision = 1 AND row_digest IN"""
_SOURCES = _newest("sanctions_source", "list")
_ENTITIES = "SELECT DISTINCT entity_id FROM sanctions_restriction WHERE seq > {} AND seq <= {}"
_CODES_PARKED = "SELECT DISTINCT code FROM sanctions_parked WHERE code IS NOT NULL AND seq > {} AND seq <= {}"
_RECEIPT = "SELECT * FROM sanctions_receipt WHERE id = {}"
_ADD = " ON CONFLICT (id) DO UPDATE SET times = sanctions_question_count.times + excluded.times"
_COUNTED = 1000  # rows written at once: acts wait for the same lock
_COUNTS_OF = """SELECT day, asker, times AS count FROM sanctions_question_count WHERE code = {}
    ORDER BY day DESC, asker LIMIT 1000"""


def _restriction(row: dict[str, Any]) -> Restriction:
    return Restriction(
        restriction_id=row["restriction_id"], record_id=row["record_id"], entity_id=row["entity_id"],
        scope=Scope(row["scope"]), first_day=row["first_day"], last_day=row["last_day"], basis_id=row["basis_id"],
        basis=row["basis"], seq=row["seq"], withdrawn=row["withdrawn"],
    )


async def restrictions_of(entity_id: str, seq: int = FOREVER) -> tuple[Restriction, ...]:
    """The newest known revision of every bar that decisions against this entity state."""
    return tuple(_restriction(r) for r in await database.fetch(_OF_ENTITY, entity_id, seq))


async def restrictions_of_all(entity_ids: Sequence[str], seq: int = FOREVER) -> list[Restriction]:
    """As `restrictions_of`, for hundreds of entities in one query."""
    if not entity_ids:
        return []
    marks, values = database.anyof(entity_ids)
    text = _newest("sanctions_restriction", "restriction_id", f"entity_id IN {marks}")
    return [_restriction(r) for r in await database.fetch(text, *values, seq)]


async def restrictions_between(after: str, upto: str, seq: int) -> list[Restriction]:
    """As `restrictions_of`, for the entities of the range (after, upto] of ids."""
    text = _newest("sanctions_restriction", "restriction_id", "entity_id > {} AND entity_id <= {}")
    return [_restriction(r) for r in await database.fetch(text, after, upto, seq)]


async def restrictions_of_record(record_id: str, seq: int = FOREVER) -> tuple[Restriction, ...]:
    return tuple(_restriction(r) for r in await database.fetch(_OF_RECORD, record_id, seq))


async def stream_restrictions(seq: int) -> AsyncIterator[Sequence[Any]]:
    """The newest revision known at `seq` of every bar, in no order, by its BarRow columns. For bulk reading."""
    newest: dict[str, int] = {}
    async for part in database.stream(_REVISED, seq):
        newest.update((row[0], row[1]) for row in part)
    async for part in database.stream(_STREAM_RESTRICTIONS, seq):
        for row in part:
            if row[-1] == newest.get(row[0], 1):
                yield row[:-1]


async def entities_restricted(after: int, upto: int) -> set[str]:
    """Entities whose restrictions changed in the log positions (after, upto]."""
    return {r["entity_id"] for r in await database.fetch(_ENTITIES, after, upto)}


async def codes_parked(after: int, upto: int) -> set[str]:
    """Codes whose parked rows changed in the log positions (after, upto]."""
    return {r["code"] for r in await database.fetch(_CODES_PARKED, after, upto)}


def write_restriction(u: Unit, made: Restriction, revision: int = 1) -> None:
    u.write(
        RestrictionRevision,
        {"id": f"{made.restriction_id}/{revision}", "restriction_id": made.restriction_id, "revision": revision,
         "seq": made.seq, "record_id": made.record_id, "entity_id": made.entity_id, "scope": made.scope.value,
         "first_day": made.first_day, "last_day": made.last_day, "basis_id": made.basis_id, "basis": made.basis,
         "withdrawn": made.withdrawn},
    )


async def restriction_revision(restriction_id: str) -> int:
    rows = await database.fetch(
        "SELECT max(revision) AS n FROM sanctions_restriction WHERE restriction_id = {}", restriction_id
    )
    return int(rows[0]["n"] or 0)


def _parked(row: dict[str, Any]) -> ParkedRow:
    return ParkedRow(
        parked_id=row["parked_id"], revision=row["revision"], seq=row["seq"], org_code=row["org_code"],
        code=row["code"], row_number=row["row_number"], state=ParkedState(row["state"]),
        missing=tuple(row["missing"].split()), regimes=tuple(row["regimes"].split()),
        record_id=row["record_id"], payload_id=row["payload_id"], row_digest=row["row_digest"],
    )


async def parked(parked_id: str, seq: int = FOREVER) -> ParkedRow | None:
    rows = await database.fetch(_PARKED, parked_id, seq)
    return _parked(rows[0]) if rows else None


async def parked_of_code(code: str, seq: int = FOREVER) -> tuple[ParkedRow, ...]:
    """Rows still parked, as known at `seq`, that name this code."""
    return tuple(_parked(r) for r in await database.fetch(_PARKED_OF_CODE, code, seq))


async def parked_of_codes(codes: Sequence[str], seq: int = FOREVER) -> list[ParkedRow]:
    """As `parked_of_code`, for hundreds of codes in one query."""
    if not codes:
        return []
    marks, values = database.anyof(codes)
    text = _newest("sanctions_parked", "parked_id", f"code IN {marks}") + " AND state = 'open'"
    return [_parked(r) for r in await database.fetch(text, *values, seq)]


async def parked_open(seq: int = FOREVER) -> list[ParkedRow]:
    """Rows still parked, as known at `seq`."""
    return [_parked(r) for r in await database.fetch(_PARKED_OPEN, seq)]


async def parked_of_org(org_code: str, after: int, limit: int) -> list[ParkedRow]:
    """Open parked rows of one organisation, by log position."""
    return [_parked(r) for r in await database.fetch(_PARKED_OF_ORG, org_code, FOREVER, after, limit)]


async def parked_rows(org_code: str, digests: Sequence[str]) -> dict[str, str]:
    """Which of these rows the organisation parked before: digest → parked id."""
    marks = ", ".join(["{}"] * len(digests))
    rows = await database.fetch(f"{_PARKED_ROWS} ({marks})", org_code, *digests) if digests else []
    return {r["row_digest"]: r["parked_id"] for r in rows}


def write_parked(u: Unit, made: ParkedRow) -> None:
    u.write(
        ParkedRevision,
        {"id": f"{made.parked_id}/{made.revision}", "parked_id": made.parked_id, "revision": made.revision,
         "seq": made.seq, "org_code": made.org_code, "code": made.code, "row_digest": made.row_digest,
         "row_number": made.row_number, "state": made.state.value, "missing": " ".join(made.missing),
         "regimes": " ".join(made.regimes), "record_id": made.record_id, "payload_id": made.payload_id},
    )


async def sources(seq: int = FOREVER) -> tuple[SourceState, ...]:
    """Every list source as declared by log position `seq`."""
    return tuple(
        SourceState(list=r["list"], revision=r["revision"], seq=r["seq"], official_channel=r["official_channel"],
                    fetched_at=r["fetched_at"], static=r["static"])
        for r in await database.fetch(_SOURCES, seq)
    )


def write_source(u: Unit, made: SourceState) -> None:
    u.write(
        SourceRevision,
        {"id": f"{made.list}/{made.revision}", "list": made.list, "revision": made.revision, "seq": made.seq,
         "official_channel": made.official_channel, "fetched_at": made.fetched_at, "static": made.static},
    )


class KeptReceipt(NamedTuple):
    """A stored receipt: who asked, where it was logged, what was signed, and the question and answer as texts."""

    org_code: str
    asked_by: str
    seq: int
    sealed: Sealed
    question: str
    answer: str


async def receipt(receipt_id: str) -> KeptReceipt | None:
    rows = await database.fetch(_RECEIPT, receipt_id)
    if not rows:
        return None
    row = rows[0]
    sealed = Sealed(
        statement=msgspec.json.decode(row["statement"], type=Statement), text=row["statement"],
        signature=row["signature"], key_id=row["key_id"],
        place=Place(row["batch_index"], row["batch_size"], tuple(row["path"].split())),
    )
    return KeptReceipt(row["org_code"], row["asked_by"], row["seq"], sealed, row["question"], row["answer"])


def write_receipt(u: Unit, kept: KeptReceipt) -> None:
    made = kept.sealed
    u.write(
        ReceiptRow,
        {"id": made.statement.id, "seq": kept.seq, "org_code": kept.org_code, "asked_by": kept.asked_by,
         "batch_index": made.place.index, "batch_size": made.place.size, "path": " ".join(made.place.path),
         "statement": made.text, "signature": made.signature, "key_id": made.key_id, "question": kept.question,
         "answer": kept.answer},
    )


async def count_questions(day: date, asker: str, counts: Mapping[str, int]) -> None:
    """Adds to how often a kind of asker asked about each code on a day."""
    rows = [
        {"id": f"{day}/{asker}/{code}", "day": day, "asker": asker, "code": code, "times": n}
        for code, n in sorted(counts.items())
    ]
    for start in range(0, len(rows), _COUNTED):
        async with database.transaction():
            await database.insert(QuestionCount, rows[start : start + _COUNTED], suffix=_ADD)


async def question_counts(code: str) -> list[dict[str, Any]]:
    """Day, kind of asker and count of the questions asked about a code, newest first."""
    return await database.fetch(_COUNTS_OF, code)
