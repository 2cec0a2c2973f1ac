"""Forms of watches and webhooks: what is wrong is told at its field, an inner address above all; each page is sound."""

from __future__ import annotations

import re
from itertools import pairwise

import httpx
import pytest

from api.web.reason_words import REASON_WORDS
from api.wiring import Services
from credit.accounts.model import Role
from tests.api.web.people import at, enter, follow, page, person, send
from tests.docs.test_tables import table_under
from tests.factories import uscc

CENTRE = uscc(60)


@pytest.fixture
async def clerk(services: Services, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    await person(services, Role.PLATFORM, CENTRE, "centre")
    await enter(visitor, "centre")
    return visitor


async def test_an_address_that_leads_inward_is_refused_in_whatever_dress(clerk: httpx.AsyncClient) -> None:
    form = await clerk.get("/webhooks/new")
    for url in ("https://127.0.0.1/", "https://2130706433/", "https://0x7f.1/", "https://[::ffff:10.0.0.1]/",
                "https://[::127.0.0.1]/", "https://169.254.169.254/latest", "https://localhost/"):
        refused = page(await send(clerk, form, {"url": url, "watch_changed": "1"}), 422)
        assert "本机、内网" in refused.text and "#url" in [a["href"] for a in refused.all("a")], url
        assert any(tag["value"] == url for tag in refused.all("input") if tag["name"] == "url")
    for url in ("http://example.org/", "https://a:b@example.org/", "example.org", "https://[fec0::1]/"):
        refused = page(await send(clerk, form, {"url": url, "watch_ended": "1"}), 422)
        assert "#url" in [a["href"] for a in refused.all("a")]
    assert "至少选择一种" in page(await send(clerk, form, {"url": "https://93.184.215.14/"}), 422).text
    assert "还没有推送地址" in page(await clerk.get("/webhooks")).text


async def test_what_is_wrong_with_a_watch_is_told_at_its_field(clerk: httpx.AsyncClient) -> None:
    form = await clerk.get("/watches/new")
    good = uscc(61)
    for sent, field, words in (
        ({"codes": "", "until": "award"}, "codes", "统一社会信用代码"),
        ({"codes": f"{good} 91370199", "until": "award"}, "codes", "第2个"),
        ({"codes": good, "until": "day", "day": ""}, "day", "最后一日"),
        ({"codes": good, "until": "day", "day": "2026-11-21"}, "day", "今天或以后"),
        ({"codes": good}, "day", "关注到何时"),
        ({"codes": good, "until": "ever", "receipt": "rcp_none"}, "receipt", "核对编号"),
        ({"codes": " ".join(uscc(n) for n in range(1001)), "until": "ever"}, "codes", "1000"),
    ):
        refused = page(await send(clerk, form, sent), 422)
        assert f"#{field}" in [a["href"] for a in refused.all("a")] and words in refused.text, sent
    assert (await send(clerk, form, {"codes": good, "until": "ever", "webhook": "whk_none"})).status_code == 422
    many = " ".join(uscc(n) for n in range(1000))
    made = await follow(clerk, await send(clerk, form, {"codes": many, "until": "ever"}))
    assert "1000 家" in page(made).text


async def test_every_page_is_sound(services: Services, clerk: httpx.AsyncClient) -> None:
    form = await clerk.get("/webhooks/new")
    given = {"url": "https://93.184.215.14/hook", "watch_changed": "1", "description": "示例 <b>"}
    made = await send(clerk, form, given)
    found = re.search(r'href="(/webhooks/whk_[^"]+)"', made.text)
    assert found
    await send(clerk, await clerk.get(found[1]), to=f"{found[1]}/test")
    watch = at(await send(clerk, await clerk.get("/watches/new"), {
        "codes": uscc(61), "until": "award", "tender": "示例 <i>", "webhook": found[1].rpartition("/")[2]}))
    pages = [made, *[await clerk.get(p) for p in (
        "/webhooks", "/webhooks/new", found[1], f"{found[1]}?state=dead", "/watches", "/watches/new", watch)]]
    for answer in pages:
        shown = page(answer)
        assert shown.headings().count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(shown.headings()[shown.headings().index(1):])), answer.url
        assert len(shown.ids()) == len(set(shown.ids())) and shown.referred() <= set(shown.ids()), answer.url
        assert shown.all("script") == shown.all("style") == []
        assert answer.headers["cache-control"] == "no-store"
    clerk.cookies.clear()
    await person(services, Role.AUTHORITY, uscc(62), "office")
    await enter(clerk, "office")
    assert [(await clerk.get(p)).status_code for p in ("/watches", "/webhooks")] == [403, 403]


def test_every_reason_has_its_words() -> None:
    assert table_under("platform.md", "理由代码") == set(REASON_WORDS)
