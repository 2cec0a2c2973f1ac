"""Who sees which letter, the acknowledgement, the evidence and the register."""

from __future__ import annotations

import pytest

from credit.kernel import ledger
from credit.kernel.errors import NotFound
from notices.channels import MemoryChannel
from notices.deliveries import DeliveryState
from notices.register import NoticeState
from notices.service.acknowledging import Voided
from tests.notices.offices import (
    AUDITOR,
    AUTHORITY,
    CODE,
    COMPANY,
    OTHER_AUTHORITY,
    OTHER_COMPANY,
    PLATFORM,
    Desk,
)


async def letter(desk: Desk) -> str:
    await desk.penalty("pen_1", minor=True)
    await desk.run()
    (found,) = await desk.notices.reading.listing(AUTHORITY)
    return found.id


async def test_letters_are_seen_by_their_parties_and_the_auditor(desk: Desk) -> None:
    notice_id = await letter(desk)
    reading = desk.notices.reading
    for caller in (COMPANY, AUTHORITY, AUDITOR):
        assert [n.id for n in await reading.listing(caller, subject=CODE)] == [notice_id]
        assert (await reading.get(notice_id, caller)).subject_code == CODE
    for stranger in (OTHER_COMPANY, OTHER_AUTHORITY, PLATFORM):
        assert await reading.listing(stranger, subject=CODE) == []
        with pytest.raises(NotFound):
            await reading.pdf(notice_id, stranger)


async def test_a_listing_goes_on_where_it_stopped(desk: Desk) -> None:
    for n in range(3):
        await desk.penalty(f"pen_{n}")
    await desk.run()
    whole = await desk.notices.reading.listing(AUDITOR)
    pages, after = [], (-1, "")
    while page := await desk.notices.reading.listing(AUDITOR, after=after, limit=1):
        pages += page
        after = page[-1].place
    assert [n.id for n in pages] == [n.id for n in whole]
    assert len(whole) == 6


async def test_the_company_acknowledges_once(desk: Desk) -> None:
    notice_id = await letter(desk)
    first = await desk.notices.acknowledging.acknowledge(notice_id, COMPANY)
    desk.clock.advance(days=2)
    again = await desk.notices.acknowledging.acknowledge(notice_id, COMPANY)
    assert (first.acknowledged_on, again.revision) == (again.acknowledged_on, first.revision)
    (inbox,) = await desk.notices.reading.deliveries(notice_id, COMPANY)
    assert inbox.state is DeliveryState.READ


async def test_nobody_else_can_acknowledge(desk: Desk) -> None:
    notice_id = await letter(desk)
    for caller in (OTHER_COMPANY, AUTHORITY, AUDITOR):
        with pytest.raises(NotFound):
            await desk.notices.acknowledging.acknowledge(notice_id, caller)


async def test_a_voided_letter_needs_no_acknowledgement(desk: Desk) -> None:
    notice_id = await letter(desk)
    await desk.notices.voiding.void(notice_id, "内容有误")
    with pytest.raises(Voided):
        await desk.notices.acknowledging.acknowledge(notice_id, COMPANY)


async def test_voiding_twice_changes_nothing(desk: Desk) -> None:
    notice_id = await letter(desk)
    first = await desk.notices.voiding.void(notice_id, "内容有误")
    again = await desk.notices.voiding.void(notice_id, "又一次")
    assert (again.revision, again.reason) == (first.revision, "内容有误")


async def test_evidence_names_every_try_and_its_entries(desk: Desk, post: MemoryChannel) -> None:
    await desk.penalty("pen_1", minor=True, addresses=(("email", "someone@company.example"),))
    await desk.run()
    (found,) = await desk.notices.reading.listing(AUTHORITY)
    await desk.notices.acknowledging.acknowledge(found.id, COMPANY)
    evidence = await desk.notices.reading.evidence(found.id, AUTHORITY)
    kinds = [entry.kind for entry in evidence.entries]
    assert sorted(kinds) == [
        "delivery_planned", "delivery_planned", "delivery_settled", "delivery_settled",
        "notice_acknowledged", "notice_issued", "number_reserved",
    ]
    assert [(way.channel, len(way.attempts)) for way in evidence.deliveries] == [("inbox", 1), ("email", 1)]
    assert evidence.deliveries[0].attempts[0].sha256 == found.pdf_sha256
    assert "company.example" not in str(evidence)
    assert (await ledger.entry(evidence.entries[0].seq)).leaf == evidence.entries[0].leaf_hash


async def test_the_register_shows_an_authority_its_own_series(desk: Desk) -> None:
    await letter(desk)
    register = desk.notices.reading.register
    assert [(line.number, line.state) for line in await register(AUTHORITY)] == [
        ("示城管信修告〔2026〕1号", NoticeState.ISSUED)
    ]
    assert await register(OTHER_AUTHORITY, "示城管信修告〔2026〕") == []
    assert len(await register(AUDITOR, "示城管信修告〔2026〕")) == 1
