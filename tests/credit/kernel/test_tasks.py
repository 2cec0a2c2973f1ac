"""Tasks: at least once, in order per subject, interactive before bulk, and nothing blocks for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from credit.kernel import database, task_rows, tasks
from credit.kernel.database import Engine
from credit.kernel.tasks import Given, Handler, Later, Never, Runner, Subscriber, back_off
from credit.kernel.unit import unit
from tests.credit.kernel.acts import Ignored, happen
from tests.fakes import FakeClock

LEASE = timedelta(seconds=60)
HAPPENED = frozenset({"happened"})


class Desk:
    """A handler that writes down what it was given and does what the test says."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self.faults: dict[int, list[Exception]] = {}
        self.at_work: set[tuple[str, str]] = set()

    async def handle(self, task: Given) -> None:
        place = (task.subscriber, task.subject)
        assert place not in self.at_work, "two tasks of one subject at once"
        self.at_work.add(place)
        await asyncio.sleep(0)
        self.at_work.remove(place)
        self.seen.append((task.subject, task.seq))
        if self.faults.get(task.seq):
            raise self.faults[task.seq].pop(0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def runner(clock: FakeClock, handle: Handler, *names: str, lease: timedelta = LEASE, most: int = 12) -> Runner:
    return Runner([Subscriber(n, HAPPENED, handle, most) for n in names or ("desk",)], clock, lease)


async def rows() -> dict[str, str]:
    found = await database.fetch("SELECT id, state FROM task ORDER BY seq")
    return {r["id"]: r["state"] for r in found}


async def test_each_subject_is_worked_in_log_order(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), "a", "b", "a", "c", "b", "a")
    assert await runner(clock, desk.handle).drain() == 6
    assert sorted(desk.seen) == [("a", 0), ("a", 2), ("a", 5), ("b", 1), ("b", 4), ("c", 3)]
    assert [seq for subject, seq in desk.seen if subject == "a"] == [0, 2, 5]
    assert await rows() == {}


async def test_a_task_carries_its_event(engine: Engine, clock: FakeClock) -> None:
    given: list[Given] = []

    async def keep(task: Given) -> None:
        given.append(task)

    await happen(clock(), "a", "b")
    await runner(clock, keep).drain()
    assert given[1].event == {"subject": "b", "bulk": False, "number": 1}
    assert (given[1].kind, given[1].attempts, given[1].id) == ("happened", 1, "desk/1")


async def test_only_the_wanted_kinds_become_tasks(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    async with unit(by="org_sample", now=clock()) as u:
        u.record(Ignored(subject="a"))
    assert await runner(clock, desk.handle).drain() == 0


async def test_every_subscriber_gets_every_entry_once(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), "a", "b")
    work = runner(clock, desk.handle, "one", "two")
    assert await work.drain() == 4
    assert await work.drain() == 0
    await happen(clock(), "a")
    assert await work.drain() == 2


async def test_interactive_acts_go_before_bulk_ones(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), *(f"bulk{n}" for n in range(10)), bulk=True)
    await happen(clock(), "person")
    await runner(clock, desk.handle).drain(limit=1)
    assert desk.seen[0] == ("person", 10)


