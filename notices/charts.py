"""A chart on the page: a stepped line in its frame, scale and days beside it, and its caption. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from notices import page as sheet
from notices.flow import Flow
from notices.model import Chart
from notices.page import Rule, Run, Type

_HEIGHT = 90.0
_UNITS = 1000  # of a chart's own coordinates
_LINE, _DOT = 1.2, 3.2


def chart_height(flow: Flow, chart: Chart) -> float:
    """The height of the drawing with scale and caption in points."""
    return _HEIGHT + _pitch(flow) * (2 + len(_caption(flow, chart)))


def place_chart(flow: Flow, chart: Chart) -> None:
    """Draws the chart at the cursor, whole on one page."""
    pitch, size = _pitch(flow), _size(flow)
    flow.need(chart_height(flow, chart))
    flow.put(Run(sheet.LEFT, 0.0, Type.BODY, size, chart.top), pitch)
    top = flow.y
    flow.page.rules.extend(_lines(chart, top))
    low = Run(sheet.LEFT + 2.0, top - _HEIGHT + 3.0, Type.BODY, size, chart.bottom)
    flow.page.runs.append(low)
    flow.y = top - _HEIGHT
    right = sheet.RIGHT - flow.width(chart.last, size)
    for x, text, advance in ((sheet.LEFT, chart.first, 0.0), (right, chart.last, pitch)):
        flow.put(Run(x, 0.0, Type.BODY, size, text), pitch)
        flow.y += pitch - advance
    for line in _caption(flow, chart):
        flow.put(Run(sheet.LEFT, 0.0, Type.BODY, size, line), pitch)
    flow.y -= flow.grid.gap


def _lines(chart: Chart, top: float) -> Iterator[Rule]:
    yield Rule(sheet.LEFT, top, sheet.RIGHT, top, 0.3)
    yield Rule(sheet.LEFT, top - _HEIGHT, sheet.RIGHT, top - _HEIGHT, 0.5)
    points = [(sheet.LEFT + x * sheet.TEXT_WIDTH / _UNITS, top - y * _HEIGHT / _UNITS) for x, y in chart.steps]
    for (x1, y1), (x2, y2) in pairwise(points):
        yield Rule(x1, y1, x2, y2, _LINE)
    for x, y in points[2:-1:2]:  # where a step begins
        yield Rule(x - _DOT / 2, y, x + _DOT / 2, y, _DOT)


def _caption(flow: Flow, chart: Chart) -> list[str]:
    return [line.text for line in flow.lines(chart.caption, sheet.TEXT_WIDTH, _size(flow), hang=False)]


def _size(flow: Flow) -> float:
    return flow.grid.table_size - 1.5


def _pitch(flow: Flow) -> float:
    return flow.grid.table_pitch - 1.0
