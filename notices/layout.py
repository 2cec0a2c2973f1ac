"""Layout: a letter becomes pages of strings, lines and one QR code. Pure; string widths come in as functions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest

from notices import page as sheet
from notices.boxes import lead_height, place_rows, rows_height
from notices.charts import chart_height, place_chart
from notices.flow import Flow, Measure, baseline
from notices.model import (
    Block,
    Chart,
    Code,
    Foot,
    Footer,
    Heading,
    Letter,
    NumberLine,
    Organ,
    Paragraph,
    Receipt,
    Salutation,
    Signature,
    Table,
    Title,
)
from notices.page import Grid, Page, Rule, Run, Square, Type

USUAL_PAGES = 2
_CODE_SIDE = 66.0
_CODE_TEXT = 120.0  # width of the words beside the QR code
_RECEIPT_TITLE = 14.0


def lay_out(letter: Letter, measures: Mapping[Type, Measure]) -> tuple[Page, ...]:
    """The pages of a letter: in the roomiest grid that keeps it within two, else with the fewest pages.

    `measures` give the width of a string in ems, per typeface.
    """
    best: tuple[Page, ...] = ()
    for grid in sheet.GRIDS:
        pages = _set(letter, measures, grid)
        if not best or len(pages) < len(best):
            best = pages
        if len(best) <= USUAL_PAGES:
            break
    return best


def _set(letter: Letter, measures: Mapping[Type, Measure], grid: Grid) -> tuple[Page, ...]:
    flow = Flow(grid, measures)
    for block, following in zip_longest(letter.blocks, letter.blocks[1:]):
        if isinstance(block, Heading):
            flow.need(flow.grid.pitch + flow.grid.gap + max(flow.grid.pitch, _lead(flow, following)))
        _place(flow, block)
    foot = next((block.text for block in letter.blocks if isinstance(block, Foot)), "")
    _frame(flow, foot, official=any(isinstance(block, Organ) for block in letter.blocks))
    return tuple(flow.pages)


def _lead(flow: Flow, block: Block | None) -> float:
    """How much of a block must stand below its heading on the same page."""
    match block:
        case Table(rows=rows):
            return lead_height(flow, rows)
        case Chart():
            return chart_height(flow, block)
    return 0.0


def _place(flow: Flow, block: Block) -> None:
    match block:
        case Organ() | NumberLine() | Title():
            _head(flow, block)
        case Salutation(text=text):
            flow.text(text)
        case Heading(text=text):
            flow.y -= flow.grid.gap / 2
            flow.text(text, face=Type.HEADING, indent=2.0)
        case Paragraph(text=text) | Footer(text=text):
            flow.text(text, indent=2.0)
        case Table(rows=rows):
            flow.y -= flow.grid.gap / 2
            place_rows(flow, rows)
            flow.y -= flow.grid.gap
        case Chart():
            place_chart(flow, block)
        case Signature() | Code() | Receipt():
            _close(flow, block)


def _head(flow: Flow, block: Organ | NumberLine | Title) -> None:
    match block:
        case Organ(text=text):
            size = min(sheet.ORGAN_SIZE, sheet.TEXT_WIDTH / max(flow.width(text, 1.0), 1.0))
            x = (sheet.WIDTH - flow.width(text, size)) / 2
            y = sheet.HEADER_TOP - sheet.ORGAN_SIZE * 0.9
            flow.page.runs.append(Run(x, y, Type.BODY, size, text, bold=True, red=True))
            flow.page.rules.extend(_double(y - 14.0, upper=2.0, lower=0.6))
            flow.y = y - 14.0 - 8.0
        case NumberLine(text=text):
            x = sheet.RIGHT - flow.width(text, flow.grid.size)
            flow.put(Run(x, 0.0, Type.BODY, flow.grid.size, text), flow.grid.pitch)
            flow.y -= flow.grid.pitch / 2
        case Title(text=text):
            flow.centred(text, sheet.TITLE_SIZE, sheet.TITLE_SIZE * 1.5, bold=True)
            flow.y -= flow.grid.pitch / 2


def _close(flow: Flow, block: Signature | Code | Receipt) -> None:
    match block:
        case Signature():
            _sign(flow, block)
        case Code():
            _code(flow, block)
        case Receipt():
            _receipt(flow, block)


def _sign(flow: Flow, block: Signature) -> None:
    pitch = flow.grid.pitch
    size = min(flow.grid.size, sheet.TEXT_WIDTH / max(flow.width(block.name, 1.0), 1.0))
    height = max(pitch * 3, _CODE_SIDE) + flow.grid.gap * 2
    flow.need(height)
    bottom = flow.y - height
    flow.y -= flow.grid.gap * 2
    widest = max(flow.width(block.name, size), flow.width(block.day, size))
    centre = max(sheet.RIGHT - max(widest / 2, 6 * size) - 2 * size, sheet.LEFT + widest / 2)
    for text in (block.name, block.day, block.seal):
        flow.put(Run(centre - flow.width(text, size) / 2, 0.0, Type.BODY, size, text), pitch)
    flow.y = bottom


def _code(flow: Flow, block: Code) -> None:
    band = flow.y + _CODE_SIDE
    crowded = any(run.x < _code_right() and run.y < band for run in flow.page.runs)
    if crowded or band > sheet.TOP:
        flow.need(_CODE_SIDE + flow.grid.gap)
        band = flow.y - flow.grid.gap
        flow.y = band - _CODE_SIDE
    flow.page.squares.append(Square(sheet.LEFT, band - _CODE_SIDE, _CODE_SIDE, block.url))
    x, y = sheet.LEFT + _CODE_SIDE + 6.0, band
    for text, size in ((block.caption, sheet.SMALL_SIZE + 1), (block.url, sheet.SMALL_SIZE - 2)):
        for line in flow.lines(text, _CODE_TEXT, size):
            flow.page.runs.append(Run(x, baseline(y, size, size * 1.4), Type.BODY, size, line.text))
            y -= size * 1.4
        y -= 3.0


def _code_right() -> float:
    return sheet.LEFT + _CODE_SIDE + 6.0 + _CODE_TEXT


def _receipt(flow: Flow, block: Receipt) -> None:
    title = _RECEIPT_TITLE * 1.8
    gap = flow.grid.gap + 5.0
    flow.need(rows_height(flow, block.rows) + title + gap)
    flow.y -= gap
    flow.page.rules.append(Rule(sheet.LEFT, flow.y, sheet.RIGHT, flow.y, dashed=True))
    flow.centred(block.title, _RECEIPT_TITLE, title, Type.HEADING)
    place_rows(flow, block.rows)


def _frame(flow: Flow, foot: str, *, official: bool) -> None:
    """The red line below a letterhead's first page, page numbers from the second on, the foot of every page."""
    if official:
        flow.pages[0].rules.extend(_double(sheet.FOOT_LINE, upper=0.6, lower=2.0))
    for page in flow.pages if foot else ():
        for number, line in enumerate(flow.lines(foot, sheet.TEXT_WIDTH, sheet.SMALL_SIZE)):
            x = sheet.LEFT + (sheet.TEXT_WIDTH - line.width * sheet.SMALL_SIZE) / 2
            y = sheet.FOOT - number * sheet.SMALL_SIZE * 1.4
            page.runs.append(Run(x, y, Type.BODY, sheet.SMALL_SIZE, line.text))
    for number, page in enumerate(flow.pages[1:], 2):
        text = f"— {number} —"
        width = flow.width(text, sheet.FOLIO_SIZE)
        x = sheet.LEFT + sheet.FOLIO_SIZE if number % 2 == 0 else sheet.RIGHT - sheet.FOLIO_SIZE - width
        page.runs.append(Run(x, sheet.FOLIO - sheet.FOLIO_SIZE, Type.BODY, sheet.FOLIO_SIZE, text))


def _double(y: float, *, upper: float, lower: float) -> list[Rule]:
    left, right = sheet.LINE_LEFT, sheet.LINE_RIGHT
    return [Rule(left, y, right, y, upper, red=True), Rule(left, y - 3.0, right, y - 3.0, lower, red=True)]
