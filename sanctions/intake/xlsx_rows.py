"""XLSX to raw rows: openpyxl read-only, formulas seen as formulas, numbers and dates as text without loss."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from credit.kernel.errors import Refusal
from sanctions.intake.archive import check_archive
from sanctions.intake.outcomes import FileRefused, FileSuspicious, Limits
from sanctions.intake.reading import HEAD_ROWS, Input, RawRow

_LAST_ROW = 1_048_576
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_SHIFT_1904 = 1462


class XlsxSource:
    """The sheets of a workbook. Raises FileSuspicious before openpyxl opens a bomb, FileRefused for a broken one."""

    kind = "xlsx"
    encoding: str | None = None

    def __init__(self, given: Input, limits: Limits) -> None:
        self._given = given
        self._limits = limits
        check_archive(given, limits)
        with _Workbook(given) as book:
            self.date_shift = _SHIFT_1904 if book.epoch == CALENDAR_MAC_1904 else 0
            self.heads = {s.title: list(islice(self._walk(s), HEAD_ROWS)) for s in book.worksheets}

    def rows(self, sheet: str) -> Generator[RawRow]:
        """Every row, gaps too. Raises FileSuspicious for rows or columns beyond what a table can have."""
        with _Workbook(self._given) as book:
            yield from self._walk(book[sheet])

    def _walk(self, sheet: Any) -> Iterator[RawRow]:
        try:
            sheet.reset_dimensions()
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                yield self._row(number, cells)
        except Refusal:
            raise
        except Exception as exc:  # openpyxl lets any parser error through
            raise FileRefused("工作表内容已损坏:请用表格软件打开后另存为 XLSX") from exc

    def _row(self, number: int, cells: tuple[Any, ...]) -> RawRow:
        if number > _LAST_ROW:
            raise FileSuspicious("行号超出表格范围:请用表格软件另存为 XLSX 后再导入")
        width = self._limits.max_columns
        if len(cells) > width:
            if any(value is not None for value in cells[width:]):
                raise FileSuspicious(f"列数超过 {width}:请只保留双公示的列")
            cells = cells[:width]
        formulas = tuple(i for i, value in enumerate(cells) if _is_formula(value))
        return RawRow(number, [cell_text(value) for value in cells], formulas)


class _Workbook:
    """A workbook opened for one pass and closed after it."""

    def __init__(self, given: Input) -> None:
        self._given = given

    def __enter__(self) -> Any:
        self._raw = self._given.open()
        try:
            self._book = openpyxl.load_workbook(self._raw, read_only=True, data_only=False, keep_links=False)
        except Exception as exc:  # openpyxl lets any parser error through
            self._raw.close()
            raise FileRefused("XLSX 无法打开:请用表格软件打开后另存为 XLSX") from exc
        return self._book

    def __exit__(self, *_: object) -> None:
        self._book.close()
        self._raw.close()


def _is_formula(value: Any) -> bool:
    """Plain formulas arrive as text, array and data-table ones as objects."""
    if isinstance(value, str):
        return value.startswith("=")
    return isinstance(value, ArrayFormula | DataTableFormula)


def cell_text(value: Any) -> str:
    """A cell's value as the spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float) -> str:
    """What the spreadsheet shows: fifteen digits; a longer number has lost digits and says so by its exponent."""
    if abs(value) >= _EXACT:
        return f"{value:.14E}"
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    short = f"{value:.15g}"
    return f"{float(short):.20f}".rstrip("0") if "e" in short else short
