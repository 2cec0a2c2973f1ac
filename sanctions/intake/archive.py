"""An XLSX is a ZIP that a stranger packed: what it really unpacks to is counted before openpyxl sees it."""

from __future__ import annotations

import zipfile
import zlib

from sanctions.intake.outcomes import FileSuspicious, Limits, WrongType
from sanctions.intake.reading import Input

_CHUNK = 1 << 18
_SMALL = 1_000_000  # below this size a high ratio harms nobody
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def check_archive(given: Input, limits: Limits) -> None:
    """Raises FileSuspicious for bombs, entities and broken packages, WrongType for a ZIP that is no XLSX."""
    try:
        with given.open() as raw, zipfile.ZipFile(raw) as archive:
            entries = archive.infolist()
            _check_declared(entries, limits)
            total = 0
            for entry in entries:
                total = _unpack(archive, entry, total, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as exc:
        raise FileSuspicious("XLSX 压缩包已损坏或被加密:请用表格软件打开后另存为 XLSX") from exc


def _check_declared(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.max_entries:
        raise FileSuspicious(f"压缩包内有 {len(entries)} 个文件,不像 XLSX:请另存为 XLSX 后再导入")
    if "xl/workbook.xml" not in {e.filename for e in entries}:
        raise WrongType("这是压缩包,不是 XLSX 表格:请另存为 XLSX 或 CSV 后再导入")
    if sum(e.file_size for e in entries) > limits.max_unpacked:
        raise FileSuspicious("XLSX 解压后过大:请拆分后分次导入")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, total: int, limits: Limits) -> int:
    size, tail = 0, b""
    with archive.open(entry) as part:
        while chunk := part.read(_CHUNK):
            size += len(chunk)
            if total + size > limits.max_unpacked:
                raise FileSuspicious("XLSX 解压后过大:请拆分后分次导入")
            if size > _SMALL and size > limits.max_ratio * max(entry.compress_size, 1):
                raise FileSuspicious("XLSX 压缩比异常,疑为压缩炸弹:请用表格软件另存为 XLSX 后再导入")
            window = tail + chunk
            if any(word in window for word in _DECLARATIONS):
                raise FileSuspicious("XLSX 内含实体声明:请用表格软件另存为 XLSX 后再导入")
            tail = chunk[-16:]
    return total + size
