"""Exchange over HTTP: field tables with their flags, files fetched and brought, row by row, each with a receipt."""

from __future__ import annotations

import hashlib
from typing import Any

import httpx

from credit.accounts.model import Role
from sanctions.exchange.fields import exchange_sets
from tests.api.web.people import enter, follow, page, person, send
from tests.factories import uscc
from tests.walks.house import HOUSING, WATER, House

HEAD = "主体名称,主体统一社会信用代码,处罚决定书文号,处罚类别,处罚内容,罚款金额(万元),处罚决定日期,处罚机关\n"


def row(n: int, **cells: str) -> str:
    given = {"name": f"示例市样本{n}号有限公司", "code": uscc(n), "no": f"示换罚〔2026〕{n}号", "kinds": "罚款",
             "content": "罚款人民币2万元", "fine": "2", "day": "2026-05-20",
             "office": "示例市住房和城乡建设局", **cells}
    return ",".join(given.values()) + "\n"


async def bring(client: httpx.AsyncClient, by: dict[str, str], name: str, text: str, **more: Any) -> httpx.Response:
    files = {"file": ("示例.csv", text.encode("gb18030"))}
    return await client.post(f"/v1/exchange/{name}", files=files, headers=by, timeout=60, **more)


async def test_a_file_comes_in_row_by_row_and_goes_out_again(house: House) -> None:
    client, office, auditor = house.client, await house.office(), await house.auditor()
    platform = await house.platform()
    text = HEAD + row(901) + row(902, no="") + row(903, day="五月") + row(904, code=uscc(904)[:-1] + "?") + row(901)
    checked = await bring(client, office, "17.1", text, params={"dry_run": True})
    assert (checked.status_code, checked.json()["receipt"]) == (200, None), checked.text
    done = (await bring(client, office, "17.1", text)).json()
    assert [(x["row"], x["outcome"], x.get("column", ""), x.get("code", "")) for x in done["lines"]] == [
        (2, "accepted", "", ""), (3, "parked", "处罚决定书文号", "document_no"),
        (4, "rejected", "处罚决定日期", "date_unreadable"),
        (5, "parked", "主体统一社会信用代码", "code"), (6, "duplicate", "", "")]
    assert done["tally"] == {"rows": 5, "accepted": 1, "duplicates": 1, "parked": 2, "rejected": 1}
    assert done["file_sha256"] == hashlib.sha256(text.encode("gb18030")).hexdigest()
    asked = {"receipt": done["receipt"], "file_sha256": done["file_sha256"]}
    assert (await client.post("/v1/exchange/receipts/verify", json=asked)).json()["valid"] is True
    other = {"receipt": done["receipt"], "file_sha256": "0" * 64}
    assert (await client.post("/v1/exchange/receipts/verify", json=other)).json()["failed"] == "file"
    junk = {"receipt": {"statement": [1]}}
    assert (await client.post("/v1/exchange/receipts/verify", json=junk)).json()["failed"] == "form"

    made = await client.get("/v1/exchange/double_publicity?format=csv", headers=office)
    head, line = made.content.decode("utf-8-sig").splitlines()
    assert head.startswith("行政相对人名称,行政相对人类别,行政相对人代码_1(统一社会信用代码)")
    assert line.split(",")[:3] == ["示例市样本901号有限公司", "法人及非法人组织", uscc(901)]
    assert made.headers["X-Exchange-SHA256"] == hashlib.sha256(made.content).hexdigest()
    kept = (await client.get(f"/v1/exchange/receipts/{made.headers['X-Exchange-Receipt']}", headers=office)).json()
    stated = kept["receipt"]["statement"]
    assert (stated["tally"]["rows"], stated["upto"]) == (1, int(made.headers["X-Exchange-Next"]))
    later = await client.get(f"/v1/exchange/17.1?since={stated['upto']}", headers=office)
    assert (later.content, later.headers["X-Exchange-Rows"]) == (b"", "0")
    today = await client.get("/v1/exchange/17.1?from=2026-11-22&to=2026-11-22", headers=office)
    assert today.headers["X-Exchange-Rows"] == "1"
    before = await client.get("/v1/exchange/17.1?to=2026-11-21", headers=office)
    assert before.headers["X-Exchange-Rows"] == "0"

    path = f"/v1/exchange/receipts/{stated['id']}"
    assert (await client.get(path, headers=auditor)).status_code == 200
    assert (await client.get(path, headers=platform)).status_code == 404  # another organisation's
    mine = (await client.get("/v1/exchange/receipts?limit=2", headers=office)).json()
    assert (len(mine["items"]), mine["next_cursor"] is None) == (2, False)


