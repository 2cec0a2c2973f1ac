"""The wording of letters: versioned jinja2 texts, one block per line, marked by how the line begins.

`=` title, `@` addressee, `##` heading, `|` table row (cells between `||`), `$` seal, `?` words beside the QR code,
`~=` title and `~` row of the 送达回证, `&` footer, `^` the place of the chart, `__` the foot of every page; any
other line is a paragraph. Inserted values can never open
a block: they are folded to one line and stripped of the control characters that mark blocks and cells.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from credit.kernel.errors import Refusal
from notices.model import Clock, ClockUnit, LetterKind

_MARKS = {"=": "title", "@": "salutation", "##": "heading", "|": "row", "$": "seal", "?": "code"}
_MARKS |= {"~=": "receipt", "~": "receipt_row", "&": "footer", "^": "chart", "__": "foot"}
_LINE = re.compile(r"^(=|@|##|\||\$|\?|~=|~|&|\^|__)[ \t]+", re.MULTILINE)
_CELL = "\x1f"
_MARK = "\x1e"
_UNITS = {ClockUnit.WORKING_DAYS: "个工作日", ClockUnit.DAYS: "日", ClockUnit.MONTHS: "个月"}


class TemplateUnknown(Refusal):
    code = "template_unknown"
    title = "没有这一版模板 Unknown template version"


class Marked(NamedTuple):
    """One line of a rendered text: what it is (`paragraph`, `heading`, …) and its cells."""

    mark: str
    cells: tuple[str, ...]


def render(kind: LetterKind, version: str, values: dict[str, object]) -> Iterator[Marked]:
    """The lines of the letter in order. Raises TemplateUnknown; a value the text needs and lacks is an error."""
    for line in _template(kind, version).render(values).split("\n"):
        mark, _, text = line.rpartition(_MARK)
        cells = tuple(cell.strip() for cell in text.split(_CELL))
        if any(cells):
            yield Marked(mark or "paragraph", cells)


def day(value: date) -> str:
    """A day as official letters write it: 2026年5月20日, no leading zeros."""
    return f"{value.year}年{value.month}月{value.day}日"


def last_day(value: date) -> str:
    """The last day of a period, inclusive: 2027年5月19日（含当日）."""
    return f"{day(value)}（含当日）"


def yuan(fen: int) -> str:
    """An amount in fen as yuan: 2334000 is 23340元, 2334050 is 23340.50元."""
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}元" if rest else f"{whole}元"


def term(clock: Clock) -> str:
    """A time limit in words: 10个工作日, 60日, 6个月."""
    return f"{clock.amount}{_UNITS[clock.unit]}"


def line(value: str) -> str:
    """`value` on one line, without control and format characters."""
    spaced = "".join(" " if ch.isspace() else ch for ch in value)
    return " ".join("".join(ch for ch in spaced if unicodedata.category(ch) not in ("Cc", "Cf")).split())


def _finalize(value: object) -> object:
    return line(value) if isinstance(value, str) else value


@cache
def _template(kind: LetterKind, version: str) -> Template:
    env = _environment()
    name = f"{kind.value}/{version}/letter.j2"
    if name not in env.list_templates():
        raise TemplateUnknown(f"没有 {kind.value} 的 {version} 版模板", kind=kind.value, version=version)
    assert env.loader is not None
    source = env.loader.get_source(env, name)[0]
    marked = _LINE.sub(lambda found: _MARKS[found[1]] + _MARK, source.replace("||", _CELL))
    return env.from_string(marked)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader("notices"),
        autoescape=False,  # noqa: S701 - plain text: html.py escapes every word of every block
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"day": day, "last_day": last_day, "yuan": yuan, "term": term}
    return env
