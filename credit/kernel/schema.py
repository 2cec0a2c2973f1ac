"""What migrations share: running raw statements on the bound engine, and the append-only triggers.

A witnessed row is written once: UPDATE, DELETE and (on PostgreSQL) TRUNCATE are refused. A payload may only lose its
salt and body together, which is erasure.
"""

from __future__ import annotations

from collections.abc import Sequence

from piccolo.engine import engine_finder
from piccolo.engine.sqlite import SQLiteEngine

_FUNCTION = """CREATE OR REPLACE FUNCTION tendercredit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''append-only''; END'"""
_ERASURE = "NEW.body IS NULL AND NEW.salt IS NULL AND NEW.id = OLD.id AND NEW.owner = OLD.owner AND NEW.seq = OLD.seq"


async def run(statements: Sequence[str]) -> None:
    """Runs each statement on the engine Piccolo is migrating."""
    found = engine_finder()
    assert found is not None
    for text in statements:
        await found.run_ddl(text)


async def append_only(*tables: str, erasable: bool = False) -> None:
    """Guards `tables` by triggers on both engines."""
    found = engine_finder()
    sqlite = isinstance(found, SQLiteEngine)
    for table in tables:
        await run(_sqlite(table, erasable) if sqlite else _postgres(table, erasable))


def _sqlite(table: str, erasable: bool) -> list[str]:
    unless = f"WHEN NOT ({_ERASURE}) " if erasable else ""
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}"
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    ]


def _postgres(table: str, erasable: bool) -> list[str]:
    unless = f"WHEN (NOT ({_ERASURE})) " if erasable else ""
    call = "EXECUTE FUNCTION tendercredit_append_only()"
    return [
        _FUNCTION,
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW {unless}{call}",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW {call}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {call}",
    ]
