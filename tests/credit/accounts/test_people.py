"""People sign in by name and password: hashes only, one answer for every wrong try, and an end that is one at once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from credit.accounts import passwords, people, service, sessions
from credit.accounts.model import OrganisationInput, Person, PersonInput, Role
from credit.accounts.tables import ACCOUNTS_TABLES, PersonRevision
from credit.kernel import database, ledger
from credit.kernel.database import Engine
from credit.kernel.errors import Invalid, NotFound
from credit.kernel.verify import verify
from credit.tables import CREDIT_TABLES
from tests.credit.kernel.acts import WITNESSED
from tests.factories import uscc
from tests.fakes import FakeClock

CODE = uscc(1)
PASSWORD = "示例口令 twelve words"
HERE = "203.0.113.7"


async def somebody(clock: FakeClock, login: str = "Zhao.Sample", password: str | None = PASSWORD) -> Person:
    given = OrganisationInput(code=CODE, name="示例市河湾水利工程有限公司")
    await service.register_organisation(given, by="operator", now=clock())
    wanted = PersonInput(login=login, display_name="赵样本", org_code=CODE, role=Role.ENTERPRISE)
    _, made = await people.create_person(wanted, by="operator", now=clock(), password=password)
    return made


async def enter(clock: FakeClock, login: str = "zhao.sample", password: str = PASSWORD, address: str = HERE) -> str:
    token, _ = await sessions.sign_in(login, password, address=address, now=clock())
    return token


async def test_a_person_signs_in_and_is_a_caller_like_a_key(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock)
    session = await sessions.recognise(await enter(clock, "ＺＨＡＯ．sample "), clock())
    assert session is not None
    assert session.person == made
    caller = session.person.caller()
    assert (caller.key_id, caller.org_code, caller.role, caller.name) == (
        made.person_id, CODE, Role.ENTERPRISE, "赵样本")
    assert await service.organisation_of_key(made.person_id) == CODE


async def test_a_wrong_password_and_an_unknown_name_are_told_alike(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock)
    told: list[tuple[str, int]] = []
    for login, password in (("zhao.sample", "another password"), ("nobody", PASSWORD), ("", ""), ("\ud800", "\ud800"),
                            ("zhao.sample", "x" * 100_000)):
        with pytest.raises(sessions.SignInRefused) as caught:
            await enter(clock, login, password, address=f"a{len(told)}")
        told.append((caught.value.detail, caught.value.status))
    assert len(set(told)) == 1
    await people.end_person(made.person_id, by="operator", now=clock())
    with pytest.raises(sessions.SignInRefused) as caught:
        await enter(clock, address="b")
    assert caught.value.detail == told[0][0]


async def test_after_five_wrong_tries_a_name_waits_at_that_address_only(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    for name in ("zhao.sample", "nobody"):
        for _ in range(sessions.MOST_TOGETHER):
            with pytest.raises(sessions.SignInRefused):
                await enter(clock, name, "a wrong password")
        with pytest.raises(sessions.TooManyAttempts) as caught:
            await enter(clock, name)
        assert "15分钟" in caught.value.detail
    await enter(clock, address="198.51.100.1")
    clock.advance(minutes=15)
    await enter(clock)


async def test_many_tries_at_once_gain_nothing(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    answers = await asyncio.gather(*(enter(clock, "zhao.sample", f"wrong {i} wrong") for i in range(12)),
                                   return_exceptions=True)
    kinds = [type(a) for a in answers]
    assert kinds.count(sessions.SignInRefused) == sessions.MOST_TOGETHER
    assert kinds.count(sessions.TooManyAttempts) == 12 - sessions.MOST_TOGETHER


async def test_an_address_that_tries_many_names_waits(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    for i in range(sessions.MOST_OF_ADDRESS):
        with pytest.raises(sessions.SignInRefused):
            await enter(clock, f"guess{i}")
    with pytest.raises(sessions.TooManyAttempts):
        await enter(clock)


async def test_a_right_password_clears_the_count(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    for _ in range(3):
        for _ in range(sessions.MOST_TOGETHER - 1):
            with pytest.raises(sessions.SignInRefused):
                await enter(clock, password="a wrong password")
        await enter(clock)


async def test_a_session_ends_when_idle_at_its_last_moment_and_when_told(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    token = await enter(clock)
    clock.advance(minutes=30)
    assert await sessions.recognise(token, clock()) is None
    token = await enter(clock)
    for _ in range(24):
        clock.advance(minutes=29)
        assert await sessions.recognise(token, clock()) is not None
    clock.advance(minutes=24)  # 24 × 29 + 24 minutes are 12 hours
    assert await sessions.recognise(token, clock()) is None
    token = await enter(clock)
    await sessions.sign_out(token)
    await sessions.sign_out(token)
    assert await sessions.recognise(token, clock()) is None
    assert await sessions.recognise("", clock()) is None


async def test_a_new_password_ends_every_sign_in_and_the_old_hash_is_gone(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock)
    tokens = [await enter(clock), await enter(clock)]
    await people.change_password(made.person_id, PASSWORD, "一句新的口令 for all", now=clock())
    assert [await sessions.recognise(t, clock()) for t in tokens] == [None, None]
    with pytest.raises(sessions.SignInRefused):
        await enter(clock)
    await enter(clock, password="一句新的口令 for all")
    held = await database.fetch("SELECT body FROM credit_payload WHERE body LIKE '%argon2id%'")
    assert len(held) == 1
    report = await verify([*WITNESSED, PersonRevision])
    assert (report.faults, report.erased) == ((), 1)


async def test_the_current_password_is_asked(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock)
    with pytest.raises(people.PasswordWrong):
        await people.change_password(made.person_id, "not the one", "一句新的口令 for all", now=clock())


@pytest.mark.parametrize("wanted", ["short", "x" * 129, "zhao.samplex"[:11], "aaaaaaaaaaaaaaaa", PASSWORD, ""])
async def test_an_unfit_password_is_refused_with_its_cure(engine: Engine, clock: FakeClock, wanted: str) -> None:
    made = await somebody(clock)
    with pytest.raises(people.PasswordUnfit) as caught:
        await people.change_password(made.person_id, PASSWORD, wanted, now=clock())
    assert caught.value.errors[0].pointer == "/wanted"
    await enter(clock)


async def test_a_one_time_password_is_random_long_and_marked(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock, password=None)
    assert made.initial
    first, again = await people.set_password(made.person_id, by="operator", now=clock())
    assert len({first, passwords.one_time(), passwords.one_time()}) == 3
    assert len(first) == 23  # four groups of five and three hyphens
    token = await enter(clock, password=first)
    assert again.initial
    assert await sessions.recognise(token, clock()) is not None
    changed = await people.change_password(made.person_id, first, PASSWORD, now=clock())
    assert not changed.initial


async def test_the_end_of_a_person_is_an_end_at_once(engine: Engine, clock: FakeClock) -> None:
    made = await somebody(clock)
    token = await enter(clock)
    await people.end_person(made.person_id, by="operator", now=clock())
    assert await sessions.recognise(token, clock()) is None
    ended = await people.person(made.person_id)
    assert (ended.ended, ended.display_name) == (True, "")
    for act in (people.end_person(made.person_id, by="operator", now=clock()),
                people.change_password(made.person_id, PASSWORD, "一句新的口令 for all", now=clock())):
        with pytest.raises(NotFound):
            await act
    assert (await verify([*WITNESSED, PersonRevision])).ok


@pytest.mark.parametrize("login", ["", "a", "with blank", "x" * 61, "a/b", "<script>"])
async def test_a_login_is_plain(engine: Engine, clock: FakeClock, login: str) -> None:
    with pytest.raises(Invalid):
        await somebody(clock, login)


async def test_a_login_is_one_persons(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock)
    with pytest.raises(people.LoginTaken):
        await somebody(clock, "ZHAO.sample")
    unknown = PersonInput(login="qian", display_name="钱样本", org_code=uscc(9), role=Role.REVIEWER)
    with pytest.raises(NotFound):
        await people.create_person(unknown, by="operator", now=clock())


async def test_neither_password_nor_token_nor_name_is_in_the_log(engine: Engine, clock: FakeClock) -> None:
    await somebody(clock, password="needle in a haystack")
    token, _ = await sessions.sign_in("zhao.sample", "needle in a haystack", address=HERE, now=clock())
    for table in (*CREDIT_TABLES, *ACCOUNTS_TABLES):
        rows = repr(await database.fetch(f"SELECT * FROM {table._meta.tablename}"))
        assert "needle" not in rows
        assert token not in rows
        assert HERE not in rows
    for name in ("log_entry", "log_payload"):
        log = repr(await database.fetch(f"SELECT * FROM {name}"))
        assert "赵样本" not in log
        assert "zhao" not in log
    assert [(await ledger.entry(i)).kind for i in range(2)] == ["organisation_registered", "person_created"]


async def test_the_hash_is_argon2id_with_the_stated_cost() -> None:
    """OWASP's m=19456 KiB, t=2, p=1; another implementation's reading of the PHC string is the library's own."""
    phc = await passwords.hashed("口令示例口令示例")
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    Argon2id.verify_phc_encoded("口令示例口令示例".encode(), phc)
    assert await passwords.fits("口令示例口令示例", phc)
    assert not await passwords.fits("口令示例口令示", phc)
    assert not await passwords.fits("口令示例口令示例", None)


def test_limits_are_those_of_the_sources() -> None:
    assert timedelta(hours=12) == sessions.LIFETIME
    assert timedelta(minutes=30) == sessions.IDLE
    assert sessions.MOST_OF_NAME <= 100
    assert passwords.SHORTEST >= 8
    assert passwords.LONGEST >= 64
