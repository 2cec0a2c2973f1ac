"""A platform's clerk registers an address and watches the bidders of an opening by page, without a script."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from credit.accounts.model import Role
from credit.kernel.ids import new_id
from tests.api.web.people import at, enter, follow, page, person, send
from tests.receivers import Receiver, answer, receiving
from tests.walks.cases import collusion, firm
from tests.walks.house import CENTRE, FINANCE, House


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@asynccontextmanager
async def browser(house: House, role: Role, org: str, goes: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of somebody new of this organisation, who is led where they wanted to go."""
    login = new_id("u").replace("_", "")[:30]
    await person(house.services, role, org, login)
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as made:
        made.headers["accept"] = "text/html"
        assert at(await enter(made, login, path=f"/sign-in?next={goes}")) == goes
        yield made


def once(shown: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="once" value="([^"]+)"', shown.text)
    assert found
    return {"once": found[1]}


def secret_of(shown: httpx.Response) -> str:
    found = re.search(r"whsec_[\w+/=]+", shown.text)
    assert found, shown.text
    return found[0]


async def hooked(clerk: httpx.AsyncClient, receiver: Receiver) -> tuple[str, str]:
    """The page of a new address, and its secret."""
    form = await clerk.get("/webhooks/new")
    body = {**once(form), "url": receiver.url, "watch_changed": "1", "watch_ended": "1"}
    made = await send(clerk, form, body)
    assert "只显示这一次" in page(made).text and made.headers["cache-control"] == "no-store"
    again = await send(clerk, form, body)  # the button pressed twice
    assert again.status_code == 303 and at(again) in made.text
    assert "whsec_" not in (await follow(clerk, again)).text
    return at(again), secret_of(made)


async def test_the_bidders_of_an_opening_are_watched_until_the_award(house: House, receiver: Receiver) -> None:
    code, other, platform = firm(), firm(), await house.platform()
    tender = {"id": "示例标段9", "type": "construction", "regimes": ["tendering"], "mandatory": True}
    asked = {"subjects": [{"code": code}, {"code": other}], "tender": tender, "receipt": True}
    receipt = (await house.post("/v1/eligibility", asked, platform)).json()["receipt"]["statement"]["id"]
    async with browser(house, Role.PLATFORM, CENTRE, "/watches") as clerk:
        hook, secret = await hooked(clerk, receiver)
        led = [a["href"] for a in page(await clerk.get(f"/receipt/{receipt}")).all("a")]
        form = await clerk.get(next(href for href in led if href.startswith("/watches/new")))
        sent = {**once(form), "receipt": receipt, "until": "award", "webhook": hook.rpartition("/")[2]}
        made = await send(clerk, form, sent, to="/watches/new")
        assert at(await send(clerk, form, sent, to="/watches/new")) == at(made)
        shown = await follow(clerk, made)
        here = str(shown.url.path)
        found = page(shown)
        assert "示例标段9" in found.text and "2 家" in found.text and "开始关注以来没有变化" in found.text
        await house.push(collusion(code))
        await house.settled()
        assert receiver.got[0].signed_by(secret)
        changed = page(await clerk.get(here)).text
        assert "此前未查见限制情形" in changed and "禁止正在执行" in changed
        rotated = await send(clerk, await clerk.get(hook), to=f"{hook}/secret")
        assert secret_of(rotated) != secret and "同时带新旧两个签名" in page(rotated).text
        ended = await send(clerk, await clerk.get(here), {"sent_on": "2026-11-22"}, to=f"{here}/award")
        assert "中标通知书已发出" in page(await follow(clerk, ended)).text
        late = await send(clerk, await clerk.get(here), {"sent_on": "2026-11-22"}, to=f"{here}/award")
        assert "已经结束" in page(late, 409).text
        await house.settled()
        assert "关注结束" in page(await clerk.get(hook)).text
        async with browser(house, Role.PLATFORM, FINANCE, "/watches") as stranger:
            assert [(await stranger.get(p)).status_code for p in (here, hook)] == [404, 404]
            form = await stranger.get("/watches/new")
            not_theirs = await send(stranger, form, {**sent, "webhook": ""})
            assert 'href="#receipt"' in not_theirs.text
        assert at(await send(clerk, await clerk.get(here), to=f"{here}/removal")) == "/watches"
        assert (await clerk.get(here)).status_code == 404


async def test_dead_letters_are_seen_and_sent_once_more(house: House, receiver: Receiver) -> None:
    async with browser(house, Role.PLATFORM, CENTRE, "/webhooks") as clerk:
        hook, _ = await hooked(clerk, receiver)
        receiver.answers = [answer("410 Gone")]
        waiting = await follow(clerk, await send(clerk, await clerk.get(hook), to=f"{hook}/test"))
        assert 'http-equiv="refresh"' in waiting.text
        await house.settled()
        dead = page(await clerk.get(f"{hook}?state=dead"))
        assert "对方答复410" in dead.text and "停用" in dead.text
        refused = await send(clerk, await clerk.get(hook), to=f"{hook}/test")
        assert "请先启用" in page(refused, 409).text
        on = await follow(clerk, await send(clerk, await clerk.get(hook), {"enabled": "1"}, to=f"{hook}/state"))
        again = next(f["action"] for f in page(on).all("form") if f["action"].endswith("/redelivery"))
        await send(clerk, on, to=again)
        await house.settled()
        assert "已送达" in page(await clerk.get(hook)).text
        assert receiver.got[0].id == receiver.got[1].id
        form = await clerk.get("/watches/new")
        watch = at(await send(clerk, form, {"codes": f"{firm()}、{firm()}\n", "until": "day", "day": "2026-12-01",
                                            "webhook": hook.rpartition("/")[2]}))
        kept = await send(clerk, await clerk.get(hook), to=f"{hook}/removal")
        assert "请先结束这些关注" in page(kept, 409).text
        await send(clerk, await clerk.get(watch), to=f"{watch}/removal")
        assert at(await send(clerk, await clerk.get(hook), to=f"{hook}/removal")) == "/webhooks"


async def test_an_enterprise_watches_itself_and_needs_no_address(house: House) -> None:
    code = firm()
    async with browser(house, Role.ENTERPRISE, code, "/watches") as clerk:
        form = await clerk.get("/watches/new")
        made = at(await send(clerk, form, {"codes": firm(), "until": "ever"}))  # another's code changes nothing
        await house.push(collusion(code))
        await house.settled()
        shown = page(await clerk.get(made)).text
        assert "1 家" in shown and "不推送" in shown and "2026年11月22日 09:00 变化" in shown
        assert made in [a["href"] for a in page(await clerk.get("/watches")).all("a")]
