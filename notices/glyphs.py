"""Outlines: one font with the asked characters as a plain glyf TrueType font, which is what ReportLab embeds."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

from credit.kernel.errors import Refusal

_MAX_ERROR = 1.0  # font units
_RESTRICTED = 0x0002  # OS/2 fsType: no embedding


class FontFault(Refusal):
    """A font file that may not or cannot be embedded; the sentence names the file and the cure."""

    code = "font_unusable"
    title = "字体不可用 Font cannot be used"
    status = 500


def gb2312() -> frozenset[int]:
    """The code points of GB 2312 (6,763 hanzi and its marks), ASCII, and the marks official letters use."""
    rows = (bytes((hi, lo)) for hi in range(0xA1, 0xF8) for lo in range(0xA1, 0xFF))
    text = b"".join(rows).decode("gb2312", errors="ignore")
    extra = "〇〔〕﹝﹞—–…“”‘’·•※℃‰□☐☑￥¥〖〗㎡"
    return frozenset(map(ord, text + extra)) | frozenset(range(0x20, 0x7F))


def coverage(source: Path) -> frozenset[int]:
    """Every code point the font draws. Raises FontFault where its licence bits forbid embedding."""
    with _open(source) as font:
        if "OS/2" in font and font["OS/2"].fsType & _RESTRICTED:
            raise FontFault(f"{source.name} 的许可位禁止嵌入,请换用允许嵌入的字体文件", font=source.name)
        return frozenset(font.getBestCmap() or {})


def convert(source: Path, code_points: Iterable[int], target: Path, name: str) -> int:
    """Writes a glyf font of the code points the source has; the same input gives the same bytes. Returns how many."""
    with _open(source) as font:
        cmap = font.getBestCmap() or {}
        chosen = {cp: cmap[cp] for cp in sorted(set(code_points)) if cp in cmap}
        order = [".notdef", *dict.fromkeys(chosen.values())]
        built = _build(font, order, chosen, name)
        built.save(target)
    return len(chosen)


def _open(source: Path) -> TTFont:
    try:
        return TTFont(io.BytesIO(source.read_bytes()), lazy=True, recalcTimestamp=False)
    except Exception as exc:
        raise FontFault(f"{source} 不是可读的字体文件({type(exc).__name__}),请检查路径", font=str(source)) from exc


def _build(font: TTFont, order: list[str], cmap: dict[int, str], name: str) -> FontBuilder:
    head, hhea, outlines = font["head"], font["hhea"], font.getGlyphSet()
    glyphs = {glyph: _outline(outlines, glyph) for glyph in order}
    builder = FontBuilder(head.unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(glyphs)
    boxes = builder.font["glyf"]
    widths = font["hmtx"]
    builder.setupHorizontalMetrics({g: (widths[g][0], getattr(boxes[g], "xMin", 0)) for g in order})
    builder.setupHorizontalHeader(ascent=hhea.ascent, descent=hhea.descent)
    builder.setupNameTable({"familyName": name, "styleName": "Regular", "psName": name, "fullName": name})
    builder.setupOS2(sTypoAscender=hhea.ascent, sTypoDescender=hhea.descent, usWeightClass=400)
    builder.setupPost(keepGlyphNames=False)
    builder.updateHead(created=head.created, modified=head.modified, fontRevision=1.0)
    builder.font.recalcTimestamp = False
    return builder


def _outline(outlines: Any, glyph: str) -> Any:
    pen = TTGlyphPen(None)
    outlines[glyph].draw(Cu2QuPen(pen, _MAX_ERROR, reverse_direction=True))
    return pen.glyph()
