"""Bad input: a clear refusal that names field and cure, the good ones go on, nothing is written, never a 500."""

from __future__ import annotations

import asyncio
import gc
import io
import time
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
import yaml

from tests.walks.cases import BAN_53, firm, penalty
from tests.walks.house import EXAMPLES, HOUSING, House
from tests.walks.test_import import row, table

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "cases" / "bad_input.yaml").read_text(encoding="utf-8"))
FIRM = "91370100MA9A09BA94"
GOOD = {"subject": {"kind": "legal_person", "name": "示例市样本工程有限公司", "code": FIRM}}


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
async def test_a_penalty_with_a_fault_is_refused_by_name(house: House, case: dict[str, Any]) -> None:
    size = await founded(house)
    answer = await house.post("/v1/penalties", body_of(case), await house.office())
    refused(answer, case["status"], case["code"], case["at"])
    assert await house.log_size() == size


async def test_in_a_batch_the_good_ones_go_on(house: House) -> None:
    await founded(house)
    bodies = [body_of(case) for case in CASES]
    good = [penalty(firm()), penalty(firm())]
    answer = await house.post("/v1/penalties", [good[0], *bodies, good[1], 7, None], await house.office())
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert [item["index"] for item in items] == list(range(len(CASES) + 4))
    assert (items[0]["status"], items[-3]["status"]) == (201, 201)
    for case, item in zip(CASES, items[1:], strict=False):
        assert item["status"] == case["status"], case["why"]
        assert [e["pointer"] for e in item["error"]["errors"]] == case["at"], case["why"]
    assert [item["status"] for item in items[-2:]] == [422, 422]


