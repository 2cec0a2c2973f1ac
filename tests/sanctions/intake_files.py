"""Makers of 双公示 files for tests: workbooks with typed cells, CSV bytes, archives packed to harm."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

NAME = "行政相对人名称"
CODE = "行政相对人代码_1(统一社会信用代码)"
NUMBER = "行政处罚决定书文号"
KINDS = "处罚类别"
CONTENT = "处罚内容"
FINE = "罚款金额(万元)"
DAY = "处罚决定日期"
AUTHORITY = "处罚机关"
HEADER = [NAME, CODE, NUMBER, KINDS, CONTENT, FINE, DAY, AUTHORITY]


def workbook(header: Sequence[str], rows: Iterable[Sequence[Any]], *, epoch_1904: bool = False) -> bytes:
    """An XLSX with one sheet; a cell may be a typed mapping: date, datetime, number, formula, error."""
    book = Workbook()
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.worksheets[0]
    sheet.append(list(header))
    for row in rows:
        sheet.append([_typed(cell) for cell in row])
    return packed(book)


def packed(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def table(header: Sequence[str], rows: Iterable[Sequence[str]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue().encode(encoding)


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packing:
        for name, body in {"xl/workbook.xml": b"<x/>", **parts}.items():
            packing.writestr(name, body)
    return out.getvalue()


def _typed(cell: Any) -> Any:
    if not isinstance(cell, dict):
        return cell
    ((kind, value),) = cell.items()
    if kind == "date":
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if kind == "datetime" else value