async def test_a_failure_backs_off_and_those_behind_it_wait(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    desk.faults[0] = [ValueError("x"), Later("not yet", timedelta(minutes=5))]
    await happen(clock(), "a", "a", "b")
    work = runner(clock, desk.handle)
    await work.drain()
    assert desk.seen == [("a", 0), ("b", 2)]
    clock.advance(seconds=1)
    await work.drain()
    assert desk.seen[2:] == [("a", 0)]
    clock.advance(minutes=4)
    assert await work.drain() == 0
    clock.advance(minutes=1)
    await work.drain()
    assert desk.seen[3:] == [("a", 0), ("a", 1)]


async def test_a_dead_letter_keeps_its_reason_and_blocks_nobody(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    desk.faults = {0: [Never("地址已注销")], 2: [ValueError("x"), ValueError("y")]}
    await happen(clock(), "a", "a", "b", "b")
    work = runner(clock, desk.handle, most=2)
    await work.drain()
    clock.advance(seconds=2)
    await work.drain()
    assert desk.seen == [("a", 0), ("b", 2), ("a", 1), ("b", 2), ("b", 3)]
    reasons = {d["id"]: d["error"] for d in await tasks.dead()}
    assert reasons == {"desk/0": "地址已注销", "desk/2": "ValueError: y"}
    assert await tasks.counts() == [{"subscriber": "desk", "state": "dead", "n": 2}]


async def test_a_dead_task_can_be_revived(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    desk.faults[0] = [Never("x")]
    await happen(clock(), "a")
    work = runner(clock, desk.handle)
    await work.drain()
    assert await tasks.revive("desk/0", clock())
    assert not await tasks.revive("desk/0", clock())
    assert await work.drain() == 1
    assert await rows() == {}


async def test_a_revived_task_waits_for_the_one_at_work(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    desk.faults = {0: [Never("x")], 1: [Later("not yet")]}
    await happen(clock(), "a", "a")
    work = runner(clock, desk.handle)
    await work.drain()
    await tasks.revive("desk/0", clock())
    assert await rows() == {"desk/0": "waiting", "desk/1": "ready"}
    clock.advance(seconds=1)
    assert await work.drain() == 2


async def test_a_crashed_workers_task_is_taken_over_after_its_lease(
    engine: Engine, clock: FakeClock, desk: Desk
) -> None:
    await happen(clock(), "a", "a")
    work = runner(clock, desk.handle)
    await task_rows.expand("desk", HAPPENED, clock(), LEASE)
    (lost,) = await task_rows.claim(["desk"], 9, clock(), LEASE)  # and then the process dies
    assert await work.drain() == 0
    clock.advance(seconds=61)
    assert await work.drain() == 2
    assert not await task_rows.finish("desk", lost["id"], lost["token"])


async def test_finishing_needs_the_lease(engine: Engine, clock: FakeClock) -> None:
    await happen(clock(), "a", "a")
    await task_rows.expand("desk", HAPPENED, clock(), LEASE)
    (first,) = await task_rows.claim(["desk"], 9, clock(), LEASE)
    clock.advance(seconds=61)
    (second,) = await task_rows.claim(["desk"], 9, clock(), LEASE)
    assert (second["id"], second["attempts"]) == (first["id"], 2)
    for late in (
        task_rows.finish("desk", first["id"], first["token"]),
        task_rows.bury("desk", first["id"], first["token"], "x"),
        task_rows.put_off(first["id"], first["token"], clock(), "x"),
        task_rows.give_back(first["id"], first["token"]),
    ):
        assert not await late
    assert await rows() == {"desk/0": "leased", "desk/1": "waiting"}
    assert await task_rows.finish("desk", second["id"], second["token"])
    assert await rows() == {"desk/1": "ready"}


async def test_a_task_whose_worker_always_dies_is_given_up(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), "a")
    await task_rows.expand("desk", HAPPENED, clock(), LEASE)
    for _ in range(3):
        assert len(await task_rows.claim(["desk"], 9, clock(), LEASE)) == 1
        clock.advance(seconds=61)
    await runner(clock, desk.handle, most=3).drain()
    assert desk.seen == []
    assert "died" in (await tasks.dead())[0]["error"]


async def test_two_runners_never_work_one_task_at_the_same_time(
    engine: Engine, clock: FakeClock, desk: Desk
) -> None:
    await happen(clock(), *(f"s{n % 7}" for n in range(60)))
    worked = await asyncio.gather(*(runner(clock, desk.handle).drain(limit=5) for _ in range(3)))
    # a runner that finds everything leased leaves: the others finish
    assert sum(worked) == 60
    assert len(set(desk.seen)) == 60
    assert desk.seen and all(
        [seq for s, seq in desk.seen if s == f"s{k}"] == list(range(k, 60, 7)) for k in range(7)
    )


async def test_expanding_twice_creates_each_task_once(engine: Engine, clock: FakeClock) -> None:
    await happen(clock(), *(f"s{n}" for n in range(20)))
    await asyncio.gather(*(task_rows.expand("desk", HAPPENED, clock(), LEASE) for _ in range(5)))
    assert len(await rows()) == 20
    await database.fetch("UPDATE task_cursor SET seq = -1")
    assert await task_rows.expand("desk", HAPPENED, clock(), LEASE) == 20
    assert len(await rows()) == 20


async def test_a_new_subscriber_may_begin_at_the_head(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), "a", "b")
    await tasks.start_at_head("desk", 0)
    await runner(clock, desk.handle).drain()
    assert desk.seen == [("b", 1)]


async def test_tasks_of_an_unknown_subscriber_are_left_alone(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    await happen(clock(), "a")
    await task_rows.expand("retired", HAPPENED, clock(), LEASE)
    assert await runner(clock, desk.handle).drain() == 1
    assert await rows() == {"retired/0": "ready"}


async def test_a_handler_that_outlasts_its_lease_is_stopped(engine: Engine, clock: FakeClock) -> None:
    async def hang(task: Given) -> None:
        await asyncio.Event().wait()

    await happen(clock(), "a")
    await runner(clock, hang, lease=timedelta(seconds=0.05)).drain()
    assert (await database.fetch("SELECT state, error FROM task"))[0] == {"state": "ready", "error": "TimeoutError: "}


async def test_a_cancelled_runner_gives_its_tasks_back(engine: Engine, clock: FakeClock, desk: Desk) -> None:
    started = asyncio.Event()

    async def hang(task: Given) -> None:
        started.set()
        await asyncio.Event().wait()

    await happen(clock(), "a")
    drain = asyncio.create_task(runner(clock, hang).drain())
    await started.wait()
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    assert (await database.fetch("SELECT state, attempts FROM task"))[0] == {"state": "ready", "attempts": 0}
    assert await runner(clock, desk.handle).drain() == 1


async def test_a_runner_told_to_end_finishes_what_it_began_and_begins_nothing_new(
    engine: Engine, clock: FakeClock, desk: Desk
) -> None:
    await happen(clock(), "a", "a", "a")

    async def last(task: Given) -> None:
        await desk.handle(task)
        ending.end()

    ending = runner(clock, last)
    assert await ending.drain() == 1
    assert desk.seen == [("a", 0)]
    assert await runner(clock, desk.handle).drain() == 2  # the next process goes on
    assert [seq for _, seq in desk.seen] == [0, 1, 2]


async def test_a_handler_that_cancels_something_of_its_own_is_put_off(engine: Engine, clock: FakeClock) -> None:
    async def cancelled(task: Given) -> None:
        raise asyncio.CancelledError

    await happen(clock(), "a")
    assert await runner(clock, cancelled).drain() == 1
    assert await rows() == {"desk/0": "ready"}


async def test_slow_tasks_do_not_hold_up_quick_ones(engine: Engine, clock: FakeClock) -> None:
    seen: list[str] = []
    last = asyncio.Event()

    async def handle(task: Given) -> None:
        if task.subject == "slow":
            await last.wait()
        seen.append(task.subject)
        if task.seq == 20:
            last.set()

    await happen(clock(), "slow", *("quick" for _ in range(20)))
    async with asyncio.timeout(30):
        assert await runner(clock, handle).drain(limit=2) == 21
    assert seen[-1] == "slow"


def test_back_off_doubles_up_to_an_hour() -> None:
    assert [back_off(n).total_seconds() for n in (1, 2, 3, 12, 13, 500)] == [1, 2, 4, 2048, 3600, 3600]


async def test_a_bounded_subscriber_that_hangs_leaves_places_for_the_others(
    engine: Engine, clock: FakeClock, desk: Desk
) -> None:
    go, hanging = asyncio.Event(), list[int]()

    async def hang(task: Given) -> None:
        hanging.append(task.seq)
        await go.wait()

    async def work(task: Given) -> None:
        await desk.handle(task)
        if len(desk.seen) == 6:
            assert len(hanging) == 2
            go.set()

    await happen(clock(), *"abcdef")
    both = [Subscriber("hangs", HAPPENED, hang, at_once=2), Subscriber("works", HAPPENED, work)]
    assert await asyncio.wait_for(Runner(both, clock, LEASE).drain(limit=4), 20) == 12
    assert sorted(hanging) == [0, 1, 2, 3, 4, 5]
