"""The rows of a list that a tender platform asks about, checked as far as a row alone can be. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from credit import uscc
from sanctions.intake.outcomes import Limits
from sanctions.intake.privacy import BLANKED, without_id_numbers
from sanctions.intake.suppliers import Supplier, read_suppliers

_ID_LENGTH = 18
MOST_ROWS = 1_000_000


class AskedRow(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """One row as typed, without ID numbers. `meant` is its canonical code, empty where there is none or a wrong one;
    `fault` says why there is nothing to ask, `doubt` that an ID number stood in place of the code."""

    row: int
    code: str | None
    name: str | None
    meant: str = ""
    fault: str | None = None
    doubt: str | None = None


def read_asked(data: bytes | Path, limits: Limits) -> Iterator[AskedRow]:
    """Every row that holds anything, in order. Raises a FileRefused."""
    return (asked(supplier) for supplier in read_suppliers(data, limits=limits))


def asked(supplier: Supplier) -> AskedRow:
    """A row of a list, its code checked."""
    code, name = supplier.code, supplier.name
    if name is not None and len(name) >= _ID_LENGTH:
        name = without_id_numbers(name)
    if supplier.fault or not code:
        return AskedRow(supplier.row, code, name, fault=supplier.fault)
    try:
        return AskedRow(supplier.row, code, name, uscc.check(code))
    except uscc.IdCardNumber as exc:
        return AskedRow(supplier.row, BLANKED, name, doubt=exc.detail)
    except uscc.BadCode:
        return AskedRow(supplier.row, without_id_numbers(code), name)
