"""Embedding: the cached faces as ReportLab fonts, measured once per process, with a correct ToUnicode map."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from notices.fonts import CachedFace

_FIVE_DIGITS = re.compile(r"<([0-9A-F]{5,6})>")


class EmbeddedFont(TTFont):
    """A TrueType font whose text beyond the BMP is found and copied right: ToUnicode in surrogate pairs."""

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - ReportLab's name
        super().addObjects(doc)
        for name, stream in doc.idToObject.items():
            if isinstance(name, str) and name.startswith("toUnicodeCMap:"):
                stream.content = _FIVE_DIGITS.sub(_utf16, stream.content)


class EmbeddedFace:
    """One typeface of a process: the base font, small fonts for rarer characters, and a cache of widths."""

    def __init__(self, face: CachedFace) -> None:
        self._face = face
        self._base = self.name = _register(face.base)
        self._blocks: dict[int, str] = {}
        self._covers = face.base_covers
        self._widths: dict[str, float] = {}

    def measure(self, text: str) -> float:
        """The width of `text` in ems."""
        known = self._widths.get(text)
        if known is None:
            known = sum(self._advance(ch) for ch in text) if len(text) != 1 else self._draw_width(text)
            self._widths[text] = known
        return known

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """`text` as (font name, characters) in order: one piece unless it holds rare characters."""
        if self._covers.issuperset(map(ord, text)):
            return [(self._base, text)]
        pieces: list[tuple[str, str]] = []
        for ch in text:
            font = self._font_of(ch)
            if pieces and pieces[-1][0] == font:
                pieces[-1] = (font, pieces[-1][1] + ch)
            else:
                pieces.append((font, ch))
        return pieces

    def _advance(self, ch: str) -> float:
        width = self._widths.get(ch)
        if width is None:
            width = self._widths[ch] = self._draw_width(ch)
        return width

    def _draw_width(self, ch: str) -> float:
        font: Any = pdfmetrics.getFont(self._font_of(ch))
        return float(font.face.getCharWidth(ord(ch))) / 1000

    def _font_of(self, ch: str) -> str:
        if ord(ch) in self._covers:
            return self._base
        number = self._face.block_of(ord(ch))
        if number not in self._blocks:
            self._blocks[number] = _register(self._face.block(number))
        return self._blocks[number]


def _register(path: Path) -> str:
    name = path.stem
    if name not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(EmbeddedFont(name, str(path), asciiReadable=False, shapable=False))
    return name


def _utf16(found: re.Match[str]) -> str:
    return f"<{chr(int(found[1], 16)).encode('utf-16-be').hex().upper()}>"
