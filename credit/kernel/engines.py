"""The two database engines: SQLite with a small pool and one writer, PostgreSQL that always gives its connection back.

Stock Piccolo opens a SQLite connection and thread per query, and loses a PostgreSQL connection when COMMIT fails.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
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


_READERS = 16  # connections that read at once: each is a thread and three file handles
_WRITERS = 4  # units wait for the log head anyhow; the rest of the pool stays free for readers


class PooledSQLiteTransaction(SQLiteTransaction):
    """An IMMEDIATE transaction that holds the engine's one write lock and hands its connection back at the end."""

    async def __aenter__(self) -> PooledSQLiteTransaction:
        if self._parent is not None:
            return self._parent  # type: ignore[return-value,unused-ignore]
        engine: PooledSQLiteEngine = self.engine  # type: ignore[assignment]
        await engine.write_lock.acquire()
        try:
            connection = await engine.get_connection()
            try:
                await connection.execute("BEGIN IMMEDIATE")
            except BaseException:
                connection.stop()  # a cancelled BEGIN may still come about: never give this connection back
                raise
        except BaseException:
            engine.write_lock.release()
            raise
        self.connection = connection
        self.context = engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent:
            return exception is None
        engine: PooledSQLiteEngine = self.engine  # type: ignore[assignment]
        connection, self.connection = self.connection, None  # a stray task must not write into a later unit
        engine.current_transaction.reset(self.context)
        try:
            if not self._rolled_back:
                await connection.execute("COMMIT" if exception is None else "ROLLBACK")
        except BaseException:
            connection.stop()  # closing rolls back what was left open
            raise
        else:
            await engine.release(connection)
        finally:
            engine.write_lock.release()
        return False


def _prepare(file: Path) -> None:
    """Makes a new file its owner's alone: it will hold personal data, and the files beside it take its mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)


class PooledSQLiteEngine(SQLiteEngine):
    """SQLite with idle connections kept between `start_connection_pool` and `close_connection_pool`."""

    def __init__(self, path: str) -> None:
        super().__init__(path=path, timeout=30)
        self.idle: list[aiosqlite.Connection] = []
        self.pooling = False
        self.write_lock = asyncio.Lock()
        self.readers = asyncio.Semaphore(_READERS)

    async def start_connection_pool(self, **kwargs: Any) -> None:
        self.pooling = True
        self.write_lock = asyncio.Lock()
        self.readers = asyncio.Semaphore(_READERS)

    async def close_connection_pool(self) -> None:
        self.pooling = False
        while self.idle:
            await self.idle.pop().close()

    async def get_connection(self) -> aiosqlite.Connection:
        if self.pooling and self.idle:
            return self.idle.pop()
        _prepare(Path(self.path))
        connection = await aiosqlite.connect(**self.connection_kwargs, cached_statements=512)
        try:
            connection.row_factory = dict_factory  # type: ignore[assignment]
            for pragma in _PRAGMAS:
                await connection.execute_fetchall(pragma)
        except BaseException:
            connection.stop()
            raise
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
        async with self.readers:
            connection = await self.get_connection()
            try:
                return list(await connection.execute_fetchall(query, args or []))  # type: ignore[arg-type]
            finally:
                await self.release(connection)

    async def stream(self, query: str, args: list[Any], size: int) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        """The rows of a query as tuples, `size` at a time."""
        async with self.readers:
            connection = await self.get_connection()
            try:
                cursor = await connection.execute(query, args)
                cursor.row_factory = None
                while rows := list(await cursor.fetchmany(size)):
                    yield rows
                await cursor.close()
            except BaseException:
                connection.stop()  # half read: its cursor would hold an old state of the file
                raise
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
    """Gives its connection back and clears its context even when BEGIN, COMMIT or ROLLBACK fails."""

    async def __aenter__(self) -> ReturningPostgresTransaction:
        if self._parent is not None:
            return self._parent  # type: ignore[return-value,unused-ignore]
        engine: PooledPostgresEngine = self.engine  # type: ignore[assignment]
        await engine.writers.acquire()
        try:
            connection = await self.get_connection()  # type: ignore[no-untyped-call,unused-ignore]
            try:
                self.transaction = connection.transaction()
                await self.transaction.start()
            except BaseException:
                connection.terminate()
                await _give_back(engine, connection)
                raise
        except BaseException:
            engine.writers.release()
            raise
        self.connection = connection
        self.context = engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exception_type: Any, exception: Any, traceback: Any) -> bool:
        if self._parent:
            return exception is None
        engine: PooledPostgresEngine = self.engine  # type: ignore[assignment]
        connection, self.connection = self.connection, None
        engine.current_transaction.reset(self.context)
        try:
            if exception is None and not self._rolled_back:
                await self.transaction.commit()
            elif not self._rolled_back:
                await self.transaction.rollback()
        except BaseException:
            connection.terminate()  # the server rolls back what was left open
            raise
        finally:
            try:
                await _give_back(engine, connection)
            finally:
                engine.writers.release()
        return False


async def _give_back(engine: PostgresEngine, connection: Any) -> None:
    if engine.pool:
        await engine.pool.release(connection)
    else:
        await connection.close()


class PooledPostgresEngine(PostgresEngine):
    """PostgreSQL; one transaction class that never leaks a connection, and room in the pool for readers."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config=config)
        self.writers = asyncio.Semaphore(_WRITERS)

    async def start_connection_pool(self, **kwargs: Any) -> None:
        self.writers = asyncio.Semaphore(_WRITERS)
        await super().start_connection_pool(**kwargs)

    async def stream(self, query: str, args: list[Any], size: int) -> AsyncGenerator[Sequence[Sequence[Any]], None]:
        """The rows of a query as tuples, `size` at a time, from one snapshot."""
        connection = await (self.pool.acquire() if self.pool else self.get_new_connection())
        try:
            async with connection.transaction(readonly=True):
                cursor = await connection.cursor(query, *args)
                while rows := await cursor.fetch(size):
                    yield rows
        finally:
            await _give_back(self, connection)

    def transaction(self, allow_nested: bool = True) -> ReturningPostgresTransaction:
        return ReturningPostgresTransaction(engine=self, allow_nested=allow_nested)
