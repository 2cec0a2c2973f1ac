"""Document numbers compare with brackets, width and blanks folded; a torn number identifies nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctions.document_no import document_no_fault, fold_document_no, tidy_document_no

BRACKETS = ["〔〕", "[]", "()", "﹝﹞", "【】", "（）", "［］"]


@pytest.mark.parametrize("pair", BRACKETS)
def test_every_bracket_style_is_the_same_number(pair: str) -> None:
    written = f"示环罚 {pair[0]} ２０２６ {pair[1]}　12号"
    assert fold_document_no(written) == "示环罚〔2026〕12号"
    assert document_no_fault(written) is None


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold_document_no(text)
    assert fold_document_no(once) == once
    assert fold_document_no(tidy_document_no(text)) == once


@pytest.mark.parametrize(
    "whole",
    [
        "示环罚字〔2026〕TQ第Q-4008号",
        "(示保)应急罚[2026]k-39号",
        "示 0329 环罚决字〔2026〕18 号",
        "示采处2026-017",
        "示环罚〔2026〕第十二号",
        "37010120260520001",
    ],
)
def test_whole_numbers(whole: str) -> None:
    assert document_no_fault(whole) is None


@pytest.mark.parametrize(
    ("torn", "code"),
    [
        ("示环罚决字〔2026〕 号", "document_no_no_serial"),
        ("示环罚字第号", "document_no_no_serial"),
        ("示财采处〔202602", "document_no_broken"),
        ("示财采处2026〕02号", "document_no_broken"),
        ("示环罚〔2026〕**号", "document_no_masked"),
        ("示环罚〔2026〕1号、示环罚〔2026〕2号", "document_no_several"),
    ],
)
def test_torn_numbers_are_named(torn: str, code: str) -> None:
    fault = document_no_fault(torn)
    assert fault is not None
    assert fault[0] == code
    assert "请" in fault[1]
