"""What the checkpoints kept outside the database notice: a restored backup, and a log written anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from credit.kernel import database, merkle
from tests import engines, postgres
from tests.faults.service import Service, serving
from tests.faults.test_kill import single


async def test_a_database_restored_below_its_checkpoint_opens_a_new_origin(
    data: Path, database_url: str | None, databases: engines.Databases
) -> None:
    async with serving(data, database_url) as service:
        key = await service.furnish()
        await served(service, key, 1)
        async with backup(service, databases) as restored:
            lost = await served(service, key, 2)
            restore(service, restored)
            await service.up()
            async with service.client(key) as client:
                note = (await client.get("/v1/ledger/checkpoint")).text
                gone = await client.get(f"/v1/penalties/{lost}")
                again = await client.post("/v1/penalties", json=single(2))
            assert note.splitlines()[0].endswith("/2")
            assert (gone.status_code, again.status_code) == (404, 201)
            told = await service.rows("SELECT body FROM log_payload WHERE body LIKE '%lost_size%'")
            assert len(told) == 1
            await service.settled()
            service.stop()
            verified = service.command("verify", "--json")
            assert (verified.returncode, json.loads(verified.stdout)["ok"]) == (0, True), verified.stdout


async def test_a_log_written_anew_is_not_served(data: Path, database_url: str | None) -> None:
    async with serving(data, database_url) as service:
        key = await service.furnish()
        await served(service, key, 1)
        await rewritten(service)
        service.begin()
        code, said = service.ended()
        assert code == 3
        assert "日志的前" in said and "tendercredit verify" in said
        verified = service.command("verify", "--json")
        assert verified.returncode == 3
        assert json.loads(verified.stdout)["fault_count"] > 0


async def served(service: Service, key: dict[str, str], n: int) -> str:
    """Serves until the n-th penalty and its letter are in; its id."""
    await service.up()
    async with service.client(key) as client:
        made = await client.post("/v1/penalties", json=single(n))
    assert made.status_code == 201, made.text
    await service.settled()
    service.stop()
    return str(made.json()["id"])


@asynccontextmanager
async def backup(service: Service, databases: engines.Databases) -> AsyncIterator[str]:
    """A copy of the database as it is: a file, or the URL of another database."""
    if service.url is None:
        kept = service.data / "backup.sqlite"
        shutil.copyfile(service.data / "tendercredit.sqlite", kept)
        yield str(kept)
        return
    server = databases.kinds["postgres"]
    assert isinstance(server, postgres.PostgresDatabases)
    async with server.copy_of(httpx.URL(service.url).path.strip("/")) as url:
        yield url


def restore(service: Service, kept: str) -> None:
    """The copy takes the place of the database."""
    if service.url is not None:
        service.url = kept
        return
    for part in service.data.glob("tendercredit.sqlite-*"):
        part.unlink()
    shutil.copyfile(kept, service.data / "tendercredit.sqlite")


async def rewritten(service: Service) -> None:
    """Somebody with the whole database in his hands changes an entry and makes leaf, frontier and root fit it."""
    async with database.opened(database.make_engine(service.url, service.data)):
        if database.is_sqlite():
            triggers = await database.fetch("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for trigger in triggers:
                await database.fetch(f"DROP TRIGGER {trigger['name']}")
        else:
            await database.fetch("ALTER TABLE log_entry DISABLE TRIGGER USER")
        entries = await database.fetch("SELECT seq, body FROM log_entry ORDER BY seq")
        bodies = [str(entry["body"]) for entry in entries]
        bodies[1] = bodies[1].replace('"actor":"', '"actor":"x')
        leaves = [merkle.leaf_hash(body.encode()) for body in bodies]
        await database.fetch("UPDATE log_entry SET body = {}, leaf = {} WHERE seq = 1", bodies[1], leaves[1].hex())
        frontier = merkle.Frontier().extend(leaves)
        await database.fetch("UPDATE log_head SET frontier = {}, root = {}", frontier.to_json(), frontier.root.hex())


