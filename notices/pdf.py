"""The PDF of a letter: the same letter and fonts give the same bytes. Made to run in a worker process."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import segno
from reportlab.pdfgen.canvas import Canvas

from notices import fonts
from notices import page as sheet
from notices.embedding import EmbeddedFace
from notices.layout import lay_out
from notices.letters import require_drawable
from notices.model import Letter, NumberLine, Organ
from notices.page import Page, Rule, Run, Square, Type

_RED, _BLACK = (0.78, 0.0, 0.0), (0.0, 0.0, 0.0)
Loaded = tuple[fonts.FontCache, dict[Type, EmbeddedFace]]
_faces: dict[str, Loaded] = {}  # per process


def warm(font_cache_dir: str, body: str | None = None, heading: str | None = None) -> None:
    """Loads the fonts of this process; an initializer for a process pool, so that the first letter is quick.

    `body` and `heading` are an agency's own font files; without them the packaged faces are used.
    """
    chosen = fonts.FontSources.packaged(body=Path(body) if body else None, heading=Path(heading) if heading else None)
    _faces[font_cache_dir] = _open(font_cache_dir, chosen)


def check(letter: Letter | bytes, font_cache_dir: str) -> int:
    """How many pages the letter takes: the whole of `render` but the drawing. Raises GlyphMissing."""
    return len(_pages(_letter(letter), _load(font_cache_dir)))


def render(letter: Letter | bytes, font_cache_dir: str) -> bytes:
    """The letter (or its msgpack form) as PDF bytes, fonts embedded. Raises GlyphMissing, never draws a blank."""
    letter, loaded = _letter(letter), _load(font_cache_dir)
    return draw(_pages(letter, loaded), loaded[1], title=_title(letter), author=_author(letter))


def _letter(letter: Letter | bytes) -> Letter:
    return msgspec.msgpack.decode(letter, type=Letter) if isinstance(letter, bytes) else letter


def _pages(letter: Letter, loaded: Loaded) -> tuple[Page, ...]:
    cache, faces = loaded
    require_drawable(letter, cache.covers)
    return lay_out(letter, {face: embedded.measure for face, embedded in faces.items()})


def draw(pages: tuple[Page, ...], faces: dict[Type, EmbeddedFace], *, title: str, author: str) -> bytes:
    """The pages as one PDF with /Lang and the title shown by the reader."""
    out = io.BytesIO()
    paper = (sheet.WIDTH, sheet.HEIGHT)
    first_font: Any = faces[Type.BODY].name  # without it ReportLab names an unembedded Helvetica
    canvas = Canvas(out, paper, invariant=1, pageCompression=1, lang="zh-CN", initialFontName=first_font)
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setCreator("TenderCredit")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    for page in pages:
        _draw(canvas, page, faces)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, page: Page, faces: dict[Type, EmbeddedFace]) -> None:
    _rules(canvas, page.rules)
    text = canvas.beginText()
    bold = red = False
    space = 0.0
    for run in page.runs:
        if (run.bold, run.red) != (bold, red):
            bold, red = run.bold, run.red
            _style(text, run)
        if run.space != space:
            space = run.space
            text.setCharSpace(space)
        text.setTextOrigin(run.x, run.y)
        for font, characters in faces[run.type].pieces(run.text):
            text.setFont(font, run.size)
            text.textOut(characters)
    canvas.drawText(text)
    for square in page.squares:
        _code(canvas, square)


def _style(text: Any, run: Run) -> None:
    colour = _RED if run.red else _BLACK
    text.setFillColorRGB(*colour)
    text.setStrokeColorRGB(*colour)
    text.setTextRenderMode(2 if run.bold else 0)


def _rules(canvas: Any, rules: list[Rule]) -> None:
    by_style: dict[tuple[float, bool, bool], list[tuple[float, float, float, float]]] = {}
    for rule in rules:
        style = (rule.weight, rule.red, rule.dashed)
        by_style.setdefault(style, []).append((rule.x1, rule.y1, rule.x2, rule.y2))
    for (weight, red, dashed), lines in by_style.items():
        canvas.setLineWidth(weight)
        canvas.setStrokeColorRGB(*(_RED if red else _BLACK))
        canvas.setDash([4, 3] if dashed else [])
        canvas.lines(lines)
    canvas.setDash([])
    canvas.setLineWidth(0.5)
    canvas.setStrokeColorRGB(*_BLACK)


def _code(canvas: Any, square: Square) -> None:
    matrix = segno.make(square.content, error="m", micro=False).matrix
    side = square.side / len(matrix)
    path = canvas.beginPath()
    for number, row in enumerate(matrix):
        y = square.y + square.side - (number + 1) * side
        start = 0
        while (start := row.find(1, start)) >= 0:
            end = row.find(0, start)
            end = len(row) if end < 0 else end
            path.rect(square.x + start * side, y, (end - start) * side, side)
            start = end
    canvas.drawPath(path, stroke=0, fill=1)


def _load(font_cache_dir: str) -> Loaded:
    if font_cache_dir not in _faces:
        warm(font_cache_dir)
    return _faces[font_cache_dir]


def _open(font_cache_dir: str, sources: fonts.FontSources) -> Loaded:
    cache = fonts.ensure(Path(font_cache_dir), sources, processes=1)
    return cache, {Type.BODY: EmbeddedFace(cache.body), Type.HEADING: EmbeddedFace(cache.heading)}


def _title(letter: Letter) -> str:
    numbers = [block.text for block in letter.blocks if isinstance(block, NumberLine)]
    return " ".join([letter.title, *numbers])


def _author(letter: Letter) -> str:
    return next((block.text for block in letter.blocks if isinstance(block, Organ)), "")
