"""Files in few bytes: what the register keeps of a million companies, and how a file is read out of it again.

A plain company costs its code, its name and a few bytes of tables; a file with records holds them as they are stored
and is put together when somebody asks.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from credit import packing
from credit.model import Entity, Record
from credit.packing import EntityRow, RecordRow, StatementRow
from credit.profiles.model import Statement
from sanctions.dossiers import assemble
from sanctions.model import ParkedRow, Restriction, Scope
from sanctions.verdicts import Dossier

CODE = 18  # characters of a code, and bytes


class BarRow(msgspec.Struct, array_like=True, frozen=True):
    """A restriction by its columns, in this order, which is also the order of a bulk read."""

    restriction_id: str
    record_id: str
    entity_id: str
    scope: Scope
    first_day: date
    last_day: date | None
    basis_id: str
    basis: str
    seq: int
    withdrawn: bool


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is assembled from."""

    code: str | None
    entity: Entity | None = None
    records: Sequence[Record] = ()
    restrictions: Sequence[Restriction] = ()
    parked: Sequence[ParkedRow] = ()
    statements: Sequence[Statement] = ()

    def file(self) -> Dossier:
        return assemble(self.code, self.entity, self.records, self.restrictions, self.parked, self.statements)


class _Packed(msgspec.Struct, array_like=True, frozen=True):
    entity: EntityRow | None
    records: tuple[RecordRow, ...] = ()
    restrictions: tuple[BarRow, ...] = ()
    parked: tuple[ParkedRow, ...] = ()
    statements: tuple[StatementRow, ...] = ()


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Packed).decode


def pack(parts: Parts) -> bytes:
    """The parts of a file in bytes."""
    rows = [packing.record_row(record) for record in parts.records]
    bars = [BarRow(*(getattr(bar, name) for name in BarRow.__struct_fields__)) for bar in parts.restrictions]
    entity = packing.entity_row(parts.entity) if parts.entity else None
    return pack_rows(entity, rows, bars, parts.parked, [packing.statement_row(s) for s in parts.statements])


def pack_rows(
    entity: Any, records: Sequence[Any], bars: Sequence[Any], parked: Sequence[ParkedRow],
    statements: Sequence[StatementRow] = (),
) -> bytes:
    """As `pack`, from rows in the order of EntityRow, RecordRow and BarRow; trusted, as the store reads them."""
    if records or bars or parked or statements:
        return _encode((entity, records, bars, parked, statements))
    return _encode((entity,))


class Aside:
    """Rows kept by the entity they belong to until it comes by: one block of bytes, given back as a whole."""

    def __init__(self) -> None:
        self._block = bytearray()
        self._places: dict[str, tuple[int, ...]] = {}  # start and end of each row

    def add(self, entity_id: str, row: Sequence[Any]) -> None:
        """Keeps a row, in the order of RecordRow or BarRow."""
        start = len(self._block)
        self._block += _encode(row)
        self._places[entity_id] = (*self._places.get(entity_id, ()), start, len(self._block))

    def of(self, entity_id: str) -> Sequence[msgspec.Raw]:
        """The rows of an entity, for `pack_rows`."""
        places = self._places.get(entity_id)
        if places is None:
            return ()
        return [msgspec.Raw(bytes(self._block[s:e])) for s, e in zip(places[::2], places[1::2], strict=True)]


def unpack(code: str | None, packed: bytes) -> Dossier:
    """The file that was packed."""
    found = _decode(packed)
    return Parts(
        code=code, entity=packing.entity(found.entity) if found.entity else None,
        records=[packing.record(row) for row in found.records],
        restrictions=[Restriction(**msgspec.structs.asdict(row)) for row in found.restrictions],
        parked=found.parked, statements=[packing.statement(row) for row in found.statements],
    ).file()


class PackedFiles:
    """Packed files by code, to be filled once: two tables of row numbers, by code and by folded name.

    Both are open addressing over the hash of the text, at most half full; equal names follow one another.
    """

    def __init__(self, expected: int = 0) -> None:
        size = 1 << max(4, (2 * expected - 1).bit_length())
        self._mask = size - 1
        self._by_code = array("I", bytes(4 * size))  # row number plus one, 0 = free
        self._by_name = array("I", bytes(4 * size))
        self._codes = bytearray()
        self._blobs = bytearray()
        self._ends = array("Q", [0])

    def __len__(self) -> int:
        return len(self._ends) - 1

    def add(self, code: str, folded: str, packed: bytes) -> None:
        """Adds a file under a code of 18 ASCII characters that is not yet held."""
        row = len(self._ends)
        self._codes += code.encode()
        self._blobs += packed
        self._ends.append(len(self._blobs))
        mask = self._mask
        for table, at in ((self._by_code, hash(code) & mask), (self._by_name, hash(folded) & mask)):
            while table[at]:
                at = (at + 1) & mask
            table[at] = row

    def get(self, code: str) -> bytes | None:
        """The packed file of a code."""
        table, mask, codes, wanted = self._by_code, self._mask, self._codes, code.encode()
        at = hash(code) & mask
        while row := table[at]:
            if codes[CODE * row - CODE : CODE * row] == wanted:
                return self._packed(row)
            at = (at + 1) & mask
        return None

    def bearing(self, folded: str) -> Iterator[tuple[str, bytes]]:
        """Code and packed file of whoever may bear a folded name: the caller compares the name."""
        at = hash(folded) & self._mask
        while row := self._by_name[at]:
            yield self._code(row), self._packed(row)
            at = (at + 1) & self._mask

    def codes(self) -> Iterator[str]:
        """Every code, in the order of entry."""
        return map(self._code, range(1, len(self._ends)))

    def size(self) -> int:
        """Bytes held."""
        tables = (self._by_code, self._by_name, self._ends)
        return sum(table.itemsize * len(table) for table in tables) + len(self._codes) + len(self._blobs)

    def _packed(self, row: int) -> bytes:
        return bytes(self._blobs[self._ends[row - 1] : self._ends[row]])

    def _code(self, row: int) -> str:
        return self._codes[CODE * row - CODE : CODE * row].decode()
