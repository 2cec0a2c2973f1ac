"""Signing in by page: cookies, tokens, expiry, one answer for every wrong try, and no way around a form's token."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from litestar.handlers import HTTPRouteHandler

from api.app import create_app, handlers
from api.web import site
from api.web.session import local
from api.wiring import Services, build
from credit.accounts.model import Role
from credit.kernel.database import Engine
from credit.kernel.settings import Settings, Web
from tests.api.conftest import visiting
from tests.api.web.conftest import BROWSER
from tests.api.web.people import PASSWORD, at, enter, follow, form_token, page, person, send
from tests.factories import uscc
from tests.fakes import FakeClock

FIRM = uscc(7)


async def test_the_right_password_opens_the_desk_of_the_role(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "Zhao")
    answer = await enter(visitor, "ZHAO ")
    assert (answer.status_code, at(answer)) == (303, "/account")
    found = page(await follow(visitor, answer))
    assert "赵样本" in found.text
    assert "运营方" in found.text
    held = [c for c in answer.headers.get_list("set-cookie") if c.startswith("tc_session=")]
    assert len(held) == 1
    assert "HttpOnly" in held[0]
    assert "SameSite=lax" in held[0]
    assert "Secure" not in held[0]


async def test_over_https_the_cookie_is_bound_to_the_host(
    tender_settings: Settings, clock: FakeClock, engine: Engine
) -> None:
    settings = replace(tender_settings, web=Web(rate_limit=0, base_url="https://credit.example"))
    services = build(settings, clock)
    await person(services, Role.OPERATOR, FIRM, "zhao")
    app = create_app(services, migrate=False, controllers=site.ROUTES)
    async with visiting(app) as browser:
        browser.headers.update(BROWSER)
        browser.base_url = httpx.URL("https://credit.example")
        answer = await enter(browser, "zhao")
        (held,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-tc_session=")]
        assert "Secure" in held
        assert "Path=/;" in held + ";"
        assert "Domain" not in held
        shown = await follow(browser, answer)
        gone = await send(browser, shown, to="/sign-out")
        (ended,) = [c for c in gone.headers.get_list("set-cookie") if c.startswith("__Host-tc_session=")]
        assert "Max-Age=0" in ended
        assert "Secure" in ended  # else the browser would keep it


async def test_wrong_name_and_wrong_password_look_the_same(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    pages = [page(await enter(visitor, name, word), 401) for name, word in (("zhao", "wrong"), ("nobody", PASSWORD))]
    assert pages[0].text == pages[1].text
    assert pages[0].title.startswith("请改正：")
    assert "登录名或密码不正确" in pages[0].text
    assert "tc_session" not in visitor.cookies
    typed = {t["id"]: t.get("value", "") for t in pages[0].all("input") if "id" in t}
    assert typed == {"name": "zhao", "password": ""}


async def test_too_many_tries_say_when_to_come_again(services: Services, visitor: httpx.AsyncClient) -> None:
    for _ in range(5):
        await enter(visitor, "zhao", "wrong")
    answer = await enter(visitor, "zhao", "wrong")
    assert "15分钟后再试" in page(answer, 429).text
    assert answer.headers["retry-after"] == "900"


async def test_a_page_that_needs_sign_in_leads_back_to_itself(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    asked = await visitor.get("/account/password")
    assert asked.status_code == 303
    assert asked.headers["location"] == "/sign-in?next=%2Faccount%2Fpassword"
    answer = await enter(visitor, "zhao", path=asked.headers["location"])
    assert answer.headers["location"] == "/account/password"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/desk", "//evil.example", "/\\evil.example", "/desk/../../x", "/desk\r\nX: y", "desk",
     "/deskx", "/desk?next=//evil.example", "/" + "desk/a" * 100, "/v1/keys", "javascript:alert(1)"],
)
def test_only_pages_of_this_site_are_gone_back_to(target: str) -> None:
    assert local(target) == ""


def test_a_desk_with_its_query_is_gone_back_to() -> None:
    for target in ("/desk", "/desk/repair/rep_abc/papers", "/review?state=submitted", "/account/password"):
        assert local(target) == target


async def test_a_session_ends_when_idle_and_at_its_last_moment(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    await enter(visitor, "zhao")
    clock.advance(minutes=29)
    assert (await visitor.get("/account")).status_code == 200
    clock.advance(minutes=30)
    assert at(await visitor.get("/account")) == "/sign-in"
    await enter(visitor, "zhao")
    for _ in range(25):
        clock.advance(minutes=28)
        assert (await visitor.get("/account")).status_code == 200
    clock.advance(minutes=20)  # 25 × 28 + 20 minutes are 12 hours
    assert at(await visitor.get("/account")) == "/sign-in"


async def test_a_form_that_comes_after_the_end_says_so_and_leads_back(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    shown = await follow(visitor, await enter(visitor, "zhao", path="/sign-in?next=/account/password"))
    clock.advance(hours=1)
    late = await send(visitor, shown, {"current": PASSWORD, "wanted": "x", "again": "x"})
    found = page(await follow(visitor, late))
    assert "登录已过期" in found.text
    assert {"name": "next", "type": "hidden", "value": "/account/password"} in found.all("input")


async def test_signing_out_ends_the_session_here_and_everywhere(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    shown = await follow(visitor, await enter(visitor, "zhao"))
    held = visitor.cookies["tc_session"]
    assert at(await send(visitor, shown, to="/sign-out")) == "/sign-in"
    visitor.cookies.set("tc_session", held)
    assert at(await visitor.get("/account")) == "/sign-in"


async def test_a_link_to_sign_out_ends_nothing(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    await enter(visitor, "zhao")
    assert at(await visitor.get("/sign-out")) == "/account"
    assert (await visitor.get("/account")).status_code == 200


async def test_a_sign_in_gets_a_fresh_token_whatever_was_held(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    visitor.cookies.set("tc_session", "chosen-by-somebody-else", domain="testserver.local", path="/")
    answer = await enter(visitor, "zhao")
    (held,) = [c for c in answer.headers.get_list("set-cookie") if c.startswith("tc_session=")]
    assert "chosen-by-somebody-else" not in held


async def test_a_new_password_keeps_this_sign_in_and_ends_the_others(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    await enter(visitor, "zhao")
    elsewhere = visitor.cookies["tc_session"]
    visitor.cookies.clear()
    await enter(visitor, "zhao")
    shown = await visitor.get("/account/password")
    for data, field in (
        ({"current": "wrong", "wanted": "另一句口令 for me", "again": "另一句口令 for me"}, "current"),
        ({"current": PASSWORD, "wanted": "short", "again": "short"}, "wanted"),
        ({"current": PASSWORD, "wanted": "另一句口令 for me", "again": "另一句口令"}, "again"),
    ):
        found = page(await send(visitor, shown, data), 422)
        assert found.title.startswith("请改正：")
        assert f"#{field}" in [a["href"] for a in found.all("a")]
        assert not any(t.get("value") for t in found.all("input") if t["type"] == "password")
    good = {"current": PASSWORD, "wanted": "另一句口令 for me", "again": "另一句口令 for me"}
    assert (await follow(visitor, await send(visitor, shown, good))).status_code == 200
    visitor.cookies.clear()
    visitor.cookies.set("tc_session", elsewhere)
    assert at(await visitor.get("/account")) == "/sign-in"


async def test_a_password_given_by_others_is_changed_first(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await person(services, Role.OPERATOR, FIRM, "zhao", password=None)
    from credit.accounts import people

    secret, _ = await people.set_password(made.person_id, by="test", now=services.clock())
    answer = await enter(visitor, "zhao", secret, path="/sign-in?next=/account")
    assert at(answer) == "/account/password"
    assert at(await visitor.get("/account")) == "/account/password"
    shown = await follow(visitor, answer)
    assert "请先改成自己的密码" in page(shown).text
    good = {"current": secret, "wanted": PASSWORD, "again": PASSWORD}
    assert at(await send(visitor, shown, good)) == "/account"


def pages_that_change(services: Services) -> list[str]:
    """Every address of a page that takes a POST; what only reads is left out."""
    return [
        path for path, handler in handlers(create_app(services, migrate=False))
        if isinstance(handler, HTTPRouteHandler) and not path.startswith(("/v1/", "/bots/"))
        and set(handler.http_methods) - {"GET", "HEAD", "OPTIONS"} and not handler.opt.get("reads_only")
    ]


async def test_no_page_takes_a_form_without_its_token(services: Services, visitor: httpx.AsyncClient) -> None:
    """Whoever is signed in: without the token, with another's, with an empty one, nothing is even looked at."""
    paths = pages_that_change(services)
    assert {"/sign-in", "/sign-out", "/account/password"} <= set(paths)
    await person(services, Role.ENTERPRISE, FIRM, "zhao")
    await enter(visitor, "zhao")
    other = "0" * 64
    for path in paths:
        address = path.replace("{", "").replace("}", "")
        for data in ({}, {"form_token": ""}, {"form_token": other}, {"form_token": "示例\ud800"[:2]}):
            answer = await visitor.post(address, data=data)
            assert answer.status_code == 403, path
            assert "表单已失效" in answer.text


