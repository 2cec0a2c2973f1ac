"""The PDF: same bytes for the same letter, its text found as written, every font embedded, never a blank."""

from __future__ import annotations

import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pypdf import PdfReader

from notices import glyphs, letters, pdf
from notices.fonts import FontCache, FontSources
from notices.model import Addressee, Letter, LetterKind
from notices.typeset import GlyphMissing
from tests.notices import letter_samples as samples


def letter(name: str = "serious") -> Letter:
    return letters.compose(LetterKind.REPAIR_NOTICE, samples.ALL[name], samples.STAMP)


@pytest.fixture(scope="module")
def folder(font_cache: FontCache) -> str:
    return str(font_cache.folder)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def test_the_same_letter_gives_the_same_bytes_also_from_its_packed_form(folder: str) -> None:
    first = pdf.render(letter(), folder)
    assert pdf.render(letter("minor"), folder) != first
    assert pdf.render(letter(), folder) == first
    assert pdf.render(msgspec.msgpack.encode(letter()), folder) == first


def test_a_worker_process_gives_the_same_bytes(folder: str) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=pdf.warm, initargs=(folder,)) as pool:
        theirs = pool.submit(pdf.render, msgspec.msgpack.encode(letter()), folder).result()
    assert theirs == pdf.render(letter(), folder)


def test_a_refusal_crosses_the_process_border_whole(folder: str) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool, pytest.raises(GlyphMissing) as refused:
        pool.submit(pdf.render, unprintable(), folder).result()
    assert refused.value.extra["characters"] == ["U+E000"]


def test_names_beyond_the_basic_plane_are_found_as_text(folder: str) -> None:
    found = "".join(page.extract_text() for page in read(pdf.render(letter(), folder)).pages)
    assert "示例䶮𬀩样本市政公用建设工程" in "".join(found.split())


def test_language_title_and_embedded_fonts(folder: str) -> None:
    data = pdf.render(letter(), folder)
    reader = read(data)
    assert str(reader.root_object["/Lang"]) == "zh-CN"
    assert reader.metadata is not None
    assert reader.metadata.title == "行政处罚信息信用修复告知书 示城管信修告〔2026〕7号"
    assert b"Helvetica" not in data
    for font in fonts_of(reader):
        assert "/FontFile2" in font["/FontDescriptor"]


def unprintable() -> Letter:
    addressee = Addressee(kind=samples.GENERAL.addressee.kind, name="示例\ue000公司")
    facts = msgspec.structs.replace(samples.GENERAL, addressee=addressee)
    return letters.compose(LetterKind.REPAIR_NOTICE, facts, samples.STAMP)


def test_the_check_before_a_number_is_reserved_counts_pages_and_refuses_the_same_letters(folder: str) -> None:
    assert pdf.check(letter("general"), folder) == len(read(pdf.render(letter("general"), folder)).pages) == 2
    with pytest.raises(GlyphMissing):
        pdf.check(msgspec.msgpack.encode(unprintable()), folder)


def test_a_character_no_font_draws_fails_the_letter(folder: str) -> None:
    with pytest.raises(GlyphMissing, match=r"U\+E000"):
        pdf.render(unprintable(), folder)


def test_a_file_that_is_no_letter_is_refused(folder: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        pdf.render(msgspec.msgpack.encode({"kind": "repair_notice"}), folder)


def test_an_agency_may_set_its_own_faces(folder: str, tmp_path: Path) -> None:
    small = letter("minor")
    own_file = tmp_path / "agency.ttf"
    glyphs.convert(FontSources.packaged().heading, map(ord, "— 2" + "".join(small.words())), own_file, "Agency")
    pdf.warm(str(tmp_path), body=str(own_file), heading=str(own_file))
    own, packaged = (read(pdf.render(small, where)) for where in (str(tmp_path), folder))
    assert faces_of(own) != faces_of(packaged)


def faces_of(reader: PdfReader) -> set[str]:
    return {str(font["/BaseFont"]) for font in fonts_of(reader)}


def fonts_of(reader: PdfReader) -> list[Any]:
    resources: list[Any] = [page["/Resources"] for page in reader.pages]
    return [font.get_object() for each in resources for font in each["/Font"].values()]
