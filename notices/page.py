"""The sheet: A4 by GB/T 9704, the grids a letter may be set in, and the marks a page is made of. Points, y upward."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, TEXT_WIDTH = 28 * MM, 156 * MM
RIGHT = LEFT + TEXT_WIDTH
TOP, BOTTOM = HEIGHT - 37 * MM, 35 * MM
LINE_LEFT, LINE_RIGHT = 20 * MM, 190 * MM  # the red double lines, 170 mm long
HEADER_TOP = HEIGHT - 30 * MM  # upper edge of the 发文机关标志
FOOT_LINE = 20 * MM
FOLIO = BOTTOM - 7 * MM
FOOT = 16 * MM  # baseline of what stands at the foot of every page


class Type(StrEnum):
    """The two typefaces of a letter."""

    BODY = "body"
    HEADING = "heading"


class Grid(NamedTuple):
    """Sizes and line pitches in points: text, table, and the space around blocks."""

    size: float
    pitch: float
    table_size: float
    table_pitch: float
    gap: float


# 3号 on 28 × 22 first; when the letter would run past two pages, tighter, as clerks set it
GRIDS = (
    Grid(TEXT_WIDTH / 28, 225 * MM / 22, 12.0, 18.0, 6.0),
    Grid(TEXT_WIDTH / 30, 25.0, 11.0, 15.6, 5.0),
    Grid(TEXT_WIDTH / 32, 22.0, 10.5, 14.6, 4.0),
    Grid(TEXT_WIDTH / 35, 19.0, 10.5, 14.0, 3.0),
    Grid(TEXT_WIDTH / 37, 17.6, 10.5, 13.6, 2.5),
)
TITLE_SIZE, ORGAN_SIZE, FOLIO_SIZE, SMALL_SIZE = 22.0, 30.0, 14.0, 8.0


class Run(NamedTuple):
    """A string on one baseline; `space` is added after each character, `red` and `bold` as said."""

    x: float
    y: float
    type: Type
    size: float
    text: str
    space: float = 0.0
    bold: bool = False
    red: bool = False


class Rule(NamedTuple):
    """A straight line from (x1, y1) to (x2, y2), `weight` points thick."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 0.5
    red: bool = False
    dashed: bool = False


class Square(NamedTuple):
    """The place of a QR code: lower left corner and side."""

    x: float
    y: float
    side: float
    content: str


class Page(NamedTuple):
    runs: list[Run]
    rules: list[Rule]
    squares: list[Square]
