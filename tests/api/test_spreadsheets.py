"""Files for spreadsheets never carry a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from api.spreadsheets import neutral, write_csv


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "=cmd|' /C calc'!A0"])
def test_what_starts_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert neutral(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["示例公司", "2026-05-20", "示罚〔2026〕1号", ""])
def test_other_text_stays_as_it_is(cell: str) -> None:
    assert neutral(cell) == cell


def test_a_file_opens_in_a_spreadsheet_with_its_cells_neutral(tmp_path: Path) -> None:
    path = tmp_path / "示例.csv"
    assert write_csv(path, ("名称", "数"), [("=1", None), ("示例,公司", 3)]) == 2
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as source:
        assert list(csv.reader(source)) == [["名称", "数"], ["'=1", ""], ["示例,公司", "3"]]
