"""A file of companies screened through HTTP: asked, worked, answered, kept for a time, and nobody else's to see."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from typing import Any

import httpx
import msgspec
import openpyxl

from credit.accounts.model import Caller, Role
from sanctions.verdicts import Tender
from tests.factories import uscc
from tests.walks.cases import collusion
from tests.walks.house import CENTRE, HOUSING, House

BARRED, CLEAN = uscc(78), uscc(77)
WORKS = {"type": "construction", "regimes": ["tendering"], "mandatory": True}
SCREENED = "/v1/screenings"
LIST = (
    "名称,统一社会信用代码\n"
    f",{BARRED}\n"  # row 2: barred from mandatory tenders until 2027-05-19
    f"示例市清白建设有限公司,{CLEAN}\n"  # row 3: never seen
    "示例市远桥建筑工程有限公司,\n"  # row 4: a bare name
    "=1+1,9137\n"  # row 5: a formula for a name, a code too short
    ",\n"  # a blank row is no row
    ",,备注\n"
)


async def ask(house: House, content: bytes, *, tender: object = WORKS, status: int = 202, **more: str) -> Any:
    data = {"tender": json.dumps(tender)} if tender else {}
    answer = await house.client.post(
        SCREENED, files={"file": ("名单.csv", content)}, data={**data, **more}, headers=await house.platform())
    assert answer.status_code == status, answer.text
    return answer.json()


async def finished(house: House, screening: str) -> Any:
    await house.settled()
    answer = await house.get(f"/v1/screenings/{screening}", await house.platform())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def result(house: House, screening: str, query: str = "") -> httpx.Response:
    answer = await house.get(f"/v1/screenings/{screening}/result{query}", await house.platform())
    assert answer.status_code == 200, answer.text
    return answer


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_a_list_is_answered_row_by_row_with_reasons_and_clauses(house: House) -> None:
    subject = {"kind": "legal_person", "name": "示例市受限建设有限公司", "code": BARRED}
    await house.push(collusion(BARRED, subject=subject))
    asked = await ask(house, LIST.encode())
    assert (asked["state"], asked["result"], asked["rows"]["total"]) == ("waiting", None, None)
    done = await finished(house, asked["id"])
    assert (done["state"], done["rows"]) == ("finished", {"total": 5, "done": 5, "rejected": 1})
    assert done["counts"] == {"ineligible": 1, "eligible": 1, "undetermined": 2, "unread": 1}
    found = await result(house, asked["id"])
    assert found.headers["content-type"] == "text/csv; charset=utf-8"
    assert hashlib.sha256(found.content).hexdigest() == done["result"]["sha256"]
    lines = rows(found.content)
    assert [line["行号"] for line in lines] == ["2", "3", "4", "5", "7"]
    assert [line["结论"] for line in lines] == ["ineligible", "eligible", "undetermined", "undetermined", "unread"]
    assert lines[0]["登记名称"] == "示例市受限建设有限公司"
    assert (lines[0]["理由代码"], lines[0]["依据"], lines[0]["限制截止日"]) == (
        "ban_in_force", "招标投标法 第五十三条", "2027-05-19")
    assert (lines[1]["结论说明"], lines[1]["理由代码"]) == ("未查见限制情形", "entity_unknown")
    assert (lines[2]["理由代码"], lines[3]["理由代码"]) == ("name_only", "code_invalid")
    assert lines[3]["名单中的名称"] == "'=1+1"  # not run as a formula
    assert lines[4]["结论说明"] == "没有代码也没有名称:请填写其一"
    assert {line["日志序号"] for line in lines} == {str(asked["known_seq"])}


async def test_a_bare_name_gets_its_candidates(house: House) -> None:
    one, two = uscc(81), uscc(82)
    for number, code in enumerate((one, two)):
        subject = {"kind": "legal_person", "name": "示例市同名建设有限公司", "code": code}
        await house.push(collusion(code, subject=subject, document_no=f"示样罚〔2026〕8{number}号"))
    asked = await ask(house, "示例市同名建设有限公司\n".encode("gb18030"))
    await finished(house, asked["id"])
    (line,) = rows((await result(house, asked["id"])).content)
    assert (line["结论"], line["理由代码"]) == ("undetermined", "name_ambiguous")
    assert line["同名主体"].split(";") == sorted([one, two])


async def test_a_short_name_gets_those_it_may_mean_as_of_the_request(house: House) -> None:
    """A firm entered between the request and the work is no candidate; another region is none at all."""
    (one, name), (later, second) = (uscc(85), "济南远见样本建设有限公司"), (uscc(87), "济南远见样本建设集团有限公司")
    for number, (code, borne) in enumerate(((one, name), (uscc(86), "青岛远见样本建设有限公司"))):
        await house.push(collusion(code, subject={"kind": "legal_person", "name": borne, "code": code},
                                   document_no=f"示样罚〔2026〕9{number}号"))
    draft, files = house.services.screenings.draft()
    files.upload.write_text("名称,代码\n濟南遠見樣本建設,\n,91370199MAEX00600X\n", encoding="utf-8")
    await house.services.screenings.request(draft, "0" * 64, tender(), None, platform_caller())
    await house.push(collusion(later, subject={"kind": "legal_person", "name": second, "code": later},
                               document_no="示样罚〔2026〕95号"))
    await finished(house, draft)
    bare, coded = rows((await result(house, draft)).content)
    assert (bare["结论"], bare["同名主体"], bare["相近主体"]) == ("undetermined", "", f"{one} {name}")
    assert (coded["结论"], coded["相近主体"]) == ("eligible", "")


async def test_all_rows_are_answered_as_of_the_request(house: House) -> None:
    """A penalty pushed after the request, before the work: the list does not see it, the next one does."""
    code = uscc(83)
    draft, files = house.services.screenings.draft()
    files.upload.write_text(f"{code}\n", encoding="utf-8")
    caller = platform_caller()
    asked = await house.services.screenings.request(draft, "0" * 64, tender(), None, caller)
    await house.push(collusion(code, document_no="示样罚〔2026〕83号"))
    await house.services.register.follow()
    await finished(house, asked.id)
    assert rows((await result(house, asked.id)).content)[0]["结论"] == "eligible"
    later = await ask(house, f"{code}\n".encode())
    await finished(house, later["id"])
    assert rows((await result(house, later["id"])).content)[0]["结论"] == "ineligible"


async def test_workbooks_go_in_and_come_out(house: House) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["", "供应商名称", "统一社会信用代码"], [], [1, "示例市清白建设有限公司", CLEAN], [2, "=1+1", None]):
        book.active.append(row)
    held = io.BytesIO()
    book.save(held)
    asked = await ask(house, held.getvalue())
    done = await finished(house, asked["id"])
    assert done["rows"]["total"] == 2, done
    found = await result(house, asked["id"], "?format=xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(found.content)).active
    assert sheet is not None
    values = list(sheet.iter_rows(values_only=True))
    assert (values[0][0], values[1][0], values[1][3], values[1][5]) == ("行号", "3", CLEAN, "eligible")


async def test_the_owner_and_the_auditor_see_it_and_nobody_else(house: House) -> None:
    asked = await ask(house, f"{CLEAN}\n".encode())
    await finished(house, asked["id"])
    path = f"{SCREENED}/{asked['id']}"
    other = await house.key(Role.PLATFORM, HOUSING)
    for query in (path, f"{path}/result"):
        assert (await house.get(query, await house.auditor())).status_code == 200
        assert (await house.get(query, other)).status_code == 404
        assert (await house.get(query, await house.office())).status_code == 403
        assert (await house.get(query)).status_code == 401
    assert asked["id"] not in (await house.get(SCREENED, other)).text
    assert asked["id"] in (await house.get(SCREENED, await house.platform())).text
    assert (await house.client.delete(path, headers=other)).status_code == 404


async def test_the_same_request_again_is_the_same_screening(house: House) -> None:
    headers = await house.platform() | {"Idempotency-Key": "示例名单".encode().hex()}
    files = {"file": ("名单.csv", f"{CLEAN}\n".encode())}
    first = await house.client.post(SCREENED, files=files, headers=headers)
    again = await house.client.post(SCREENED, files=files, headers=headers)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    other = await house.client.post(SCREENED, files=files, data={"on": "2026-11-20"}, headers=headers)
    assert other.status_code == 422


async def test_what_cannot_be_read_says_so(house: House) -> None:
    assert (await ask(house, b"%PDF-1.7", status=415))["code"] == "file_type"
    contradiction = {"type": "land", "regimes": ["government_procurement"]}
    assert (await ask(house, b"x", tender=contradiction, status=422))["code"] == "tender_contradictory"
    assert (await ask(house, b"x", tender={"typ": "land"}, status=422))["errors"][0]["pointer"] == "/typ"
    for day in ("morgen", "9999-12-31", "0999-01-01"):  # in a year without end nobody is barred any more
        assert (await ask(house, b"x", on=day, status=422))["errors"][0]["pointer"] == "/on"
    nothing = await house.client.post(SCREENED, data={"on": "2026-11-22"}, headers=await house.platform())
    assert nothing.status_code in (400, 422), nothing.text
    before = set((house.services.settings.data / "screenings").iterdir())
    empty = await ask(house, b"1,2\n3,4\n")
    done = await finished(house, empty["id"])
    assert (done["state"], done["error"]["code"], done["result"]) == ("refused", "header_missing", None)
    assert (await house.get(f"{SCREENED}/{empty['id']}/result", await house.platform())).status_code == 409
    left = {p.name for p in (house.services.settings.data / "screenings").iterdir()} - {p.name for p in before}
    assert left == {empty["id"]}


async def test_an_id_number_in_the_list_is_kept_nowhere(house: House) -> None:
    number = "11010519491231002X"  # the sample number of GB 11643
    asked = await ask(house, f"代码,名称\n{number},示例\n,示例{number}人\n".encode())
    await finished(house, asked["id"])
    found = (await result(house, asked["id"])).text
    assert number not in found
    assert [line["理由代码"] for line in rows(found.encode())] == ["code_invalid", "name_only"]


async def test_a_company_sees_that_a_platform_asked(house: House) -> None:
    code = uscc(84)
    await house.push(collusion(code, document_no="示样罚〔2026〕84号"))
    asked = await ask(house, f"{code}\n{code}\n".encode())
    await finished(house, asked["id"])
    await house.services.screenings.work(asked["id"])  # the task once more
    seen = (await house.get(f"/v1/entities/{code}/access-log", await house.enterprise(code))).json()
    assert [(line["asker"], line["count"]) for line in seen["items"]] == [("platform", 2)]


# The log never goes back in time: what acts on later days stands last.


async def test_it_is_dropped_by_its_owner_or_when_its_time_is_over(house: House) -> None:
    first, second = await ask(house, f"{CLEAN}\n".encode()), await ask(house, f"{CLEAN}\n".encode())
    await finished(house, first["id"])
    await finished(house, second["id"])
    folder = house.services.settings.data / "screenings"
    assert sorted(p.name for p in (folder / first["id"]).iterdir()) == ["result.csv"]  # the list itself is gone
    gone = await house.client.delete(f"{SCREENED}/{first['id']}", headers=await house.platform())
    assert (gone.status_code, (folder / first["id"]).exists()) == (204, False)
    assert (await house.get(f"{SCREENED}/{first['id']}", await house.platform())).status_code == 404
    assert second["expires_on"] == "2026-12-22"  # 30 days, screening.keep_days
    house.clock.advance(days=31)
    assert (await house.get(f"{SCREENED}/{second['id']}/result", await house.platform())).status_code == 404
    assert await house.services.screenings.expire() > 0
    assert not (folder / second["id"]).exists()


def platform_caller() -> Caller:
    return Caller(key_id="key_test", org_code=CENTRE, role=Role.PLATFORM, scopes=frozenset())


def tender() -> Tender:
    return msgspec.convert(WORKS, Tender)
