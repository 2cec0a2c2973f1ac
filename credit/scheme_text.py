"""The text of a scheme file with the line of every key, so that a fault can be shown where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 12  # no scheme is deeper; an anchor that holds itself would never end

Place = tuple[str | int, ...]
NAMES = {"bands": "grade", "groups": "group", "fault_groups": "group", "merits": "item", "faults": "item",
         "thresholds": "threshold"}


class Flaw(NamedTuple):
    """What is wrong at a place of a file, and its cure."""

    place: Place
    says: str


class Text(NamedTuple):
    """A file read: its values, the line of each place, and what the text itself has wrong."""

    file: str
    raw: Any
    lines: dict[Place, int]
    flaws: tuple[Flaw, ...]

    def tell(self, flaw: Flaw) -> str:
        """`file:line: where: what; cure`."""
        place = flaw.place
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.file}:{self.lines.get(place, 1)}: {self._where(flaw.place)}: {flaw.says}"

    def _where(self, place: Place) -> str:
        if place and place[0] == "versions":
            return f"version {place[1] + 1 if len(place) > 1 and isinstance(place[1], int) else '?'}" + (
                f", {self._where_in(place[2:], ('versions', place[1]))}" if len(place) > 2 else "")
        return self._where_in(place, ())

    def _where_in(self, place: Place, base: Place) -> str:
        if len(place) > 1 and place[0] in NAMES and isinstance(place[1], int):
            found = _value(self.raw, (*base, *place[:2]))
            name = found.get(NAMES[str(place[0])], "?") if isinstance(found, dict) else "?"
            return f"{place[0]} {name}"
        return str(place[1 if place[:1] == ("changes",) and len(place) > 1 else 0]) if place else "scheme"


def read(file: str, content: str | bytes) -> Text:
    """The file; what is no UTF-8 or no YAML mapping has flaws and no values."""
    try:
        text = content if isinstance(content, str) else content.decode()
        loader = _LOADER(text)
        node = loader.get_single_node()
        raw = loader.construct_document(node) if node is not None else None
    except UnicodeDecodeError as exc:
        line = content[:exc.start].count(b"\n") + 1 if isinstance(content, bytes) else 1
        return Text(file, None, {(): line}, (Flaw((), "not UTF-8 (perhaps saved as GBK); save the file as UTF-8"),))
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        return Text(file, None, {(): line}, (Flaw((), f"not YAML: {exc.problem}; mend this line"),))
    except (yaml.YAMLError, ValueError) as exc:
        return Text(file, None, {}, (Flaw((), f"not YAML: {exc}; mend the value"),))
    if not isinstance(raw, dict):
        says = "must be a mapping with id, title, from, source, base, bands and items"
        return Text(file, None, {}, (Flaw((), says),))
    lines: dict[Place, int] = {(): 1}
    return Text(file, raw, lines, tuple(_walk(node, (), lines)))


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int]) -> Iterator[Flaw]:
    if len(place) > _DEEPEST:
        return
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            at = (*place, str(key.value))
            if at in lines:
                yield Flaw(at, f"`{key.value}` is given twice, first in line {lines[at]}; keep one")
            lines[at] = key.start_mark.line + 1
            yield from _walk(value, at, lines)
    elif isinstance(node, yaml.SequenceNode):
        for i, value in enumerate(node.value):
            lines[*place, i] = value.start_mark.line + 1
            yield from _walk(value, (*place, i), lines)


def _value(raw: Any, place: Place) -> Any:
    for step in place:
        try:
            raw = raw[step]
        except (KeyError, IndexError, TypeError):
            return None
    return raw
