"""Checkpoints outside the database: what was published once cannot be taken back unnoticed."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from credit.kernel import custody, database, ledger, merkle
from credit.kernel.custody import LogRewritten, open_log, origin_number
from credit.kernel.database import Engine
from credit.kernel.log_keys import log_key
from credit.kernel.published import everything, hand_over_faults
from credit.kernel.restores import restores
from credit.kernel.settings import Settings
from credit.kernel.signing import BadKey, BadNote
from credit.kernel.unit import unit
from credit.kernel.verify import verify
from tests.credit.kernel.acts import WITNESSED, act, disarm
from tests.fakes import FakeClock

ORIGIN = "log.example/sample"


@pytest.fixture
def chosen(data: Path, database_url: str | None) -> Settings:
    return Settings(data=data, origin=ORIGIN)


async def cut_to(size: int, head: ledger.Head, frontier: str) -> None:
    """Takes the log back to a former head, as an old backup would."""
    await disarm("log_entry", "log_payload", "credit_entity", "credit_payload")
    for table in ("log_entry", "log_payload", "credit_entity", "credit_payload"):
        await database.fetch(f"DELETE FROM {table} WHERE seq >= {{}}", size)
    await database.fetch("UPDATE log_head SET size = {}, root = {}, frontier = {}", head.size, head.root, frontier)


async def forge(seq: int) -> None:
    """Another entry in an old place, and a head to fit; the log is disarmed already."""
    leaves = [bytes.fromhex((await ledger.entry(n)).leaf) for n in range((await ledger.head()).size)]
    leaves[seq] = merkle.leaf_hash(b"forged")
    await database.fetch("UPDATE log_entry SET body = 'forged', leaf = {} WHERE seq = {}", leaves[seq].hex(), seq)
    made = merkle.Frontier().extend(leaves)
    await database.fetch("UPDATE log_head SET frontier = {}, root = {}", made.to_json(), made.root.hex())


async def frontier() -> str:
    return str((await database.fetch("SELECT frontier FROM log_head"))[0]["frontier"])


async def test_a_new_log_gets_its_name_once(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    await open_log(chosen, now=clock())
    assert (await ledger.head()).origin == ORIGIN
    await open_log(Settings(data=chosen.data, origin="other.example/log"), now=clock())
    assert (await ledger.head()).origin == ORIGIN


async def test_what_is_published_can_be_opened_and_verified(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    kept = await open_log(chosen, now=clock())
    assert kept.latest() is None
    for count in (3, 300):
        await act(clock(), count)
        note = await kept.publish()
        assert note == kept.latest() == await kept.publish()
    points = list(kept.history(ORIGIN))
    assert [p.size for p in points] == [3, 303]
    assert kept.newest() == points[-1]
    report = await verify(WITNESSED, points)
    assert (report.ok, report.checkpoints) == (True, 2)


async def test_only_a_durable_size_is_signed(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    kept = await open_log(chosen, now=clock())
    async with unit(by="operator", now=clock()):
        with pytest.raises(RuntimeError, match="after the commit"):
            await kept.publish()


async def test_a_restore_opens_a_new_origin_and_is_logged(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    kept = await open_log(chosen, now=clock())
    await act(clock(), 2)
    old, old_frontier = await ledger.head(), await frontier()
    await act(clock(), 3)
    await kept.publish()
    lost = (await ledger.head()).root
    await cut_to(2, old, old_frontier)

    with pytest.raises(LogRewritten):
        await kept.publish()
    again = await open_log(chosen, now=clock.advance(hours=1))
    head = await ledger.head()
    assert (head.origin, head.size) == (f"{ORIGIN}/2", 3)
    assert await ledger.event(2) == {
        "subject": f"{ORIGIN}/2", "bulk": False, "old_origin": ORIGIN, "size": 2, "lost_size": 5, "lost_root": lost
    }
    newest = again.newest()
    assert newest is not None
    assert (newest.origin, newest.size) == (f"{ORIGIN}/2", 3)
    assert [p.size for p in again.history(ORIGIN)] == [5]
    assert (await verify(WITNESSED, again.history(head.origin))).ok
    await open_log(chosen, now=clock())
    assert (await ledger.head()).size == 3


async def test_what_earlier_origins_and_keys_signed_is_verified_too(
    engine: Engine, chosen: Settings, clock: FakeClock
) -> None:
    kept = await open_log(chosen, now=clock())

    async def verified() -> tuple[int, int, list[str]]:
        found = await verify(WITNESSED, everything(kept), told=await restores())
        return found.checkpoints, found.superseded, [f.place for f in found.faults]

    await act(clock(), 2)
    await kept.publish()
    await kept.keys.rotate(now=clock.advance(days=1), by="operator")
    old, old_frontier = await ledger.head(), await frontier()
    await act(clock(), 2)
    await kept.publish()
    await cut_to(old.size, old, old_frontier)
    kept = await open_log(chosen, now=clock.advance(days=1))
    await kept.keys.rotate(now=clock(), by="operator")
    await kept.publish()
    assert await verified() == (4, 1, [])  # sizes 2 and 5 of the first origin, 5 lost; 4 and 5 of the second
    assert await hand_over_faults(kept.keys) == []

    await forge(1)
    assert f"checkpoint origin={ORIGIN} size=2" in (await verified())[2]
    (kept.folder / "1" / f"{2:015d}").write_text("x")
    assert "checkpoint file=1/000000000000002" in (await verified())[2]
    first = kept.keys.chained()[-1].key_id.hex()
    second = kept.keys.chained()[1].key_id.hex()
    (kept.keys.folder / f"{second}.rotation").unlink()  # nobody says any more that the first key was the log's
    assert [f.place for f in await hand_over_faults(kept.keys)] == [f"key id={first}"]


async def test_a_backup_older_than_the_last_restore_gets_a_third_origin(
    engine: Engine, chosen: Settings, clock: FakeClock
) -> None:
    kept = await open_log(chosen, now=clock())
    await act(clock(), 2)
    await kept.publish()
    await database.fetch("UPDATE log_head SET origin = {}", f"{ORIGIN}/2")
    await kept.publish()
    await database.fetch("UPDATE log_head SET origin = {}", ORIGIN)
    await open_log(chosen, now=clock())
    assert (await ledger.head()).origin == f"{ORIGIN}/3"


@pytest.mark.parametrize("more", [0, 2])
async def test_a_rewritten_log_is_refused(engine: Engine, chosen: Settings, clock: FakeClock, more: int) -> None:
    kept = await open_log(chosen, now=clock())
    empty, empty_frontier = await ledger.head(), await frontier()
    await act(clock(), 2)
    await kept.publish()
    await cut_to(0, empty, empty_frontier)
    await act(clock(), 2 + more)  # other salts, other entries
    with pytest.raises(LogRewritten, match="signed checkpoint") as caught:
        await open_log(chosen, now=clock())
    assert caught.value.code == "log_rewritten"
    with pytest.raises(LogRewritten):
        await kept.publish()


async def test_a_database_of_another_log_is_refused(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    kept = await open_log(chosen, now=clock())
    await kept.publish()
    await database.fetch("UPDATE log_head SET origin = 'other.example/log'")
    with pytest.raises(LogRewritten, match="belongs to this database"):
        await open_log(chosen, now=clock())


async def test_a_changed_checkpoint_file_is_refused(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    kept = await open_log(chosen, now=clock())
    await act(clock())
    await kept.publish()
    latest = chosen.data / "checkpoints" / "latest"
    latest.write_text(latest.read_text().replace("\n1\n", "\n0\n"))
    with pytest.raises(BadNote):
        await open_log(chosen, now=clock())


async def test_the_newer_of_two_publishers_wins(engine: Engine, chosen: Settings, clock: FakeClock) -> None:
    one, two = await open_log(chosen, now=clock()), await open_log(chosen, now=clock())
    await act(clock())
    note = await one.publish()
    assert await two.publish() == note
    await act(clock())
    assert (await two.publish()) == one.latest() != note


def test_the_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "log.key"
    key = log_key(path, ORIGIN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert log_key(path, ORIGIN) == key
    assert log_key(tmp_path / "other.key", ORIGIN) != key
    assert [p.name for p in path.parent.iterdir()] == ["log.key"]
    with pytest.raises(BadKey):
        log_key(tmp_path / "third.key", "two words")


def test_a_damaged_key_file_is_refused_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "log.key"
    log_key(path, ORIGIN)
    shutil.copyfile(path, tmp_path / "copy")
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(BadKey):
        log_key(path, ORIGIN)


def test_origins_are_counted() -> None:
    assert [origin_number(o) for o in (ORIGIN, f"{ORIGIN}/2", "a/b/17")] == [1, 2, 17]
    assert custody.origin_number("") == 1
