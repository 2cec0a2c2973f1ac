"""Lists of suppliers, as buyers keep them."""

from __future__ import annotations

import io

import openpyxl
import pytest

from sanctions.intake.outcomes import FileRefused, HeaderMissing, Limits, SeveralSheets, TooManyRows
from sanctions.intake.suppliers import Supplier, read_suppliers

CODE = "91370199MAEX00600X"


def test_columns_are_found_by_their_names_in_any_order() -> None:
    text = f"序号,供应商名称,统一社会信用代码\n1,示例甲公司,{CODE}\n2,示例乙公司,\n3,,{CODE}\n"
    assert list(read_suppliers(text.encode())) == [
        Supplier(2, CODE, "示例甲公司"), Supplier(3, None, "示例乙公司"), Supplier(4, CODE, None),
    ]


def test_a_plain_list_needs_no_header() -> None:
    text = f"{CODE}\n示例甲公司\n\n示例乙公司,{CODE}\n3,示例丙公司\n"
    assert list(read_suppliers(text.encode())) == [
        Supplier(1, CODE, None), Supplier(2, None, "示例甲公司"), Supplier(4, CODE, "示例乙公司"),
        Supplier(5, None, "示例丙公司"),
    ]


def test_a_code_typed_badly_is_still_seen_as_a_code() -> None:
    typed = "９１３７０１９９ＭＡＥＸ００６００Ｘ"  # full-width
    assert [s.code for s in read_suppliers(f"{typed}\n{CODE.lower()}\n".encode())] == [typed, CODE.lower()]


def test_a_row_without_code_and_name_says_so() -> None:
    found = list(read_suppliers(f"代码,名称,备注\n,,示例备注\n{CODE},,\n".encode()))
    assert found[0].fault == "没有代码也没有名称:请填写其一"
    assert found[1] == Supplier(3, CODE, None)


def test_gb18030_and_xlsx_are_read() -> None:
    assert [s.name for s in read_suppliers("名称\n示例甲公司\n".encode("gb18030"))] == ["示例甲公司"]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["示例名单"], ["统一社会信用代码", "投标人名称"], [CODE, "示例甲公司"]):
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    assert list(read_suppliers(target.getvalue())) == [Supplier(3, CODE, "示例甲公司")]


def test_two_filled_sheets_are_refused() -> None:
    book = openpyxl.Workbook()
    for title in ("甲", "乙"):
        book.create_sheet(title).append(["名称"])
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(SeveralSheets):
        read_suppliers(target.getvalue())


@pytest.mark.parametrize("data", [b"", b"1,2,3\n4,5,6\n"])
def test_a_file_without_any_company_is_refused(data: bytes) -> None:
    with pytest.raises(HeaderMissing):
        read_suppliers(data)


def test_other_kinds_of_file_and_long_lists_are_refused() -> None:
    with pytest.raises(FileRefused):
        read_suppliers(b"%PDF-1.7")
    with pytest.raises(TooManyRows):
        list(read_suppliers("名称\n甲\n乙\n".encode(), limits=Limits(max_rows=1)))
