"""A screening whose worker is killed goes on where it was: no row lost, none twice, and the same bytes."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from credit.accounts.model import Caller, Role
from credit.kernel import database, ledger, tasks
from credit.kernel.database import Engine
from credit.kernel.rulebook import Rulebook
from sanctions.service.answering.naming import Naming
from sanctions.service.answering.register import Register
from sanctions.service.screening import store
from sanctions.service.screening.files import CHUNK
from sanctions.service.screening.model import State
from sanctions.service.screening.screenings import MOST_TRIES, Screenings, Unfinished
from sanctions.tasks import subscribers
from sanctions.verdicts import Tender
from tests.factories import uscc
from tests.fakes import FakeClock

ASKER = Caller(key_id="key_test", org_code=uscc(1), role=Role.PLATFORM, scopes=frozenset())
ROWS = 2 * CHUNK + 10  # three chunks
Maker = Callable[..., Screenings]


@pytest.fixture
def made(rulebook: Rulebook, clock: FakeClock, data: Path) -> Maker:
    """A process: its own register and memory over the same database and folder."""

    def make(turn: float = 60, register: Register | None = None) -> Screenings:
        return Screenings(rulebook, clock, register or Register(), Naming(), data / "screenings", ThreadPoolExecutor(1),
                          timedelta(seconds=turn), max_bytes=10_000_000)

    return make


async def asked(service: Screenings, rows: int = ROWS) -> str:
    made, files = service.draft()
    codes = [uscc(n) for n in range(50)]
    files.upload.write_text("\n".join(codes[n % 50] for n in range(rows)), encoding="utf-8")
    await service.request(made, "0" * 64, Tender(), None, ASKER)
    return made


async def rows_of(service: Screenings, screening: str) -> list[int]:
    path = await service.result(screening, ASKER)
    return [int(row["行号"]) for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))]


async def test_a_stopped_worker_loses_and_repeats_nothing(engine: Engine, made: Maker) -> None:
    first = made()
    screening = await asked(first)
    work = asyncio.create_task(first.work(screening))
    while not await store.parts(screening):
        assert not work.done()
        await asyncio.sleep(0)
    work.cancel()  # as a kill: nothing of the running chunk is kept
    await asyncio.gather(work, return_exceptions=True)
    kept = [part.number for part in await store.parts(screening)]
    assert kept[0] == 0
    assert len(kept) < 3
    at = await first.progress(screening, ASKER)
    assert (at.screening.state, at.screening.rows, at.done) == (State.RUNNING, ROWS, CHUNK * len(kept))
    second = made()
    second.files(screening).keep_part(2, b"half a chunk, written before the kill")
    await second.work(screening)
    assert await rows_of(second, screening) == list(range(1, ROWS + 1))


async def test_the_task_done_twice_changes_nothing(engine: Engine, made: Maker) -> None:
    service = made()
    screening = await asked(service, 20)
    await service.work(screening)
    before = (await service.progress(screening, ASKER), (await ledger.head()).size)
    await service.work(screening)
    await made().work(screening)
    assert (await service.progress(screening, ASKER), (await ledger.head()).size) == before


async def test_the_log_holds_the_hash_of_the_result(engine: Engine, made: Maker) -> None:
    service = made()
    screening = await asked(service, 20)
    await service.work(screening)
    (entry,) = await ledger.of_kind("screening_finished")
    path = await service.result(screening, ASKER)
    event = await ledger.event(entry.seq)
    assert event["result_digest"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (event["known_seq"], event["rows"]) == (service_seq(await ledger.of_kind("screening_requested")), 20)


def service_seq(entries: list[ledger.Entry]) -> int:
    return entries[-1].seq


async def test_the_register_and_the_database_give_the_same_bytes(engine: Engine, made: Maker, tmp_path: Path) -> None:
    register = Register()
    service = made(register=register)
    screening = await asked(service, 60)
    await register.load()  # stands at the very position of the request
    await service.work(screening)
    by_register = (await service.result(screening, ASKER)).read_bytes()
    await database.fetch("DELETE FROM sanctions_screening_part")
    await database.fetch("UPDATE sanctions_screening SET state = 'running', rows = NULL")
    files = service.files(screening)
    files.upload.write_text("\n".join(uscc(n % 50) for n in range(60)), encoding="utf-8")
    await made().work(screening)  # no register there: as of the position, from the database
    assert (await service.result(screening, ASKER)).read_bytes() == by_register


async def test_a_long_list_is_worked_in_turns(engine: Engine, made: Maker, clock: FakeClock) -> None:
    service = made(turn=0)
    screening = await asked(service)
    turns = 0
    while True:
        try:
            await service.work(screening)
        except Unfinished:
            turns += 1
            assert turns < 50
        else:
            break
    assert turns >= 2  # three chunks, one a turn; reading may take turns of its own
    assert await rows_of(service, screening) == list(range(1, ROWS + 1))


async def test_the_task_mechanism_carries_it_to_its_end(engine: Engine, made: Maker, clock: FakeClock) -> None:
    service = made(turn=0)
    screening = await asked(service)
    runner = tasks.Runner(subscribers(service), clock, timedelta(seconds=60))
    await runner.drain()
    assert (await service.progress(screening, ASKER)).screening.state is State.FINISHED
    assert await tasks.counts() == []


async def test_what_dies_at_every_try_is_given_up(engine: Engine, made: Maker) -> None:
    service = made()
    screening = await asked(service, 5)
    for _ in range(MOST_TRIES):
        await store.begin(screening, service.clock())  # begun, and never heard of again
    await service.work(screening)
    at = (await service.progress(screening, ASKER)).screening
    assert (at.state, at.fault_code) == (State.REFUSED, "screening_failed")


async def test_one_removed_while_it_is_worked_stops(engine: Engine, made: Maker) -> None:
    service = made(turn=0)
    screening = await asked(service)
    with pytest.raises(Unfinished):
        while True:
            await service.work(screening)
    await service.remove(screening, ASKER)
    await service.work(screening)
    assert not service.files(screening).path.exists()
