"""Header row → what each column means. Spellings are data (`headers.yaml`); an unknown column is refused by name."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from sanctions.intake.outcomes import DuplicateColumn, HeaderMissing, UnknownColumn
from sanctions.intake.privacy import without_id_numbers

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_UNDERSCORES = re.compile(r"[-‐‑‒–—―_﹍]+")
_EDGES = re.compile(r"^[*※]+|[:*※。]+$")
_EVIDENCE = {"code", "document_no", "kinds", "content", "decided_on", "authority", "facts"}


class Column(NamedTuple):
    """A column that is kept: its place, its header as written, its meaning ("" = of no use) and greatest length."""

    place: int
    header: str
    meaning: str
    max_length: int | None


class Header(NamedTuple):
    """A header row understood; `unknown` are columns that must be empty for the file to be read."""

    row: int
    columns: tuple[Column, ...]
    personal: tuple[str, ...]
    unknown: tuple[tuple[int, str], ...]


class _Spellings(NamedTuple):
    meanings: dict[str, str]
    lengths: dict[str, int | None]
    unread: frozenset[str]
    personal: frozenset[str]
    shown: dict[str, str]
    standard: dict[str, str]


def fold_header(text: str) -> str:
    """The form in which headers are compared: width, case, blanks, hyphens and edges made one."""
    folded = _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()
    return _EDGES.sub("", _UNDERSCORES.sub("_", folded))


def is_header(cells: list[str]) -> bool:
    """True for a row that names the company column and at least one more that only penalties have."""
    meanings = {_spellings().meanings.get(fold_header(cell)) for cell in cells}
    return "name" in meanings and bool(meanings & _EVIDENCE)


def read_header(row: int, cells: list[str]) -> Header:
    """The meaning of each column. Raises DuplicateColumn when two columns claim the same one."""
    known = _spellings()
    columns, personal, unknown = [], [], []
    for index, cell in enumerate(cells):
        folded = fold_header(cell)
        meaning = known.meanings.get(folded)
        if meaning:
            columns.append(Column(index, cell.strip(), meaning, known.lengths[meaning]))
        elif folded in known.personal:
            personal.append(cell.strip())
        elif folded in known.unread:
            columns.append(Column(index, cell.strip(), "", None))
        else:
            unknown.append((index, cell.strip()))
    _check_once(columns)
    return Header(row, tuple(columns), tuple(personal), tuple(unknown))


def standard_name(meaning: str) -> str:
    """The 2018 column name of a meaning, for sentences about a column that the file does not have."""
    return _spellings().standard[meaning]


def company_of(raw: Mapping[str, str]) -> str:
    """The company's name in a row kept by its headers; empty where the row has none."""
    meanings = _spellings().meanings
    return next((cell.strip() for header, cell in raw.items()
                 if cell.strip() and meanings.get(fold_header(header)) in ("name", "name_2")), "")


def no_header(first: list[str]) -> HeaderMissing:
    """The refusal of a file whose first rows name no known columns."""
    seen = without_id_numbers("、".join(c.strip()[:20] for c in first if c.strip())[:120]) or "(空)"
    return HeaderMissing(
        f"找不到表头(读到的首行是:{seen}):第一行须有“行政相对人名称”“行政处罚决定书文号”等列名;"
        "列以逗号分隔;若显示为乱码,请另存为“CSV UTF-8(逗号分隔)”"
    )


def unknown_column(index: int, header: str) -> UnknownColumn:
    """The refusal of a filled column whose name nobody knows, with the nearest known names."""
    if not header:
        return UnknownColumn(f"第{index + 1}列有内容而没有列名:请补上列名或删除该列", column="", nearest=[])
    known = _spellings()
    near = difflib.get_close_matches(fold_header(header), known.shown, n=3, cutoff=0.5)
    nearest = [known.shown[n] for n in near]
    hint = f",相近的列名有{'、'.join(f'“{n}”' for n in nearest)}" if nearest else ""
    return UnknownColumn(
        f"不认识第{index + 1}列“{header[:60]}”{hint}:请改成双公示列名,或删除该列", column=header, nearest=nearest
    )


def _check_once(columns: list[Column]) -> None:
    twice = [m for m, n in Counter(c.meaning for c in columns if c.meaning).items() if n > 1]
    if twice:
        names = "、".join(f"“{c.header}”" for c in columns if c.meaning == twice[0])
        raise DuplicateColumn(f"{names}是同一内容的两列:请只保留一列", columns=names)


@cache
def _spellings() -> _Spellings:
    text = resources.files("sanctions.intake").joinpath("headers.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    meanings = {fold_header(s): m for m, c in raw["columns"].items() for s in c["spellings"]}
    return _Spellings(
        meanings,
        {m: c.get("max") for m, c in raw["columns"].items()},
        frozenset(map(fold_header, raw["unread"])),
        frozenset(map(fold_header, raw["personal"])),
        {fold_header(s): s for c in raw["columns"].values() for s in c["spellings"]},
        {m: c["spellings"][0] for m, c in raw["columns"].items()},
    )
