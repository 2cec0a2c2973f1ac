"""`tendercredit screen`, as a buyer runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from tests.commands.conftest import EXAMPLES
from tests.demo_process import command

DAY = ("--on", "2026-11-22")
TENDER = ("--tender", EXAMPLES / "opening.json")


async def test_each_supplier_is_answered_with_reasons(seeded: dict[str, str], supplier_list: Path) -> None:
    done = command("screen", supplier_list, *DAY, *TENDER, "--json", **seeded)
    facts = json.loads(done.stdout)
    assert done.returncode == 1  # the last row holds neither code nor name
    assert (facts["eligible"], facts["ineligible"], facts["undetermined"], facts["unread"]) == (1, 1, 3, 1)
    barred = facts["answers"][1]["answer"]
    assert (barred["outcome"], barred["label"]) == ("ineligible", "查见限制情形")
    assert [r["until"] for r in barred["reasons"] if r["bars"]] == ["2027-05-19"]
    assert facts["as_of"]["valid_at"] == "2026-11-22"
    bare = facts["answers"][2]
    assert (bare["answer"]["outcome"], [c["name"] for c in bare["likely"]]) == (
        "undetermined", ["示例市远桥建筑工程有限公司"])


async def test_answers_go_into_a_file_without_formulas(
    seeded: dict[str, str], supplier_list: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.csv"
    done = command("screen", supplier_list, *DAY, *TENDER, "--out", out, **seeded)
    assert "查见 ineligible 1" in done.stdout
    with out.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [row["结论"] for row in rows] == [
        "eligible", "ineligible", "undetermined", "undetermined", "undetermined", "unread",
    ]
    assert rows[1]["限制截止日"] == "2027-05-19"
    assert rows[3]["名单中的名称"] == "'=1+1"


async def test_two_suppliers_of_a_list_are_no_rivals(seeded: dict[str, str], tmp_path: Path) -> None:
    """B08 and B09 of the sample opening: their representatives share a name, which matters between bids only."""
    path = tmp_path / "list.txt"
    path.write_text("91370199MAEX004834\n91370199MAEX00491Y\n", encoding="utf-8")
    facts = json.loads(command("screen", path, *DAY, *TENDER, "--json", **seeded).stdout)
    codes = [[r["code"] for r in line["answer"]["reasons"]] for line in facts["answers"]]
    assert not [code for found in codes for code in found if "representative" in code]


async def test_wrong_use_and_refusals(seeded: dict[str, str], supplier_list: Path, tmp_path: Path) -> None:
    missing = command("screen", tmp_path / "none.csv", **seeded)
    assert (missing.returncode, "没有文件" in missing.stderr) == (2, True)
    tender = tmp_path / "tender.json"
    tender.write_text('{"type": "land", "regimes": ["government_procurement"]}', encoding="utf-8")
    contradiction = command("screen", supplier_list, "--tender", tender, **seeded)
    assert (contradiction.returncode, "政府采购" in contradiction.stderr) == (3, True)
    tender.write_text('{"type": "bridge"}', encoding="utf-8")
    unknown = command("screen", supplier_list, "--tender", tender, **seeded)
    assert (unknown.returncode, "/type" in unknown.stderr) == (3, True)
