"""Every table that bears witness verifies with every column filled: what a row's digest covers comes back unchanged."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

from piccolo.columns import Column
from piccolo.table import Table

from credit.kernel.database import Engine
from credit.kernel.unit import unit
from credit.kernel.verify import verify
from tests.credit.kernel.acts import Happened
from tests.fakes import START, FakeClock

MODULES = ("credit.tables", "credit.accounts.tables", "sanctions.tables", "repair.tables", "notices.tables")
WITNESSED: list[type[Table]] = [table for module in MODULES for table in import_module(module).WITNESSED]
VALUES: dict[str, object] = {
    "Varchar": "示例 — “a”", "Text": "一\n\u2028\"'\\ 🏗", "SmallInt": 1, "Integer": 7, "BigInt": 2**62, "Boolean": True,
    "Date": date(2024, 2, 29), "Timestamptz": START + timedelta(microseconds=1),
}


def value(column: Column, seq: int) -> object:
    return seq if column._meta.name == "seq" else VALUES[type(column).__name__]


async def test_what_was_written_is_what_is_read(engine: Engine, clock: FakeClock) -> None:
    async with unit(by="org_sample", now=clock()) as u:
        seq = u.record(Happened(subject="a"))
        for table in WITNESSED:
            u.write(table, {c._meta.name: value(c, seq) for c in table._meta.columns})
    report = await verify(WITNESSED)
    assert (report.faults, report.rows) == ((), len(WITNESSED))


def test_only_payloads_can_lose_what_they_hold() -> None:
    erasable = [t._meta.tablename for t in WITNESSED if {"salt", "body"} <= {c._meta.name for c in t._meta.columns}]
    assert erasable == ["credit_payload"]