async def test_a_forms_token_is_of_one_sign_in(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    first = form_token(await follow(visitor, await enter(visitor, "zhao")))
    visitor.cookies.clear()
    second = form_token(await follow(visitor, await enter(visitor, "zhao")))
    assert first != second
    assert (await visitor.post("/sign-out", data={"form_token": first})).status_code == 403


async def test_pages_take_no_key_and_the_interface_no_cookie(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    await enter(visitor, "zhao")
    app = create_app(services, migrate=False)
    async with visiting(app) as client:
        client.cookies.set("tc_session", visitor.cookies["tc_session"])
        assert (await client.get("/v1/organisations")).status_code == 401
        assert (await client.get("/account", headers=BROWSER)).status_code == 200
        client.cookies.clear()
        assert (await client.get("/account")).status_code == 401  # a program is told, not led


async def test_who_is_signed_in_is_not_asked_again(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    await enter(visitor, "zhao")
    assert at(await visitor.get("/sign-in")) == "/account"
    assert at(await visitor.get("/sign-in?next=/account/password")) == "/account/password"
    assert at(await visitor.get("/sign-in?next=//evil.example")) == "/account"


async def test_what_is_private_is_kept_by_nobody(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.OPERATOR, FIRM, "zhao")
    answer = await enter(visitor, "zhao")
    for found in (await visitor.get("/account"), answer, await visitor.get("/sign-in")):
        assert found.headers["cache-control"] == "no-store"
