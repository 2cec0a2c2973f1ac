"""The database as the stores see it: bind an engine, fetch, insert many, lock the schema, migrate.

One SQL text serves both engines: `{}` marks a value. Business code reaches the database through stores only.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from piccolo.table import Table

from credit.kernel.engines import PooledPostgresEngine, PooledSQLiteEngine

Engine = PooledSQLiteEngine | PooledPostgresEngine
Row = dict[str, Any]
_MAX_VALUES = 30_000  # PostgreSQL takes 32,767 values in one statement
_MIGRATION_LOCK = 7_342_119

_engine: Engine | None = None
_held: ContextVar[Any] = ContextVar("held", default=None)  # the connection of `reading`


def make_engine(url: str | None, data: Path) -> Engine:
    """SQLite under `data` without a URL, else PostgreSQL at `postgresql://…`."""
    if not url:
        return PooledSQLiteEngine(path=str(data / "tendercredit.sqlite"))
    return PooledPostgresEngine(config={"dsn": url})


def bind(engine: Engine) -> None:
    """Points every table of every app, and Piccolo's own commands, at `engine`."""
    global _engine
    os.environ["PICCOLO_CONF"] = "credit.piccolo_conf"
    import piccolo.apps.migrations.tables as migration_tables

    import credit.piccolo_conf as conf

    conf.DB = engine
    _engine = engine
    migration_tables.Migration._meta._db = engine
    for app in conf.apps():
        for table in app.table_classes:
            table._meta._db = engine


def engine() -> Engine:
    """The bound engine."""
    if _engine is None:
        raise RuntimeError("no database bound; call database.bind first")
    return _engine


def is_sqlite() -> bool:
    return isinstance(engine(), PooledSQLiteEngine)


@lru_cache(maxsize=2048)
def _compiled(text: str, sqlite: bool) -> str:
    parts = text.split("{}")
    if sqlite:
        return "?".join(parts)
    return parts[0] + "".join(f"${i}{part}" for i, part in enumerate(parts[1:], 1))


async def fetch(text: str, *args: Any) -> list[Row]:
    """Runs one statement, inside the current transaction if there is one; rows as plain dicts."""
    bound = engine()
    sqlite = isinstance(bound, PooledSQLiteEngine)
    query = _compiled(text, sqlite)
    running = bound.current_transaction.get()
    if isinstance(bound, PooledSQLiteEngine):
        if running is not None:
            return await bound._run_in_existing_connection(running.connection, query, list(args))
        return await bound._run_in_new_connection(query, list(args))
    if running is not None:
        if running.connection is None:
            raise RuntimeError("this transaction has ended; start tasks outside of it")
        return [dict(r) for r in await running.connection.fetch(query, *args)]
    if (held := _held.get()) is not None:
        return [dict(r) for r in await held.fetch(query, *args)]
    if bound.pool is not None:
        async with bound.pool.acquire() as connection:
            return [dict(r) for r in await connection.fetch(query, *args)]
    return [dict(r) for r in await bound._run_in_new_connection(query, list(args))]


async def stream(text: str, *args: Any, size: int = 2000) -> AsyncIterator[Sequence[Sequence[Any]]]:
    """Rows of one statement as tuples in the order of its columns, `size` at a time: for what would not fit at once.

    Read from a connection of its own, outside any transaction of the caller.
    """
    bound = engine()
    query = _compiled(text, isinstance(bound, PooledSQLiteEngine))
    async with contextlib.aclosing(bound.stream(query, list(args), size)) as parts:
        async for part in parts:
            yield part


def anyof(keys: Sequence[str]) -> tuple[str, list[str]]:
    """`({}, …)` for `IN`, and its values: padded to a power of two, so that few statements need to be planned.

    At least one key is needed.
    """
    size = 1 << (len(keys) - 1).bit_length()
    return f"({', '.join(['{}'] * size)})", [*keys, *[keys[-1]] * (size - len(keys))]


