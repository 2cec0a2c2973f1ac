"""The two database engines: SQLite with a small pool and one writer, PostgreSQL that always gives its connection back.

Stock Piccolo opens a SQLite connection and thread per query, and loses a PostgreSQL connection when COMMIT fails.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiosqlite
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction
from piccolo.engine.sqlite import SQLiteEngine, SQLiteTransaction, TransactionType, dict_factory

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL can lose acknowledged acts at a power cut
    "PRAGMA busy_timeout=30000",
    "PRAGMA foreign_keys=1",
    "PRAGMA recursive_triggers=1",  # so that INSERT OR REPLACE meets the append-only triggers
)


class PooledSQLiteTransaction(SQLiteTransaction):
    """An IMMEDIATE transaction that holds the engine's one write lock and hands its connection back at the end."""

    async def __aenter__(self) -> PooledSQLiteTransaction:
        if self._parent is not None:
            return self._parent  # type: ignore[return-value,unused-ignore]
        engine: PooledSQLiteEngine = self.engine  # type: ignore[assignment]
        await engine.write_lock.acquire()
        try:
            self.connection = await engine.get_connection()
            try:
                await self.connection.execute("BEGIN IMMEDIATE")
            except BaseException:
                await engine.release(self.connection)
                raise
        except BaseException:
            engine.write_lock.release()
            raise
        self.context = engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent:
            return exception is None
        engine: PooledSQLiteEngine = self.engine  # type: ignore[assignment]
        connection, self.connection = self.connection, None  # a stray task must not write into a later unit
        try:
            if exception is None and not self._rolled_back:
                await connection.execute("COMMIT")
            elif not self._rolled_back:
                await connection.execute("ROLLBACK")
        except BaseException:
            if connection.in_transaction:
                await connection.execute("ROLLBACK")
            raise
        finally:
            engine.current_transaction.reset(self.context)
            await engine.release(connection)
            engine.write_lock.release()
        return False


class PooledSQLiteEngine(SQLiteEngine):
    """SQLite with idle connections kept between `start_connection_pool` and `close_connection_pool`."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=30)
        self.idle: list[aiosqlite.Connection] = []
        self.pooling = False
        self.write_lock = asyncio.Lock()

    async def start_connection_pool(self, **kwargs: Any) -> None:
        self.pooling = True
        self.write_lock = asyncio.Lock()

    async def close_connection_pool(self) -> None:
        self.pooling = False
        while self.idle:
            await self.idle.pop().close()

    async def get_connection(self) -> aiosqlite.Connection:
        if self.pooling and self.idle:
            return self.idle.pop()
        Path(self.path).parent.mkdir(parents=True, exist_ok=True)
        connection = await aiosqlite.connect(**self.connection_kwargs, cached_statements=512)
        connection.row_factory = dict_factory  # type: ignore[assignment]
        for pragma in _PRAGMAS:
            await connection.execute_fetchall(pragma)
        return connection

    async def release(self, connection: aiosqlite.Connection) -> None:
        """Gives a connection back: kept while pooling, closed otherwise."""
        if self.pooling and len(self.idle) < 8:
            self.idle.append(connection)
        else:
            await connection.close()

    async def _run_in_new_connection(
        self, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> list[dict[str, Any]]:
        connection = await self.get_connection()
        try:
            return list(await connection.execute_fetchall(query, args or []))  # type: ignore[arg-type]
        finally:
            await self.release(connection)

    async def _run_in_existing_connection(
        self, connection: Any, query: str, args: list[Any] | None = None, query_type: str = "generic", table: Any = None
    ) -> list[dict[str, Any]]:
        if connection is None:
            raise RuntimeError("this transaction has ended; start tasks outside of it")
        return list(await connection.execute_fetchall(query, args or []))

    def transaction(
        self, transaction_type: TransactionType = TransactionType.immediate, allow_nested: bool = True
    ) -> PooledSQLiteTransaction:
        return PooledSQLiteTransaction(
            engine=self, transaction_type=transaction_type, allow_nested=allow_nested
        )


class ReturningPostgresTransaction(PostgresTransaction):
    """Gives its connection back and clears its context even when COMMIT or ROLLBACK fails."""

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent:
            return exception is None
        engine: PostgresEngine = self.engine
        connection, self.connection = self.connection, None
        try:
            if exception is None and not self._rolled_back:
                await self.transaction.commit()
            elif not self._rolled_back:
                await self.transaction.rollback()
        finally:
            engine.current_transaction.reset(self.context)
            if engine.pool:
                await engine.pool.release(connection)
            else:
                await connection.close()
        return False


class PooledPostgresEngine(PostgresEngine):
    """PostgreSQL; one transaction class that never leaks a connection."""

    def transaction(self, allow_nested: bool = True) -> ReturningPostgresTransaction:
        return ReturningPostgresTransaction(engine=self, allow_nested=allow_nested)
