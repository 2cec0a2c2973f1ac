"""The files of a screening in a folder of their own: upload, rows in chunks, answered parts, result.

All names but the upload's bytes follow from the work, so that doing it again writes the same files.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from credit.kernel.blobs import sync_folder
from sanctions.intake.asked import AskedRow, read_asked
from sanctions.intake.outcomes import Limits
from sanctions.service.answering.bulk import HEADER, Fixed, Line, cells
from sanctions.spreadsheets import neutral, write_xlsx

CHUNK = 5000  # rows answered and kept together
_GIVEN = (1, 2, 4)  # cells of a clean row whose text is not ours
_TITLES = 8
_ORPHAN_AFTER = 86_400  # seconds after which an upload that never became a request is dropped


class Folder:
    """The files of one screening."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.upload = path / "upload"
        self.result = path / "result.csv"
        self.workbook = path / "result.xlsx"
        self._rows = path / "rows"
        self._parts = path / "parts"

    def make(self) -> None:
        self.path.mkdir(parents=True, mode=0o700)

    def rows(self, number: int) -> list[AskedRow]:
        """The rows of a chunk, as `lay_out` left them."""
        return msgspec.msgpack.decode((self._rows / f"{number:05d}").read_bytes(), type=list[AskedRow])

    def keep_part(self, number: int, content: bytes) -> str:
        """Stores an answered chunk durably; its SHA-256."""
        self._parts.mkdir(exist_ok=True)
        _write(self._parts / f"{number:05d}", content)
        return hashlib.sha256(content).hexdigest()

    def assemble(self, digests: Sequence[str]) -> tuple[str, int]:
        """Joins the parts to the result; its SHA-256 and length. Raises OSError where a part is not what was kept."""
        draft, hashed, size = self.path / "result.draft", hashlib.sha256(), 0
        with draft.open("wb") as target:
            for body in self._bodies(digests):
                target.write(body)
                hashed.update(body)
                size += len(body)
            target.flush()
            os.fsync(target.fileno())
        draft.replace(self.result)
        sync_folder(self.path)
        return hashed.hexdigest(), size

    def _bodies(self, digests: Sequence[str]) -> Iterator[bytes]:
        yield header_bytes()
        for number, digest in enumerate(digests):
            yield self._part(number, digest)

    def _part(self, number: int, digest: str) -> bytes:
        content = (self._parts / f"{number:05d}").read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise OSError(f"part {number} of {self.path.name} is not what was kept")
        return content

    def clear_work(self) -> None:
        """Drops what only the work needed, the upload too."""
        shutil.rmtree(self._rows, ignore_errors=True)
        shutil.rmtree(self._parts, ignore_errors=True)
        self.upload.unlink(missing_ok=True)

    def drop(self) -> None:
        """Drops everything."""
        shutil.rmtree(self.path, ignore_errors=True)


def orphans(folder: Path) -> list[str]:
    """Names of folders that have not been touched for a day; their requests may never have been made."""
    if not folder.is_dir():
        return []
    before = time.time() - _ORPHAN_AFTER
    return sorted(p.name for p in folder.iterdir() if p.stat().st_mtime < before)


def lay_out(path: Path, limits: Limits) -> int:
    """Runs in a worker process: reads the upload into chunks and answers how many rows. Raises a FileRefused."""
    folder, count = path / "rows", 0
    whole = folder / "total"
    if whole.exists():
        return int(whole.read_text())
    folder.mkdir(exist_ok=True)
    rows = read_asked(path / "upload", limits)
    for number in range(limits.max_rows):
        chunk = list(islice(rows, CHUNK))
        if not chunk:
            break
        (folder / f"{number:05d}").write_bytes(msgspec.msgpack.encode(chunk))
        count += len(chunk)
    _write(whole, str(count).encode())
    return count


def part_bytes(lines: Iterable[Line], asked: Fixed) -> bytes:
    """An answered chunk as CSV, each foreign cell made neutral."""
    text = io.StringIO(newline="")
    out = csv.writer(text)
    for line in lines:
        row = cells(line, asked)
        if line.verdict is not None and not row[_TITLES]:
            for at in _GIVEN:
                row[at] = neutral(row[at])
        else:
            row = [neutral(cell) for cell in row]
        out.writerow(row)
    return text.getvalue().encode()


def header_bytes() -> bytes:
    """The first line of a result, with the mark that tells spreadsheets of UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(HEADER)
    return text.getvalue().encode("utf-8-sig")


def write_workbook(source: Path, target: Path) -> None:
    """Runs in a worker process: the result as XLSX, once."""
    if target.exists():
        return
    draft = target.with_suffix(".draft")
    with source.open(encoding="utf-8-sig", newline="") as text, draft.open("wb") as out:
        write_xlsx(out, csv.reader(text))
    draft.replace(target)


def _write(path: Path, content: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())
    draft.replace(path)
