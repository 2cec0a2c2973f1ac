"""The schema defends itself: what was written once stays, whoever asks; migrations run from nothing on both engines."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextvars import Context
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path

import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager

from credit.kernel import database
from credit.kernel.database import Engine
from credit.kernel.engines import PooledPostgresEngine, PooledSQLiteEngine
from tests import engines, postgres
from tests.credit.kernel.acts import act
from tests.fakes import FakeClock

ROOT = Path(__file__).parents[3]
TABLES = ["credit.tables", "credit.accounts.tables", "sanctions.tables", "notices.tables"]
GUARDED = ["log_entry", "log_payload", "credit_entity", "credit_payload"]
MIGRATE = """
import asyncio, sys
from pathlib import Path
from credit.kernel import database
async def main():
    async with database.opened(database.make_engine(sys.argv[1] or None, Path(sys.argv[2]))):
        await database.migrate()
asyncio.run(main())
"""


@pytest.fixture
async def empty_url(engine_kind: str, data: Path, databases: engines.Databases) -> AsyncIterator[str | None]:
    """An engine without any table."""
    if engine_kind == "sqlite":
        yield None
        return
    store = databases.kinds["postgres"]
    assert isinstance(store, postgres.PostgresDatabases)
    async with store.blank() as url:
        yield url


@pytest.mark.parametrize("table", GUARDED)
@pytest.mark.parametrize("statement", ["UPDATE {} SET seq = 7", "DELETE FROM {}", "DELETE FROM {} WHERE seq = 0"])
async def test_what_was_written_stays(engine: Engine, clock: FakeClock, table: str, statement: str) -> None:
    await act(clock())
    before = await database.fetch(f"SELECT * FROM {table}")
    with pytest.raises(Exception, match="append-only"):
        await database.fetch(statement.replace("{}", table))
    assert await database.fetch(f"SELECT * FROM {table}") == before != []


@pytest.mark.parametrize("table", GUARDED)
async def test_each_engines_short_cut_is_closed(engine: Engine, clock: FakeClock, table: str) -> None:
    await act(clock())
    short_cut = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}" if database.is_sqlite() else f"TRUNCATE {table}"
    with pytest.raises(Exception, match="append-only"):
        await database.fetch(short_cut)


async def test_every_witnessed_table_is_guarded(engine: Engine) -> None:
    """By name, so that a new witnessed table cannot be forgotten."""
    if database.is_sqlite():
        rows = await database.fetch("SELECT tbl_name AS name FROM sqlite_master WHERE type = 'trigger'")
    else:
        rows = await database.fetch("SELECT tgrelid::regclass::text AS name FROM pg_trigger WHERE NOT tgisinternal")
    witnessed = {t._meta.tablename for name in TABLES for t in import_module(name).WITNESSED}
    kernel = {"log_entry", "log_payload", "log_tile", "request_key", "rule_release"}
    assert (witnessed | kernel) - {r["name"] for r in rows} == set()


async def test_erasure_drops_salt_and_body_together_and_nothing_else(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    for wrong in ("salt = NULL", "body = NULL", "salt = NULL, body = NULL, owner = 'x'", "body = 'other'",
                  "salt = NULL, body = NULL, id = 'x'"):
        with pytest.raises(Exception, match="append-only"):
            await database.fetch(f"UPDATE credit_payload SET {wrong} WHERE seq = 0")
    await database.fetch("UPDATE credit_payload SET salt = NULL, body = NULL WHERE seq = 0")
    with pytest.raises(Exception, match="append-only"):
        await database.fetch("DELETE FROM credit_payload WHERE seq = 0")


async def test_rows_come_back_as_they_were_written(engine: Engine, clock: FakeClock) -> None:
    await act(clock())
    row = (await database.fetch("SELECT founded_on, seq, code FROM credit_entity"))[0]
    assert row == {"founded_on": date(2020, 2, 29), "seq": 0, "code": None}
    entry = (await database.fetch("SELECT recorded_at FROM log_entry"))[0]
    assert entry["recorded_at"] == datetime(2026, 11, 22, 1, 0, tzinfo=UTC)


async def test_migrations_run_from_nothing_and_again(empty_url: str | None, data: Path) -> None:
    async with database.opened(database.make_engine(empty_url, data)):
        await database.migrate()
        assert (await database.fetch("SELECT size FROM log_head")) == [{"size": 0}]
        done = await database.fetch("SELECT app_name, name FROM migration")
        assert {(r["app_name"], r["name"]) for r in done} == await database.migrations()
        await database.migrate()
        assert len(await database.fetch("SELECT name FROM migration")) == len(done)
    assert backups(data) == 0


async def test_a_filled_sqlite_file_is_backed_up_before_it_changes(data: Path) -> None:
    async with database.opened(database.make_engine(None, data)):
        await database.migrate()
        newest = (await database.fetch("SELECT max(id) AS id FROM migration WHERE app_name = 'notices'"))[0]
        await database.fetch("DELETE FROM migration WHERE id = {}", newest["id"])
        with pytest.raises(Exception, match="already exists"):
            await database.migrate()  # the index is there: what matters is the copy made first
    assert backups(data) == 1


async def test_two_processes_may_migrate_at_once(empty_url: str | None, data: Path) -> None:
    command = [sys.executable, "-c", MIGRATE, empty_url or "", str(data)]
    both = [await asyncio.create_subprocess_exec(*command, cwd=ROOT) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]
    async with database.opened(database.make_engine(empty_url, data)):
        assert len(await database.fetch("SELECT name FROM migration")) == len(await database.migrations())


async def test_the_migrations_say_all_that_the_tables_say() -> None:
    """What `piccolo migrations new --auto` would write: nothing."""
    import credit.piccolo_conf as conf

    for app in conf.apps():
        changes = await AutoMigrationManager().get_alter_statements(app_config=app)
        assert [statement for change in changes for statement in change.statements] == [], app.app_name


def test_importing_the_configuration_touches_no_file(data: Path) -> None:
    environment = {**os.environ, "TENDERCREDIT_DATA": str(data / "fresh"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", "import credit.piccolo_conf"], cwd=data, env=environment, check=True)
    assert list(data.iterdir()) == []


async def test_a_burst_of_readers_shares_few_connections(engine: Engine, clock: FakeClock) -> None:
    await act(clock())
    answers = await asyncio.gather(*(database.fetch("SELECT size FROM log_head") for _ in range(500)))
    assert answers == [[{"size": 1}]] * 500


async def test_readers_are_served_while_units_wait(engine: Engine, clock: FakeClock) -> None:
    async with database.transaction():
        if not database.is_sqlite():
            await database.fetch("SELECT size FROM log_head FOR UPDATE")
        waiting = [asyncio.create_task(act(clock()), context=Context()) for _ in range(30)]
        async with asyncio.timeout(10):
            assert await asyncio.create_task(size(), context=Context()) == 0
    await asyncio.gather(*waiting)
    assert await size() == 30


async def size() -> int:
    return int((await database.fetch("SELECT size FROM log_head"))[0]["size"])


def backups(data: Path) -> int:
    return len(list(data.glob("tendercredit.sqlite.before-*-migrations")))


async def test_a_new_sqlite_file_is_its_owners_alone(data: Path) -> None:
    connection = await PooledSQLiteEngine(str(data / "tendercredit.sqlite")).get_connection()
    await connection.close()
    assert (data / "tendercredit.sqlite").stat().st_mode & 0o077 == 0


async def test_reading_holds_one_connection_and_begins_no_transaction(engine: Engine) -> None:
    async with database.reading(), database.reading():
        mine = [await database.fetch("SELECT 1 AS one") for _ in range(3)]
        if isinstance(engine, PooledPostgresEngine):
            pids = [(await database.fetch("SELECT pg_backend_pid() AS pid"))[0]["pid"] for _ in range(3)]
            assert len(set(pids)) == 1
            with pytest.raises(RuntimeError, match="holds a connection for reading"):
                async with database.transaction():
                    pass
    assert mine == [[{"one": 1}]] * 3
    async with database.transaction(), database.reading():  # inside a transaction it is that one's
        assert database.in_transaction()


async def test_more_readers_than_connections_wait_for_their_turn(engine: Engine) -> None:
    async def read() -> list[database.Row]:
        async with database.reading():
            await database.fetch("SELECT 1 AS one")
            return await database.fetch("SELECT 2 AS two")

    assert await asyncio.wait_for(asyncio.gather(*(read() for _ in range(40))), 20) == [[{"two": 2}]] * 40
