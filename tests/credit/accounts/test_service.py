"""Organisations and keys: each change is an act; a key is shown once and stored nowhere."""

from __future__ import annotations

from datetime import date

import pytest

from credit.accounts import service
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.accounts.tables import ACCOUNTS_TABLES
from credit.kernel import database, ledger
from credit.kernel.database import Engine
from credit.kernel.errors import Invalid, NotFound, Unauthenticated
from credit.kernel.verify import verify
from credit.model import Field
from credit.tables import CREDIT_TABLES
from credit.uscc import BadCode
from tests.credit.kernel.acts import WITNESSED
from tests.factories import uscc
from tests.fakes import FakeClock

CODE = uscc(1)
BUREAU = OrganisationInput(
    code=CODE, name="示例市住房和城乡建设局", short_code="示建", region="370100", field=Field.CONSTRUCTION,
    competences=("tender_ban",), phone="0531-00000000",
)
TODAY = date(2026, 11, 22)


async def registered(clock: FakeClock) -> None:
    await service.register_organisation(BUREAU, by="operator", now=clock())


async def test_an_organisation_is_registered_and_found(engine: Engine, clock: FakeClock) -> None:
    made = await service.register_organisation(BUREAU, by="operator", now=clock())
    assert (made.revision, made.seq, made.competences) == (1, 0, ("tender_ban",))
    assert await service.organisation(CODE) == made
    assert await service.organisation_named("示例市住房和城乡建设局") == made
    assert await service.organisation_named("示例市") is None
    assert (await ledger.entry(0)).kind == "organisation_registered"


async def test_the_same_facts_again_change_nothing(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    again = await service.register_organisation(BUREAU, by="operator", now=clock())
    assert (again.revision, (await ledger.head()).size) == (1, 1)


async def test_a_change_is_a_new_revision(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    changed = OrganisationInput(code=CODE, name="示例市住房城乡建设局", competences=())
    made = await service.register_organisation(changed, by="operator", now=clock())
    assert (made.revision, made.seq, made.phone) == (2, 1, "")
    assert await service.organisation(CODE) == made
    assert await service.organisation_named(BUREAU.name) is None  # the name now, not one of the past
    assert (await verify(WITNESSED)).ok


async def test_two_of_one_name_are_nobody(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    twin = OrganisationInput(code=uscc(2), name=BUREAU.name)
    await service.register_organisation(twin, by="operator", now=clock())
    assert await service.organisation_named(BUREAU.name) is None


@pytest.mark.parametrize("name", ["", "  ", "局" * 301])
async def test_a_name_is_needed_and_fits(engine: Engine, clock: FakeClock, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        await service.register_organisation(OrganisationInput(code=CODE, name=name), by="operator", now=clock())
    assert caught.value.errors[0].pointer == "/name"


async def test_a_wrong_code_is_refused(engine: Engine, clock: FakeClock) -> None:
    with pytest.raises(BadCode):
        await service.register_organisation(OrganisationInput(code=CODE[:-1], name="示例"), by="x", now=clock())
    with pytest.raises(NotFound):
        await service.organisation(uscc(9))
    assert await service.find_organisation(uscc(9)) is None


async def test_a_key_is_recognised(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    secret, made = await service.create_key(
        org_code=CODE, role=Role.AUTHORITY, name="示例推送", by="operator", now=clock(),
        scopes=frozenset({"push:any", "erase"}), expires_on=date(2026, 12, 31),
    )
    assert await service.recognise(secret, TODAY) == made
    assert made == Caller(key_id=made.key_id, org_code=CODE, role=Role.AUTHORITY, name="示例推送",
                          scopes=frozenset({"push:any", "erase"}), expires_on=date(2026, 12, 31))
    assert made.may(Role.AUTHORITY, Role.OPERATOR)
    assert not made.may(Role.OPERATOR)


async def test_a_key_works_until_the_end_of_its_last_day(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    secret, made = await service.create_key(
        org_code=CODE, role=Role.PLATFORM, name="", by="operator", now=clock(), expires_on=TODAY
    )
    assert await service.recognise(secret, TODAY) == made
    with pytest.raises(Unauthenticated):
        await service.recognise(secret, date(2026, 11, 23))


async def test_a_revoked_key_ends_at_once(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    secret, made = await service.create_key(org_code=CODE, role=Role.AUDITOR, name="", by="operator", now=clock())
    other, _ = await service.create_key(org_code=CODE, role=Role.AUDITOR, name="", by="operator", now=clock())
    await service.revoke_key(made.key_id, by="operator", now=clock())
    await service.revoke_key(made.key_id, by="operator", now=clock())
    with pytest.raises(Unauthenticated):
        await service.recognise(secret, TODAY)
    assert (await service.recognise(other, TODAY)).role is Role.AUDITOR
    assert (await ledger.head()).size == 4  # one organisation, two keys, one revocation
    assert (await verify(WITNESSED)).ok


async def test_what_is_unknown_is_refused(engine: Engine, clock: FakeClock) -> None:
    with pytest.raises(Unauthenticated):
        await service.recognise("tc_wrong", TODAY)
    with pytest.raises(NotFound):
        await service.create_key(org_code=CODE, role=Role.AUDITOR, name="", by="operator", now=clock())
    with pytest.raises(NotFound):
        await service.revoke_key("key_none", by="operator", now=clock())


async def test_a_key_name_fits_its_column(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    with pytest.raises(Invalid):
        await service.create_key(org_code=CODE, role=Role.AUDITOR, name="名" * 101, by="operator", now=clock())


async def test_the_secret_is_nowhere_in_the_database(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    secret, made = await service.create_key(
        org_code=CODE, role=Role.AUTHORITY, name="示例", by="operator", now=clock(),
        token=lambda: "needle-in-a-haystack",
    )
    assert secret == "tc_needle-in-a-haystack"
    await service.revoke_key(made.key_id, by="operator", now=clock())
    for table in (*CREDIT_TABLES, *ACCOUNTS_TABLES):
        rows = await database.fetch(f"SELECT * FROM {table._meta.tablename}")
        assert "needle" not in repr(rows), table._meta.tablename
    assert "needle" not in repr(made)


async def test_a_key_has_256_random_bits(engine: Engine, clock: FakeClock) -> None:
    await registered(clock)
    secrets = {
        (await service.create_key(org_code=CODE, role=Role.AUDITOR, name="", by="operator", now=clock()))[0]
        for _ in range(3)
    }
    assert len(secrets) == 3
    assert all(len(s) == len("tc_") + 43 for s in secrets)  # 32 bytes in base 64