BODIES = {
    "empty": (b"", 400, "malformed_body"), "cut off": (b"{", 400, "malformed_body"),
    "utf-16": ("{}".encode("utf-16"), 400, "malformed_body"), "a number": (b"1", 422, "invalid"),
    "gb18030": ('{"facts":"示例"}'.encode("gb18030"), 400, "malformed_body"),
    "nested": (b"[" * 100_000, 400, "malformed_body"), "not a number": (b'{"fine_fen":NaN}', 400, "malformed_body"),
    "half a pair": (b'{"facts":"\\ud800"}', 400, "malformed_body"),
    "1001 items": (b"[" + b"1," * 1000 + b"1]", 422, "invalid"), "9 MB": (b" " * 9_000_000, 413, "body_too_large"),
}


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_no_json_is_refused(house: House, name: str) -> None:
    size = await founded(house)
    body, status, code = BODIES[name]
    headers = {**await house.office(), "Content-Type": "application/json"}
    answer = await house.client.post("/v1/penalties", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"] and await house.log_size() == size


async def test_another_content_type_is_refused(house: House) -> None:
    headers = {**await house.office(), "Content-Type": "text/xml"}
    answer = await house.client.post("/v1/penalties", content=b"<penalty/>", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


ROW = row("91370100MA9A09BB7Y", 90, "2026-06-01")
TABLE = table(ROW)


def archive(**parts: bytes) -> bytes:
    """An XLSX-like ZIP with these parts; `__` in a name stands for a slash."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/") + ".xml", content)
    return packed.getvalue()


FILES = {
    "empty": (b"", 422, "header_missing"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 100, 422, "header_missing"),
    "no header": ("示例,样本\n1,2\n".encode(), 422, "header_missing"),
    "utf-16": (TABLE.decode("utf-8-sig").encode("utf-16"), 422, "file_encoding"),
    "mixed encodings": (TABLE + "示例".encode("gb18030") + b"\xff", 422, "file_encoding"),
    "unknown column": (TABLE.replace("违法事实".encode(), "违法事实情况".encode()), 422, "unknown_column"),
    "a column twice": (TABLE.replace("违法事实".encode(), "处罚依据".encode(), 1), 422, "duplicate_column"),
    "zip bomb": (archive(xl__workbook=b"<workbook/>", xl__worksheets__sheet1=b"\0" * 20_000_000), 422,
                 "file_suspicious"),
    "entities": (archive(xl__workbook=b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'), 422, "file_suspicious"),
    "another zip": (archive(readme=b"<x/>"), 415, "file_type"),
    "half an xlsx": ((EXAMPLES / "penalties.xlsx").read_bytes()[:5000], 422, "file_suspicious"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_file_that_cannot_be_trusted_is_refused_as_a_whole(house: House, name: str) -> None:
    size = await founded(house)
    content, status, code = FILES[name]
    answer = await sent(house, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["detail"]
    assert await house.log_size() == size


async def test_a_request_without_file_is_told_where_it_belongs(house: House) -> None:
    answer = await house.client.post("/v1/penalties/import", files={"datei": b"1"}, headers=await house.office())
    refused(answer, 422, "missing", ["/file"])


async def test_a_bad_row_names_column_and_cure_and_the_others_go_on(house: House) -> None:
    code = firm()
    rows = {
        2: row(code, 91, "2026-06-01"),
        3: row(firm(), 92, "2026-06-01") | {"罚款金额(万元)": "=1+1"},
        4: row(firm(), 93, "2026-11-23"),
        5: row(firm(), 94, "2026-02-30"),
        6: row(firm(), 95, "2026-06-01") | {"处罚类别": "责令改正", "处罚内容": "责令限期改正。", "罚款金额(万元)": ""},
        7: row(code, 91, "2026-06-01") | {"违法事实": "另一示例事实。"},
        8: row(firm(), 96, "2026-06-01") | {"行政处罚决定书文号": "示" * 129 + "〔2026〕1号"},
        9: row(firm(), 97, "2026-06-01"),
    }
    report = await house.upload(table(*rows.values()))
    assert report["accepted"] == 2
    assert [(line["row"], line["column"], line["code"]) for line in report["rejected"]] == [
        (3, "罚款金额(万元)", "formula_in_cell"), (4, "处罚决定日期", "decided_on_future"),
        (5, "处罚决定日期", "date_unreadable"), (6, "处罚类别", "not_a_penalty"),
        (7, "行政处罚决定书文号", "document_exists"), (8, "行政处罚决定书文号", "too_long"),
    ]
    assert all(line["detail"] for line in report["rejected"])


async def test_a_firm_founded_later_is_refused_in_a_file_too(house: House) -> None:
    await founded(house)
    report = await house.upload(table(row(FIRM, 98, "2019-12-31")))
    assert [(line["column"], line["code"]) for line in report["rejected"]] == [("处罚决定日期", "before_founding")]


class Flood:
    """A form with a file of 200 MB that is made while it is read."""

    def __init__(self) -> None:
        self.sent = 0

    async def __call__(self) -> AsyncIterator[bytes]:
        yield b'--flood\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        for _ in range(200):
            self.sent += 1
            yield b"\0" * 1_000_000
        yield b"\r\n--flood--\r\n"


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # what arrived of it waits for the collector
@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_of_200_mb_is_refused_without_being_read_into_memory(house: House, announced: bool) -> None:
    flood, headers = Flood(), await house.office()
    headers["Content-Type"] = "multipart/form-data; boundary=flood"
    if announced:
        headers["Content-Length"] = "200000200"
    before, begun = psutil.Process().memory_info().rss, time.monotonic()
    answer = await house.client.post("/v1/penalties/import", content=flood(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert "MB" in answer.json()["detail"]
    assert flood.sent == 0 if announced else 45 < flood.sent < 60  # files end at 50 MB
    assert psutil.Process().memory_info().rss - before < 40_000_000
    assert time.monotonic() - begun < 10
    for _ in range(3):
        await asyncio.sleep(0)
        gc.collect()


async def test_a_file_of_12_mb_is_no_flood(house: House) -> None:
    wide = row(firm(), 99, "2026-06-01")
    report = await house.upload(table(*[wide | {"违法事实": "示" * 1900}] * 2100), query="?dry_run=true")
    assert (report["accepted"], report["duplicates"]) == (1, 2099)


async def founded(house: House) -> int:
    """The firm of the cases is known to exist since 2020-01-01; the size of the settled log."""
    facts = {"code": FIRM, "name": "示例市样本工程有限公司", "founded_on": "2020-01-01"}
    answer = await house.post("/v1/entities", facts, await house.office())
    assert answer.status_code == 201, answer.text
    await house.settled()
    return await house.log_size()


def body_of(case: dict[str, Any]) -> dict[str, Any]:
    """A good body with what the case puts into it."""
    body = penalty(FIRM, HOUSING, **GOOD)
    body |= {"subject": dict(body["subject"]), "authority": dict(body["authority"])}
    for name, given in case.get("set", {}).items():
        value = "示" * given["long"] if isinstance(given, dict) and "long" in given else given
        outer, _, inner = name.partition(".")
        if inner:
            body[outer][inner] = value
        else:
            body[outer] = value
    if "ban" in case:
        body["restrictions"] = [BAN_53 | case["ban"]]
    return body


def refused(answer: httpx.Response, status: int, code: str, at: list[str]) -> None:
    """A problem with this status, this code first, and a sentence for each of these places."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["detail"] and problem["type"] == f"/problems/{problem['code']}"
    assert [e["pointer"] for e in problem["errors"]] == at
    assert problem["errors"][0]["code"] == code
    assert all(e["detail"] for e in problem["errors"])


async def sent(house: House, content: bytes) -> httpx.Response:
    return await house.client.post(
        "/v1/penalties/import", files={"file": ("示例", content)}, headers=await house.office(), timeout=60)
