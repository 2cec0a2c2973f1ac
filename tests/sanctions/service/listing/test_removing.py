"""Removal and closing are one act: one event, both records, all or nothing; the register and the past agree."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel import database, ledger
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import unit
from credit.model import Authority, RecordKind, RemovalGround
from sanctions.model import CorrectionInput, ListCode, ListingCommand, RemovalInput, SubjectInput
from sanctions.service.answering.dossiers import dossier
from sanctions.service.answering.register import Register
from sanctions.service.listing.listings import Entered, Listings
from sanctions.service.listing.removing import Removing
from tests.factories import uscc
from tests.fakes import FakeClock

FIRM = uscc(1)
PUSHER = Caller(key_id="key_sample", org_code=uscc(900), role=Role.AUTHORITY, scopes=frozenset({"push:any"}))
COURT = Authority(name="示例市人力资源和社会保障局")
REMOVAL = RemovalInput(document_no="示移〔2026〕1号", decided_on=date(2026, 11, 20), ground=RemovalGround.REPAIR,
                       basis="人社部令第45号")


@pytest.fixture
def listings(rulebook: Rulebook, clock: FakeClock) -> Listings:
    return Listings(rulebook, clock, b"salt")


@pytest.fixture
def removing(rulebook: Rulebook, clock: FakeClock, listings: Listings) -> Removing:
    return Removing(rulebook, clock, listings)


async def enter(listings: Listings, **given: Any) -> Entered:
    values: dict[str, Any] = {
        "subject": SubjectInput(name="示例建设有限公司", code=FIRM), "list": ListCode.WAGE_ARREARS,
        "document_no": "示列〔2025〕1号", "basis": "示例依据", "decided_on": date(2025, 9, 15), "authority": COURT,
    }
    prepared = await listings.prepare(ListingCommand(**(values | given)), PUSHER)
    return await listings.receive(prepared, by=PUSHER.key_id)


async def test_one_event_writes_the_removal_and_closes_the_entry(listings: Listings, removing: Removing) -> None:
    made = await enter(listings)
    size = (await ledger.head()).size
    gone = await removing.remove(made.record_id, REMOVAL, PUSHER)
    assert (await ledger.head()).size == size + 1
    entry, removal = await lookup.record(made.record_id), await lookup.record(gone.id)
    assert entry is not None and removal is not None
    assert (entry.seq, entry.revision, removal.seq, removal.kind) == (size, 2, size, RecordKind.REMOVAL)
    assert (entry.listing.removed_on, entry.listing.removal_id) == (date(2026, 11, 20), gone.id)
    assert not entry.withdrawn
    rows = await database.fetch("SELECT valid_from, valid_to FROM credit_record WHERE record_id = {} AND revision = 2",
                                made.record_id)
    assert [(r["valid_from"], r["valid_to"]) for r in rows] == [(date(2025, 9, 15), date(2026, 11, 20))]


async def test_an_act_that_fails_leaves_neither_removal_nor_closing(
    listings: Listings, removing: Removing, clock: FakeClock
) -> None:
    made = await enter(listings)
    with pytest.raises(RuntimeError):
        async with unit(by="test", now=clock()) as u:
            await removing.remove_in(u, made.record_id, REMOVAL, authority=COURT, pushed_by="")
            raise RuntimeError("stopped before the end")
    entry = await lookup.record(made.record_id)
    assert entry is not None and entry.listing.removed_on is None
    assert [r.kind for r in await lookup.records_of(made.entity_id)] == [RecordKind.LIST_ENTRY]


async def test_the_register_follows_and_the_past_keeps_the_entry(listings: Listings, removing: Removing) -> None:
    register = Register()
    await register.load()
    made = await enter(listings)
    await register.follow()
    assert [r.record_id for r in register.get(FIRM).listings] == [made.record_id]
    await removing.perform(made.record_id, CorrectionInput(corrected_on=date(2026, 1, 10)), PUSHER)
    then = (await ledger.head()).size - 1
    await removing.remove(made.record_id, REMOVAL, PUSHER)
    await register.follow()
    assert register.get(FIRM) == await dossier(FIRM)
    assert register.get(FIRM).listings[0].listing.removed_on == date(2026, 11, 20)
    assert (await dossier(FIRM, then)).listings[0].listing.removed_on is None
    fresh = Register()
    await fresh.load()
    assert fresh.get(FIRM) == register.get(FIRM)


async def test_the_same_number_in_other_brackets_is_the_same_entry(listings: Listings) -> None:
    first = await enter(listings)
    again = await enter(listings, document_no="示列[2025] 1号")
    assert (again.record_id, again.duplicate) == (first.record_id, True)
