"""The public query: a code leads to its card, a name to candidates, a mistake back to the field with the cure."""

from __future__ import annotations

import random
from urllib.parse import quote

import httpx
import pytest

from api.wiring import Services
from credit.service import EntityInput, register_entity
from tests.api.web.firms import FIRM, NAME, expert, push
from tests.api.web.reading import read
from tests.factories import uscc

ID_CARD = "11010519491231002X"  # the worked example of GB 11643


async def query(visitor: httpx.AsyncClient, text: str) -> httpx.Response:
    return await visitor.get("/query", params={"q": text})


@pytest.mark.parametrize("written", [FIRM, f" {FIRM[:2]} {FIRM[2:8]} {FIRM[8:]} ", f"{FIRM[:8]}-{FIRM[8:]}"])
async def test_a_code_leads_to_its_card(visitor: httpx.AsyncClient, written: str) -> None:
    answer = await query(visitor, written)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/companies/{FIRM}")


@pytest.mark.parametrize(
    ("written", "cure"),
    [
        ("91370199MAEX0001", "共16位：统一社会信用代码应为18位"),
        (FIRM[:-1] + ("1" if FIRM[-1] != "1" else "2"), "第18位校验码与前17位不符"),
        ("9137019O" + FIRM[8:], "请核对是否为数字0"),
        ("91370199MA******1X", "代码已被遮盖"),
        ("", "请填写统一社会信用代码或企业全称"),
        ("  \u3000 ", "请填写统一社会信用代码或企业全称"),
        ("示" * 121, "最多120个字"),
    ],
)
async def test_a_mistake_comes_back_beside_the_field_with_its_cure(
    visitor: httpx.AsyncClient, written: str, cure: str
) -> None:
    answer = await query(visitor, written)
    page = read(answer)
    (field,) = [tag for tag in page.all("input") if tag["name"] == "q"]
    assert answer.status_code == 422
    assert page.text.count(cure) == 2  # in the summary on top, and beside the field
    assert field["value"] == written.strip()[:120]
    assert field["aria-invalid"] == "true"
    assert set(field["aria-describedby"].split()) <= set(page.ids())
    assert {"href": "#q"} in page.all("a")
    assert page.title.startswith("请改正")


async def test_a_code_in_lower_case_or_full_width_is_offered_as_it_should_be(visitor: httpx.AsyncClient) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in FIRM)
    for written in (FIRM.lower(), wide):
        answer = await query(visitor, written)
        assert answer.status_code == 422
        assert f"/companies/{FIRM}" in [a["href"] for a in read(answer).all("a")]


async def test_an_id_card_number_is_refused_and_not_shown_again(visitor: httpx.AsyncClient) -> None:
    answer = await query(visitor, ID_CARD)
    assert answer.status_code == 422
    assert "这是居民身份证号码" in answer.text
    assert ID_CARD not in answer.text


async def test_a_name_leads_to_everybody_who_bears_it(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    await push(services, code=uscc(8), document_no="示建罚〔2026〕19号")
    page = read(await query(visitor, NAME.replace("有限", " 有限 ")))
    assert {f"/companies/{FIRM}", f"/companies/{uscc(8)}"} <= {a["href"] for a in page.all("a")}
    assert "请核对统一社会信用代码" in page.text


async def test_a_former_name_is_told_as_such(services: Services, visitor: httpx.AsyncClient) -> None:
    for name in (NAME, "示例市新桥建筑工程有限公司"):
        given = EntityInput(code=FIRM, name=name)
        await register_entity(given, by="test", now=services.clock(), salt=services.salt)
    page = read(await query(visitor, NAME))
    assert "示例市新桥建筑工程有限公司" in page.text
    assert "曾用您所查的名称" in page.text


async def test_a_name_that_is_not_known_is_no_clean_bill(visitor: httpx.AsyncClient) -> None:
    page = read(await query(visitor, "示例市无此企业有限公司"))
    assert "没有名称完全一致的主体" in page.text
    assert "不等于该企业没有问题" in page.text


async def test_a_like_name_is_shown_with_its_reason(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    page = read(await query(visitor, NAME.removesuffix("有限公司")))
    assert f"/companies/{FIRM}" in {a["href"] for a in page.all("a")}
    assert "名称相近不等于同一主体" in page.text
    assert "组织形式详略不同" in page.text


async def test_natural_persons_are_never_found(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services, subject=expert("钱样本"))
    assert "没有名称完全一致的主体" in read(await query(visitor, "钱样本")).text


async def test_names_and_queries_are_escaped(services: Services, visitor: httpx.AsyncClient) -> None:
    name = '示例<script>alert("1")</script>&\'有限公司'
    await push(services, name=name)
    for answer in (await query(visitor, name), await visitor.get(f"/companies/{FIRM}")):
        assert answer.status_code == 200
        assert "<script" not in answer.text.lower()
        assert "alert(" in read(answer).text


HOSTILE = [
    "%00", "%ff%fe", "%ed%a0%80", "%f0%9f%92%a9", "%25", "%", "%zz", "a%0d%0aSet-Cookie:x", "'%20OR%201=1--", "{{7*7}}",
    "%e2%80%ae" * 3, "..%2f..%2fetc", "%22%3e%3cscript%3e", "%7b%7d%7b0%7d", "%ee%80%80", "91" + "0" * 5000, "&q=1&q=2",
    "%EF%BC%9F", "[]", "1e308", "-1", "NaN", "null", "%CC%81" * 50,
]


async def test_whatever_is_typed_is_answered(visitor: httpx.AsyncClient) -> None:
    """The hostile ones, and 120 mixtures that repeat."""
    dice = random.Random(20261122)
    letters = "0123456789ABCXZ*Ｘ０示例有限公司()（）'\"<>&;%\\/ \t\u200b\ud7ff𠮷é"
    mixed = [quote("".join(dice.choices(letters, k=dice.randint(0, 40)))) for _ in range(120)]
    for text in [*HOSTILE, *mixed]:
        answer = await visitor.get(httpx.URL("http://testserver/query", query=b"q=" + text.encode()))
        assert answer.status_code in (200, 303, 400, 422), (text, answer.status_code)
        if answer.status_code != 303:
            assert read(answer).faults == []
            assert "{{7*7}}" not in text or "49" not in read(answer).text
