"""Probes and counts: what they say, and to whom."""

from __future__ import annotations

import httpx
from litestar import Litestar

from api.meter import Family, exposition
from api.wiring import Services
from credit.accounts.model import Role
from credit.kernel import database
from tests.api.conftest import KeyMaker, visiting


async def test_alive_and_ready(client: httpx.AsyncClient, services: Services) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive"}
    ready = (await client.get("/readyz")).json()
    assert (ready["status"], ready["log_size"]) == ("ready", 1)
    assert ready["rules"] == services.book.current.digest


async def test_not_ready_when_the_database_is_gone(client: httpx.AsyncClient, engine_kind: str) -> None:
    async with database.transaction():
        await database.fetch("ALTER TABLE log_head RENAME TO log_head_lost")
    answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    async with database.transaction():
        await database.fetch("ALTER TABLE log_head_lost RENAME TO log_head")


async def test_counts_are_for_the_operator_and_this_machine(app: Litestar, key: KeyMaker) -> None:
    async with visiting(app) as stranger, visiting(app, "127.0.0.1") as local:
        assert (await stranger.get("/metrics")).status_code == 403
        assert (await stranger.get("/metrics", headers=await key(Role.AUDITOR))).status_code == 403
        assert (await stranger.get("/metrics", headers=await key(Role.OPERATOR))).status_code == 200
        assert (await local.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"})).status_code == 403
        counts = (await local.get("/metrics")).text
    assert 'tendercredit_http_answers_total{status="403"} 3' in counts
    assert "tendercredit_log_size 4" in counts


def test_labels_are_escaped() -> None:
    text = exposition([Family("n", "gauge", "N", {(("a", 'x"\\\n'),): 1})])
    assert text.splitlines()[-1] == 'n{a="x\\"\\\\\\n"} 1'
