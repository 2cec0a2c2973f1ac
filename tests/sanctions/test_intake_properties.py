"""Whatever a stranger sends: a refusal that says what to do, or exactly one outcome per row."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credit.kernel.errors import Refusal
from sanctions.intake import Accepted, Outcome, read
from tests.factories import uscc
from tests.sanctions.intake_files import FINE, HEADER, KINDS, table, workbook

TODAY = date(2026, 11, 20)
GOOD = ["示例甲有限公司", uscc(1), "示罚〔2026〕1号", "罚款", "罚款", "2", "2026-05-20", "示例市财政局"]
WORDS = [
    "",
    "无",
    "=1",
    "+1",
    "-",
    "警告",
    "罚款",
    "责令改正",
    "不予处罚",
    "2",
    "０．５",
    "2026-05-20",
    "46162",
    "x" * 300,
    '"',
    "\n",
]
CELL = st.sampled_from([*WORDS, *GOOD]) | st.text(max_size=30)
ROWS = st.lists(st.lists(CELL, max_size=10), max_size=8)
XLSX = workbook(HEADER, [GOOD, GOOD])
PARTS = ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"]


def outcomes(data: bytes) -> list[Outcome]:
    return list(read(data, today=TODAY))


def _spreadsheet_rows(data: bytes) -> list[int]:
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    return [n for n, cells in enumerate(rows, 1) if n > 1 and any(c.strip() for c in cells[: len(HEADER)])]


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        outcomes(data)
    except Refusal as refused:
        assert "请" in refused.detail


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.integers(0, len(XLSX) - 1), st.binary(min_size=1, max_size=6))
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_workbook_is_read_or_refused(place: int, damage: bytes) -> None:
    try:
        outcomes(XLSX[:place] + damage + XLSX[place + len(damage) :])
    except Refusal as refused:
        assert "请" in refused.detail


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    st.sampled_from(PARTS), st.floats(0, 1), st.sampled_from([b"<", b"", b'"', b"9999999", b"\xff", b"/><c r='ZZZ9'/>"])
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_workbook_with_a_broken_part_is_read_or_refused(part: str, where: float, damage: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(XLSX)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            place = int(where * len(body))
            new.writestr(name, body[:place] + damage + body[place + 1 :] if name == part else body)
    try:
        outcomes(out.getvalue())
    except Refusal as refused:
        assert "请" in refused.detail


@settings(deadline=None)
@given(ROWS)
def test_every_row_with_anything_in_it_has_exactly_one_outcome(rows: list[list[str]]) -> None:
    kept = [[c.replace("\x00", "").replace("\r", "") for c in row[: len(HEADER)]] for row in rows]
    data = table(HEADER, [[c.encode("utf-8", "ignore").decode() for c in row] for row in kept])
    assert [o.row for o in outcomes(data)] == _spreadsheet_rows(data)


@settings(deadline=None)
@given(st.integers(1, 10**12), st.randoms(use_true_random=False))
def test_a_fine_arrives_to_the_fen_whatever_surrounds_it(fen: int, order: object) -> None:
    written = f"{fen // 10**6}.{fen % 10**6:06d}"
    changed = dict(zip(HEADER, GOOD, strict=True)) | {FINE: written, KINDS: "警告；罚款"}
    columns = list(changed)
    order.shuffle(columns)  # type: ignore[attr-defined]
    (outcome,) = outcomes(table(columns, [[changed[c] for c in columns]]))
    assert isinstance(outcome, Accepted)
    assert outcome.command.fine_fen == fen
