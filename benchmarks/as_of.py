"""as-of: a company asked about as known at a log position, against the same SQL run bare behind a same route."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import msgspec

from api.wiring import Services
from benchmarks import crowd, house, load
from benchmarks.eligibility import turn_of
from benchmarks.figure import Figure, compared, median
from benchmarks.server import BARE, STATEMENTS
from benchmarks.serving import served
from credit.accounts.model import Caller, Role
from credit.kernel import database, ledger
from credit.kernel.engines import PooledPostgresEngine
from sanctions.service.answering.ask import Ask

NAME = "as_of"
_COMPANIES = 20_000
_TENDER = {"type": "construction", "mandatory": True, "regimes": ["tendering"]}


def run(*, quick: bool = False) -> Iterator[Figure]:
    """On PostgreSQL, by an auditor, at the newest position (an earlier one also writes that it was asked)."""
    yield from asyncio.run(_measure(quick=quick))


async def _measure(*, quick: bool) -> list[Figure]:
    found = []
    async with house.place("postgres") as chosen:
        async with house.opened(chosen) as services:
            key = await house.key(services, Role.AUDITOR)
            await crowd.fill(1000 if quick else _COMPANIES)
            position = (await ledger.head()).size - 1
        companies = 1000 if quick else _COMPANIES
        for what, code in (("barred", next(crowd.listed(1, companies))), ("clean", next(crowd.unlisted(1, companies)))):
            body = msgspec.json.encode({"subjects": [{"code": code}], "tender": _TENDER, "known_at": position})
            async with house.opened(chosen) as services:
                statements = await _statements(services, body)
            (chosen.data / STATEMENTS).write_bytes(pickle.dumps(statements))
            with served(chosen) as port:
                found.append(await asyncio.to_thread(
                    _figure, port, key, what, body, len(statements), 40 if quick else 1500, 1 if quick else 9))
    return found


async def _statements(services: Services, body: bytes) -> list[tuple[str, Sequence[Any]]]:
    """What runs on PostgreSQL for the question, each statement with its arguments."""
    found: list[tuple[str, Sequence[Any]]] = []

    async def listen(connection: Any) -> None:
        connection.add_query_logger(lambda said: found.append((said.query, said.args)))

    engine = database.engine()
    assert isinstance(engine, PooledPostgresEngine)
    await engine.close_connection_pool()
    await engine.start_connection_pool(min_size=1, max_size=1, init=listen, reset=database.untouched)
    caller = Caller(key_id="key_bench", org_code=house.OFFICE, role=Role.AUDITOR, scopes=frozenset())
    await services.asking.ask(msgspec.json.decode(body, type=Ask), caller)
    asked = list(found)
    await engine.close_connection_pool()  # else it would warn of who still listens
    await engine.start_connection_pool(min_size=1)
    return asked


def _figure(port: int, key: str, what: str, body: bytes, statements: int, count: int, turns: int) -> Figure:
    answer = httpx.post(f"http://127.0.0.1:{port}/v1/eligibility", content=body, timeout=30,
                        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    assert answer.raise_for_status().json()["as_of"]["known_at"]
    asked = load.request("POST", "/v1/eligibility", key, body)
    bare = load.request("POST", f"{BARE}/{len(answer.content)}", key, body)
    pairs = [(turn_of(port, asked, count), turn_of(port, bare, count)) for _ in range(turns)]
    return compared(
        NAME, f"one company as known at the newest position, {what}", median(p[0]["per_second"] for p in pairs),
        "questions per second", baseline=median(p[1]["per_second"] for p in pairs),
        baseline_what=f"the same {statements} statements on the same server behind a route that reads the same body",
        target="at least 0.6", note=f"{turns} turns of {count}, 16 connections, medians")
