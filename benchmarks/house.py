"""A house to measure: a fresh database of either engine, the services over it, organisations, keys and commands."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from pathlib import Path

import asyncpg
import msgspec

from api.running import lifespan
from api.wiring import Services, build
from benchmarks import data
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.kernel.settings import Database, Letters, Settings, Web
from sanctions import intake
from sanctions.model import PenaltyCommand
from tests.postgres import postgres_server

TODAY = date(2026, 11, 22)  # the last day that the rows of `data` know
OFFICE = data.AUTHORITIES[0][1]
CALLER = Caller(key_id="key_bench", org_code=OFFICE, role=Role.AUTHORITY, scopes=frozenset({"push:any"}))
ENGINES = ("sqlite", "postgres")
_HOME = Path(__file__).parent.parent
_ROOT = _HOME / "data"
_ORGANISATIONS = _HOME / "examples" / "organisations.json"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder of its own on the disk that holds `data/`, gone afterwards."""
    _ROOT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=_ROOT) as made:
        yield Path(made)


@asynccontextmanager
async def place(engine: str) -> AsyncIterator[Settings]:
    """Settings for an empty database of `engine` that is durable as in use: nothing is relaxed for speed."""
    with folder() as made:
        if engine == "sqlite":
            yield settings(made, None)
            return
        server, name = await postgres_server(), f"tendercredit_bench_{secrets.token_hex(6)}"
        await _statement(server, f"CREATE DATABASE {name}")
        try:
            yield settings(made, _url(server, name))
        finally:
            await _statement(server, f"DROP DATABASE {name} WITH (FORCE)")


def settings(made: Path, url: str | None) -> Settings:
    """As the demo is set: limits off, the letters of the sample locality on."""
    return Settings(data=made, database=Database(url=url), web=Web(rate_limit=0), letters=Letters(locality="sample"))


@asynccontextmanager
async def opened(chosen: Settings) -> AsyncIterator[Services]:
    """The services over a migrated database with the sample organisations registered."""
    services = build(chosen)
    async with lifespan.opened(services):
        for given in msgspec.json.decode(_ORGANISATIONS.read_bytes(), type=list[OrganisationInput]):
            await accounts.register_organisation(given, by="bench", now=services.clock())
        yield services


async def key(services: Services, role: Role, org_code: str = OFFICE) -> str:
    """A new key in the clear; of an authority, one that may push for any."""
    scopes = frozenset({"push:any"}) if role is Role.AUTHORITY else frozenset[str]()
    secret, _ = await accounts.create_key(
        org_code=org_code, role=role, name="bench", by="bench", now=services.clock(), scopes=scopes
    )
    return secret


def commands(made: Path, count: int) -> list[PenaltyCommand]:
    """`count` penalties as the importer reads them from a file."""
    path = data.write_csv(made / "commands.csv", count)
    outcomes = list(intake.read(path, today=TODAY))
    found = [o.command for o in outcomes if isinstance(o, intake.Accepted)]
    assert len(found) == count, "the generator's rows must all be complete"
    return found


async def _statement(server: str, text: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(text)
    finally:
        await connection.close()


def _url(server: str, name: str) -> str:
    head, _, query = server.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
