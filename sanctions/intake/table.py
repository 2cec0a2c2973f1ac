"""A source with its header understood: which sheet, which row names the columns, and the data rows after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sanctions.intake.headers import Header, is_header, no_header, read_header, unknown_column
from sanctions.intake.outcomes import Layout, Limits, SeveralSheets, TooManyRows
from sanctions.intake.reading import RawRow, Source
from sanctions.intake.sources import open_source


class Table:
    """A 双公示 table ready to be read. Raises a FileRefused when the file as a whole cannot be trusted."""

    def __init__(self, data: bytes | Path, limits: Limits) -> None:
        self._limits = limits
        self._source = open_source(data, limits)
        self._sheet, self.header = _find(self._source)
        self._refuse_unknown()

    @property
    def date_shift(self) -> int:
        return self._source.date_shift

    @property
    def layout(self) -> Layout:
        return Layout(
            kind=self._source.kind,
            encoding=self._source.encoding,
            sheet=self._sheet or None,
            header_row=self.header.row,
            columns={c.header: c.meaning for c in self.header.columns if c.meaning},
            unread=tuple(c.header for c in self.header.columns if not c.meaning),
            personal=self.header.personal,
        )

    def rows(self) -> Iterator[RawRow]:
        """The rows after the header that hold anything. Raises TooManyRows at the first one over the limit."""
        seen = 0
        for raw in self._source.rows(self._sheet):
            if raw.number > self.header.row and (raw.fault or any(map(str.strip, raw.cells))):
                seen += 1
                if seen > self._limits.max_rows:
                    raise TooManyRows(f"数据超过 {self._limits.max_rows} 行:请拆分后分次导入")
                yield raw

    def _refuse_unknown(self) -> None:
        if not self.header.unknown:
            return
        for raw in self._source.rows(self._sheet):
            for index, header in self.header.unknown if raw.number > self.header.row else ():
                if index < len(raw.cells) and raw.cells[index].strip():
                    raise unknown_column(index, header)


def _find(source: Source) -> tuple[str, Header]:
    found = [(sheet, raw) for sheet, head in source.heads.items() for raw in _header_rows(head)]
    if not found:
        first = next((head[0].cells for head in source.heads.values() if head), [])
        raise no_header(first)
    if len(found) > 1:
        names = "、".join(f"“{sheet}”" for sheet, _ in found)
        raise SeveralSheets(f"工作表{names}都有处罚数据:请每个文件只保留一个工作表")
    sheet, raw = found[0]
    return sheet, read_header(raw.number, raw.cells)


def _header_rows(head: list[RawRow]) -> list[RawRow]:
    return [raw for raw in head if is_header(raw.cells)][:1]
