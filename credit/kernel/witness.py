"""Witnessed rows against the log: every row a log entry remembers is there, unchanged, and no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from piccolo.table import Table

from credit.kernel import database
from credit.kernel.canonical import CanonicalError
from credit.kernel.unit import columns, row_digest, row_id

Digests = Mapping[int, Mapping[str, Mapping[str, str]]]  # seq, table, row id → SHA-256
_BETWEEN = "SELECT * FROM {table} WHERE seq >= {{}} AND seq < {{}} ORDER BY seq"
_IDS_BETWEEN = "SELECT CAST({key} AS TEXT) AS id FROM {table} WHERE seq >= {{}} AND seq < {{}}"
_ONE = "SELECT * FROM {table} WHERE CAST({key} AS TEXT) = {{}}"
_OUTSIDE = """SELECT CAST({key} AS TEXT) AS id, CAST(seq AS TEXT) AS seq FROM {table}
    WHERE seq < 0 OR seq >= (SELECT size FROM log_head) LIMIT 100"""
_ERASING = """SELECT p.body FROM log_entry e JOIN log_payload p ON p.seq = e.seq
    WHERE e.subject = {} AND e.kind = 'payload_erased'"""


class Fault(msgspec.Struct, frozen=True):
    """Where the database contradicts the log (table, row, seq) and how."""

    place: str
    what: str


def place(table: type[Table], key: object, seq: object) -> str:
    """`table id=… seq=…`, as reports name a row."""
    return f"{table._meta.tablename} id={key} seq={seq}"


async def read(table: type[Table], start: int, end: int, faults: list[Fault]) -> list[dict[str, Any]]:
    """The rows of a window of log positions; a row that cannot even be read becomes a fault."""
    names = {"table": table._meta.tablename, "key": table._meta.primary_key._meta.name}
    try:
        return await database.fetch(_BETWEEN.format(**names), start, end)
    except Exception:  # noqa: BLE001 - SQLite holds anything, and its converters raise what they like
        found = await database.fetch(_IDS_BETWEEN.format(**names), start, end)
    rows = []
    for key in (r["id"] for r in found):
        try:
            rows += await database.fetch(_ONE.format(**names), key)
        except Exception:  # noqa: BLE001
            where = f"{names['table']} id={key}"
            faults.append(Fault(where, "无法读取 changed: holds a value that is not of its column's type"))
    return sorted(rows, key=lambda r: int(r["seq"]))


async def check_window(
    tables: Sequence[type[Table]], expected: Digests, start: int, end: int, faults: list[Fault]
) -> tuple[int, int]:
    """Compares all rows of the window; answers how many rows stood and how many were erased by an act."""
    rows_read = erased = 0
    known = {t._meta.tablename for t in tables}
    for seq, by_table in expected.items():
        faults += [Fault(f"{name} seq={seq}", "未核对的表 a table nobody checks") for name in by_table.keys() - known]
    for table in tables:
        rows = await read(table, start, end, faults)
        rows_read += len(rows)
        erased += await _check_table(table, expected, rows, faults)
    return rows_read, erased


async def _check_table(
    table: type[Table], expected: Digests, rows: Sequence[Mapping[str, Any]], faults: list[Fault]
) -> int:
    name, erased = table._meta.tablename, 0
    left = {(seq, key) for seq, by_table in expected.items() for key in by_table.get(name, {})}
    for row in rows:
        seq, key = row["seq"], row_id(table, row)
        wanted = expected.get(seq, {}).get(name, {}).get(key)
        left.discard((seq, key))
        if wanted is None:
            faults.append(Fault(place(table, key, seq), "多出的行 added: no log entry knows this row"))
        elif is_erased(table, row):
            erased += 1
            if not await _erased_by_an_act(str(row["owner"]), key):
                faults.append(Fault(place(table, key, seq), "无据删除 erased without an act in the log"))
        elif _digest(row) != wanted:
            faults.append(Fault(place(table, key, seq), "行被改动 changed: differs from what its log entry remembers"))
    faults += [
        Fault(place(table, key, seq), "行缺失 missing: its log entry remembers a row that is gone")
        for seq, key in sorted(left)
    ]
    return erased


def is_erased(table: type[Table], row: Mapping[str, Any]) -> bool:
    """Whether this is a payload whose salt and body were dropped together."""
    return {"salt", "body", "owner"} <= columns(table) and row["salt"] is None and row["body"] is None


async def _erased_by_an_act(owner: str, key: str) -> bool:
    acts = await database.fetch(_ERASING, owner)
    return any(key in msgspec.json.decode(act["body"])["event"]["payload_ids"] for act in acts)


def _digest(row: Mapping[str, Any]) -> str:
    try:
        return row_digest(row)
    except CanonicalError:
        return "no canonical text"


async def check_outside(tables: Sequence[type[Table]], faults: list[Fault]) -> None:
    """Reports rows that claim a log position the log does not have."""
    for table in tables:
        names = {"table": table._meta.tablename, "key": table._meta.primary_key._meta.name}
        faults += [
            Fault(place(table, row["id"], row["seq"]), "不在日志内 added: the log has no such position")
            for row in await database.fetch(_OUTSIDE.format(**names))
        ]
