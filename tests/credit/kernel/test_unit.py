"""One act, one transaction: all of it is in the log, or nothing is anywhere."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from piccolo.engine.exceptions import TransactionError

from credit.kernel import canonical, database, ledger, merkle, unit
from credit.kernel.database import Engine
from credit.kernel.unit import Replayed, Request, RequestMismatch, commitment, row_digest
from credit.tables import EntityRevision
from tests.credit.kernel.acts import Happened, act, entity_row, write_whole
from tests.fakes import START, FakeClock


async def size() -> int:
    return (await ledger.head()).size


async def count(table: str) -> int:
    return int((await database.fetch(f"SELECT count(*) AS n FROM {table}"))[0]["n"])


async def test_entries_are_numbered_without_gaps(engine: Engine, clock: FakeClock) -> None:
    assert await act(clock(), 2) == 2
    assert await act(clock.advance(seconds=1), 3) == 5
    rows = await database.fetch("SELECT seq, kind, actor, subject FROM log_entry ORDER BY seq")
    assert [r["seq"] for r in rows] == [0, 1, 2, 3, 4]
    assert rows[3] == {"seq": 3, "kind": "happened", "actor": "org_sample", "subject": "ent_3"}


async def test_the_leaf_is_the_hash_of_the_canonical_body(engine: Engine, clock: FakeClock) -> None:
    await act(clock())
    entry = await ledger.entry(0)
    kept = (await database.fetch("SELECT salt, body FROM log_payload"))[0]
    assert canonical.decode(entry.body) == {
        "seq": 0, "recorded_at": "2026-11-22T01:00:00.000000Z", "kind": "happened", "version": 1,
        "actor": "org_sample", "subject": "ent_0", "commit": commitment(kept["salt"], kept["body"]),
    }
    assert entry.body == canonical.encode(canonical.decode(entry.body))
    assert entry.leaf == merkle.leaf_hash(entry.body.encode()).hex()
    assert (await ledger.head()).root == entry.leaf


async def test_the_payload_remembers_each_row(engine: Engine, clock: FakeClock) -> None:
    await act(clock())
    row = (await database.fetch("SELECT * FROM credit_entity"))[0]
    payload = canonical.decode((await database.fetch("SELECT body FROM log_payload"))[0]["body"])
    assert payload["event"] == {"subject": "ent_0", "bulk": False, "number": 0}
    assert payload["rows"]["credit_entity"] == {"ent_0/1": row_digest(row)}


async def test_a_failed_act_leaves_nothing(engine: Engine, clock: FakeClock) -> None:
    told: list[int] = []
    unit.after_commit.append(told.append)
    try:
        with pytest.raises(ValueError, match="midway"):
            async with unit.unit(by="org_sample", now=clock()) as u:
                write_whole(u)
                await database.insert(EntityRevision, [{**entity_row(0), "id": "direct/1", "entity_id": "direct"}])
                raise ValueError("midway")
    finally:
        unit.after_commit.remove(told.append)
    assert [await count(t) for t in ("log_entry", "log_payload", "credit_entity", "credit_payload")] == [0, 0, 0, 0]
    assert (await size(), told) == (0, [])
    assert await act(clock()) == 1


async def test_a_row_that_the_database_refuses_undoes_the_act(engine: Engine, clock: FakeClock) -> None:
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        async with unit.unit(by="org_sample", now=clock()) as u:
            seq = u.record(Happened(subject="a"))
            u.write(EntityRevision, entity_row(seq, "same"))
            u.write(EntityRevision, entity_row(seq, "same"))
    assert (await size(), await count("credit_entity")) == (0, 0)


async def test_the_nudge_comes_after_the_commit_and_cannot_undo_it(engine: Engine, clock: FakeClock) -> None:
    told: list[int] = []

    def broken(new: int) -> None:
        raise RuntimeError("nobody listens")

    unit.after_commit += [broken, told.append]
    try:
        await act(clock(), 2)
    finally:
        unit.after_commit.remove(broken)
        unit.after_commit.remove(told.append)
    assert (told, await size()) == ([2], 2)


async def test_rows_carry_the_seq_of_this_unit_and_all_columns(engine: Engine, clock: FakeClock) -> None:
    async with unit.unit(by="org_sample", now=clock()) as u:
        seq = u.record(Happened(subject="a"))
        for wrong in (seq - 1, seq + 1):
            with pytest.raises(ValueError, match="not of this unit"):
                u.write(EntityRevision, entity_row(wrong))
        row = entity_row(seq)
        with pytest.raises(ValueError, match="colour"):
            u.write(EntityRevision, {**row, "colour": "red"})
        with pytest.raises(ValueError, match="name"):
            u.write(EntityRevision, {k: v for k, v in row.items() if k != "name"})
        u.write(EntityRevision, row)
        assert u.pending(EntityRevision)[0]["merged_into"] is None
        assert (u.next_seq, u.day.isoformat()) == (1, "2026-11-22")


async def test_time_in_the_log_never_runs_back(engine: Engine, clock: FakeClock) -> None:
    await act(START)
    await act(START - timedelta(hours=5))
    assert (await ledger.entry(1)).recorded_at == START
    assert (await ledger.head()).recorded_at == START.astimezone(UTC)


async def test_a_repeated_request_gets_the_first_answer(engine: Engine, clock: FakeClock) -> None:
    first = Request("k1", "hash of the body")
    async with unit.unit(by="org_sample", now=clock(), request=first) as u:
        write_whole(u)
        u.keep({"id": "pen_1"})
    with pytest.raises(Replayed) as again:
        async with unit.unit(by="org_sample", now=clock(), request=first) as u:
            write_whole(u)
    assert again.value.answer == '{"id":"pen_1"}'
    with pytest.raises(RequestMismatch):
        async with unit.unit(by="org_sample", now=clock(), request=Request("k1", "another body")):
            pass
    async with unit.unit(by="org_other", now=clock(), request=Request("k1", "another body")) as u:
        write_whole(u)  # another caller's keys are its own
    assert await size() == 2


async def test_one_request_sent_many_times_at_once_is_done_once(engine: Engine, clock: FakeClock) -> None:
    async def send() -> str:
        try:
            async with unit.unit(by="org_sample", now=clock(), request=Request("k", "h")) as u:
                write_whole(u)
                u.keep(u.next_seq)
                return "1"
        except Replayed as exc:
            return exc.answer

    assert await asyncio.gather(*(send() for _ in range(10))) == ["1"] * 10
    assert await size() == 1


async def test_fifty_units_at_once_lose_nothing(engine: Engine, clock: FakeClock) -> None:
    await database.fetch("INSERT INTO task_cursor (subscriber, seq) VALUES ('counter', 0)")

    async def add(number: int) -> None:
        async with unit.unit(by="org_sample", now=clock()) as u:
            seen = (await database.fetch("SELECT seq FROM task_cursor"))[0]["seq"]
            await asyncio.sleep(0)
            await database.fetch("UPDATE task_cursor SET seq = {}", seen + 1)
            write_whole(u, number)

    await asyncio.gather(*(add(n) for n in range(50)))
    rows = await database.fetch("SELECT seq, leaf FROM log_entry ORDER BY seq")
    assert [r["seq"] for r in rows] == list(range(50))
    assert (await database.fetch("SELECT seq FROM task_cursor"))[0]["seq"] == 50
    whole = merkle.Frontier().extend(bytes.fromhex(r["leaf"]) for r in rows)
    assert (await ledger.head()).root == whole.root.hex()


async def test_units_do_not_nest(engine: Engine, clock: FakeClock) -> None:
    async with unit.unit(by="org_sample", now=clock()) as u:
        with pytest.raises(TransactionError):
            async with unit.unit(by="org_sample", now=clock()):
                pass
        write_whole(u)
    assert await size() == 1


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 5, 8, 13, 21])
async def test_a_cancelled_unit_leaves_the_engine_usable(engine: Engine, clock: FakeClock, steps: int) -> None:
    tasks = [asyncio.create_task(act(clock())) for _ in range(20)]
    for _ in range(steps):
        await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    done = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(d) for d in done[1::2]] == [int] * 10
    before = await size()
    assert before >= 10
    async with asyncio.timeout(20):
        sizes = await asyncio.gather(*(act(clock()) for _ in range(20)))
        assert sorted(sizes) == list(range(before + 1, before + 21))
        assert await asyncio.gather(*(size() for _ in range(30))) == [before + 20] * 30
    rows = await database.fetch("SELECT seq FROM log_entry ORDER BY seq")
    assert [r["seq"] for r in rows] == list(range(before + 20))


async def test_a_task_that_outlives_its_unit_cannot_write(engine: Engine, clock: FakeClock) -> None:
    over = asyncio.Event()

    async def stray() -> None:
        await over.wait()
        await database.fetch("SELECT 1 AS one")

    async with unit.unit(by="org_sample", now=clock()):
        task = asyncio.create_task(stray())
    over.set()
    with pytest.raises(RuntimeError, match="has ended"):
        await task


async def test_a_naive_moment_is_refused(engine: Engine) -> None:
    with pytest.raises(TypeError):
        await act(datetime(2026, 11, 22))  # noqa: DTZ001
    assert await size() == 0
