"""Line breaking: no forbidden start or end, nothing lost, no code split; and no blank where a glyph is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.typeset import (
    CLOSING,
    HANGING,
    OPENING,
    GlyphMissing,
    break_lines,
    missing,
    require_glyphs,
    units,
)


def ems(text: str) -> float:
    return sum(1.0 if ord(ch) > 0xFF else 0.5 for ch in text)


def lines(text: str, width: float = 10, **options: bool | float) -> list[str]:
    return [line.text for line in break_lines(text, width, ems, **options)]  # type: ignore[arg-type]


def test_a_full_stop_hangs_rather_than_open_a_line() -> None:
    assert lines("一二三四五六七八九十。甲乙") == ["一二三四五六七八九十。", "甲乙"]
    assert lines("一二三四五六七八九十。甲乙", hang=False) == ["一二三四五六七八九", "十。甲乙"]


def test_marks_stay_with_what_they_close_and_open() -> None:
    assert lines("一二三四五六七八九（十）") == ["一二三四五六七八九", "（十）"]
    assert lines("一二三四五六七八九十》一") == ["一二三四五六七八九", "十》一"]


def test_codes_document_numbers_dates_and_amounts_stay_whole() -> None:
    text = "代码91370100MA3EXMPL1X，示城管罚字〔2026〕12号，于2026年5月20日罚款23340.50元，10个工作日内，第四十八条"
    whole = units(text)
    dates, amounts = ("2026年", "5月20日"), ("23340.50元，", "10个工作日")
    for unit in ("91370100MA3EXMPL1X，", "〔2026〕12号，", *dates, *amounts, "第四十八条"):
        assert unit in whole, whole


def test_a_line_that_ends_early_is_widened_to_the_margin_and_the_last_is_not() -> None:
    first, last = break_lines("一二三四五六七八九2026年", 10, ems)
    assert first.text == "一二三四五六七八九"
    assert first.space == pytest.approx(1 / 8)  # one em left over eight gaps
    assert last.space == 0


def test_an_indent_shortens_the_first_line_only() -> None:
    assert lines("一二三四五六七八九十甲乙", indent=2.0) == ["一二三四五六七八", "九十甲乙"]


def test_a_run_longer_than_any_line_is_split_rather_than_lost() -> None:
    long = "A" * 70
    assert "".join(lines(long)) == long
    assert max(map(ems, lines(long))) <= 10


HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
PLAIN = st.text(HANZI, min_size=1, max_size=12)
CODES = st.from_regex(r"[0-9A-Z]{2,18}", fullmatch=True)
PIECES = st.one_of(
    PLAIN,
    CODES,
    st.builds(lambda text, mark: text + mark, PLAIN, st.sampled_from("，。、；：！？")),
    st.builds(lambda text: f"（{text}）", PLAIN),
    st.builds(lambda text: f"《{text}》", PLAIN),
    st.builds(lambda text: f"“{text}”。", PLAIN),
)
PARAGRAPHS = st.lists(PIECES, min_size=1, max_size=40).map("".join)


@given(PARAGRAPHS, st.integers(16, 40), st.booleans())
def test_no_line_begins_or_ends_with_a_forbidden_mark_and_nothing_is_lost(text: str, width: int, hang: bool) -> None:
    broken = break_lines(text, width, ems, hang=hang)
    assert "".join(line.text for line in broken) == text
    assert not any(line.text[0] in CLOSING for line in broken)
    assert not any(line.text[-1] in OPENING for line in broken[:-1])


@given(PARAGRAPHS, st.integers(16, 40), st.booleans())
def test_every_line_fits_and_only_a_hanging_mark_passes_the_edge(text: str, width: int, hang: bool) -> None:
    for line in break_lines(text, width, ems, hang=hang):
        inside = line.text[:-1] if hang and line.text[-1] in HANGING else line.text
        assert ems(inside) <= width + 0.001
        assert 0 <= line.space <= 0.25


@given(st.lists(PLAIN, min_size=1, max_size=20), CODES, st.integers(16, 40))
def test_a_code_is_never_split(before: list[str], code: str, width: int) -> None:
    text = "".join(before) + code + "甲乙丙"
    assert any(code in line for line in lines(text, width))


def test_missing_characters_are_named_once_in_order() -> None:
    assert missing("张䶮与䶮𬀩", {ord("张"), ord("与")}) == ("䶮", "𬀩")


def test_a_missing_glyph_refuses_the_letter_and_names_the_character() -> None:
    with pytest.raises(GlyphMissing) as refused:
        require_glyphs("张䶮", {ord("张")})
    assert refused.value.code == "glyph_missing"
    assert "䶮(U+4DAE)" in refused.value.detail
    assert refused.value.extra["characters"] == ["U+4DAE"]
    require_glyphs("张", {ord("张")})
