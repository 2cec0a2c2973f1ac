"""A file is read whole and row by row, or refused by name with the cure."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from sanctions.intake import Accepted, FileRefused, Limits, Outcome, Parked, Rejected, layout, read
from tests.factories import uscc
from tests.sanctions.intake_files import DAY, FINE, HEADER, NAME, archive, packed, table, workbook

TODAY = date(2026, 11, 20)


def row(n: int, **changed: str) -> list[str]:
    values = [f"示例读表{n}有限公司", uscc(n), f"示罚〔2026〕{n}号", "警告", "警告", "", "2026-05-20", "示例市财政局"]
    return [changed.get(h, v) for h, v in zip(HEADER, values, strict=True)]


def outcomes(data: bytes | Path, **limits: int) -> list[Outcome]:
    return list(read(data, today=TODAY, limits=Limits(**limits)))


def refusal(data: bytes | Path, **limits: int) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        outcomes(data, **limits)
    assert "请" in caught.value.detail
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_that_offices_save_in_are_read(encoding: str) -> None:
    assert [type(o) for o in outcomes(table(HEADER, [row(1)], encoding))] == [Accepted]


def test_a_file_on_disk_reads_like_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "示例.csv"
    path.write_bytes(table(HEADER, [row(1), row(2)]))
    assert outcomes(path) == outcomes(path.read_bytes())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (table(HEADER, [row(1)], "utf-16"), "file_encoding"),
        (table(HEADER, [row(1)]) + b"\xff\xff\xff", "file_encoding"),
        (b"\x00\x01\x02", "file_encoding"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file_type"),
        (b"%PDF-1.7", "file_type"),
        (b"", "header_missing"),
        ("甲,乙\n1,2\n".encode(), "header_missing"),
        ("名稱,代號\n".encode("big5"), "header_missing"),
        (b"PK\x03\x04 torn", "file_suspicious"),
        (b"x" * 1_500_000, "file_unreadable"),
    ],
)
def test_anything_else_is_refused_by_name(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_file_over_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as out:
        out.truncate(200_000_000)
    refused = refusal(path)
    assert (refused.code, refused.status) == ("file_too_large", 413)
    assert "200 MB" in refused.detail


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    data = table(["示例公示表", *[""] * 7], [HEADER, row(1), [""] * 8, row(2, 处罚内容="第一行\n第二行"), row(3)])
    assert [o.row for o in outcomes(data)] == [3, 5, 6]


def test_an_unclosed_quote_costs_one_row() -> None:
    lines = table(HEADER, [row(n) for n in range(1, 500)]).decode().splitlines(keepends=True)
    lines[2] = lines[2].replace(",警告,警告", ',警告,"警告')
    found = outcomes("".join(lines).encode())
    assert [(o.row, o.code) for o in found if isinstance(o, Rejected)] == [(3, "csv_quote")]
    assert [o.row for o in found] == list(range(2, 501))


def test_an_unclosed_quote_on_the_last_row_costs_that_row() -> None:
    found = outcomes(table(HEADER, [row(1), row(2)]) + '示例,"没有结尾\n'.encode())
    assert [type(o) for o in found] == [Accepted, Accepted, Rejected]


def test_columns_may_stand_in_any_order_and_short_rows_lack_the_rest() -> None:
    order = [7, 2, 6, 0, 3, 1, 4, 5]
    data = table([HEADER[i] for i in order], [[row(1)[i] for i in order], [row(2)[i] for i in order][:3]])
    accepted, parked = outcomes(data)
    assert isinstance(accepted, Accepted)
    assert isinstance(parked, Parked)
    assert [m.value for m in parked.missing] == ["code", "name", "kinds"]


def test_an_unknown_column_is_refused_with_the_nearest_names_unless_it_is_empty() -> None:
    refused = refusal(table([*HEADER, "处罚机关名"], [[*row(1), "甲"]]))
    assert refused.code == "unknown_column"
    assert "处罚机关" in refused.extra["nearest"]  # type: ignore[operator]
    assert refusal(table([*HEADER, ""], [[*row(1), "甲"]])).code == "unknown_column"
    assert len(outcomes(table([*HEADER, "处罚机关名", ""], [[*row(1), "", ""]]))) == 1


def test_two_columns_for_one_thing_are_refused() -> None:
    assert refusal(table([*HEADER, "企业名称"], [[*row(1), "甲"]])).code == "duplicate_column"


def test_a_title_row_and_a_second_sheet_are_seen() -> None:
    book = load_workbook(io.BytesIO(workbook(HEADER, [row(1)])))
    book.create_sheet("说明").append(["示例说明"])
    assert len(outcomes(packed(book))) == 1
    book.create_sheet("续表").append(HEADER)
    assert refusal(packed(book)).code == "several_sheets"


def test_a_workbook_that_counts_from_1904_gives_the_same_days() -> None:
    data = workbook(HEADER, [row(1, **{DAY: "44700"})], epoch_1904=True)
    (outcome,) = outcomes(data)
    assert isinstance(outcome, Accepted)
    # 46162 counted from 1900 is 2026-05-20; 1,462 days less counted from 1904.
    assert outcome.command.decided_on == date(2026, 5, 20)


def test_the_layout_says_how_the_file_was_understood() -> None:
    seen = layout(table([*HEADER, "证件号码", "序号"], [[*row(1), "", "1"]], "gb18030"))
    assert (seen.kind, seen.encoding, seen.header_row) == ("csv", "gb18030", 1)
    assert seen.columns[FINE] == "fine"
    assert (seen.personal, seen.unread) == (("证件号码",), ("序号",))


def test_rows_and_columns_have_limits() -> None:
    data = table(HEADER, [row(n) for n in range(1, 6)])
    assert refusal(data, max_rows=4).code == "too_many_rows"
    assert len(outcomes(data, max_rows=5)) == 5
    wide = workbook(HEADER, [[*row(1), *[None] * 300, "远处"]])
    assert refusal(wide).code == "file_suspicious"


def test_a_long_cell_costs_its_row_only() -> None:
    data = table(HEADER, [row(1, 处罚内容="长" * 10_001), row(2), row(3, 处罚内容="长" * 200_000), row(4)])
    found = outcomes(data)
    assert [(o.row, getattr(o, "code", None)) for o in found if isinstance(o, Rejected)] == [
        (2, "too_long"),
        (4, "cell_too_long"),
    ]
    assert [o.row for o in found if isinstance(o, Accepted)] == [3, 5]


def test_a_formula_costs_its_row_and_plus_minus_at_cost_nothing() -> None:
    data = table(HEADER, [row(1, **{NAME: "=1+1"}), row(2, 处罚内容="+警告"), row(3, 处罚内容="@警告")])
    first, *others = outcomes(data)
    assert isinstance(first, Rejected)
    assert (first.code, first.column) == ("formula_in_cell", NAME)
    assert [type(o) for o in others] == [Accepted, Accepted]


def test_an_array_formula_is_a_formula() -> None:
    book = load_workbook(io.BytesIO(workbook(HEADER, [row(1)])))
    book.worksheets[0]["A2"] = ArrayFormula("A2:A2", "=B2:B2")
    (outcome,) = outcomes(packed(book))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "formula_in_cell"


class TestBombs:
    def test_a_part_that_unpacks_out_of_proportion(self) -> None:
        assert refusal(archive(**{"xl/a.xml": b"0" * 20_000_000})).code == "file_suspicious"

    def test_a_package_that_unpacks_beyond_the_limit(self) -> None:
        assert refusal(workbook(HEADER, [row(1)]), max_unpacked=2_000).code == "file_suspicious"

    def test_a_package_that_lies_about_its_size(self) -> None:
        honest = archive(**{"xl/a.xml": b"0" * 3_000_000})
        lie = (3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little")
        assert refusal(honest.replace(*lie)).code == "file_suspicious"

    def test_too_many_parts(self) -> None:
        parts = {f"xl/{n}.xml": b"x" for n in range(1_001)}
        assert refusal(archive(**parts)).code == "file_suspicious"

    def test_entities(self) -> None:
        body = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
        assert refusal(archive(**{"xl/sharedStrings.xml": body})).code == "file_suspicious"

    def test_a_row_beyond_the_end_of_every_sheet(self) -> None:
        good = workbook(HEADER, [row(1)])
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            for entry in old.infolist():
                body = old.read(entry)
                new.writestr(entry.filename, body.replace(b'<row r="2"', b'<row r="2000000000"'))
        assert refusal(out.getvalue()).code == "file_suspicious"

    def test_a_zip_that_is_no_workbook(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as packing:
            packing.writestr("a.txt", "x")
        assert refusal(out.getvalue()).code == "file_type"

    def test_a_workbook_without_a_table(self) -> None:
        assert refusal(packed(Workbook())).code == "header_missing"
