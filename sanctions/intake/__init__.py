"""双公示 files (CSV, XLSX) → commands, parked rows and rejections. Pure: no clock, no database, nothing kept.

`read` is meant for a worker thread or process; a refusal of the whole file is raised before the first row, except
for what only shows later (too many rows, a sheet that breaks in the middle).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sanctions.intake.outcomes import (
    Accepted,
    Fault,
    FileRefused,
    Layout,
    Limits,
    Missing,
    Outcome,
    Parked,
    Rejected,
)
from sanctions.intake.rows import read_row
from sanctions.intake.table import Table

__all__ = [
    "Accepted",
    "Fault",
    "FileRefused",
    "Layout",
    "Limits",
    "Missing",
    "Outcome",
    "Parked",
    "Rejected",
    "layout",
    "read",
]


def layout(data: bytes | Path, *, limits: Limits | None = None) -> Layout:
    """How the file would be understood. Raises a FileRefused naming the cure."""
    return Table(data, limits or Limits()).layout


def read(data: bytes | Path, *, today: date, limits: Limits | None = None) -> Iterator[Outcome]:
    """Exactly one outcome per data row that holds anything, in order, with the row number a spreadsheet shows.

    `today` is the business day (Asia/Shanghai): a later decision date is rejected. Raises a FileRefused at once
    when the file cannot be read. Rows are read lazily, in bounded memory.
    """
    bounds = limits or Limits()
    table = Table(data, bounds)
    return (
        read_row(table.header, raw, today=today, shift=table.date_shift, max_cell=bounds.max_cell)
        for raw in table.rows()
    )
