"""How notices react: each kind of event is decided, and what a dying worker leaves open is closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from credit.kernel import database
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Event
from notices import events, store
from notices.channels import MemoryChannel
from notices.deliveries import DeliveryState, Outcome
from notices.register import NoticeState
from notices.tasks import REACTIONS, subscribers
from sanctions.events import PenaltyPerformed
from tests.fakes import FakeClock
from tests.notices.offices import AUTHORITY, COMPANY, Desk, Killed


@pytest.fixture
def post() -> MemoryChannel:
    return MemoryChannel("email", needs_address=True)


@pytest.fixture
def desk(clock: FakeClock, rulebook: Rulebook, data: Path, post: MemoryChannel) -> Desk:
    return Desk(clock, rulebook, data / "blobs", email=post)


def test_every_own_event_has_its_decision() -> None:
    kinds = {
        found.kind for found in vars(events).values() if isinstance(found, type) and issubclass(found, Event)
    }
    assert kinds - {""} <= set(REACTIONS)


async def test_each_kind_has_the_subscriber_that_is_named(desk: Desk) -> None:
    by_name = {s.name: s.kinds for s in subscribers(desk.notices)}
    assert all(kind in by_name[name] for kind, names in REACTIONS.items() for name in names)


async def test_a_later_act_on_a_penalty_brings_no_second_letter(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    performed = PenaltyPerformed(
        subject="ent_1", record_id="pen_1", revision=2, code=None, corrected_on=None, performed_on=None
    )
    await desk.act(performed)
    await desk.run()
    assert len(await desk.notices.reading.listing(COMPANY)) == 1


async def test_a_worker_that_dies_while_drawing_each_time_ends_with_a_voided_number(desk: Desk) -> None:
    await desk.penalty("pen_1", minor=True)
    for _ in range(12):
        await desk.run_and_die("reserved")
    await desk.run()
    (found,) = await store.of_series("示城管信修告〔2026〕")
    assert (found.state, found.reason) == (NoticeState.VOIDED, "处理进程多次中断")
    assert [row["state"] for row in await database.fetch("SELECT state FROM task")] == ["dead"]


async def test_a_worker_that_dies_while_sending_each_time_ends_with_a_failed_delivery(
    desk: Desk, post: MemoryChannel
) -> None:
    await desk.penalty("pen_1", minor=True, addresses=(("email", "someone@company.example"),))
    post.answers = [Killed()] * 60
    for _ in range(60):
        with pytest.raises(Killed):
            await desk.run()
        desk.clock.advance(minutes=2)
    await desk.run()
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    email = next(w for w in await desk.notices.reading.deliveries(notice.id, AUTHORITY) if w.channel == "email")
    assert (email.state, len(email.attempts)) == (DeliveryState.FAILED, 60)
    assert {a.outcome for a in email.attempts} == {Outcome.UNCERTAIN}
