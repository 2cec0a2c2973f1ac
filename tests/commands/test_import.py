"""`tendercredit import`, as an office runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.data import write_csv
from tests.commands.conftest import EXAMPLES
from tests.demo_process import command

OFFICE = "1137019900EX00014E"
FILE = EXAMPLES / "penalties.csv"


def said(*args: str | Path, **settings: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON that the command prints."""
    done = command("import", *args, "--json", **settings)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("name", ["penalties.csv", "penalties.xlsx"])
def test_a_dry_run_needs_nothing_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    data = tmp_path / "none"
    code, facts = said(EXAMPLES / name, "--dry-run", DATA=str(data))
    assert (facts["rows"], facts["accepted"], facts["duplicates"]) == (83, 56, 1)
    assert (len(facts["parked"]), len(facts["rejected"]), code) == (18, 8, 1)
    assert not data.exists()


async def test_a_file_goes_in_once(seeded: dict[str, str], tmp_path: Path) -> None:
    file = write_csv(tmp_path / "file.csv", 120, firms=50)
    code, facts = said(file, "--as", OFFICE, **seeded)
    assert (code, facts["accepted"], facts["duplicates"], facts["class_unknown"]) == (0, 120, 0, 0)
    code, facts = said(file, "--as", OFFICE, **seeded)
    assert (code, facts["accepted"], facts["duplicates"]) == (0, 0, 120)


async def test_a_dry_run_counts_what_is_in_and_writes_nothing(seeded: dict[str, str], tmp_path: Path) -> None:
    code, facts = said(FILE, "--dry-run", **seeded)
    assert (code, facts["accepted"], facts["duplicates"]) == (1, 0, 57)
    file = write_csv(tmp_path / "file.csv", 5)
    assert said(file, "--dry-run", **seeded)[1]["accepted"] == 5
    assert said(file, "--as", OFFICE, **seeded)[1]["accepted"] == 5


def test_rows_go_back_with_reasons_and_can_be_sent_again(tmp_path: Path) -> None:
    out, settings = tmp_path / "back.csv", {"DATA": str(tmp_path / "none")}
    assert command("import", FILE, "--dry-run", "--out", out, **settings).returncode == 1
    with out.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    expected = json.loads((EXAMPLES / "penalties.expected.json").read_text(encoding="utf-8"))["rows"]
    back = {n: row["outcome"] for n, row in expected.items() if row["outcome"] in ("parked", "rejected")}
    assert {row["原文件行号"]: row["导入结果"] for row in rows} == back
    assert all(row["问题代码"] and row["问题说明"] for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    id_card = next(row for row in rows if "身份证" in row["问题说明"])
    assert not any(character.isdigit() for character in id_card["行政相对人代码_1(统一社会信用代码)"])
    again, facts = said(out, "--dry-run", **settings)
    assert (again, facts["rows"], len(facts["parked"])) == (1, 26, 18)


def test_people_get_a_table_that_says_what_to_mend(tmp_path: Path) -> None:
    done = command("import", FILE, "--dry-run", DATA=str(tmp_path / "none"))
    assert "登记 accepted 56  重复 duplicates 1  待补正 parked 18  退回 rejected 8" in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("76 "))
    assert "退回" in line and "decided_on_future" in line and "请核对处罚决定书" in line


@pytest.mark.parametrize(("args", "sentence"), [
    (("nothing.csv",), "没有文件"),
    ((FILE,), "--as"),
    ((FILE, "--dry-run", "--out", FILE), "不能写入"),
    ((FILE, "--nonsense"), "--nonsense"),
])
def test_wrong_use_is_exit_2_and_says_why(args: tuple[str | Path, ...], sentence: str, tmp_path: Path) -> None:
    done = command("import", *args, DATA=str(tmp_path / "none"))
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_refused_file_is_exit_3_and_names_the_cure(tmp_path: Path) -> None:
    pdf = tmp_path / "file.csv"
    pdf.write_bytes(b"%PDF-1.7\n")
    done = command("import", pdf, "--dry-run", DATA=str(tmp_path / "none"))
    assert (done.returncode, "请另存为" in done.stderr, "Traceback" in done.stderr) == (3, True, False)


async def test_an_organisation_that_nobody_registered_is_refused(place: dict[str, str]) -> None:
    done = command("import", FILE, "--as", "1137019900EX0009X4", **place)
    assert (done.returncode, "未登记" in done.stderr) == (3, True)
