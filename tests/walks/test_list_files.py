"""A list file under its manifest, through HTTP: entered row by row, told what vanished, never a date for no end."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

import pytest

from credit.accounts.model import Role
from credit.kernel import ledger
from credit.kernel.clock import SHANGHAI
from sanctions.intake.list_rows import is_open_end
from tests.factories import uscc
from tests.walks.house import FINANCE, House

LABOUR = "1137019900EX00081C"
HEAD = "单位名称,统一社会信用代码,列入决定书文号,列入日期,列入截止日期\n"
MANIFEST = """
list: {code}
official_channel: 示例公示网站
fetched_at: {at}
complete: {complete}
basis: 保障农民工工资支付条例第四十八条
authority: {{name: 示例市人力资源和社会保障局, code: 1137019900EX00081C}}
columns: {{name: 单位名称, code: 统一社会信用代码, document_no: 列入决定书文号, decided_on: 列入日期,
          until: 列入截止日期}}
"""


def manifest(code: str = "wage_arrears", at: str = "2026-11-22T08:00:00+08:00", complete: str = "true") -> str:
    return MANIFEST.format(code=code, at=at, complete=complete)


def row(firm: str, number: int, until: str = "") -> str:
    return f"示例市样本{number}号建设有限公司,{firm},示人社列〔2026〕{number}号,2026-03-02,{until}\n"


async def take(
    house: House, text: str, told: str, *, org: str = LABOUR, status: int = 200, query: str = "",
    code: str = "wage_arrears",
) -> Any:
    answer = await house.client.post(
        f"/v1/lists/{code}/import{query}", files={"file": ("名单.csv", text.encode())}, data={"manifest": told},
        headers=await house.key(Role.AUTHORITY, org), timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_each_row_becomes_an_entry_and_the_list_is_fresh(house: House) -> None:
    ended, endless = uscc(201), uscc(202)
    text = HEAD + row(ended, 1, "2029-03-01") + row(endless, 2, "9999-12-31")
    checked = await take(house, text, manifest(), query="?dry_run=true")
    assert (checked["accepted"], checked["source_renewed"]) == (2, False)
    done = await take(house, text, manifest())
    assert (done["accepted"], done["open_ends"], done["rejected"], done["vanished"]) == (2, 1, [], [])
    barred = await house.now(ended)
    assert (barred["outcome"], barred["reasons"][0]["until"]) == ("ineligible", "2029-03-01")
    # no date was made of 9999: stored as open, and the bar by itself is that of the list, 36 months (人社部令第45号)
    reason = (await house.now(endless))["reasons"][0]
    assert (reason["until"], reason["until_verified"], "无截止日" in reason["title"]) == ("2029-03-02", False, True)
    held = {code: (await house.get(f"/v1/entities/{code}/records")).json()["listings"][0] for code in (ended, endless)}
    assert [held[code]["open_end"] for code in (ended, endless)] == [False, True]
    assert "名单载明无截止日" in (await house.get(f"/companies/{endless}")).text
    assert "名单载明无截止日" not in (await house.get(f"/companies/{ended}")).text
    (told,) = done["notices"]
    assert (told["row"], told["column"], told["code"]) == (3, "列入截止日期", "open_end")
    assert "2029-03-02" in told["detail"] and "人社部令第45号" in told["detail"] and checked["notices"] == [told]
    later = {"subjects": [{"code": ended}, {"code": endless}], "on": "2029-03-03", "tender": {
        "type": "construction", "regimes": ["tendering"], "mandatory": True}}
    assert [a["outcome"] for a in (await house.ask(later))["answers"]] == ["eligible", "undetermined"]
    sources = {s["list"]: s for s in (await house.get("/v1/sources")).json()["items"]}
    assert datetime.fromisoformat(sources["wage_arrears"]["fetched_at"]) == datetime(2026, 11, 22, 8, tzinfo=SHANGHAI)
    assert done["source_renewed"] is True
    size = await house.log_size()
    again = await take(house, text, manifest())
    assert (again["repeated"], again["accepted"], again["duplicates"]) == (True, 0, 2)
    assert await house.log_size() == size
    assert (await ledger.of_kind("list_imported"))[-1].subject == "wage_arrears"
    house.clock.advance(hours=24)  # list_fresh_hours.default after 08:00 of the day before, and one hour more
    stale = await house.now(uscc(203))
    assert (stale["outcome"], stale["reasons"][0]["code"]) == ("undetermined", "source_stale")


async def test_an_end_that_stands_for_none_is_not_taken_as_a_date_when_pushed(house: House) -> None:
    body = {
        "subject": {"name": "示例市样本205号建设有限公司", "code": uscc(205)}, "list": "wage_arrears",
        "document_no": "示人社列〔2026〕205号", "basis": "保障农民工工资支付条例第四十八条", "decided_on": "2026-03-02",
        "authority": {"name": "示例市人力资源和社会保障局", "code": LABOUR},
    }
    key = await house.key(Role.AUTHORITY, LABOUR)
    for code, wrong in (("open_end", {"until": "2999-12-31"}),
                        ("contradiction", {"until": "2029-03-01", "open_end": True})):
        refused = await house.post("/v1/listings", body | wrong, key)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code), refused.text
    made = (await house.post("/v1/listings", body | {"open_end": True}, key)).json()
    assert (made["open_end"], made["until"], made["until_verified"]) == (True, "2029-03-02", False)
    assert (await house.post("/v1/listings", body | {"open_end": True}, key)).json()["duplicate"]
    assert (await house.post("/v1/listings", body, key)).status_code == 409  # not the same content


async def test_what_a_complete_file_lacks_is_told_and_stays(house: House) -> None:
    stays, gone = uscc(211), uscc(212)
    first = HEAD + row(stays, 11) + row(gone, 12)
    await take(house, first, manifest())
    shorter = HEAD + row(stays, 11)
    delta = await take(house, shorter, manifest(complete="false"))
    assert delta["vanished"] == []
    whole = await take(house, shorter, manifest(at="2026-11-22T08:30:00+08:00"))
    assert "示人社列〔2026〕12号" in [line["document_no"] for line in whole["vanished"]]
    assert "示人社列〔2026〕11号" not in [line["document_no"] for line in whole["vanished"]]
    assert (await house.now(gone))["outcome"] == "ineligible"


async def test_a_row_that_cannot_be_read_is_given_back_and_the_list_is_not_called_fresh(house: House) -> None:
    text = HEAD + row(uscc(221), 21) + row("", 22) + row("9137", 23) + row(uscc(224), 24).replace("2026-03-02", "三月")
    done = await take(house, text, manifest(at="2026-11-22T08:40:00+08:00"))
    assert (done["accepted"], done["source_renewed"]) == (1, False)
    assert [(x["row"], x["column"], x["code"]) for x in done["rejected"]] == [
        (3, "统一社会信用代码", "missing"), (4, "统一社会信用代码", "code_length"), (5, "列入日期", "date_unreadable"),
    ]


async def test_an_empty_file_clears_nobody(house: House) -> None:
    """A download that brought the heading only: the list is as old as it was, so answers go stale with it."""
    later = "2026-11-22T09:00:00+08:00"
    before = {s["list"]: s for s in (await house.get("/v1/sources")).json()["items"]}["wage_arrears"]
    empty = await take(house, HEAD, manifest(at=later))
    assert (empty["source_renewed"], [n["code"] for n in empty["notices"]]) == (False, ["no_rows"])
    held = {s["list"]: s for s in (await house.get("/v1/sources")).json()["items"]}["wage_arrears"]
    assert held["fetched_at"] == before["fetched_at"]
    nothing_new = await take(house, HEAD, manifest(at=later, complete="false"))
    assert nothing_new["source_renewed"] is True


async def test_a_list_without_a_national_basis_is_refused_whole(house: House) -> None:
    size = await house.log_size()
    refused = await take(house, HEAD + row(uscc(231), 31), manifest("other"), code="other", status=422)
    assert refused["code"] == "list_without_basis"
    assert await house.log_size() == size


async def test_what_does_not_fit_the_manifest_is_refused(house: House) -> None:
    text = HEAD + row(uscc(241), 41)
    assert (await take(house, text, "list: [", status=422))["errors"][0]["pointer"] == "/manifest"
    assert (await take(house, text, manifest("tax"), status=422))["errors"][0]["pointer"] == "/manifest/list"
    wrong = manifest() + f"sha256: '{'0' * 64}'\n"
    assert (await take(house, text, wrong, status=422))["errors"][0]["code"] == "wrong_digest"
    right = manifest() + f"sha256: '{hashlib.sha256(text.encode()).hexdigest()}'\n"
    assert (await take(house, text, right))["accepted"] == 1
    late = manifest(at="2027-01-01T08:00:00+08:00")
    assert (await take(house, text, late, status=422))["errors"][0]["code"] == "in_future"
    other = await take(house, "名称,代码\n示例,1\n", manifest(), status=422)
    assert other["code"] == "header_missing"
    finance = await take(house, HEAD + row(uscc(242), 42), manifest(at="2026-11-22T08:50:00+08:00"), org=FINANCE)
    assert finance["accepted"] == 0  # what another office decided is not its to push
    assert (await take(house, text, manifest(), org=LABOUR, code="wage_arrears"))["duplicates"] == 1


@pytest.mark.parametrize(("text", "endless"), [
    ("9999-12-31", True), ("2999/12/31", True), ("0999-01-01", True), ("９９９９年12月31日", True), ("99991231", True),
    ("长期", True), ("永久", True), ("Indefinite", True), ("2029-03-01", False), ("20290301", False), ("", False),
])
def test_no_end_is_never_a_date(text: str, endless: bool) -> None:
    assert is_open_end(text) is endless
