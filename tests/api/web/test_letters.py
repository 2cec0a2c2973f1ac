"""The page behind a letter's QR code: number and token together, calm otherwise, and kept by nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import msgspec
import pytest

from api.app import create_app
from api.web import site
from api.wiring import Services
from credit.kernel.rulebook import Rulebook
from credit.model import SubjectKind
from notices import store
from notices.cases import RecordStatus
from notices.model import Addressee, LetterFacts
from notices.service.office import kept
from tests.api.conftest import visiting
from tests.api.web.conftest import BROWSER
from tests.api.web.reading import read
from tests.fakes import FakeClock
from tests.notices.offices import AUTHORITY, FACTS, Desk

NUMBER = "示城管信修告〔2026〕1号"
ADDRESS = f"/verify/{quote(NUMBER, safe='')}"


@pytest.fixture
def desk(clock: FakeClock, rulebook: Rulebook, data: Path) -> Desk:
    return Desk(clock, rulebook, data / "blobs")


@pytest.fixture
async def visitor(services: Services, desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(replace(services, notices=desk.notices), migrate=False, controllers=site.ROUTES)
    async with visiting(app) as client:
        client.headers.update(BROWSER)
        yield client


async def token(desk: Desk, *, draft: bool = False, facts: LetterFacts = FACTS) -> str:
    """One letter is issued; answers the token of its QR code."""
    await desk.penalty("pen_1", minor=True, draft=draft, facts=facts)
    await desk.run()
    notice = await store.by_number(NUMBER)
    assert notice is not None
    words = await kept(notice)
    assert words is not None
    return words.token


async def test_a_genuine_letter_is_told_with_what_to_compare(desk: Desk, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(ADDRESS, params={"t": await token(desk)})
    page = read(answer)
    assert answer.status_code == 200
    for said in ("文书真实", "文书 行政处罚信息信用修复告知书", f"文号 {NUMBER}", "发文机关 示例市城市管理局",
                 "受文单位 示例", "签发日期 2026年11月22日", "核对电子文件"):
        assert said in page.text


async def test_a_wrong_number_and_a_wrong_token_look_the_same(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    other = f"/verify/{quote('示城管信修告〔2026〕2号', safe='')}"
    asked = [(ADDRESS, "x"), (ADDRESS, ""), (other, right), ("/verify/x", right), (ADDRESS, right[:-1])]
    answers = [await visitor.get(path, params={"t": t}) for path, t in asked]
    assert {a.status_code for a in answers} == {404}
    assert len({a.text for a in answers}) == 1
    assert "无法核实" in read(answers[0]).text
    assert right not in answers[2].text


async def test_a_draft_is_genuine_but_not_served(desk: Desk, visitor: httpx.AsyncClient) -> None:
    page = read(await visitor.get(ADDRESS, params={"t": await token(desk, draft=True)}))
    assert "文书真实，尚未送达" in page.text
    assert "发文机关" not in page.text.partition("核对电子文件")[0]


async def test_after_repair_only_the_genuineness_is_told(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    desk.standing["pen_1"] = RecordStatus.ENDED
    page = read(await visitor.get(ADDRESS, params={"t": right}))
    assert "文书真实；所涉信息已终止公示" in page.text
    assert NUMBER not in page.text
    assert "受文单位" not in page.text


async def test_a_person_who_is_written_to_is_not_named(desk: Desk, visitor: httpx.AsyncClient) -> None:
    person = Addressee(kind=SubjectKind.NATURAL_PERSON, name="钱样本")
    right = await token(desk, facts=msgspec.structs.replace(FACTS, addressee=person))
    answer = await visitor.get(ADDRESS, params={"t": right})
    assert "文书真实" in answer.text
    assert "钱样本" not in answer.text


async def test_a_voided_letter_is_not_called_genuine(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    await desk.notices.voiding.void(notice.id, "内容有误")
    answer = await visitor.get(ADDRESS, params={"t": right})
    assert "文书已作废" in read(answer).text
    assert "文书真实" not in answer.text
    assert read(answer).all("form") == []
    compared = await visitor.post(ADDRESS, data={"t": right}, files={"file": ("a.pdf", b"%PDF-other")})
    assert compared.status_code == 200
    assert read(compared).text == read(answer).text


async def test_a_file_is_compared_bit_by_bit(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    (notice,) = await desk.notices.reading.listing(AUTHORITY)
    original = await desk.notices.reading.pdf(notice.id, AUTHORITY)
    for content, said in ((original, "与签发的原件一致"), (original + b" ", "与签发的原件不同")):
        files = {"file": ("告知书.pdf", content, "application/pdf")}
        answer = await visitor.post(ADDRESS, data={"t": right}, files=files)
        assert (answer.status_code, said in read(answer).text) == (200, True)
        assert ("文书真实" in answer.text) == (said == "与签发的原件一致")
    wrong = await visitor.post(ADDRESS, data={"t": "x"}, files={"file": ("a.pdf", original)})
    assert (wrong.status_code, "无法核实" in wrong.text) == (404, True)


async def test_a_form_without_a_file_comes_back_with_its_cure(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    for answer in (await visitor.post(ADDRESS, data={"t": right}),
                   await visitor.post(ADDRESS, data={"t": right}, files={"file": ("empty.pdf", b"")})):
        page = read(answer)
        (field,) = [tag for tag in page.all("input") if tag["name"] == "file"]
        assert (answer.status_code, field["aria-invalid"]) == (422, "true")
        assert page.text.count("请选择要核对的文件") == 2
        assert "文书真实" in page.text


async def test_a_body_that_is_no_form_is_refused(desk: Desk, visitor: httpx.AsyncClient) -> None:
    await token(desk)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain"):
        answer = await visitor.post(ADDRESS, content=b"\xff{", headers={"Content-Type": kind})
        assert 400 <= answer.status_code < 500
        assert read(answer).faults == []


async def test_a_file_too_large_is_refused_in_words(desk: Desk, visitor: httpx.AsyncClient) -> None:
    files = {"file": ("a.pdf", b"0" * (10 * 1024 * 1024 + 1))}
    answer = await visitor.post(ADDRESS, data={"t": await token(desk)}, files=files)
    assert (answer.status_code, "不超过 10 MB" in read(answer).text) == (413, True)


async def test_nobody_keeps_or_indexes_the_answer(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    for t in (right, "x"):
        answer = await visitor.get(ADDRESS, params={"t": t})
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert {"name": "robots", "content": "noindex, nofollow"} in read(answer).all("meta")


async def test_the_token_stands_only_in_the_form(desk: Desk, visitor: httpx.AsyncClient) -> None:
    right = await token(desk)
    assert (await visitor.get(ADDRESS, params={"t": right})).text.count(right) == 1


async def test_how_to_check_is_explained(visitor: httpx.AsyncClient) -> None:
    assert "怎样核对一份告知书" in read(await visitor.get("/verify")).text
