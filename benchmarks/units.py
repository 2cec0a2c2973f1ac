"""units: penalties entered one by one, each in its own act, against bare inserts of the very same rows."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

from benchmarks import house
from benchmarks.figure import Figure, compared, median, shown
from credit.kernel import database
from credit.kernel.engines import PooledSQLiteEngine
from credit.kernel.settings import Settings
from sanctions.service.deciding.receive import Prepared, Receiving

NAME = "units"
TABLES = ("log_entry", "log_payload", "credit_entity", "credit_record", "credit_payload")
_BLOCK = 50  # acts between two turns of the baseline


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Acts per second on each engine; the baseline writes the same rows to a second database, a COMMIT per act."""
    for engine in house.ENGINES:
        yield asyncio.run(_measure(engine, 100 if quick else 1500))


async def _measure(engine: str, count: int) -> Figure:
    async with house.place(engine) as first, house.place(engine) as second:
        async with house.opened(second):
            pass
        async with house.opened(first) as services, bare(second) as plain:
            commands = house.commands(first.data, count)
            prepared = [await services.receiving.prepare(c, house.CALLER) for c in commands]
            pairs = [
                await _turn(services.receiving, plain, prepared[start : start + _BLOCK])
                for start in shown(range(0, count, _BLOCK), f"{NAME} {engine}")
            ]
    ours, theirs = (_BLOCK / median(p[side] for p in pairs) for side in (0, 1))
    return compared(
        f"{NAME} {engine}", "penalties, one act each", ours, "per second", baseline=theirs,
        baseline_what="bare inserts of the same rows, same commits", target="at least 0.3",
        note=f"median of {len(pairs)} blocks of {_BLOCK}, taken in turn",
    )


async def _turn(receiving: Receiving, plain: Bare, block: Sequence[Prepared]) -> tuple[float, float]:
    """Seconds for a block as acts, then for its rows as bare inserts."""
    before = (await database.fetch("SELECT size FROM log_head"))[0]["size"]
    started = time.perf_counter()
    for prepared in block:
        await receiving.receive(prepared, by=house.CALLER.key_id)
    ours = time.perf_counter() - started
    acts = await written(before)
    started = time.perf_counter()
    for act in acts:
        await plain.commit(act)
    return ours, time.perf_counter() - started


async def written(since: int) -> list[list[tuple[str, list[dict[str, Any]]]]]:
    """The rows of each act from log position `since` on, table by table."""
    acts: dict[int, dict[str, list[dict[str, Any]]]] = {}
    for table in TABLES:
        for row in await database.fetch(f"SELECT * FROM {table} WHERE seq >= {{}} ORDER BY seq", since):
            acts.setdefault(row["seq"], {}).setdefault(table, []).append(row)
    return [list(acts[seq].items()) for seq in sorted(acts)]


class Bare(Protocol):
    """A connection that inserts rows and commits, and nothing else."""

    async def commit(self, rows: list[tuple[str, list[dict[str, Any]]]]) -> None: ...


@asynccontextmanager
async def bare(chosen: Settings) -> AsyncIterator[Bare]:
    """A connection as the service opens them: on SQLite with its PRAGMAs, on PostgreSQL as the server is set."""
    url = chosen.database.url
    if url:
        connection = await asyncpg.connect(url)
        yield BarePostgres(connection)
        await connection.close()
        return
    engine = PooledSQLiteEngine(path=str(chosen.data / "tendercredit.sqlite"))
    connection = await engine.get_connection()
    yield BareSQLite(connection)
    await connection.close()


class BareSQLite:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def commit(self, rows: list[tuple[str, list[dict[str, Any]]]]) -> None:
        await self.connection.execute("BEGIN IMMEDIATE")
        for table, of_table in rows:
            text = statement(table, tuple(of_table[0]), len(of_table)).replace("{}", "?")
            await self.connection.execute(text, [v for row in of_table for v in row.values()])
        await self.connection.execute("COMMIT")


class BarePostgres:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def commit(self, rows: list[tuple[str, list[dict[str, Any]]]]) -> None:
        async with self.connection.transaction():
            for table, of_table in rows:
                values = [v for row in of_table for v in row.values()]
                text = statement(table, tuple(of_table[0]), len(of_table))
                await self.connection.execute(text.format(*(f"${n}" for n in range(1, len(values) + 1))), *values)


def statement(table: str, columns: tuple[str, ...], count: int) -> str:
    """One INSERT for `count` rows; `{}` marks a value."""
    one = "(" + ", ".join(["{}"] * len(columns)) + ")"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES " + ", ".join([one] * count)
