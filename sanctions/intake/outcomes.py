"""What reading a 双公示 file gives: one outcome per data row, and the refusals of a whole file."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.kernel.errors import Refusal
from sanctions.model import PenaltyCommand, Scope


class Missing(StrEnum):
    """What a person must still supply before a parked row becomes a penalty."""

    CODE = "code"
    NAME = "name"
    PERSON_REF = "person_ref"
    DOCUMENT_NO = "document_no"
    DECIDED_ON = "decided_on"
    KINDS = "kinds"
    AUTHORITY = "authority"
    FINE_AMOUNT = "fine_amount"


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong in a row: the column as the file writes it, a code, and the cure in a sentence."""

    column: str
    code: str
    detail: str


class Accepted(msgspec.Struct, frozen=True):
    """A complete row. `warnings` name optional cells that were left out because they cannot be read."""

    row: int
    command: PenaltyCommand
    warnings: tuple[Fault, ...] = ()


class Parked(msgspec.Struct, frozen=True):
    """A penalty that lacks something, kept as written without ID numbers; `faults` run parallel to `missing`.

    `code` is a code with right check digits that the row shows, even where a person must still confirm it;
    `touches` are the scopes whose answers the row makes undetermined.
    """

    row: int
    name: str
    raw: dict[str, str]
    missing: tuple[Missing, ...]
    faults: tuple[Fault, ...]
    code: str | None
    touches: tuple[Scope, ...]
    decided_on: date | None = None
    ban_unread: bool = False


class Rejected(msgspec.Struct, frozen=True):
    """A row that is no penalty or cannot be read: where, why, and the cure."""

    row: int
    column: str
    code: str
    detail: str


Outcome = Accepted | Parked | Rejected


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What a file may cost: bytes, rows with data, columns, characters in a cell; for XLSX what it unpacks to."""

    max_bytes: int = 50_000_000
    max_rows: int = 200_000
    max_columns: int = 200
    max_cell: int = 10_000
    max_unpacked: int = 400_000_000
    max_ratio: int = 200
    max_entries: int = 1_000


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """How the file was understood, for the report: nothing in it comes from the data rows."""

    kind: str  # csv or xlsx
    encoding: str | None
    sheet: str | None
    header_row: int
    columns: dict[str, str]  # header as written → what it was read as
    unread: tuple[str, ...]  # known columns the register does not use
    personal: tuple[str, ...]  # ID columns, read past and kept nowhere


class FileRefused(Refusal):
    """The file as a whole cannot be read; the sentence names the cure."""

    code = "file_unreadable"
    title = "文件无法读取 Unreadable file"


class FileTooLarge(FileRefused):
    code = "file_too_large"
    title = "文件过大 File too large"
    status = 413


class FileSuspicious(FileRefused):
    code = "file_suspicious"
    title = "文件可疑 Suspicious file"


class WrongEncoding(FileRefused):
    code = "file_encoding"
    title = "文件编码有误 Wrong encoding"


class WrongType(FileRefused):
    code = "file_type"
    title = "文件类型不支持 Unsupported file type"
    status = 415


class HeaderMissing(FileRefused):
    code = "header_missing"
    title = "找不到表头 Header row not found"


class UnknownColumn(FileRefused):
    code = "unknown_column"
    title = "不认识的列 Unknown column"


class DuplicateColumn(FileRefused):
    code = "duplicate_column"
    title = "列名重复 Duplicate column"


class SeveralSheets(FileRefused):
    code = "several_sheets"
    title = "多个工作表 Several sheets"


class TooManyRows(FileRefused):
    code = "too_many_rows"
    title = "行数过多 Too many rows"
