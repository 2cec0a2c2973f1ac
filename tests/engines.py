"""Databases for tests: one migrated template per worker and engine, a fresh copy of it for each test."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from credit.kernel import database
from tests.postgres import PostgresDatabases

KINDS = ("sqlite", "postgres")


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
