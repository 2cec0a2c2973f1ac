"""The samples are what their README says: invented, well-formed where meant so, complete in kinds and cases."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from stdnum.cn import uscc

from credit.accounts.model import Role
from credit.model import PenaltyKind

EXAMPLES = Path(__file__).parents[2] / "examples"
NAME, CODE, NUMBER, KINDS = (
    "行政相对人名称",
    "行政相对人代码_1(统一社会信用代码)",
    "行政处罚决定书文号",
    "处罚类别",
)
AMOUNTS = ("罚款金额(万元)", "没收违法所得、没收非法财物的金额(万元)")


def read(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def rows() -> dict[int, dict[str, str]]:
    """The CSV by row number as a spreadsheet counts; the header is row 1."""
    with (EXAMPLES / "penalties.csv").open(encoding="utf-8-sig", newline="") as file:
        return dict(enumerate(csv.DictReader(file), 2))


def expected() -> dict[int, dict[str, Any]]:
    return {int(row): said for row, said in read("penalties.expected.json")["rows"].items()}


def codes(node: Any) -> set[str]:
    """Every value of a key that holds a code, however deep."""
    if isinstance(node, list):
        return {c for item in node for c in codes(item)}
    if not isinstance(node, dict):
        return set()
    held = {v for k, v in node.items() if k in {"code", "as", "branch_of", "merged_into"} and isinstance(v, str)}
    return held | {c for v in node.values() for c in codes(v)}


def valid(code: str) -> bool:
    """Well-formed as it stands: the judge itself forgives lower case, width and blanks."""
    return uscc.is_valid(code) and uscc.compact(code) == code


def shown(value: object, column: str) -> str:
    """A cell as the CSV writes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if column in AMOUNTS and isinstance(value, int | float):
        return str(Decimal(str(value)).normalize())
    return str(value)


def test_both_files_hold_the_same_cells() -> None:
    sheet = load_workbook(EXAMPLES / "penalties.xlsx").worksheets[0]
    head, *body = sheet.iter_rows(values_only=True)
    columns = [str(c) for c in head]
    excel = [{c: shown(v, c) for c, v in zip(columns, row, strict=True)} for row in body]
    plain = [
        {c: str(Decimal(v).normalize()) if c in AMOUNTS and v and not v.startswith("=") else v for c, v in row.items()}
        for row in rows().values()
    ]
    assert excel == plain


def test_every_row_has_an_expectation_and_the_totals_hold() -> None:
    said = expected()
    assert set(said) == set(rows())
    assert len(said) >= 60
    assert Counter(s["outcome"] for s in said.values()) == read("penalties.expected.json")["totals"]


def test_accepted_rows_are_well_formed() -> None:
    said, found = expected(), rows()
    accepted = [found[row] for row, s in said.items() if s["outcome"] == "accepted"]
    assert [r[NAME] for r in accepted if not valid(r[CODE])] == []
    assert [r[NAME] for r in accepted if not (r[NUMBER] and r["处罚决定日期"] and r["处罚机关"])] == []


def test_rows_parked_for_their_code_have_no_valid_one_and_the_others_do() -> None:
    said, found = expected(), rows()
    for row, s in said.items():
        if s["outcome"] == "parked" and "person_ref" not in s["missing"]:
            assert valid(found[row][CODE]) is ("code" not in s["missing"]), row


def test_every_kind_class_and_regime_is_met() -> None:
    accepted = [s for s in expected().values() if s["outcome"] == "accepted"]
    assert {k for s in accepted for k in s["kinds"]} == {str(kind) for kind in PenaltyKind}
    assert {(s["regime"], s["severity"]) for s in accepted} >= {
        (None, None),
        ("ndrc58", None),
        *((regime, grade) for regime in ("ndrc36", "samr107") for grade in ("minor", "general", "serious")),
    }


def test_the_regimes_follow_from_day_and_authority() -> None:
    # 令第58号 from 2023-05-01, 令第36号 from 2026-04-01, 总局令第107号 (market regulation only) from 2025-12-25
    found = rows()
    for row, s in expected().items():
        if s["outcome"] != "accepted":
            continue
        day = s["decided_on"]
        market = found[row]["处罚机关"] == "示例市市场监督管理局" and day >= "2025-12-25"
        general = None if day < "2023-05-01" else "ndrc58" if day < "2026-04-01" else "ndrc36"
        assert s["regime"] == ("samr107" if market else general), row


def test_the_line_of_two_million_is_met_to_the_fen() -> None:
    fines = {s.get("fine_fen") for s in expected().values()}
    assert {199_999_999, 200_000_000} <= fines


