"""The files of an extract in a folder of their own: rows sorted through runs on disk, then written, counted, hashed.

Nothing here holds more than a run in memory. Files are a cache of a pure function and may be dropped at any time;
`marks` are kept longer than the rows, tell nothing, and are what a later delta is made from.
"""

from __future__ import annotations

import csv
import hashlib
import heapq
import io
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

from credit.kernel.blobs import sync_folder, written
from sanctions.extracts.notes import MANIFEST, FileNote
from sanctions.extracts.rows import (
    CHANGE,
    COLUMNS,
    KEY,
    Mark,
    by_company,
    cells,
    delta_cells,
    differences,
    key_of,
    mark,
    split_lines,
)

RUN = 5000  # rows sorted at once
_FORGOTTEN = 86_400  # seconds
_PIECE = 1 << 16  # bytes
_EPOCH = (1980, 1, 1, 0, 0, 0)  # no archive tells when it was packed


class Runs:
    """Rows gathered in any order, list by list, to be given back by `order`."""

    def __init__(self, folder: Path, order: Callable[[bytes], str] = key_of) -> None:
        self.folder = folder
        self.order = order
        self._held: dict[str, list[bytes]] = {}
        self._count: dict[str, int] = {}

    def add(self, of_list: str, line: bytes) -> None:
        """Takes one line; writes a sorted run where enough are held."""
        held = self._held.setdefault(of_list, [])
        held.append(line)
        if len(held) >= RUN:
            self._spill(of_list)

    def _spill(self, of_list: str) -> None:
        held = sorted(self._held.pop(of_list), key=self.order)
        number = self._count[of_list] = self._count.get(of_list, 0) + 1
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{of_list}.{number:05d}").write_bytes(b"".join(held))

    def sorted(self, of_list: str, stack: ExitStack) -> Iterator[bytes]:
        """Every line of a list by key."""
        if self._held.get(of_list):
            self._spill(of_list)
        runs = sorted(self.folder.glob(f"{of_list}.*")) if self._count.get(of_list) else []
        return heapq.merge(*(split_lines(_pieces(stack.enter_context(p.open("rb")))) for p in runs), key=self.order)

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class Gathered:
    """The rows of an extract to be: by key for programs, by company for people."""

    def __init__(self, folder: Path) -> None:
        self.by_key = Runs(folder / "runs")
        self.by_company = Runs(folder / "sheets", by_company)

    def add(self, of_list: str, text: bytes) -> None:
        self.by_key.add(of_list, text)
        self.by_company.add(of_list, text)

    def drop(self) -> None:
        self.by_key.drop()
        self.by_company.drop()


def lay_out(folder: Path, rows: Gathered, titles: Mapping[str, str]) -> tuple[FileNote, ...]:
    """Writes both files and the marks of every list; what each is."""
    (folder / "marks").mkdir(parents=True)
    made: list[FileNote] = []
    for of_list, title in titles.items():
        with ExitStack() as stack:
            marks = stack.enter_context((folder / "marks" / of_list).open("wb"))
            plain = _Written(folder / f"{of_list}.jsonl", _marked(rows.by_key.sorted(of_list, stack), marks))
            sheet = _sheet_file(folder / f"{of_list}.csv", COLUMNS,
                                (cells(text, titles) for text in rows.by_company.sorted(of_list, stack)))
            made += (one.note(of_list, title) for one in (plain, sheet))
    rows.drop()
    sync_folder(folder)
    return tuple(made)


def lay_out_delta(base: Path, target: Path, folder: Path, titles: Mapping[str, str]) -> tuple[FileNote, ...]:
    """Writes what leads from the marks of `base` to the files of `target`; a list that one of them lacks is empty."""
    folder.mkdir(parents=True)
    made: list[FileNote] = []
    for of_list, title in titles.items():
        with ExitStack() as stack:
            told = differences(_marks(stack, base / "marks" / of_list), _lines(stack, target / f"{of_list}.jsonl"))
            plain = _Written(folder / f"{of_list}.delta.jsonl", told)
        with ExitStack() as stack:
            again = _lines(stack, plain.path)
            sheet = _sheet_file(folder / f"{of_list}.delta.csv", (CHANGE, *COLUMNS),
                                (delta_cells(text, titles) for text in again))
        made += (one.note(of_list, title) for one in (plain, sheet))
    sync_folder(folder)
    return tuple(made)


