"""People of the tests, who sign in by the form as anybody would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx

from api.wiring import Services
from credit.accounts import people
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Person, PersonInput, Role
from tests.api.web.reading import Page, read

PASSWORD = "示例口令 for tests"
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]{64})"')
_VERSION = re.compile(r'name="version" value="(\d+)"')


async def person(
    services: Services, role: Role, org: str, login: str = "", *, name: str = "示例单位", region: str = "",
    password: str | None = PASSWORD,
) -> Person:
    """Somebody of an organisation, which is registered where it is not."""
    now = services.clock()
    if await accounts.find_organisation(org) is None:
        await accounts.register_organisation(OrganisationInput(code=org, name=name, region=region), by="test", now=now)
    given = PersonInput(login=login or role.value, display_name="赵样本", org_code=org, role=role)
    return (await people.create_person(given, by="test", now=now, password=password))[1]


def form_token(answer: httpx.Response) -> str:
    """The token of the forms of a page."""
    found = _TOKEN.search(answer.text)
    assert found, answer.text[:500]
    return found[1]


def version(answer: httpx.Response) -> str:
    """The version that the forms of a page carry."""
    found = _VERSION.search(answer.text)
    assert found, answer.text[:500]
    return found[1]


async def enter(
    browser: httpx.AsyncClient, login: str, password: str = PASSWORD, path: str = "/sign-in"
) -> httpx.Response:
    """Signs in by the form; the answer is not followed."""
    shown = await browser.get(path)
    target = next((t["value"] for t in read(shown).all("input") if t["name"] == "next"), "")
    data = {"form_token": form_token(shown), "name": login, "password": password, "next": target}
    return await browser.post("/sign-in", data=data)


async def follow(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """The page that a redirect leads to."""
    assert answer.status_code == 303, (answer.status_code, answer.text[:2000])
    return await browser.get(answer.headers["location"])


async def send(
    browser: httpx.AsyncClient, shown: httpx.Response, data: Mapping[str, object] | None = None,
    files: list[tuple[str, tuple[str, bytes]]] | None = None, *, to: str = "",
) -> httpx.Response:
    """Sends the page's form with its token and version to the page's own address, or to `to`."""
    hidden: dict[str, object] = {"form_token": form_token(shown)}
    if _VERSION.search(shown.text):
        hidden["version"] = version(shown)
    return await browser.post(to or str(shown.url.path), data={**hidden, **(data or {})}, files=files or None)


def at(answer: httpx.Response) -> str:
    """Where a redirect leads, without its query."""
    return urlsplit(answer.headers["location"]).path


def page(answer: httpx.Response, status: int = 200) -> Page:
    """The page, which must be sound and of this status."""
    assert answer.status_code == status, (answer.status_code, answer.headers.get("location"), answer.text[:3000])
    found = read(answer)
    assert found.faults == []
    return found
