"""The font cache: converted once, keyed by its source, whole files only, small fonts for rare characters."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from notices import fonts, glyphs
from notices.fonts import FontCache, FontSources


@pytest.fixture(scope="module")
def agency(tmp_path_factory: pytest.TempPathFactory) -> FontSources:
    """Two tiny fonts that stand for an agency's own files."""
    folder = tmp_path_factory.mktemp("agency")
    packaged = FontSources.packaged()
    glyphs.convert(packaged.body, map(ord, "示例市䶮。"), folder / "song.ttf", "Song")
    glyphs.convert(packaged.heading, map(ord, "示例市。"), folder / "hei.ttf", "Hei")
    return FontSources(body=folder / "song.ttf", heading=folder / "hei.ttf")


def test_the_second_start_converts_nothing(agency: FontSources, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    fonts.ensure(tmp_path, agency, lambda *step: told.append(step), processes=1)
    assert told == [("body", 1, 2), ("heading", 2, 2)]
    fonts.ensure(tmp_path, agency, lambda *step: told.append(step), processes=1)
    assert len(told) == 2


def test_a_letter_may_hold_what_both_faces_draw(agency: FontSources, tmp_path: Path) -> None:
    cache = fonts.ensure(tmp_path, agency, processes=1)
    assert cache.covers == set(map(ord, "示例市。"))
    assert ord("䶮") in cache.body.covers


def test_another_source_gets_another_file(agency: FontSources, tmp_path: Path) -> None:
    first = fonts.ensure(tmp_path, agency, processes=1)
    swapped = FontSources(body=agency.heading, heading=agency.body)
    second = fonts.ensure(tmp_path, swapped, processes=1)
    assert first.body.base != second.body.base
    assert first.body.base.exists() and second.body.base.exists()


def test_the_licence_lies_beside_the_cache_and_no_half_file_stays(agency: FontSources, tmp_path: Path) -> None:
    fonts.ensure(tmp_path, agency, processes=1)
    assert "SIL OPEN FONT LICENSE" in (tmp_path / "OFL.txt").read_text(encoding="utf-8").upper()
    assert not list(tmp_path.glob("*.part"))


def test_two_processes_at_once_leave_one_whole_cache(agency: FontSources, tmp_path: Path) -> None:
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        runs = [pool.submit(fonts.ensure, tmp_path, agency, None, 1) for _ in range(2)]
        first, second = (run.result() for run in runs)
    assert first == second
    assert not list(tmp_path.glob("*.part"))


def test_a_source_that_cannot_be_read_leaves_nothing_behind(agency: FontSources, tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    folder = tmp_path / "cache"
    with pytest.raises(glyphs.FontFault):
        fonts.ensure(folder, FontSources(body=broken, heading=agency.heading), processes=1)
    assert not list(folder.glob("body*"))


def test_the_packaged_faces_draw_rare_characters_of_names(font_cache: FontCache) -> None:
    assert set(map(ord, "䶮𬀩㛃")) <= font_cache.covers
    block = font_cache.body.block(font_cache.body.block_of(ord("䶮")))
    assert ord("䶮") in glyphs.coverage(block)
    assert font_cache.body.block_of(ord("䶮")) == 0x4D


def test_the_default_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert fonts.default_folder() == tmp_path / "tendercredit" / "fonts"
