"""CSV to raw rows: UTF-8 (with or without BOM) or GB18030, quotes mended row by row, never the file lost to one."""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import islice
from typing import TextIO

from sanctions.intake.outcomes import FileRefused, WrongEncoding
from sanctions.intake.reading import HEAD_ROWS, Input, RawRow

_CHUNK = 1 << 18
_LINES_PER_ROW = 200  # a quoted cell may hold line breaks; a quote still open after this is a mistake
_LINE = 1_000_000
_TOO_LONG = ("cell_too_long", "单元格内容过长:请缩短后再导入")
_QUOTE = ("csv_quote", "引号没有成对:请检查本行的双引号,或改存为 XLSX")


class CsvSource:
    """A CSV file of known encoding. Raises WrongEncoding when it is neither UTF-8 nor GB18030."""

    kind = "csv"
    date_shift = 0

    def __init__(self, given: Input) -> None:
        self._given = given
        self.encoding: str | None = _encoding(given)
        with closing(self.rows("")) as rows:
            self.heads = {"": list(islice(rows, HEAD_ROWS))}

    def rows(self, sheet: str) -> Generator[RawRow]:
        """Every row, blank ones too, so that numbers match what a spreadsheet shows."""
        with self._given.open() as raw, io.TextIOWrapper(raw, self.encoding, newline="") as text:
            lines = _Lines(text)
            reader = csv.reader(lines, strict=True)
            number = 0
            while lines.more():
                number += 1
                yield self._row(number, lines, reader)

    def _row(self, number: int, lines: _Lines, reader: Iterator[list[str]]) -> RawRow:
        lines.begin()
        try:
            cells = next(reader)
        except csv.Error as exc:
            lines.give_back()
            return RawRow(number, [], fault=_TOO_LONG if "field larger" in str(exc) else _QUOTE)
        formulas = tuple(i for i, cell in enumerate(cells) if cell.startswith("="))
        return RawRow(number, cells, formulas)


class _Lines:
    """Physical lines with one step back: a row whose quote never closes gives its later lines back."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []

    def begin(self) -> None:
        self._taken = []

    def give_back(self) -> None:
        self._waiting.extendleft(reversed(self._taken[1:]))

    def more(self) -> bool:
        if not self._waiting:
            line = self._text.readline(_LINE)
            if len(line) >= _LINE:
                raise FileRefused("一行超过一百万个字符,不是逗号分隔的表格:请另存为 CSV 或 XLSX")
            if line:
                self._waiting.append(line)
        return bool(self._waiting)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self._taken) >= _LINES_PER_ROW or not self.more():
            raise StopIteration
        self._taken.append(self._waiting.popleft())
        return self._taken[-1]


def _encoding(given: Input) -> str:
    for name in ("utf-8-sig", "gb18030"):
        if _decodes(given, name):
            return name
    raise WrongEncoding("文件既不是 UTF-8 也不是 GB18030 编码:请另存为“CSV UTF-8(逗号分隔)”或 XLSX")


def _decodes(given: Input, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with given.open() as raw:
            while chunk := raw.read(_CHUNK):
                if b"\x00" in chunk:
                    raise WrongEncoding("文件含有空字节,不是文本:请另存为“CSV UTF-8(逗号分隔)”或 XLSX")
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
