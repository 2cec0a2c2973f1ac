"""A draw's list as an office types or pastes it: one item to a line, read with the line at fault named. Pure."""

from __future__ import annotations

import re

import msgspec

from api.web.forms import Fault
from credit.kernel.errors import Refusal
from sanctions.draws import DrawInput, DrawKind, ItemInput

LONGEST = 120_000  # characters of a thousand lines
_CELLS = re.compile(r"\s*[\t,;\uff0c\uff1b]\s*")
_BETWEEN = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")
_LONGEST_ID, _LONGEST_GRADE = 100, 20
_MOST_SHOWN = 20
_FIELDS = {"items": "items", "inspectors": "inspectors", "avoid": "avoid"}


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """The list with the line of each item and of each pair, counted from 1; `faults` are lines that cannot be read."""

    given: DrawInput
    lines: tuple[int, ...]
    pairs: tuple[int, ...]
    faults: tuple[Fault, ...]


def read(kind: DrawKind, scheme: str, items: str, inspectors: str, avoid: str) -> Typed:
    """The list of a form. An item is 编号, 代码 and, without a scheme, 等级, with a comma or a tab between them."""
    found, lines, faults = list[ItemInput](), list[int](), list[Fault]()
    for number, cells in _rows(items):
        if len(cells) not in (2, 3) or len(cells[0]) > _LONGEST_ID or len(cells[-1]) > _LONGEST_GRADE:
            said = f"第{number}行:应为“编号,统一社会信用代码”,另可加等级;编号至多{_LONGEST_ID}字"
            faults.append(Fault("items", said))
            continue
        found.append(ItemInput(id=cells[0], subject_code=cells[1], grade=cells[2] if len(cells) == 3 else None))
        lines.append(number)
    people = [name for name in _BETWEEN.split(inspectors) if name]
    faults += [Fault("inspectors", f"“{name[:20]}…”过长,填人员库编号") for name in people if len(name) > _LONGEST_ID]
    pairs, places = list[tuple[str, str]](), list[int]()
    for number, cells in _rows(avoid):
        if len(cells) != 2:
            faults.append(Fault("avoid", f"第{number}行:应为“编号,人员编号”"))
            continue
        pairs.append((cells[0], cells[1]))
        places.append(number)
    given = DrawInput(kind=kind, items=tuple(found), scheme=scheme or None, inspectors=tuple(people),
                      avoid=tuple(pairs))
    return Typed(given=given, lines=tuple(lines), pairs=tuple(places), faults=_few(faults))


def faults_at(refusal: Refusal, typed: Typed) -> tuple[Fault, ...]:
    """The faults of a refused list, each with the line where it was typed."""
    found = []
    for error in refusal.errors:
        _, name, *rest = [*error.pointer.split("/"), ""]
        number = int(rest[0]) if rest and rest[0].isdigit() else -1
        lines = {"items": typed.lines, "avoid": typed.pairs}.get(name, ())
        where = f"第{lines[number]}行:" if 0 <= number < len(lines) else ""
        if name == "inspectors" and 0 <= number < len(typed.given.inspectors):
            where = f"“{typed.given.inspectors[number][:20]}”:"
        found.append(Fault(_FIELDS.get(name, ""), where + error.detail))
    return _few(found) or (Fault("scheme" if typed.given.scheme else "", refusal.detail),)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """The lines that are not blank, cut at commas and tabs, else at blanks."""
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        plain = line.strip()
        if plain:
            cells = [c for c in _CELLS.split(plain) if c]
            rows.append((number, cells if len(cells) > 1 else plain.split()))
    return rows


def _few(found: list[Fault]) -> tuple[Fault, ...]:
    more = len(found) - _MOST_SHOWN
    return (*found[:_MOST_SHOWN], Fault(found[_MOST_SHOWN].field, f"另有{more}处")) if more > 0 else tuple(found)
