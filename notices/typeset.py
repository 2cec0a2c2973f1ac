"""Chinese line breaking and glyph coverage. Pure: character widths and covered characters come in as arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from typing import NamedTuple

from credit.kernel.errors import FieldError, Refusal

CLOSING = "，。、；：？！”’」』）〕】》〉］｝﹞〗…—·%％℃‰)]},.;:?!"
OPENING = "“‘「『（〔【《〈［｛﹝〖([{￥¥□☐☑"
HANGING = "，。、；"
MAX_ATOM = 24  # characters; a longer run of letters and digits may be split

_ATOM = (
    r"[0-9A-Za-z]+(?:[-./:@_+&=?#~%]{1,3}[0-9A-Za-z]+)*"
    r"(?:月\d{1,2}日|个工作日|个月|万元|[年月元日条款项号个米页份])?"
    r"|[〔\[（(]\d{4}[〕\]）)](?:第)?\d+(?:-\d+)*号?"
    r"|第[一二三四五六七八九十百零〇]+[条款项章编]"
)
_UNIT = re.compile(rf"(?:{_ATOM}|[{re.escape(OPENING)}]+(?:{_ATOM}|.)?|.)[{re.escape(CLOSING)}]*", re.DOTALL)
_MAX_STRETCH = 0.25  # ems; a line that would need more stays ragged
_ROUNDING = 0.0005

Width = Callable[[str], float]


class Line(NamedTuple):
    """One line: its text, its natural width and the space after each character that justifies it, in ems."""

    text: str
    width: float
    space: float


class GlyphMissing(Refusal):
    """The fonts cannot draw a character of the letter; a blank in a name must never leave."""

    code = "glyph_missing"
    title = "字体缺字 Character missing from the fonts"


def missing(text: str, coverage: Set[int]) -> tuple[str, ...]:
    """The characters of `text` the fonts cannot draw, each once, in order of appearance."""
    return tuple(ch for ch in dict.fromkeys(text) if ord(ch) not in coverage)


def require_glyphs(text: str, coverage: Set[int]) -> None:
    """Raises GlyphMissing naming every character the fonts cannot draw, with its code point."""
    gone = missing(text, coverage)
    if not gone:
        return
    shown = "、".join(f"{ch}(U+{ord(ch):04X})" if ch.isprintable() else f"U+{ord(ch):04X}" for ch in gone)
    raise GlyphMissing(
        f"字体中没有这些字符:{shown};请核对原文,或在设置中换用含该字的字体后重新制发",
        errors=tuple(FieldError("/", "glyph_missing", f"U+{ord(ch):04X}") for ch in gone),
        characters=[f"U+{ord(ch):04X}" for ch in gone],
    )


def units(text: str) -> list[str]:
    """`text` cut where a line may end: marks stay with what they close or open, codes and dates stay whole."""
    found: list[str] = []
    for unit in _UNIT.findall(text):
        found.extend(_pieces(unit) if len(unit) > MAX_ATOM else (unit,))
    return found


def break_lines(text: str, width: float, measure: Width, *, indent: float = 0.0, hang: bool = True) -> list[Line]:
    """Lines of `text` at most `width` ems wide, the first shorter by `indent` ems; nothing is lost.

    `measure` gives the width of a string in ems; with `hang` a final 、，。； may stand in the margin.
    """
    slack = _hung if hang else _exact
    lines: list[Line] = []
    current: list[str] = []
    used, room = 0.0, width - indent
    for unit in units(text):
        advance = measure(unit)
        if current and used + advance > room + slack(unit):
            lines.append(_justified(current, used, room, hang))
            current, used, room = [], 0.0, width
        for piece in _narrow(unit, advance, room + slack(unit)):
            if current and used + measure(piece) > room + slack(piece):
                lines.append(_justified(current, used, room, hang))
                current, used, room = [], 0.0, width
            current.append(piece)
            used += measure(piece)
    lines.append(Line("".join(current), used, 0.0))
    return lines


def _narrow(unit: str, advance: float, room: float) -> tuple[str, ...]:
    return (unit,) if advance <= room else tuple(unit)


def _hung(unit: str) -> float:
    return 1.0 + _ROUNDING if unit[-1] in HANGING else _ROUNDING


def _exact(unit: str) -> float:
    return _ROUNDING


def _justified(parts: list[str], used: float, room: float, hang: bool) -> Line:
    text = "".join(parts)
    hangs = hang and used > room and text[-1] in HANGING
    spread = room - (used - 1.0 if hangs else used)
    gaps = len(text) - (2 if hangs else 1)
    space = spread / gaps if gaps > 0 else 0.0
    return Line(text, used, space if space <= _MAX_STRETCH else 0.0)


def _pieces(unit: str) -> list[str]:
    body = unit.rstrip(CLOSING)
    cuts = [body[i : i + MAX_ATOM] for i in range(0, len(body), MAX_ATOM)] or [""]
    cuts[-1] += unit[len(body) :]
    return cuts
