"""Rows to bytes and back: CSV, XLSX, JSON Lines. Pure.

A spreadsheet takes a cell that begins with = + - @ for a formula. In CSV such a cell gets an apostrophe before it, in
XLSX, where every cell is written as text, only one that begins with =; JSON Lines is never changed. Reading takes the
apostrophe off again, so that nothing is lost on the way; a cell that already looks guarded is guarded once more.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from sanctions.exchange.fields import ExchangeSet, Form
from sanctions.intake.headers import fold_header
from sanctions.intake.outcomes import FileRefused, HeaderMissing, Limits, SeveralSheets, TooManyRows, UnknownColumn
from sanctions.intake.reading import Input, RawRow, Source
from sanctions.intake.sources import open_source
from sanctions.spreadsheets import write_xlsx

_GUARDED = re.compile(r"^'* *[=+\-@\t\r]")
_GUARDED_XLSX = re.compile(r"^'*=")
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE = 1_000_000  # bytes of a line of JSON Lines
_SNIFF = 4096


class Given(msgspec.Struct, frozen=True):
    """A row of a file by the names of its fields, numbered as a spreadsheet does; `fault` where it cannot be read."""

    row: int
    cells: dict[str, str]
    fault: tuple[str, str, str] | None = None  # column, code, detail


def guard(text: str, form: Form) -> str:
    """The cell as it is written."""
    if form is Form.JSONL:
        return text
    plain = _NOT_TEXT.sub("\ufffd", text)
    pattern = _GUARDED if form is Form.CSV else _GUARDED_XLSX
    return "'" + plain if pattern.match(plain) else plain


def unguard(text: str, form: Form) -> str:
    """The cell as it was before `guard`."""
    pattern = _GUARDED if form is Form.CSV else _GUARDED_XLSX
    return text[1:] if form is not Form.JSONL and text.startswith("'") and pattern.match(text) else text


def written(made: ExchangeSet, rows: Iterable[Mapping[str, str]], form: Form) -> bytes:
    """The file. CSV is UTF-8 with its mark and CRLF; JSON Lines has an object a line, empty fields left out."""
    names = [f.name for f in made.fields]
    if form is Form.JSONL:
        lines = (msgspec.json.encode({n: row[n] for n in names if row.get(n)}) for row in rows)
        return b"".join(line + b"\n" for line in lines)
    table = ([guard(row.get(n, ""), form) for n in names] for row in rows)
    head = [f.title for f in made.fields]
    if form is Form.XLSX:
        book = io.BytesIO()
        write_xlsx(book, _with_head(head, table))
        return book.getvalue()
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_with_head(head, table))
    return text.getvalue().encode("utf-8-sig")


def form_of(data: bytes | Path) -> Form:
    """How a file is written, by its first bytes; one without any is JSON Lines without rows."""
    if isinstance(data, bytes):
        head = data[:_SNIFF]
    else:
        with data.open("rb") as source:
            head = source.read(_SNIFF)
    if head.startswith(b"PK\x03\x04"):
        return Form.XLSX
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return Form.JSONL if text.startswith(b"{") or not text else Form.CSV


def rows_in(made: ExchangeSet, data: bytes | Path, limits: Limits) -> Iterator[Given]:
    """Every row that holds anything, in order; a column is known by its title, our name for it, or its code.

    Raises a FileRefused for a file that cannot be read, has no header or a filled column that nobody knows.
    """
    form = form_of(data)
    found = _lines(made, Input(data, limits)) if form is Form.JSONL else _cells(made, data, form, limits)
    for number, given in enumerate(found, 1):
        if number > limits.max_rows:
            raise TooManyRows(f"数据超过 {limits.max_rows} 行:请拆分后分次导入")
        yield given


def _with_head(head: Sequence[str], table: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield head
    yield from table


def _lines(made: ExchangeSet, given: Input) -> Iterator[Given]:
    known = {f.name: f for f in made.fields}
    with given.open() as source:
        number = 0
        while line := source.readline(_LINE + 1):
            number += 1
            if len(line) > _LINE:
                raise FileRefused("一行超过一百万字节:JSON Lines 应一行一条记录")
            text = line.removeprefix(b"\xef\xbb\xbf").strip() if number == 1 else line.strip()
            if text:
                yield _object(number, text, known)


def _object(number: int, text: bytes, known: Mapping[str, Any]) -> Given:
    try:
        found = msgspec.json.decode(text, type=dict[str, str | int | float | None])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Given(number, {}, ("", "json_unreadable", "本行不是一个各项为文本的 JSON 对象"))
    cells = {name: "" if value is None else str(value).strip() for name, value in found.items()}
    if any(_NOT_TEXT.search(value) for value in cells.values()):
        return Given(number, {}, ("", "not_text", "本行含有控制字符:请删去"))
    strange = next((name for name, value in cells.items() if name not in known and value), None)
    if strange is not None:
        return Given(number, {}, (strange[:60], "unknown_field", "不认识的字段:见 GET /v1/exchange 的字段表,或删去"))
    return Given(number, {n: v for n, v in cells.items() if n in known and not known[n].personal})


def _cells(made: ExchangeSet, data: bytes | Path, form: Form, limits: Limits) -> Iterator[Given]:
    source = open_source(data, limits, values_only=True)
    sheet, header, places = _header(made, source)
    for raw in source.rows(sheet):
        if raw.number <= header.number or not (raw.fault or any(map(str.strip, raw.cells))):
            continue
        _refuse_unknown(header, raw, places)
        if raw.fault:
            yield Given(raw.number, {}, ("", *raw.fault))
        else:
            cells = {name: unguard(raw.cells[at].strip(), form) for at, name in places.items() if at < len(raw.cells)}
            yield Given(raw.number, {name: text for name, text in cells.items() if text and name})


def _header(made: ExchangeSet, source: Source) -> tuple[str, RawRow, dict[int, str]]:
    """The sheet, the header row, and the field of each known column, "" for one that is not read."""
    known: dict[str, str] = {}
    for field in made.fields:
        for spelling in (field.title, field.name, field.code or ""):
            known.setdefault(fold_header(spelling), "" if field.personal else field.name)
    needed = {f.name for f in made.fields if f.required}
    found = []
    for sheet, head in source.heads.items():
        for row in head:
            places = {at: known[fold_header(c)] for at, c in enumerate(row.cells) if c.strip() and
                      fold_header(c) in known}
            if needed <= set(places.values()):
                found.append((sheet, row, places))
                break
    if len(found) > 1:
        raise SeveralSheets("多个工作表都有本数据集的列:请每个文件只保留一个工作表")
    if not found:
        wanted = "、".join(f"“{f.title}”" for f in made.fields if f.required)
        raise HeaderMissing(f"找不到“{made.title}”的表头:须有{wanted}")
    return found[0]


def _refuse_unknown(header: RawRow, raw: RawRow, places: Mapping[int, str]) -> None:
    for at, cell in enumerate(raw.cells):
        if at not in places and cell.strip():
            name = header.cells[at].strip() if at < len(header.cells) else ""
            told = f"不认识第{at + 1}列“{name[:60]}”:请改成字段表的列名,或删除该列"
            raise UnknownColumn(told, column=name, nearest=[])
