"""Whoever changes a cell or a byte behind the service's back is found and named, on both engines."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit import service
from credit.kernel import database, ledger
from credit.kernel.checkpoints import Checkpoint
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from credit.kernel.verify import Report, verify
from tests.credit.kernel.acts import WITNESSED, act, disarm
from tests.fakes import FakeClock


async def places(*points: Checkpoint) -> list[str]:
    return [f.place for f in (await verify(WITNESSED, points)).faults]


async def attack(table: str, statement: str, *args: object) -> None:
    await disarm(table)
    await database.fetch(statement, *args)


async def test_an_untouched_log_is_in_order(engine: Engine, rulebook: Rulebook, clock: FakeClock) -> None:
    for _ in range(3):
        await act(clock.advance(seconds=1), 2)
    seen: list[tuple[int, int]] = []
    report = await verify(WITNESSED, progress=lambda done, of: seen.append((done, of)))
    # 1 rule release, 6 entities, 6 payloads
    assert report == Report(size=7, rows=13, erased=0, checkpoints=0, fault_count=0, faults=())
    assert report.ok
    assert seen == [(7, 7)]


async def test_an_empty_log_is_in_order(engine: Engine) -> None:
    assert (await verify(WITNESSED)).ok


@pytest.mark.parametrize(
    ("statement", "place", "what"),
    [
        ("UPDATE credit_entity SET name = '示例甲' WHERE seq = 1", "credit_entity id=ent_1/1 seq=1", "changed"),
        ("UPDATE credit_entity SET founded_on = NULL WHERE seq = 1", "credit_entity id=ent_1/1 seq=1", "changed"),
        ("DELETE FROM credit_entity WHERE seq = 1", "credit_entity id=ent_1/1 seq=1", "missing"),
        ("UPDATE credit_entity SET seq = 99 WHERE seq = 1", "credit_entity id=ent_1/1 seq=1", "missing"),
        ("UPDATE credit_payload SET body = '\"示例乙\"' WHERE seq = 2", "credit_payload id=pay_2 seq=2", "changed"),
        ("UPDATE credit_payload SET salt = NULL WHERE seq = 2", "credit_payload id=pay_2 seq=2", "changed"),
        ("UPDATE log_entry SET actor = 'org_other' WHERE seq = 1", "log_entry seq=1 column=actor", "copy"),
        ("UPDATE log_entry SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE seq = 1",
         "log_entry seq=1 column=recorded_at", "copy"),
        ("UPDATE log_entry SET body = replace(body, 'org_sample', 'org_samplf') WHERE seq = 1", "log_entry seq=1",
         "leaf"),
        ("UPDATE log_entry SET body = 'null' WHERE seq = 1", "log_entry seq=1", "leaf"),
        ("UPDATE log_entry SET leaf = repeat_zero WHERE seq = 1", "log_entry seq=1", "leaf"),
        ("DELETE FROM log_entry WHERE seq = 1", "log_entry seq=1", "gap"),
        ("UPDATE log_payload SET body = replace(body, '\"number\":1', '\"number\":8') WHERE seq = 1",
         "log_payload seq=1", "commits"),
        ("UPDATE log_payload SET body = '{\"rows\":5}' WHERE seq = 1", "log_payload seq=1", "commits"),
        ("UPDATE log_payload SET salt = 'zz' WHERE seq = 1", "log_payload seq=1", "commits"),
        ("DELETE FROM log_payload WHERE seq = 1", "log_payload seq=1", "missing"),
    ],
)
async def test_an_edit_is_named(engine: Engine, clock: FakeClock, statement: str, place: str, what: str) -> None:
    await act(clock(), 4)
    table = statement.removeprefix("DELETE FROM ").removeprefix("UPDATE ").split()[0]
    await attack(table, statement.replace("repeat_zero", "'" + "0" * 64 + "'"))
    found = (await verify(WITNESSED)).faults
    assert place in [f.place for f in found]
    assert what in next(f.what for f in found if f.place == place)


async def test_an_added_row_is_named(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    text = """INSERT INTO credit_entity (id, entity_id, revision, seq, kind, name, folded_name)
        VALUES ({}, {}, 1, {}, 'legal_person', '', '')"""
    await database.fetch(text, "x/1", "x", 1)
    await database.fetch(text, "y/2", "y", 2)
    await database.fetch(text, "z/3", "z", -1)
    assert sorted(await places()) == [
        "credit_entity id=x/1 seq=1", "credit_entity id=y/2 seq=2", "credit_entity id=z/3 seq=-1"
    ]


async def test_an_entry_beyond_the_head_is_named(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    await database.fetch("UPDATE log_head SET size = 1")
    found = await places()
    assert {"log_entry id=1 seq=1", "log_payload id=1 seq=1", "credit_entity id=ent_1/1 seq=1"} <= set(found)
    assert {"log_head column=frontier", "log_head column=root"} <= set(found)


async def test_a_forged_head_is_named(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    await database.fetch("UPDATE log_head SET root = {}", "0" * 64)
    assert await places() == ["log_head column=root"]
    await database.fetch("DELETE FROM log_head")
    assert await places() == ["log_head"]


async def test_a_cell_of_another_type_is_named(engine: Engine, clock: FakeClock) -> None:
    if not database.is_sqlite():
        return  # PostgreSQL does not let it in
    await act(clock(), 3)
    await attack("credit_entity", "UPDATE credit_entity SET founded_on = 'no day' WHERE seq = 1")
    assert "credit_entity id=ent_1/1" in await places()


async def test_tiles_are_checked(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 600)
    assert (await verify(WITNESSED)).ok
    await attack("log_tile", "UPDATE log_tile SET root = {} WHERE number = 1", "0" * 64)
    await database.fetch("INSERT INTO log_tile (id, level, number, root) VALUES ('0/2', 0, 2, {})", "0" * 64)
    assert await places() == ["log_tile id=0/1", "log_tile id=0/2"]
    await database.fetch("DELETE FROM log_tile WHERE number = 0")
    assert await places() == ["log_tile id=0/0", "log_tile id=0/1", "log_tile id=0/2"]


async def test_a_rewritten_log_contradicts_its_checkpoints(engine: Engine, clock: FakeClock) -> None:
    points = []
    for count in (2, 3):
        await act(clock(), count)
        head = await ledger.head()
        points.append(Checkpoint(head.origin, head.size, bytes.fromhex(head.root)))
    assert (await verify(WITNESSED, points)).checkpoints == 2
    assert await places(*points) == []
    forged = Checkpoint("", 2, bytes(32))
    assert await places(forged) == ["checkpoint origin= size=2"]
    assert await places(Checkpoint("other", 5, points[1].root)) == ["checkpoint origin=other size=5"]
    assert await places(Checkpoint("", 9, bytes(32))) == ["checkpoint origin= size=9"]


async def test_erasure_is_no_fault_but_needs_an_act(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    await service.erase_prose("ent_0", by="operator", now=clock())
    report = await verify(WITNESSED)
    assert (report.ok, report.erased) == (True, 1)
    await database.fetch("UPDATE credit_payload SET salt = NULL, body = NULL WHERE owner = 'ent_1'")
    assert await places() == ["credit_payload id=pay_1 seq=1"]


async def test_a_table_nobody_checks_is_named(engine: Engine, clock: FakeClock) -> None:
    await act(clock())
    faults = (await verify([WITNESSED[0]])).faults
    assert [f.place for f in faults] == ["credit_payload seq=0"]


async def test_at_most_a_thousand_faults_are_kept(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 1100)
    await attack("credit_entity", "UPDATE credit_entity SET name = ''")
    report = await verify(WITNESSED)
    assert (report.fault_count, len(report.faults), report.ok) == (1100, 1000, False)


COLUMNS = [("log_entry", "body"), ("log_payload", "body"), ("credit_entity", "name"), ("credit_payload", "body")]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(COLUMNS), st.integers(0, 2), st.integers(0, 10_000), st.integers(0, 6))
async def test_one_flipped_bit_anywhere_breaks_verification(
    engine: Engine, clock: FakeClock, column: tuple[str, str], seq: int, at: int, bit: int
) -> None:
    table, name = column
    if (await ledger.head()).size == 0:
        await act(clock(), 3)
        await disarm("log_entry", "log_payload", "credit_entity", "credit_payload")
    text = (await database.fetch(f"SELECT {name} AS text FROM {table} WHERE seq = {{}}", seq))[0]["text"]
    at %= len(text)
    flipped = chr(ord(text[at]) ^ 1 << bit)
    if flipped == "\x00":
        return  # PostgreSQL holds no NUL
    update = f"UPDATE {table} SET {name} = {{}} WHERE seq = {{}}"
    await database.fetch(update, text[:at] + flipped + text[at + 1 :], seq)
    assert not (await verify(WITNESSED)).ok
    await database.fetch(update, text, seq)
    assert (await verify(WITNESSED)).ok