def pack(folder: Path, names: Sequence[str], target: Path) -> None:
    """The named files as one archive, once."""
    if target.exists():
        return
    draft = target.with_name(f".{target.name}.draft")
    with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with (folder / name).open("rb") as source, archive.open(entry, "w", force_zip64=True) as into:
                shutil.copyfileobj(source, into, _PIECE)
    draft.replace(target)


def keep_note(folder: Path, name: str, note: str) -> None:
    written(folder / name, note.encode(), 0o644)


def holds(folder: Path, note: str) -> bool:
    """Whether the files of this very manifest are in the folder: it is written last."""
    with suppress(OSError):
        return (folder / MANIFEST).read_text(encoding="utf-8") == note
    return False


def has_marks(folder: Path) -> bool:
    return (folder / "marks").is_dir()


def settle(draft: Path, final: Path) -> None:
    """Puts a finished folder in its place, instead of one that was there."""
    final.parent.mkdir(parents=True, exist_ok=True)
    drop(final)
    try:
        draft.rename(final)
    except OSError:
        if not final.is_dir():
            raise
        drop(draft)  # another process was faster: its folder is the same
    sync_folder(final.parent)


def copy_out(folder: Path, names: Sequence[str], into: Path) -> None:
    """Copies the named files into a folder of somebody's own."""
    into.mkdir(parents=True, exist_ok=True)
    for name in names:
        shutil.copyfile(folder / name, into / name)


def drop(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def drop_drafts(folder: Path) -> None:
    """Drops drafts that nobody has touched for a day."""
    before = time.time() - _FORGOTTEN
    for draft in folder.glob(".ext_*"):
        if draft.stat().st_mtime < before:
            drop(draft)


def drop_rows(folder: Path) -> None:
    """Leaves nothing of a superseded extract but its marks."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.name == "marks":
            continue
        if path.is_dir():
            drop(path)
        else:
            path.unlink(missing_ok=True)


class _Written:
    """A file as it was written: rows beside the heading, length, hash."""

    def __init__(self, path: Path, parts: Iterable[bytes], *, heading: bytes = b"") -> None:
        self.path, self.rows, self.size, self._hashed = path, 0, 0, hashlib.sha256()
        with path.open("wb") as file:
            self._add(file, heading)
            for part in parts:
                self._add(file, part)
                self.rows += 1

    def _add(self, file: IO[bytes], content: bytes) -> None:
        file.write(content)
        self.size += len(content)
        self._hashed.update(content)

    def note(self, of_list: str, title: str) -> FileNote:
        return FileNote(name=self.path.name, list=of_list, title=title, rows=self.rows, bytes=self.size,
                        sha256=self._hashed.hexdigest())


def _sheet_file(path: Path, head: Sequence[str], rows: Iterable[Sequence[str]]) -> _Written:
    """With the mark that tells spreadsheets of UTF-8."""
    return _Written(path, (_csv(row).encode() for row in rows), heading=_csv(head).encode("utf-8-sig"))


def _csv(row: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerow(row)
    return text.getvalue()


def _marked(lines: Iterable[bytes], into: IO[bytes]) -> Iterator[bytes]:
    for line in lines:
        into.write(b"".join(mark(line)))
        yield line


def _marks(stack: ExitStack, path: Path) -> Iterator[Mark]:
    with suppress(FileNotFoundError):
        file = stack.enter_context(path.open("rb"))
        while entry := file.read(2 * KEY):
            yield Mark(entry[:KEY], entry[KEY:])


def _lines(stack: ExitStack, path: Path) -> Iterator[bytes]:
    with suppress(FileNotFoundError):
        yield from split_lines(_pieces(stack.enter_context(path.open("rb"))))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
