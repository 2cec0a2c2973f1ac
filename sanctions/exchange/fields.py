"""The exchange sets and their field tables, from `sets.yaml`. Pure; a table that contradicts itself is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

import msgspec
import yaml

from credit.kernel.errors import NotFound


class Records(StrEnum):
    """What the rows of a set are made from."""

    PENALTY = "penalty"
    LIST_ENTRY = "list_entry"
    REMOVAL = "removal"
    MERIT = "merit"
    CONDUCT = "conduct"
    GRADE = "grade"


class Form(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column: `code` is an official or implemented one, null where none was seen; `name` is how it is called here.

    `length` in characters. `verified`: seen in the source of the set.
    """

    name: str
    title: str
    code: str | None = None
    type: str = "text"
    length: int | None = None
    required: bool = False
    verified: bool = False
    personal: bool = False
    told: bool = False


class ExchangeSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of file. `formats`: those it is written in, the first unless told."""

    id: str
    title: str
    title_verified: bool
    records: Records
    formats: tuple[Form, ...]
    carrier_verified: bool
    required_verified: bool
    source: str
    note: str
    fields: tuple[Field, ...]


class UnknownSet(NotFound):
    code = "exchange_set_unknown"
    title = "没有这个交换数据集 No such exchange set"


def exchange_set(name: str) -> ExchangeSet:
    """The set of this name. Raises UnknownSet naming those there are."""
    found = exchange_sets().get(name)
    if found is None:
        raise UnknownSet(f"没有这个数据集;可用:{'、'.join(exchange_sets())}", known=list(exchange_sets()))
    return found


@cache
def exchange_sets() -> Mapping[str, ExchangeSet]:
    """Every set by its name, in the order of the file. Raises ValueError for a name used twice in a table."""
    found = {
        name: msgspec.convert({"id": name, **body}, ExchangeSet) for name, body in _raw()["sets"].items()
    }
    for one in found.values():
        for what in ([f.name for f in one.fields], [f.title for f in one.fields]):
            if len(set(what)) != len(what):
                raise ValueError(f"sets.yaml: {one.id} names a field twice")
    return found


@cache
def words(group: str) -> Mapping[str, str]:
    """The words that files use for our codes."""
    return dict(_raw()["words"][group])


@cache
def meanings(group: str) -> Mapping[str, str]:
    """Our codes by word; the code itself is understood as well."""
    return {word: code for code, word in words(group).items()} | {code: code for code in words(group)}


@cache
def _raw() -> Mapping[str, Any]:
    text = resources.files("sanctions.exchange").joinpath("sets.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)
    return found
