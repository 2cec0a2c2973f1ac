"""The flow of a letter down its pages: one cursor, lines of text, a new page when the text area is full."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notices import page as sheet
from notices.page import Grid, Page, Run, Type
from notices.typeset import Line, break_lines

Measure = Callable[[str], float]  # width of a string in ems
ASCENT = 0.88  # of the size: how far the ideographic box stands above the baseline


class Flow:
    """Pages under way; `y` is where the next line begins, counted down."""

    def __init__(self, grid: Grid, measures: Mapping[Type, Measure]) -> None:
        self.grid = grid
        self.measures = measures
        self.pages: list[Page] = [Page([], [], [])]
        self.y = sheet.TOP

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def room(self) -> float:
        """Points left above the bottom margin."""
        return self.y - sheet.BOTTOM + 0.01

    def new_page(self) -> None:
        self.pages.append(Page([], [], []))
        self.y = sheet.TOP

    def need(self, height: float) -> None:
        """Starts a new page unless `height` points are left."""
        if self.room < height:
            self.new_page()

    def width(self, text: str, size: float, face: Type = Type.BODY) -> float:
        return self.measures[face](text) * size

    def lines(
        self,
        text: str,
        width: float,
        size: float,
        face: Type = Type.BODY,
        *,
        indent: float = 0.0,
        hang: bool = True,
    ) -> list[Line]:
        """`text` broken to `width` points; `indent` in ems for the first line; `hang` lets marks pass the edge."""
        return break_lines(text, width / size, self.measures[face], indent=indent, hang=hang)

    def put(self, run: Run, pitch: float) -> None:
        """One line at the cursor: the run's `y` is ignored, its box is centred in the pitch."""
        self.page.runs.append(run._replace(y=baseline(self.y, run.size, pitch)))
        self.y -= pitch

    def text(self, text: str, *, face: Type = Type.BODY, indent: float = 0.0) -> None:
        """A justified paragraph in the grid of the letter."""
        size, pitch = self.grid.size, self.grid.pitch
        for number, line in enumerate(self.lines(text, sheet.TEXT_WIDTH, size, face, indent=indent)):
            self.need(pitch)
            x = sheet.LEFT + (indent * size if number == 0 else 0.0)
            self.put(Run(x, 0.0, face, size, line.text, line.space * size), pitch)

    def centred(self, text: str, size: float, pitch: float, face: Type = Type.BODY, bold: bool = False) -> None:
        """Lines of `text`, each in the middle of the text area."""
        for line in self.lines(text, sheet.TEXT_WIDTH, size, face):
            self.need(pitch)
            x = sheet.LEFT + (sheet.TEXT_WIDTH - line.width * size) / 2
            self.put(Run(x, 0.0, face, size, line.text, bold=bold), pitch)


def baseline(top: float, size: float, pitch: float) -> float:
    """The baseline of a line whose slot begins at `top`."""
    return top - (pitch - size) / 2 - ASCENT * size
