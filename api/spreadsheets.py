"""CSV files for people with spreadsheets: UTF-8 with BOM, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from sanctions.spreadsheets import neutral as neutral


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Writes the rows, each cell made neutral; answers how many. Raises OSError."""
    written = 0
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        out = csv.writer(target)
        out.writerow(header)
        for row in rows:
            out.writerow([neutral(cell) for cell in row])
            written += 1
    return written
