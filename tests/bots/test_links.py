"""Binding codes: hashed, once, half an hour, for one's own company, and nobody is told which of these failed."""

from __future__ import annotations

import pytest

from api.wiring import Services
from bots.links import BadBindingCode, TooManyGuesses, normal
from credit.accounts.model import Caller
from credit.kernel import database
from credit.kernel.errors import Forbidden
from credit.kernel.unit import Request
from tests.bots.conftest import COMPANY, OTHER, enterprise
from tests.fakes import FakeClock


async def bind(services: Services, code: str | None, chat: str = "1", request: str = "r1") -> str:
    link = await services.bots.links.bind("telegram", chat, code or "", request=Request(request, code or ""))
    return link.link_id


async def test_a_code_binds_a_chat_to_its_company_once(services: Services, company: Caller) -> None:
    links = services.bots.links
    made = await links.issue(COMPANY, company)
    link_id = await bind(services, made.code)
    found = await links.of_chat("telegram", "1")
    assert found is not None
    assert (found.link_id, found.entity_code) == (link_id, COMPANY)
    with pytest.raises(BadBindingCode):
        await bind(services, made.code, "2", "r2")
    assert await links.of_chat("telegram", "2") is None


async def test_the_same_request_again_finds_the_first_answer(services: Services, company: Caller) -> None:
    made = await services.bots.links.issue(COMPANY, company)
    assert await bind(services, made.code) == await bind(services, made.code)


async def test_wrong_expired_used_and_withdrawn_codes_are_answered_alike(
    services: Services, company: Caller, clock: FakeClock
) -> None:
    first = await services.bots.links.issue(COMPANY, company)
    second = await services.bots.links.issue(COMPANY, company)
    told = set()
    for number, code in enumerate(["AAAAA-AAAAA", first.code, "", "示例"]):
        with pytest.raises(BadBindingCode) as caught:
            await bind(services, code, request=f"r{number}")
        told.add(caught.value.detail)
    clock.advance(minutes=31)
    with pytest.raises(BadBindingCode) as caught:
        await bind(services, second.code, "9")
    assert told | {caught.value.detail} == {caught.value.detail}


async def test_five_wrong_codes_and_even_the_right_one_must_wait(
    services: Services, company: Caller, clock: FakeClock
) -> None:
    made = await services.bots.links.issue(COMPANY, company)
    for number in range(5):
        with pytest.raises(BadBindingCode):
            await bind(services, f"WRONG-0000{number}", request=f"r{number}")
    with pytest.raises(TooManyGuesses):
        await bind(services, made.code, request="right")
    clock.advance(minutes=16)
    await bind(services, made.code, request="later")


async def test_a_company_makes_codes_for_itself_only(services: Services, company: Caller) -> None:
    with pytest.raises(Forbidden):
        await services.bots.links.issue(OTHER, company)


async def test_a_chat_speaks_for_one_company_at_a_time(
    services: Services, company: Caller, clock: FakeClock
) -> None:
    links, other = services.bots.links, await enterprise(OTHER, clock)
    await bind(services, (await links.issue(COMPANY, company)).code, request="a")
    await bind(services, (await links.issue(OTHER, other)).code, request="b")
    found = await links.of_chat("telegram", "1")
    assert found is not None
    assert found.entity_code == OTHER
    assert await links.addresses(COMPANY) == ()
    await links.unbind(found)
    await links.unbind(found)
    assert await links.of_chat("telegram", "1") is None
    assert await links.addresses(OTHER) == ()


async def test_neither_code_nor_chat_is_in_the_log_and_an_ended_binding_forgets_its_chat(
    services: Services, company: Caller
) -> None:
    made = await services.bots.links.issue(COMPANY, company)
    await bind(services, made.code, "987654321")
    found = await services.bots.links.of_chat("telegram", "987654321")
    assert found is not None
    await services.bots.links.unbind(found)
    tables = ("log_payload", "bots_code", "bots_link")
    written = "".join([str(await database.fetch(f"SELECT * FROM {table}")) for table in tables])
    assert "987654321" not in written
    assert normal(made.code or "") not in written


@pytest.mark.parametrize("typed", ["abcde-01234", " ABCDE 01234 ", "ABCDEOI234", "abcde–0l234"])
def test_a_code_may_be_typed_as_it_is_read_out(typed: str) -> None:
    assert normal(typed) == "ABCDE01234"
