"""Words of the pages: full-width marks only beside Chinese, amounts and moments as people read them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.web import words
from sanctions.verdicts import CAVEAT


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("第9位是小写字母“m”:请改为大写", "第9位是小写字母“m”：请改为大写"),
        ("代码已被遮盖(含 * 或连续的 X):请补全", "代码已被遮盖（含 * 或连续的 X）：请补全"),
        ("见 https://example.cn/a,b 与 09:30", "见 https://example.cn/a,b 与 09:30"),
        ("fines (2,000,000 yuan), see rules", "fines (2,000,000 yuan), see rules"),
        ("加4分(依据:64号文(表彰(20分)))", "加4分（依据：64号文（表彰（20分）））"),
        (CAVEAT, "供招标人、采购人、评标（评审）委员会依法核实使用，不代替资格审查"),
    ],
)
def test_marks_become_full_width_beside_chinese_only(sentence: str, shown: str) -> None:
    assert words.zh(sentence) == shown


def test_amounts_are_grouped_and_exact() -> None:
    assert [words.money(fen) for fen in (5, 2_334_050, 200_000_000)] == ["0.05元", "23,340.50元", "2,000,000元"]


def test_a_moment_is_told_in_beijing_time() -> None:
    assert words.moment(datetime(2026, 11, 21, 16, 5, tzinfo=UTC)) == "2026年11月22日 00:05"


def test_a_code_is_grouped_by_its_parts() -> None:
    assert words.grouped("91370199MAEX00010W") == "91 370199 MAEX00010 W"
