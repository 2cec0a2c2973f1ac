"""Deliveries: opened before, closed after, put off, given up, repeated with the same Message-ID after a stop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from credit.kernel import database
from credit.kernel.database import Row
from notices import store
from notices.channels import MemoryChannel
from notices.deliveries import Delivery, DeliveryState, Later, Never, Outcome
from tests.notices.offices import AUTHORITY, COMPANY, Desk, Killed

ADDRESS = (("email", "someone@company.example"),)
S = DeliveryState


async def delivery(desk: Desk, channel: str) -> Delivery:
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    return next(d for d in await store.deliveries(notice.id) if d.channel == channel)


async def outcomes(desk: Desk) -> list[tuple[Outcome, bool]]:
    tries = await store.attempts((await delivery(desk, "email")).delivery_id)
    return [(t.outcome, t.uncertain) for t in tries]


async def test_each_channel_gets_the_letter_once(desk: Desk, post: MemoryChannel) -> None:
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    await desk.run()
    (message,) = post.sent
    assert message.address == "someone@company.example"
    assert message.number == "示城管信修告〔2026〕1号"
    assert ((await delivery(desk, "inbox")).state, (await delivery(desk, "email")).state) == (S.DELIVERED, S.SENT)


async def test_without_an_address_there_is_no_mail(desk: Desk, post: MemoryChannel) -> None:
    await desk.penalty("pen_1", minor=True)
    await desk.run()
    assert post.sent == []


async def test_two_addresses_get_a_mail_each(desk: Desk, post: MemoryChannel) -> None:
    second = (("email", "other@company.example"),)
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS + second)
    await desk.run()
    assert {m.address for m in post.sent} == {"someone@company.example", "other@company.example"}
    assert len({m.message_id for m in post.sent}) == 2


async def test_a_stop_while_sending_repeats_the_message_and_marks_the_attempt(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Killed("between send and record")]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    with pytest.raises(Killed):
        await desk.run()
    desk.clock.advance(seconds=61)
    await desk.run()
    assert len(post.sent) == 2
    assert post.sent[0] == post.sent[1]
    assert await outcomes(desk) == [(Outcome.UNCERTAIN, True), (Outcome.SENT, False)]
    assert (await delivery(desk, "email")).state is S.SENT


async def test_what_is_put_off_goes_later_with_the_same_message_id(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Later("450 busy", timedelta(minutes=5))]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    assert (await delivery(desk, "email")).state is S.SENDING
    desk.clock.advance(minutes=4)
    await desk.run()
    assert len(post.sent) == 1
    desk.clock.advance(minutes=2)
    await desk.run()
    assert len({m.message_id for m in post.sent}) == 1
    assert await outcomes(desk) == [(Outcome.LATER, False), (Outcome.SENT, False)]


async def test_what_is_refused_for_good_is_not_tried_again(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Never("550 no such user")]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    desk.clock.advance(days=3)
    await desk.run()
    found = await delivery(desk, "email")
    assert (found.state, found.reason, len(post.sent)) == (S.FAILED, "550 no such user", 1)
    assert (await delivery(desk, "inbox")).state is S.DELIVERED


async def test_after_days_of_silence_a_delivery_fails_and_says_so(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Later("timeout", uncertain=True)] * 100
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    for _ in range(70):
        await desk.run()
        desk.clock.advance(hours=2)
    found = await delivery(desk, "email")
    assert (found.state, found.reason) == (S.FAILED, "gave up: timeout")
    assert len(post.sent) == 60
    assert await database.fetch("SELECT id FROM task") == []


async def test_a_channel_that_breaks_only_puts_the_letter_off(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [ValueError("someone@company.example")]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    assert await outcomes(desk) == [(Outcome.UNCERTAIN, True)]
    desk.clock.advance(minutes=1)
    await desk.run()
    assert (await delivery(desk, "email")).state is S.SENT


async def test_no_address_is_in_the_log_in_tasks_or_in_attempts(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [ValueError("someone@company.example"), Never("no")]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    rows: list[Row] = []
    for table in ("log_entry", "log_payload", "task", "notices_attempt", "notices_delivery", "notices_notice"):
        rows += await database.fetch(f"SELECT * FROM {table}")
    assert "company.example" not in str(rows)


async def test_what_has_not_gone_out_when_the_record_ends_is_suppressed(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Later("450 busy", timedelta(minutes=5))]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    await desk.withdrawn("pen_1")
    desk.clock.advance(minutes=6)
    await desk.run()
    assert ((await delivery(desk, "email")).state, len(post.sent)) == (S.SUPPRESSED, 1)


async def test_voiding_a_letter_suppresses_what_has_not_gone_out(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Later("450 busy", timedelta(minutes=5))]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    (notice,) = await desk.notices.reading.listing(COMPANY)
    await desk.notices.voiding.void(notice.id, "内容有误", by="key_authority")
    assert (await delivery(desk, "email")).state is S.SUPPRESSED
    assert (await delivery(desk, "inbox")).state is S.DELIVERED


async def test_a_served_draft_goes_to_the_company_once(desk: Desk, post: MemoryChannel) -> None:
    await desk.penalty("pen_1", minor=True, draft=True, addresses=ADDRESS)
    await desk.run()
    assert post.sent == []
    await desk.served("pen_1")
    await desk.served("pen_1")
    await desk.run()
    assert len(post.sent) == 1


async def test_erasing_a_record_erases_words_and_addresses_but_not_the_file(desk: Desk, post: MemoryChannel) -> None:
    post.answers = [Later("450 busy", timedelta(minutes=5))]
    await desk.penalty("pen_1", minor=True, addresses=ADDRESS)
    await desk.run()
    (notice,) = await desk.notices.reading.listing(COMPANY)
    assert await desk.notices.reading.erase("pen_1") == 1
    desk.clock.advance(minutes=6)
    await desk.run()
    assert ((await delivery(desk, "email")).state, len(post.sent)) == (S.SUPPRESSED, 1)
    assert await desk.notices.reading.pdf(notice.id, COMPANY)
    assert "someone@company.example" not in str(await database.fetch("SELECT * FROM credit_payload"))
