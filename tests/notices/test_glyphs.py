"""Outlines: GB 2312 in full, the same bytes each time, and files that may not be embedded are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from notices import glyphs
from notices.fonts import FontSources

SOURCE = FontSources.packaged().heading
FEW = set(map(ord, "示例市城管〔2026〕。"))


def test_gb2312_has_its_6763_hanzi_and_the_marks_of_letters() -> None:
    chosen = glyphs.gb2312()
    assert sum(0x4E00 <= cp <= 0x9FFF for cp in chosen) == 6763
    assert chosen >= set(map(ord, "〔〕□《》“”—…0Az"))


def test_the_package_draws_all_of_gb2312_hanzi() -> None:
    hanzi = {cp for cp in glyphs.gb2312() if 0x4E00 <= cp <= 0x9FFF}
    assert hanzi <= glyphs.coverage(SOURCE)


def test_conversion_keeps_widths_and_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ttf", tmp_path / "b.ttf"
    assert glyphs.convert(SOURCE, FEW, first, "TC-test") == len(FEW)
    glyphs.convert(SOURCE, FEW, second, "TC-test")
    assert first.read_bytes() == second.read_bytes()
    with TTFont(first) as font, TTFont(SOURCE) as source:
        assert "glyf" in font and "CFF " not in font
        for cp in FEW:
            before = source["hmtx"][source.getBestCmap()[cp]][0]
            assert font["hmtx"][font.getBestCmap()[cp]][0] == before


def test_a_font_that_forbids_embedding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.ttf"
    glyphs.convert(SOURCE, FEW, path, "TC-test")
    with TTFont(path) as font:
        font["OS/2"].fsType = 0x0002
        font.save(tmp_path / "locked2.ttf")
    with pytest.raises(glyphs.FontFault, match="禁止嵌入"):
        glyphs.coverage(tmp_path / "locked2.ttf")


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.ttf"
    path.write_text("示例", encoding="utf-8")
    with pytest.raises(glyphs.FontFault, match="字体文件"):
        glyphs.coverage(path)
    with pytest.raises(glyphs.FontFault):
        glyphs.coverage(tmp_path / "absent.ttf")
