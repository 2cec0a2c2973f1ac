"""What every page promises: one heading, a title, named fields, no script, nothing from elsewhere."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import httpx

from api.app import create_app
from api.web.pages import HERE
from api.wiring import Services
from credit.kernel.database import Engine
from tests.api.conftest import visiting
from tests.api.web.conftest import BROWSER
from tests.api.web.firms import COLLUSION, FIRM, push
from tests.api.web.reading import read
from tests.factories import uscc

PATHS = ["/", "/query?q=x1234567", "/query?q=%E7%A4%BA%E4%BE%8B", f"/companies/{FIRM}", f"/companies/{uscc(500)}",
         "/verify", "/verify/x?t=y", "/rules", "/extracts", "/nowhere"]


async def test_every_page_is_sound(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services, restrictions=(COLLUSION,))
    for path in PATHS:
        answer = await visitor.get(path)
        page = read(answer)
        assert page.faults == [], path
        assert page.all("html") == [{"lang": "zh-CN"}]
        assert page.title.endswith(" · 标信 TenderCredit")
        assert page.all("script") == page.all("style") == page.all("iframe") == []
        assert not any(name.startswith("on") or name == "style" for _, tag in page.tags for name in tag)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "信用修复免费办理" in page.text
        assert "不代替资格审查" in page.text


async def test_every_page_can_be_walked_by_keyboard_and_reader(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    for path in PATHS:
        page = read(await visitor.get(path))
        assert page.all("a")[0] == {"class": "skip", "href": "#main"}
        below = page.headings()[page.headings().index(1) :]
        assert page.headings().count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(below)), (path, below)
        assert len(page.ids()) == len(set(page.ids()))
        fields = {tag["id"] for tag in page.all("input") if tag.get("type") != "hidden"}
        assert fields <= {label["for"] for label in page.all("label")}
        assert page.referred() <= set(page.ids()), path
        assert not any(tag.get("tabindex", "0") not in ("0", "-1") for _, tag in page.tags)


async def test_what_pages_load_and_link_is_of_this_site(services: Services, engine: Engine) -> None:
    async with visiting(create_app(services, migrate=False)) as client:
        await services.log.open(by="test")
        await push(services)
        for path in ("/", f"/companies/{FIRM}"):
            page = read(await client.get(path, headers=BROWSER))
            loaded = {tag["href"] for tag in page.all("link") if tag["rel"] == "stylesheet"}
            for address in {*loaded, *(a["href"] for a in page.all("a") if a["href"].startswith("/"))}:
                answer = await client.get(address, headers=BROWSER)
                assert answer.status_code == 200 or "/sign-in?" in answer.headers.get("location", ""), address
            assert all(tag["href"].startswith(("/", "data:,")) for tag in page.all("link"))


async def test_the_style_sheet_may_be_kept_because_its_address_changes_with_it(visitor: httpx.AsyncClient) -> None:
    address = next(tag["href"] for tag in read(await visitor.get("/")).all("link") if tag["rel"] == "stylesheet")
    answer = await visitor.get(address)
    assert re.fullmatch(r"/static/site\.css\?v=[0-9a-f]{12}", address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "max-age=86400" in answer.headers["cache-control"]


async def test_static_files_do_not_lead_out_of_their_folder(visitor: httpx.AsyncClient) -> None:
    for path in ("/static/../pages.py", "/static/%2e%2e/pages.py", "/static/..%2fpages.py", "/static/", "/static/%00"):
        assert (await visitor.get(path)).status_code in (400, 404)


def test_the_style_sheet_is_short_and_loads_nothing() -> None:
    text = (HERE / "static" / "site.css").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert not re.search(r"@import|url\(|https?:", text)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_words_stand_out_from_their_ground() -> None:
    """4.5 is what WCAG 2 AA asks of running text."""
    text = (HERE / "static" / "site.css").read_text(encoding="utf-8")
    colour = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))
    pairs = [("ink", "ground"), ("soft", "ground"), ("soft", "shade"), ("link", "ground"), ("link", "shade"),
             ("good", "good-ground"), ("bad", "bad-ground"), ("bad", "ground"), ("warn", "warn-ground"),
             ("ground", "deep")]
    assert {(a, b): contrast(colour[a], colour[b]) for a, b in pairs if contrast(colour[a], colour[b]) < 4.5} == {}


def test_templates_never_switch_escaping_off() -> None:
    found = {p.name: p.read_text(encoding="utf-8") for p in Path(HERE / "templates").glob("*.html")}
    assert [name for name, text in found.items() if re.search(r"\|\s*safe|autoescape|Markup", text)] == []
