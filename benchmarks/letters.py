"""letters: composed, checked, set and drawn in one process, against a bare ReportLab canvas with the same strings."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import segno
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from benchmarks.figure import Figure, compared, median, shown
from notices import fonts, letters, page, pdf
from notices.embedding import EmbeddedFace
from notices.layout import lay_out
from notices.model import Letter, LetterKind, Stamp
from tests.notices.letter_samples import GENERAL as FACTS
from tests.notices.letter_samples import OF_PENALTIES, STAMP

NAME = "letters"


class Mark(NamedTuple):
    """One string on the bare canvas."""

    font: str
    size: float
    x: float
    y: float
    text: str


class Sheet(NamedTuple):
    marks: list[Mark]
    squares: list[page.Square]


def run(*, quick: bool = False) -> Iterator[Figure]:
    """Letters per second of one process, both kinds in turn."""
    folder = fonts.default_folder()
    cache = fonts.ensure(folder)
    pdf.warm(str(folder))
    stamps = [msgspec.structs.replace(STAMP, number=f"示信告〔2026〕{n}号") for n in range(2 if quick else 40)]
    for kind in OF_PENALTIES:
        yield _measure(kind, stamps, str(folder), cache)


def _measure(kind: LetterKind, stamps: list[Stamp], folder: str, cache: fonts.FontCache) -> Figure:
    ours, theirs = [], []
    for stamp in shown(stamps, f"{NAME} {kind}"):
        sheets = strings(letters.compose(kind, FACTS, stamp), cache)
        started = time.perf_counter()
        drawn = pdf.render(letters.compose(kind, FACTS, stamp), folder)
        ours.append(time.perf_counter() - started)
        started = time.perf_counter()
        plain = bare(sheets)
        theirs.append(time.perf_counter() - started)
    return compared(
        f"{NAME} {kind}", "letters composed and drawn", 1 / median(ours), "per second", baseline=1 / median(theirs),
        baseline_what="a bare canvas: same strings, fonts and QR", target="at least 0.5",
        note=f"{len(sheets)} pages, {len(drawn) // 1024} KB; bare {len(plain) // 1024} KB; in turn, medians",
    )


def strings(letter: Letter, cache: fonts.FontCache) -> list[Sheet]:
    """Where each string of the letter stands, so that the baseline need not find out."""
    faces = {page.Type.BODY: EmbeddedFace(cache.body), page.Type.HEADING: EmbeddedFace(cache.heading)}
    plain = {page.Type.BODY: _plain(cache.body.base), page.Type.HEADING: _plain(cache.heading.base)}
    sheets = lay_out(letter, {face: embedded.measure for face, embedded in faces.items()})
    return [
        Sheet([Mark(plain[run.type], run.size, run.x, run.y, run.text) for run in one.runs], list(one.squares))
        for one in sheets
    ]


def _plain(path: Path) -> str:
    name = f"bare-{path.stem}"
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(name, str(path)))
    return name


def bare(sheets: list[Sheet]) -> bytes:
    """A PDF with these strings and QR codes, by ReportLab alone."""
    out = io.BytesIO()
    canvas = Canvas(out, (page.WIDTH, page.HEIGHT), pageCompression=1)
    for sheet in sheets:
        for mark in sheet.marks:
            canvas.setFont(mark.font, mark.size)
            canvas.drawString(mark.x, mark.y, mark.text)
        for square in sheet.squares:
            _square(canvas, square)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _square(canvas: Canvas, square: page.Square) -> None:
    matrix = segno.make(square.content, error="m", micro=False).matrix
    side = square.side / len(matrix)
    path = canvas.beginPath()
    for row, cells in enumerate(matrix):
        for column, dark in enumerate(cells):
            if dark:
                path.rect(square.x + column * side, square.y + square.side - (row + 1) * side, side, side)
    canvas.drawPath(path, stroke=0, fill=1)
