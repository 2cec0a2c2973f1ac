"""Files of lists as other houses publish them, read by a manifest that says what is in them. Pure.

A day that stands for "no end" (9999-12-31, year 0999, 长期) is an open end, never a date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml

from credit.kernel.errors import FieldError, Invalid
from credit.model import Authority
from sanctions.intake.headers import fold_header
from sanctions.intake.outcomes import HeaderMissing, Limits, Rejected, SeveralSheets, TooManyRows
from sanctions.intake.reading import RawRow, Source
from sanctions.intake.sources import open_source
from sanctions.intake.values import ValueFault, is_cell_error, is_empty, parse_date
from sanctions.model import NO_END_FROM, ListCode, ListingCommand, SubjectInput

_OPEN_WORDS = frozenset({"长期", "永久", "无期限", "无限期", "长期有效", "indefinite", "permanent", "open"})
_YEAR = re.compile(r"(\d{4})\s*[年/.-]?\s*\d{1,2}")
_FIRST_YEAR = 1000  # before it, as from NO_END_FROM, a year only says that there is no end
_LARGEST_MANIFEST = 20_000  # characters


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which column of the file holds what, by its heading."""

    name: str
    code: str
    document_no: str
    decided_on: str
    until: str | None = None
    corrected_on: str | None = None
    facts: str | None = None
    basis: str | None = None
    authority: str | None = None
    authority_code: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a list file is: of which list, from which official channel, taken when, whole or only what is new.

    `basis` and `authority` stand for rows that have no such column; `sha256` and `encoding` must fit where given.
    """

    list: ListCode
    official_channel: str
    fetched_at: datetime
    complete: bool
    columns: Columns
    basis: str = ""
    authority: Authority | None = None
    sha256: str | None = None
    encoding: str | None = None


class ListRow(msgspec.Struct, frozen=True):
    """A readable row; its command has `open_end` where the file says that there is no last day."""

    row: int
    command: ListingCommand


def read_manifest(text: str) -> Manifest:
    """The manifest of YAML or JSON text. Raises Invalid naming the field."""
    try:
        if len(text) > _LARGEST_MANIFEST:
            raise ValueError("the manifest is too long")
        found: Any = yaml.safe_load(text)
        made = msgspec.convert(found, Manifest, strict=False)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        told = str(exc).splitlines()[0][:200]
        raise Invalid(f"清单有误:{told}", errors=(FieldError("/manifest", "wrong_form", told),)) from None
    if made.fetched_at.tzinfo is None:
        fault = FieldError("/manifest/fetched_at", "no_offset", "须带时区,如 2026-11-22T08:00:00+08:00")
        raise Invalid("清单的取得时间须带时区", errors=(fault,))
    return made


def read_list(data: bytes | Path, manifest: Manifest, limits: Limits) -> Iterator[ListRow | Rejected]:
    """One outcome per row that holds anything, in order. Raises a FileRefused."""
    source = open_source(data, limits, values_only=True)
    sheet, header, places = _header(source, manifest.columns)
    seen = 0
    for raw in source.rows(sheet):
        if raw.number <= header or not (raw.fault or any(map(str.strip, raw.cells))):
            continue
        seen += 1
        if seen > limits.max_rows:
            raise TooManyRows(f"名单超过 {limits.max_rows} 行:请拆分后分次导入")
        yield _row(raw, places, manifest)


def is_open_end(text: str) -> bool:
    """Whether a last day only says that there is none."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in _OPEN_WORDS:
        return True
    found = _YEAR.match(folded)
    return found is not None and not _FIRST_YEAR <= int(found[1]) < NO_END_FROM


def _header(source: Source, columns: Columns) -> tuple[str, int, dict[str, int]]:
    wanted = {meaning: fold_header(text) for meaning, text in msgspec.structs.asdict(columns).items() if text}
    found = []
    for sheet, head in source.heads.items():
        for row in head:
            folded = [fold_header(cell) for cell in row.cells]
            if all(text in folded for text in wanted.values()):
                found.append((sheet, row.number, {m: folded.index(text) for m, text in wanted.items()}))
                break
    if len(found) > 1:
        raise SeveralSheets("多个工作表都有清单所列的列:请每个文件只保留一个工作表")
    if not found:
        raise HeaderMissing("找不到清单所列的全部列名:" + "、".join(f"“{t}”" for t in wanted.values()))
    return found[0]


def _row(raw: RawRow, places: Mapping[str, int], manifest: Manifest) -> ListRow | Rejected:
    if raw.fault:
        return Rejected(raw.number, "", *raw.fault)
    cells = {m: raw.cells[place].strip() if place < len(raw.cells) else "" for m, place in places.items()}
    cells = {m: "" if is_empty(text) else text for m, text in cells.items()}
    column = "decided_on"
    try:
        for meaning, text in cells.items():
            column = meaning
            if is_cell_error(text):
                raise ValueFault("cell_error", "单元格是计算错误:请填写实际内容")
        column = "decided_on"
        if not cells["decided_on"]:
            raise ValueFault("missing", "填写列入决定日期")
        decided = parse_date(cells["decided_on"])
        column, stated = "until", cells.get("until", "")
        endless = is_open_end(stated)
        until = parse_date(stated) if stated and not endless else None
        column, mended = "corrected_on", cells.get("corrected_on", "")
        corrected = parse_date(mended) if mended else None
    except ValueFault as fault:
        return Rejected(raw.number, getattr(manifest.columns, column), fault.code, fault.detail)
    named, held = cells.get("authority"), manifest.authority
    authority = Authority(name=named, code=cells.get("authority_code") or None) if named else held
    command = ListingCommand(
        subject=SubjectInput(name=cells["name"], code=cells["code"] or None), list=manifest.list,
        document_no=cells["document_no"], facts=cells.get("facts", ""), basis=cells.get("basis") or manifest.basis,
        decided_on=decided, corrected_on=corrected, until=until, open_end=endless,
        authority=authority or Authority(name=""),
    )
    return ListRow(raw.number, command)