def test_several_penalties_hit_one_company_and_some_are_recent() -> None:
    said, found = expected(), rows()
    accepted = [row for row, s in said.items() if s["outcome"] == "accepted"]
    assert max(Counter(found[row][CODE] for row in accepted).values()) >= 4
    assert sum(said[row]["decided_on"] >= "2026-09-01" for row in accepted) >= 15
    assert max(said[row]["decided_on"] for row in accepted) == "2026-11-20"


@pytest.mark.parametrize("name", ["organisations.json", "entities.json", "penalties_push.json", "merits.json"])
def test_codes_are_valid(name: str) -> None:
    found = codes(read(name))
    assert len(found) > 3
    assert sorted(c for c in found if len(c) == 18 and not valid(c)) == []


def test_the_departments_and_offices_are_there() -> None:
    organisations = read("organisations.json")
    roles = Counter(o["role"] for o in organisations)
    assert roles["authority"] == 10
    assert set(roles) == {str(role) for role in Role} - {"reviewer", "applicant"}
    assert all(o["short_code"] and o["field"] for o in organisations if o["role"] == "authority")
    assert len({o["code"] for o in organisations}) == len(organisations)


def test_restrictions_are_stated_by_bodies_that_may_and_cite_their_law() -> None:
    competences = {o["code"]: set(o["competences"]) for o in read("organisations.json")}
    pushes = read("penalties_push.json")
    stated = [(p["as"], r) for p in pushes for r in p["penalty"]["restrictions"]]
    assert {r["scope"] for _, r in stated} >= {"mandatory_tender", "government_procurement", "agency_work"}
    for code, restriction in stated:
        assert restriction["scope"] in competences[code]
        assert re.fullmatch(r"(招标投标法|政府采购法) 第.+条", restriction["basis"])


def test_the_pushes_cover_the_special_subjects() -> None:
    pushes = [p["penalty"] for p in read("penalties_push.json")]
    firms = {e["code"]: e for e in read("entities.json")["entities"]}
    assert {p["subject"]["kind"] for p in pushes} == {"legal_person", "sole_trader", "natural_person"}
    assert [p["subject"]["code"] for p in pushes if p["subject"]["person_ref"]] == [None]
    named = Counter(p["subject"]["legal_representative"] for p in pushes if p["subject"]["legal_representative"])
    assert named["赵示例"] == 2
    met = [firms[p["subject"]["code"]] for p in pushes if p["subject"]["code"]]
    assert any(e["branch_of"] in firms for e in met)
    assert any(e["merged_into"] in firms for e in met)
    assert "draft" in {p["stage"] for p in read("penalties_push.json")}


def test_no_decision_is_older_than_its_firm() -> None:
    founded = {e["code"]: e["founded_on"] for e in read("entities.json")["entities"]}
    found = rows()
    decided = [(found[r][CODE], s["decided_on"]) for r, s in expected().items() if s["outcome"] == "accepted"]
    decided += [(p["penalty"]["subject"]["code"], p["penalty"]["decided_on"]) for p in read("penalties_push.json")]
    assert [code for code, day in decided if code and founded[code] >= day] == []
    assert all(date.fromisoformat(day) for day in founded.values())


def test_the_opening_has_forty_bids_two_lots_and_five_consortia() -> None:
    subjects = read("opening.json")["subjects"]
    members = Counter(s["bid"] for s in subjects)
    assert len(members) == 40
    assert Counter({s["bid"]: s["lot"] for s in subjects}.values()) == {"1": 20, "2": 20}
    assert sum(count > 1 for count in members.values()) == 5


def test_the_opening_is_typed_as_bidders_type() -> None:
    subjects = read("opening.json")["subjects"]
    assert sum(s["code"] is None for s in subjects) >= 4
    assert sum(s["code"] is not None and not valid(s["code"]) for s in subjects) >= 3
    assert any("（" in (s["name"] or "") for s in subjects)


def test_names_are_recognisable_as_samples() -> None:
    names = [r[NAME] for r in rows().values()]
    names += [e["name"] for e in read("entities.json")["entities"]]
    names += [o["name"] for o in read("organisations.json")]
    names += [s["name"] for s in read("opening.json")["subjects"] if s["name"]]
    assert [n for n in names if "示例" not in n and "样本" not in n] == []


def test_the_four_samples_are_registered_firms() -> None:
    data = read("entities.json")
    firms = {e["code"] for e in data["entities"]}
    assert set(data["samples"]) == {"clean", "barred", "repairable", "enterprise"}
    assert set(data["samples"].values()) <= firms
    enterprise = [o["code"] for o in read("organisations.json") if o["role"] == "enterprise"]
    assert enterprise == [data["samples"]["enterprise"]]
