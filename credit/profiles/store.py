"""The only SQL of profiles: statements, now and as known at a log position."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from credit.kernel import canonical, database
from credit.kernel.periods import next_day
from credit.kernel.unit import Unit
from credit.profiles.model import FACTS, RelationFacts, StatedBy, Statement, StatementKind, Words
from credit.store import payload
from credit.tables import EntityFact

FOREVER = 2**62
_DAY = timedelta(days=1)
_NEWEST = """SELECT * FROM (SELECT f.*, row_number() OVER (PARTITION BY statement_id ORDER BY revision DESC) rn
    FROM credit_entity_fact f WHERE {where} AND seq <= {{}}) q WHERE rn = 1"""
_OF_CODE = _NEWEST.format(where="code = {}")
_TOWARDS = _NEWEST.format(where="other_code = {}")
_ONE = "SELECT f.* FROM credit_entity_fact f WHERE statement_id = {} ORDER BY revision DESC LIMIT 1"
_WEIGHTY = ("relation", "status", "representative")  # the kinds that an answer to "may it bid?" looks at
_ALL_WEIGHTY = """SELECT * FROM (SELECT f.*, row_number() OVER (PARTITION BY statement_id ORDER BY revision DESC) rn
    FROM credit_entity_fact f WHERE kind IN ('relation', 'status', 'representative')) q
    WHERE rn = 1 AND statement_id > {} ORDER BY statement_id LIMIT {}"""


def _statement(row: dict[str, Any]) -> Statement:
    kind = StatementKind(row["kind"])
    return Statement(
        statement_id=row["statement_id"], revision=row["revision"], code=row["code"], kind=kind,
        stated_by=StatedBy(row["stated_by"]), org_code=row["org_code"], seq=row["seq"],
        facts=msgspec.json.decode(row["facts"], type=FACTS[kind]), sourced=bool(row["sourced"]),
        first_day=row["valid_from"], last_day=row["valid_to"] and row["valid_to"] - _DAY,
        withdrawn=bool(row["withdrawn"]), payload_id=row["payload_id"],
    )


async def statements_of(code: str, seq: int = FOREVER) -> list[Statement]:
    """The newest revision known at `seq` of everything stated about a company, ended and withdrawn ones included."""
    return [_statement(r) for r in await database.fetch(_OF_CODE, code, seq)]


async def statements_towards(code: str, seq: int = FOREVER) -> list[Statement]:
    """What is stated of other companies towards this one."""
    return [_statement(r) for r in await database.fetch(_TOWARDS, code, seq)]


async def weighty_of(codes: Sequence[str], seq: int = FOREVER) -> list[Statement]:
    """Relations, status and representatives stated about these companies: one query for hundreds."""
    if not codes:
        return []
    marks, values = database.anyof(codes)
    text = _NEWEST.format(where=f"code IN {marks}")
    return [_statement(r) for r in await database.fetch(text, *values, seq) if r["kind"] in _WEIGHTY]


async def all_weighty(after: str, limit: int) -> list[Statement]:
    """A page of every relation, status and representative, by statement id."""
    return [_statement(r) for r in await database.fetch(_ALL_WEIGHTY, after, limit)]


async def statement(statement_id: str) -> Statement | None:
    rows = await database.fetch(_ONE, statement_id)
    return _statement(rows[0]) if rows else None


async def words(found: Statement) -> Words:
    """The erasable part; empty once erased."""
    body = await payload(found.payload_id)
    return msgspec.json.decode(body, type=Words) if body else Words()


def write_statement(u: Unit, made: Statement) -> None:
    u.write(
        EntityFact,
        {"id": f"{made.statement_id}/{made.revision}", "statement_id": made.statement_id, "revision": made.revision,
         "seq": made.seq, "recorded_at": u.now, "code": made.code, "kind": made.kind.value,
         "stated_by": made.stated_by.value, "org_code": made.org_code, "sourced": made.sourced,
         "other_code": made.facts.other_code if isinstance(made.facts, RelationFacts) else None,
         "valid_from": made.first_day, "valid_to": made.last_day and next_day(made.last_day),
         "withdrawn": made.withdrawn, "facts": canonical.encode(made.facts), "payload_id": made.payload_id},
    )
