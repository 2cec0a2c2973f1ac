"""文号: the format, what reads back, and the form numbers are looked up by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.model import LetterKind
from notices.numbering import KIND_WORDS, NumberFault, Series, fold_number, format_number, parse_number

SERIES = Series(organ="示城管", kind=LetterKind.REPAIR_NOTICE, year=2026)


def test_numbers_read_organ_kind_year_serial_without_leading_zero() -> None:
    assert format_number(SERIES, 7) == "示城管信修告〔2026〕7号"
    local = Series(organ="示住建", kind=LetterKind.DISHONESTY_NOTICE, year=2026)
    assert format_number(local, 120) == "示住建失信告〔2026〕120号"


@pytest.mark.parametrize(
    "typed",
    [
        "示城管信修告〔2026〕7号",
        "示城管信修告[2026]7号",
        "示城管信修告（2026）7号",
        "示城管信修告 ﹝２０２６﹞ ７ 号",
        "示城管信修告【2026】第7号",
    ],
)
def test_any_bracket_and_width_finds_the_same_number(typed: str) -> None:
    assert fold_number(typed) == "示城管信修告〔2026〕7号"
    assert parse_number(typed) == (SERIES, 7)


NO_NUMBERS = ("", "示城管〔2026〕7号", "示城管信修告〔2026〕07号", "示城管信修告2026-7", "信修告〔2026〕7号")


@pytest.mark.parametrize("typed", NO_NUMBERS)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NumberFault):
        parse_number(typed)


@pytest.mark.parametrize("serial", [0, -1])
def test_serials_begin_at_one(serial: int) -> None:
    with pytest.raises(NumberFault):
        format_number(SERIES, serial)


def test_a_word_of_organ_with_digits_or_brackets_is_refused() -> None:
    with pytest.raises(NumberFault):
        format_number(Series(organ="示1", kind=LetterKind.REPAIR_NOTICE, year=2026), 1)


@given(
    organ=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=8),
    kind=st.sampled_from(list(KIND_WORDS)),
    year=st.integers(2023, 2099),
    serial=st.integers(1, 999_999),
)
def test_every_number_reads_back(organ: str, kind: LetterKind, year: int, serial: int) -> None:
    if any(word in organ for word in ("信修告", "失信告")):
        return
    series = Series(organ=organ, kind=kind, year=year)
    assert parse_number(format_number(series, serial)) == (series, serial)