async def test_who_may_fetch_and_bring_what(house: House) -> None:
    client, office, other = house.client, await house.office(), await house.office(WATER)
    platform, firm = await house.platform(), await house.enterprise(uscc(911))
    assert (await bring(client, office, "17.1", HEAD + row(911))).json()["tally"]["accepted"] == 1
    assert (await client.get("/v1/exchange/17.1", headers=other)).headers["X-Exchange-Rows"] == "0"
    published = await client.get("/v1/exchange/17.1", headers=platform)
    line = next(x for x in published.text.splitlines() if uscc(911) in x)  # a general fine in its days of display
    assert "罚款人民币2万元" not in line  # as the public sees it: no prose
    assert (await client.get("/v1/exchange/double_publicity", headers=platform)).status_code == 403
    assert (await bring(client, platform, "17.1", HEAD + row(912))).status_code == 403
    stranger = (await bring(client, other, "17.1", HEAD + row(913))).json()["lines"][0]
    assert (stranger["outcome"], stranger["code"]) == ("rejected", "authority_unknown")
    assert (await client.get("/v1/exchange/17.1", headers=firm)).status_code == 403
    assert (await client.get("/v1/exchange/17.1")).status_code == 401


async def test_what_cannot_be_is_refused_with_its_cure(house: House) -> None:
    client, office = house.client, await house.office()
    tables = (await client.get("/v1/exchange")).json()["items"]
    assert [t["id"] for t in tables] == list(exchange_sets())
    assert all(f["verified"] is False for t in tables if t["id"] != "double_publicity" for f in t["fields"])
    for name, text, status, code in (
        ("18.1", HEAD, 404, "exchange_set_unknown"), ("17.2", "名称,代码\n1,2\n", 422, "header_missing"),
        ("17.1", HEAD.strip() + ",我们的列\n" + row(921).strip() + ",x\n", 422, "unknown_column"),
        ("17.4", "\x00", 422, "file_encoding"), ("double_publicity", "{}\n", 422, "header_missing"),
    ):
        answer = await bring(client, office, name, text)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    lines = '{"code": "1"}\n[1]\n{"name": {}}\n{"strange": "x"}\n\n{"kind_codes": "x", "name": "示例"}\n'
    rejected = (await bring(client, office, "17.1", lines)).json()
    assert [(x["row"], x["outcome"]) for x in rejected["lines"]] == [
        (1, "rejected"), (2, "rejected"), (3, "rejected"), (4, "rejected"), (6, "rejected")]
    for query in ("since=999999", "from=2026-02-02&to=2026-01-01", "format=pdf", "since=x"):
        assert (await client.get(f"/v1/exchange/17.1?{query}", headers=office)).status_code in (400, 422), query
    assert (await client.post("/v1/exchange/17.1", headers=office)).status_code in (400, 422)


async def test_an_office_does_it_by_page(house: House) -> None:
    await person(house.services, Role.AUTHORITY, HOUSING, "exchanging")
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as browser:
        browser.headers["accept"] = "text/html"
        await enter(browser, "exchanging")
        shown = await browser.get("/office/exchange")
        assert "数据交换" in page(shown).text
        file = [("file", ("示例.csv", (HEAD + row(931) + row(932, no="") + row(933, day="五月")).encode()))]
        foreseen = await send(browser, shown, {"set": "17.1", "dry_run": "yes"}, file, to="/office/exchange/in")
        assert "没有登记任何内容" in page(foreseen).text
        assert "登记 1，重复 0，待补正 1，退回 1" in page(foreseen).text
        done = await follow(browser, await send(browser, shown, {"set": "17.1"}, file, to="/office/exchange/in"))
        assert "日期无法辨认" in page(done).text
        receipt = await browser.get(f"{done.url}/receipt")
        asked = {"receipt": receipt.json()}
        assert (await house.client.post("/v1/exchange/receipts/verify", json=asked)).json()["valid"] is True
        out = await send(browser, shown, {"set": "double_publicity", "form": "csv"}, to="/office/exchange/out")
        assert (out.status_code, uscc(931) in out.text) == (200, True)
        assert "取出 双公示 行政处罚信息" in page(await browser.get("/office/exchange")).text
        empty = [("file", ("", b""))]
        wrong = await send(browser, shown, {"set": "17.1"}, empty, to="/office/exchange/in")
        assert 'href="#file"' in wrong.text
        early = await send(browser, shown, {"set": "17.1", "since": "99999999"}, to="/office/exchange/out")
        assert 'href="#since"' in early.text