async def insert(table: type[Table], rows: Sequence[Mapping[str, Any]], *, suffix: str = "") -> list[Row]:
    """Inserts rows that all have the same columns, in statements both engines take; `suffix` = ON CONFLICT …"""
    if not rows:
        return []
    columns = list(rows[0])
    step = max(1, min(500, _MAX_VALUES // len(columns)))
    answer: list[Row] = []
    for start in range(0, len(rows), step):
        chunk = rows[start : start + step]
        text = _insert_text(table._meta.tablename, tuple(columns), len(chunk)) + suffix
        answer += await fetch(text, *[row[c] for row in chunk for c in columns])
    return answer


@lru_cache(maxsize=512)
def _insert_text(name: str, columns: tuple[str, ...], count: int) -> str:
    names = ", ".join(f'"{c}"' for c in columns)
    one = "(" + ", ".join(["{}"] * len(columns)) + ")"
    return f'INSERT INTO "{name}" ({names}) VALUES ' + ", ".join([one] * count)  # noqa: S608


@asynccontextmanager
async def transaction() -> AsyncIterator[None]:
    """A write transaction: IMMEDIATE on SQLite, READ COMMITTED on PostgreSQL. Never nests, never within `reading`."""
    if _held.get() is not None:
        raise RuntimeError("a transaction must not begin while its task holds a connection for reading")
    async with engine().transaction(allow_nested=False):
        yield


@asynccontextmanager
async def reading() -> AsyncIterator[None]:
    """Holds one connection for the queries of the block, which come one after another: to take one from the pool for
    each costs as much as the query. Nothing changes inside a transaction and on SQLite. A transaction begun inside is
    an error: where all connections are held by those who wait for one more, nobody would go on."""
    bound = engine()
    if isinstance(bound, PooledSQLiteEngine) or bound.pool is None or in_transaction() or _held.get() is not None:
        yield
        return
    async with bound.pool.acquire() as connection:
        token = _held.set(connection)
        try:
            yield
        finally:
            _held.reset(token)


def in_transaction() -> bool:
    return engine().current_transaction.get() is not None


@asynccontextmanager
async def opened(bound: Engine) -> AsyncIterator[Engine]:
    """Binds `bound` with its pool for the length of the block."""
    bind(bound)
    if isinstance(bound, PooledSQLiteEngine):
        await bound.start_connection_pool()
    else:
        await bound.start_connection_pool(min_size=1, max_size=12, reset=untouched)
    try:
        yield bound
    finally:
        await bound.close_connection_pool()


async def untouched(connection: Any) -> None:
    """Before a connection goes back: open transactions are ended by then, and no session is ever set otherwise. The
    default would ask the server for a reset after every query, which takes as long as the query."""


async def migrate() -> str:
    """Brings the schema of every app forward, under a lock, after a backup of a filled SQLite file beside it.

    Returns Piccolo's log. Safe to call from several processes at once and again when nothing is to do.
    """
    from piccolo.apps.migrations.commands.forwards import run_forwards

    out = io.StringIO()
    async with _schema_lock():
        await _backup_before_change()
        with contextlib.redirect_stdout(out):
            result = await run_forwards("all")
    if not result.success:
        raise RuntimeError(f"migration failed: {result.message}\n{out.getvalue()}")
    return out.getvalue()


async def _backup_before_change() -> None:
    bound = engine()
    if not isinstance(bound, PooledSQLiteEngine):
        return
    if not await fetch("SELECT name FROM sqlite_master WHERE name = 'migration'"):
        return
    done = {(r["app_name"], r["name"]) for r in await fetch("SELECT app_name, name FROM migration")}
    if not await migrations() <= done:
        target = Path(f"{bound.path}.before-{len(done)}-migrations")
        target.unlink(missing_ok=True)  # noqa: ASYNC240 - one call before a migration
        await backup_sqlite(target)


async def migrations() -> set[tuple[str, str]]:
    """App and id of every migration this version ships."""
    from piccolo.apps.migrations.commands.base import BaseMigrationManager

    import credit.piccolo_conf as conf

    read = BaseMigrationManager()
    return {
        (app.app_name, name)
        for app in conf.apps()
        for name in read.get_migration_ids(read.get_migration_modules(app.resolved_migrations_folder_path))
    }


@asynccontextmanager
async def _schema_lock() -> AsyncIterator[None]:
    bound = engine()
    if isinstance(bound, PooledSQLiteEngine):
        async with _file_lock(Path(bound.path + ".migrate")):
            yield
        return
    connection = await bound.get_new_connection()
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()


@asynccontextmanager
async def _file_lock(path: Path) -> AsyncIterator[None]:
    if sys.platform == "win32":
        yield
        return
    import fcntl

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.05)
        yield


async def backup_sqlite(target: Path) -> None:
    """A consistent copy of the SQLite file at `target`, which must not exist."""
    await fetch("VACUUM INTO {}", str(target))
