"""Bytes to a source: what kind of file it is by its first bytes, never by its name."""

from __future__ import annotations

from pathlib import Path

from sanctions.intake.csv_rows import CsvSource
from sanctions.intake.outcomes import Limits, WrongEncoding, WrongType
from sanctions.intake.reading import Input, Source

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


def open_source(data: bytes | Path, limits: Limits, *, values_only: bool = False) -> Source:
    """The reader for this file; `values_only` reads workbooks fast and takes formulas for their results.

    Raises a FileRefused naming the cure for anything but CSV and XLSX.
    """
    given = Input(data, limits)
    with given.open() as raw:
        head = raw.read(8)
    if head.startswith(_XLSX) and values_only:
        from sanctions.intake.calamine_rows import CalamineSource

        return CalamineSource(given, limits)
    if head.startswith(_XLSX):
        from sanctions.intake.xlsx_rows import XlsxSource  # openpyxl costs 0.3 s of every start

        return XlsxSource(given, limits)
    check_kind(head)
    return CsvSource(given)


def check_kind(head: bytes) -> None:
    """Raises WrongType or WrongEncoding where a file's first eight bytes are those of neither CSV nor XLSX."""
    if head.startswith(_UTF16):
        raise WrongEncoding("文件是 UTF-16 编码:请另存为“CSV UTF-8(逗号分隔)”或 XLSX")
    for magic, what in _OTHER:
        if head.startswith(magic):
            raise WrongType(f"这是{what}:请另存为 XLSX 或 CSV(UTF-8 或 GB18030)后再导入")
