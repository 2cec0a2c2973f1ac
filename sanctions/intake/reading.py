"""What every reader of a file gives: raw rows, numbered as a spreadsheet numbers them, walked as often as needed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from sanctions.intake.outcomes import FileTooLarge, Limits

HEAD_ROWS = 10  # a header is looked for this far down


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
