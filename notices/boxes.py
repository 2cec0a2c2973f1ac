"""Ruled tables: label and value cells, one or two pairs a row, split over pages line by line where needed."""

from __future__ import annotations

from typing import NamedTuple

from notices import page as sheet
from notices.flow import Flow, baseline
from notices.model import Cell
from notices.page import Rule, Run, Type
from notices.typeset import Line

LABEL_EMS = 6.8
PAD = 3.0
_TO_FILL_IN = [Line("", 0.0, 0.0)] * 2  # room for a hand
_KEEP_LINES = 3  # a row of more lines may be split over two pages


class Column(NamedTuple):
    """A cell set in its column: left edge, width, lines, and whether it is a label."""

    x: float
    width: float
    lines: list[Line]
    label: bool


def place_rows(flow: Flow, rows: tuple[tuple[Cell, ...], ...]) -> None:
    """Draws the rows at the cursor, with a frame on every page they reach."""
    for row in rows:
        _place(flow, _columns(flow, row))


def rows_height(flow: Flow, rows: tuple[tuple[Cell, ...], ...]) -> float:
    """The height of the rows in points."""
    return sum(_height(flow, _columns(flow, row)) for row in rows)


def lead_height(flow: Flow, rows: tuple[tuple[Cell, ...], ...]) -> float:
    """The height of what must not be parted from a heading: the first row, or its first lines where it may be split."""
    lines = max(len(column.lines) for column in _columns(flow, rows[0]))
    return min(lines, _KEEP_LINES) * flow.grid.table_pitch + PAD


def _columns(flow: Flow, row: tuple[Cell, ...]) -> list[Column]:
    size = flow.grid.table_size
    label = LABEL_EMS * size
    value = sheet.TEXT_WIDTH / len(row) - label
    columns: list[Column] = []
    x = sheet.LEFT
    for cell in row:
        for text, width, is_label in ((cell.label, label, True), (cell.value, value, False)):
            lines = flow.lines(text, width - 2 * PAD, size, hang=False) if text.strip() else _TO_FILL_IN
            columns.append(Column(x, width, lines, is_label))
            x += width
    return columns


def _height(flow: Flow, columns: list[Column]) -> float:
    return max(len(column.lines) for column in columns) * flow.grid.table_pitch + PAD


def _place(flow: Flow, columns: list[Column]) -> None:
    start, total = 0, max(len(column.lines) for column in columns)
    while start < total:
        fits = int((flow.room - PAD) / flow.grid.table_pitch)
        left = total - start
        if fits < left and (left <= _KEEP_LINES or fits < _KEEP_LINES):
            flow.new_page()
            continue
        count = min(left, fits)
        _segment(flow, columns, start, count)
        start += count


def _segment(flow: Flow, columns: list[Column], start: int, count: int) -> None:
    pitch = flow.grid.table_pitch
    top, bottom = flow.y, flow.y - count * pitch - PAD
    for column in columns:
        _cell(flow, column, start, count, top)
        flow.page.rules.append(Rule(column.x, top, column.x, bottom))
    flow.page.rules.append(Rule(sheet.RIGHT, top, sheet.RIGHT, bottom))
    flow.page.rules.append(Rule(sheet.LEFT, top, sheet.RIGHT, top))
    flow.page.rules.append(Rule(sheet.LEFT, bottom, sheet.RIGHT, bottom))
    flow.y = bottom


def _cell(flow: Flow, column: Column, start: int, count: int, top: float) -> None:
    size, pitch = flow.grid.table_size, flow.grid.table_pitch
    lines = column.lines[start : start + count]
    y = top - PAD / 2 - (max(count - len(lines), 0) * pitch / 2 if len(lines) else 0.0)
    for line in lines:
        if line.text.strip():
            slack = column.width - line.width * size
            x = column.x + (slack / 2 if column.label else PAD)
            space = 0.0 if column.label else line.space * size
            flow.page.runs.append(Run(x, baseline(y, size, pitch), Type.BODY, size, line.text, space))
        y -= pitch
