"""Bytes to raw rows: what kind of file it is, and where to find its reader."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from sanctions.intake.outcomes import FileTooLarge, Limits, WrongEncoding, WrongType

HEAD_ROWS = 10
_XLSX = b"PK\x03\x04"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER = (
    (b"\xd0\xcf\x11\xe0", "旧版 XLS 文件,或带密码的表格"),
    (b"%PDF", "PDF 文件"),
    (b"PK\x05\x06", "空的压缩包"),
    (b"\x1f\x8b", "压缩文件"),
    (b"Rar!", "压缩文件"),
    (b"7z\xbc\xaf", "压缩文件"),
)


class RawRow(NamedTuple):
    """One row as a spreadsheet numbers it (first row = 1). `fault` is set when the row itself is broken."""

    number: int
    cells: list[str]
    formulas: tuple[int, ...] = ()
    fault: tuple[str, str] | None = None


class Source(Protocol):
    """One or more sheets that can be walked more than once, in bounded memory; `heads` are their first rows."""

    kind: str
    encoding: str | None
    date_shift: int  # days to add to serial dates (1462 in workbooks that count from 1904)
    heads: dict[str, list[RawRow]]

    def rows(self, sheet: str) -> Iterator[RawRow]: ...


class Input:
    """Bytes or a file on disk, opened afresh for every pass. Raises FileTooLarge before anything is read."""

    def __init__(self, data: bytes | Path, limits: Limits) -> None:
        self._data = data
        size = len(data) if isinstance(data, bytes) else data.stat().st_size
        if size > limits.max_bytes:
            raise FileTooLarge(
                f"文件有 {size / 1e6:.0f} MB,上限为 {limits.max_bytes / 1e6:.0f} MB:请拆分后分次导入",
                size=size,
                max_bytes=limits.max_bytes,
            )

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data) if isinstance(self._data, bytes) else self._data.open("rb")


def open_source(data: bytes | Path, limits: Limits) -> Source:
    """The reader for this file. Raises a FileRefused naming the cure for anything but CSV and XLSX."""
    from sanctions.intake.csv_rows import CsvSource
    from sanctions.intake.xlsx_rows import XlsxSource

    given = Input(data, limits)
    with given.open() as raw:
        head = raw.read(8)
    if head.startswith(_XLSX):
        return XlsxSource(given, limits)
    if head.startswith(_UTF16):
        raise WrongEncoding("文件是 UTF-16 编码:请另存为“CSV UTF-8(逗号分隔)”或 XLSX")
    for magic, what in _OTHER:
        if head.startswith(magic):
            raise WrongType(f"这是{what}:请另存为 XLSX 或 CSV(UTF-8 或 GB18030)后再导入")
    return CsvSource(given)
