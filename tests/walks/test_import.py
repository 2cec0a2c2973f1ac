"""双公示 files: the sample file in both forms, and rows that wait for a person."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from credit.accounts.model import Role
from tests.walks.cases import NAMES, firm, penalty
from tests.walks.house import EXAMPLES, FINANCE, HOUSING, SUPPLIES, WORKS, House

HEADER = ("行政相对人名称", "行政相对人代码_1(统一社会信用代码)", "行政处罚决定书文号", "违法行为类型", "违法事实",
          "处罚依据", "处罚类别", "处罚内容", "罚款金额(万元)", "处罚决定日期", "处罚机关",
          "处罚机关统一社会信用代码")


async def test_the_sample_file_says_first_what_it_will_do_then_does_it_once(house: House) -> None:
    expected = json.loads((EXAMPLES / "penalties.expected.json").read_text(encoding="utf-8"))
    rows = {int(n): row for n, row in expected["rows"].items()}
    parked = {n: set(row["missing"]) for n, row in rows.items() if row["outcome"] == "parked"}
    refused = {n for n, row in rows.items() if row["outcome"] == "rejected"}
    await house.key(Role.AUTHORITY, HOUSING, "push:any")
    await house.settled()
    size = await house.log_size()
    for file in ("penalties.csv", "penalties.xlsx"):
        told = await sample(house, file, "?dry_run=true")
        assert (told["accepted"], told["duplicates"], told["dry_run"]) == (56, 1, True), file
        assert {line["row"]: set(line["missing"]) for line in told["parked"]} == parked
        assert {line["row"] for line in told["rejected"]} == refused
    assert await house.log_size() == size
    done = await sample(house, "penalties.csv", "")
    assert (done["accepted"], done["duplicates"]) == (56, 1)
    assert {line["row"]: set(line["missing"]) for line in done["parked"]} == parked
    for line in done["rejected"]:
        assert line["code"] == rows[line["row"]].get("code", "document_exists"), line
        assert line["column"] and line["detail"]
    await house.settled()
    size = await house.log_size()
    for file in ("penalties.csv", "penalties.xlsx"):
        again = await sample(house, file, "")
        assert (again["accepted"], again["duplicates"]) == (0, 57), file
        assert [line["duplicate"] for line in again["parked"]] == [True] * len(parked), file
    assert await house.log_size() == size
    every = (await house.get("/v1/notices?limit=200", await house.auditor())).json()["items"]
    assert every == []  # letters only with letters=true


async def test_letters_of_a_file_go_out_when_asked_for_and_not_past_the_window(house: House) -> None:
    new, old = firm(), firm()
    report = await house.upload(table(row(new, 1, "2026-06-01"), row(old, 2, "2023-06-01")), query="?letters=true")
    assert report["accepted"] == 2
    assert len(await house.letters(new)) == 2
    assert await house.letters(old) == []  # 令第58号: shown for three years, over on 2026-06-01


async def test_ten_parked_rows_are_completed_by_a_person_and_run_the_whole_walk(house: House) -> None:
    masked = [row("91370100MA9A****XX", n, f"2026-0{n % 5 + 4}-12") for n in range(10, 20)]
    report = await house.upload(table(*masked))
    assert (report["accepted"], len(report["parked"])) == (0, 10)
    assert all(line["missing"] == ["code"] for line in report["parked"])
    office = await house.office()
    for line in report["parked"]:
        raw = (await house.get(f"/v1/penalties/parked/{line['id']}", office)).json()["raw"]
        code = firm()
        body = completed(raw, code)
        done = await house.post(f"/v1/penalties/parked/{line['id']}", {"penalty": body}, office)
        assert (done.status_code, done.json()["state"]) == (200, "completed"), done.text
        assert "no_letter" not in done.json() or done.json()["no_letter"] is None
        kept = (await house.get(f"/v1/penalties/{done.json()['id']}", office)).json()
        assert (kept["severity"], kept["regime"]) == ("general", "ndrc36")
        letters = await house.letters(code, await house.enterprise(code))
        assert [letter["kind"] for letter in letters] == ["dishonesty_notice", "repair_notice"]
        words = await house.letter_text(letters[1]["id"], office)
        assert body["document_no"].replace(" ", "") in words
        assert (await house.now(code, SUPPLIES))["outcome"] == "eligible"
        again = await house.post(f"/v1/penalties/parked/{line['id']}", {"penalty": body}, office)
        assert (again.status_code, again.json()["code"]) == (409, "parked_closed")
    waiting = (await house.get("/v1/penalties/parked?limit=200", office)).json()["items"]
    assert not {line["id"] for line in report["parked"]} & {view["id"] for view in waiting}


async def test_an_old_row_completed_shows_that_no_letter_follows(house: House) -> None:
    why = {"2024-02-01": None, "2023-06-01": "past_window", "2021-03-01": "before_regimes"}
    office = await house.office()
    for n, (decided, reason) in enumerate(why.items(), 30):
        report = await house.upload(table(row("", n, decided)))
        line, code = report["parked"][0], firm()
        raw = (await house.get(f"/v1/penalties/parked/{line['id']}", office)).json()["raw"]
        done = await house.post(f"/v1/penalties/parked/{line['id']}", {"penalty": completed(raw, code)}, office)
        told = done.json().get("no_letter")
        assert (told and told["code"]) == reason, decided
        assert bool(await house.letters(code)) is (reason is None)


async def test_an_incomplete_row_with_a_code_leaves_the_answer_open_until_somebody_decides(house: House) -> None:
    office = await house.office()
    for n, decision in enumerate(("completed", "rejected"), 40):
        code = firm()
        nameless = {**row(code, n, "2026-06-01"), "行政处罚决定书文号": ""}
        line = (await house.upload(table(nameless)))["parked"][0]
        assert line["missing"] == ["document_no"]
        # a fine may fail the look-back of procurement; nothing in it speaks of a bar from tenders
        assert (await house.now(code, WORKS))["outcome"] == "eligible"
        open_one = await house.now(code, SUPPLIES)
        assert open_one["outcome"] == "undetermined"
        assert [r["code"] for r in open_one["reasons"] if r["effect"] == "undetermined"] == ["record_incomplete"]
        body: dict[str, Any] = {"reject": "not_ours"}
        if decision == "completed":
            raw = (await house.get(f"/v1/penalties/parked/{line['id']}", office)).json()["raw"]
            body = {"penalty": completed(raw | {"行政处罚决定书文号": f"示补罚〔2026〕{n}号"}, code)}
        done = await house.post(f"/v1/penalties/parked/{line['id']}", body, office)
        assert done.json()["state"] == decision
        assert (await house.now(code, SUPPLIES))["outcome"] == "eligible"


async def test_only_the_importing_office_sees_and_decides_its_rows(house: House) -> None:
    line = (await house.upload(table(row("", 50, "2026-06-01"))))["parked"][0]
    finance = await house.office(FINANCE)
    assert (await house.get(f"/v1/penalties/parked/{line['id']}", finance)).status_code == 403
    tried = await house.post(f"/v1/penalties/parked/{line['id']}", {"reject": "not_ours"}, finance)
    assert tried.status_code == 403


async def test_a_decision_on_a_row_and_a_file_are_answered_again_by_their_key(house: House) -> None:
    office, code = await house.office(), firm()
    content = table({**row(code, 41, "2026-05-12"), "行政处罚决定书文号": ""})
    keyed = {**office, "Idempotency-Key": f"file-{code}"}
    answers = []
    for file in (content, content, content + b"\n"):
        files = {"file": ("示例.csv", file)}
        answers.append(await house.client.post("/v1/penalties/import", files=files, headers=keyed, timeout=60))
    assert answers[0].json() == answers[1].json()
    other = answers[2]
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    (line,) = answers[0].json()["parked"]
    address, keyed = f"/v1/penalties/parked/{line['id']}", {**office, "Idempotency-Key": f"row-{code}"}
    raw = (await house.get(address, office)).json()["raw"]
    body = {"penalty": completed(raw | {"行政处罚决定书文号": f"示补罚〔2026〕{code[-4:]}号"}, code)}
    somebody_else = {"penalty": body["penalty"] | {"subject": body["penalty"]["subject"] | {"code": firm()}}}
    refused = await house.post(address, somebody_else, office)
    assert refused.json()["errors"][0]["code"] == "other_company"
    first, again = await house.post(address, body, keyed), await house.post(address, body, keyed)
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json() == first.json()
    prose = await house.post(address, {"reject": "与张某某无关"}, office)
    assert prose.status_code == 422  # a reason goes into the log


async def test_a_ban_in_prose_leaves_the_answer_open_until_it_is_entered(house: House) -> None:
    code = firm()
    stated = "罚款人民币2万元,列入不良行为记录名单,一年内禁止参加政府采购活动。"
    given = {**row(code, 60, "2026-06-15", FINANCE), "处罚内容": stated}
    report = await house.upload(table(given), org=FINANCE)
    assert report["accepted"] == 1
    open_one = await house.now(code, SUPPLIES)
    assert (open_one["outcome"], "ban_unread" in [r["code"] for r in open_one["reasons"]]) == ("undetermined", True)
    assert (await house.now(code, WORKS))["outcome"] == "eligible"  # a finance bureau bars from procurement only
    office = await house.office(FINANCE)
    record = (await house.get(f"/v1/entities/{code}/records", office)).json()["items"][0]
    ban = {"scope": "government_procurement", "from": "2026-06-15", "to": "2027-06-14",
           "basis": "政府采购法 第七十七条"}
    body = completed(given, code, FINANCE) | {"restrictions": [ban]}
    await house.act(record["id"], "corrections", body, FINANCE)
    barred = await house.now(code, SUPPLIES)
    assert barred["outcome"] == "ineligible"
    assert [r["until"] for r in barred["reasons"] if r["bars"]] == ["2027-06-14"]


async def sample(house: House, file: str, query: str) -> Any:
    """The report on a sample file, sent by the office that pushes for all."""
    key = await house.key(Role.AUTHORITY, HOUSING, "push:any")
    content = (EXAMPLES / file).read_bytes()
    answer = await house.client.post(f"/v1/penalties/import{query}", files={"file": (file, content)}, headers=key)
    assert answer.status_code == 200, answer.text
    return answer.json()


def row(code: str, n: int, decided: str, org: str = HOUSING) -> dict[str, str]:
    """A fine of 20,000 yuan as an office's file holds it."""
    cells = (f"示例市第{n}样本公司", code, f"示样罚〔{decided[:4]}〕{n}号", "示例行为", "示例事实。",
             "示例依据(条款从略)", "罚款", "罚款人民币2万元。", "2", decided, NAMES[org], org)
    return dict(zip(HEADER, cells, strict=True))


def table(*rows: dict[str, str]) -> bytes:
    """A CSV file with a BOM, as spreadsheets write it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def completed(raw: dict[str, str], code: str, org: str = HOUSING) -> dict[str, Any]:
    """What a person makes of a raw row: its cells, and the code looked up."""
    return penalty(
        code, org, document_no=raw["行政处罚决定书文号"], act_type=raw["违法行为类型"], facts=raw["违法事实"],
        basis=raw["处罚依据"], content=raw["处罚内容"], decided_on=raw["处罚决定日期"],
        subject={"kind": "legal_person", "name": raw["行政相对人名称"], "code": code},
    )
