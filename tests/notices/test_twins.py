"""PDF, HTML and text of one letter carry the same words in the same order."""

from __future__ import annotations

import html as standard_html
import io
import re

import pytest
from pypdf import PdfReader

from notices import html, letters, pdf, text
from notices.fonts import FontCache
from notices.model import Letter, LetterKind
from tests.notices import letter_samples as samples


def bare(words: str) -> str:
    return "".join(words.split())


def of_pdf(letter: Letter, folder: str) -> str:
    pages = PdfReader(io.BytesIO(pdf.render(letter, folder))).pages
    return "".join(re.sub(r"—\d+—$", "", bare(page.extract_text())) for page in pages)


def of_html(letter: Letter) -> str:
    return bare(standard_html.unescape(re.sub(r"<[^>]+>", "", html.fragment(letter))))


@pytest.mark.parametrize("kind", samples.OF_PENALTIES)
@pytest.mark.parametrize("name", list(samples.ALL))
def test_the_three_twins_carry_the_same_words(name: str, kind: LetterKind, font_cache: FontCache) -> None:
    letter = letters.compose(kind, samples.ALL[name], samples.STAMP)
    words = bare("".join(letter.words()))
    assert bare(text.render(letter)) == words
    assert of_html(letter) == words
    assert of_pdf(letter, str(font_cache.folder)) == words
