"""A platform's clerk screens a list on the page: no script needed, and the wrong file is told at its field."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from credit.accounts.model import Role
from tests.api.web.people import at, enter, follow, page, person, send
from tests.factories import uscc
from tests.walks.house import CENTRE, House

_made: set[str] = set()


@pytest.fixture
async def clerk(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody signed in for the trading centre."""
    login = f"platform{len(_made)}"
    _made.add(login)
    await person(house.services, Role.PLATFORM, CENTRE, login)
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as browser:
        browser.headers["accept"] = "text/html"
        entered = await enter(browser, login, path="/sign-in?next=/screenings")
        assert at(entered) == "/screenings"
        yield browser


async def test_from_the_list_to_the_result(house: House, clerk: httpx.AsyncClient) -> None:
    shown = await clerk.get("/screenings")
    assert "批量核查" in page(shown).text
    content = f"{uscc(61)}\n示例市某某建设有限公司\n".encode()
    sent = await send(clerk, shown, {"type": "construction", "mandatory": "true"}, [("file", ("名单.csv", content))])
    going = await follow(clerk, sent)
    assert 'http-equiv="refresh"' in going.text
    await house.settled()
    done = await clerk.get(str(going.url))
    assert 'http-equiv="refresh"' not in done.text
    assert "共 2 行" in page(done).text
    found = await clerk.get(f"{going.url}/result/csv")
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert "attachment" in found.headers["content-disposition"]
    assert found.content.count(b"\r\n") == 3
    workbook = await clerk.get(f"{going.url}/result/xlsx")
    assert workbook.content.startswith(b"PK")
    gone = await send(clerk, done, to=f"{going.url}/removal")
    assert at(gone) == "/screenings"
    assert (await clerk.get(str(going.url))).status_code == 404


async def test_what_is_wrong_is_told_at_its_field(house: House, clerk: httpx.AsyncClient) -> None:
    shown = await clerk.get("/screenings")
    no_list = await send(clerk, shown, {}, [("file", ("扫描件.pdf", b"%PDF-1.7"))])
    assert "PDF 文件" in page(no_list, 422).text
    bad_day = await send(clerk, shown, {"on": "morgen"}, [("file", ("名单.csv", b"x"))])
    assert 'href="#on"' in bad_day.text
    nothing = await send(clerk, shown, {"type": "land"}, [("file", ("", b""))])
    assert 'href="#file"' in nothing.text


async def test_an_enterprise_has_no_such_page(house: House) -> None:
    login = f"firm{len(_made)}"
    _made.add(login)
    await person(house.services, Role.ENTERPRISE, uscc(62), login)
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as browser:
        await enter(browser, login)
        assert (await browser.get("/screenings")).status_code == 403
