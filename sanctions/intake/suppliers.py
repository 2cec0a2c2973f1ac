"""Lists of suppliers as buyers keep them: a table with a code or name column, or just one company a line. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec

from credit import uscc
from sanctions.intake.headers import fold_header
from sanctions.intake.outcomes import HeaderMissing, Limits, SeveralSheets, TooManyRows
from sanctions.intake.reading import RawRow, Source
from sanctions.intake.sources import open_source

_CODES = (
    "统一社会信用代码", "统一信用代码", "社会信用代码", "信用代码", "代码", "企业代码", "供应商代码", "投标人代码",
    "行政相对人代码_1(统一社会信用代码)", "行政相对人代码_1", "code", "uscc",
)
_NAMES = (
    "名称", "单位名称", "企业名称", "公司名称", "供应商", "供应商名称", "投标人", "投标人名称", "投标单位", "企业全称",
    "投标单位名称", "行政相对人名称", "单位", "企业", "name", "company", "supplier",
)
_LIKE_A_CODE = re.compile(r"[0-9A-Z*]{15,20}")
_WORD = re.compile(r"[^\W\d_]")


class Supplier(msgspec.Struct, frozen=True):
    """One company of the list as it was typed; `row` as a spreadsheet numbers it. Neither code nor name: unreadable."""

    row: int
    code: str | None
    name: str | None
    fault: str | None = None


class _Columns(msgspec.Struct, frozen=True):
    header: int  # row number; 0 = a list without header
    code: int | None = None
    name: int | None = None


def read_suppliers(data: bytes | Path, *, limits: Limits | None = None) -> Iterator[Supplier]:
    """Every row that holds anything, in order. Raises a FileRefused when the file cannot be understood."""
    bounds = limits or Limits()
    source = open_source(data, bounds, values_only=True)
    sheet, columns = _understood(source)
    return _rows(source, sheet, columns, bounds)


def _rows(source: Source, sheet: str, columns: _Columns, limits: Limits) -> Iterator[Supplier]:
    seen = 0
    for raw in source.rows(sheet):
        if raw.number <= columns.header or not (raw.fault or any(map(str.strip, raw.cells))):
            continue
        seen += 1
        if seen > limits.max_rows:
            raise TooManyRows(f"名单超过 {limits.max_rows} 行:请拆分后分次核查")
        yield _supplier(raw, columns)


def _supplier(raw: RawRow, columns: _Columns) -> Supplier:
    if raw.fault:
        return Supplier(raw.number, None, None, raw.fault[1])
    if columns.header:
        code, name = _cell(raw, columns.code), _cell(raw, columns.name)
    else:
        code, name = _guess(raw.cells)
    fault = None if code or name else "没有代码也没有名称:请填写其一"
    return Supplier(raw.number, code, name, fault)


def _cell(raw: RawRow, place: int | None) -> str | None:
    return raw.cells[place].strip() or None if place is not None and place < len(raw.cells) else None


def _guess(cells: list[str]) -> tuple[str | None, str | None]:
    filled = [c.strip() for c in cells if c.strip()]
    code = next((c for c in filled if _like_a_code(c)), None)
    return code, next((c for c in filled if c != code and _WORD.search(c)), None)


def _like_a_code(cell: str) -> bool:
    return bool(_LIKE_A_CODE.fullmatch(uscc.compact(unicodedata.normalize("NFKC", cell)).upper()))


def _understood(source: Source) -> tuple[str, _Columns]:
    filled = {sheet: [r for r in head if any(map(str.strip, r.cells))] for sheet, head in source.heads.items()}
    filled = {sheet: head for sheet, head in filled.items() if head}
    with_header = {sheet: found for sheet, head in filled.items() if (found := _header(head)) is not None}
    if len(with_header) > 1 or (not with_header and len(filled) > 1):
        names = "、".join(f"“{sheet}”" for sheet in (with_header or filled))
        raise SeveralSheets(f"工作表{names}都有内容:请每个文件只保留一个工作表")
    if with_header:
        return next(iter(with_header.items()))
    for sheet, head in filled.items():
        if any(any(_guess(row.cells)) for row in head):
            return sheet, _Columns(header=0)
    raise HeaderMissing("名单中没有代码或名称:首行写“统一社会信用代码”“名称”,或每行写一家企业的代码或名称")


def _header(head: list[RawRow]) -> _Columns | None:
    for row in head:
        folded = [fold_header(cell) for cell in row.cells]
        code = next((i for i, cell in enumerate(folded) if cell in _spellings(_CODES)), None)
        name = next((i for i, cell in enumerate(folded) if cell in _spellings(_NAMES)), None)
        if code is not None or name is not None:
            return _Columns(header=row.number, code=code, name=name)
    return None


@cache
def _spellings(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(fold_header, words))
