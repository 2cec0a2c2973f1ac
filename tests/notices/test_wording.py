"""Wording: days, amounts and limits as official letters write them, and values that cannot break out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

import notices
from notices import letters, wording
from notices.model import Addressee, Heading, LetterKind, Paragraph, Salutation, Table, Title
from tests.notices import letter_samples as samples


def test_days_have_no_leading_zeros_and_last_days_are_inclusive() -> None:
    assert wording.day(date(2026, 5, 3)) == "2026年5月3日"
    assert wording.last_day(date(2027, 5, 19)) == "2027年5月19日（含当日）"


@pytest.mark.parametrize(("fen", "shown"), [(2334000, "23340元"), (199_999_999, "1999999.99元"), (5, "0.05元")])
def test_fen_are_shown_as_yuan(fen: int, shown: str) -> None:
    assert wording.yuan(fen) == shown


def test_a_value_is_folded_to_one_line_without_control_characters() -> None:
    assert wording.line(" 示例\n公司\x1e\x1f\u200b  甲 ") == "示例 公司 甲"


def test_a_value_cannot_open_a_block_or_a_cell() -> None:
    name = "示例公司\n## 伪造标题\n| 伪造 || 行 \x1eheading\x1f"
    facts = msgspec.structs.replace(
        samples.GENERAL,
        addressee=Addressee(kind=samples.GENERAL.addressee.kind, name=name),
        facts="甲 || 乙\n= 伪造",
    )
    hostile = letters.compose(LetterKind.REPAIR_NOTICE, facts, samples.STAMP)
    plain = letters.compose(LetterKind.REPAIR_NOTICE, samples.GENERAL, samples.STAMP)
    assert [type(block) for block in hostile.blocks] == [type(block) for block in plain.blocks]
    assert Salutation("示例公司 ## 伪造标题 | 伪造 || 行 heading：") in hostile.blocks
    assert {type(b) for b in hostile.blocks} >= {Title, Heading, Paragraph, Table}
    assert "甲 || 乙 = 伪造" in hostile.words()


def test_a_value_is_never_read_as_a_template() -> None:
    facts = msgspec.structs.replace(samples.GENERAL, act_type="{{ 7 * 7 }}{% raise %}")
    assert "{{ 7 * 7 }}{% raise %}" in letters.compose(LetterKind.REPAIR_NOTICE, facts).words()


def test_every_kind_has_its_current_template() -> None:
    folder = Path(notices.__file__ or "").parent / "templates"
    for kind in LetterKind:
        assert (folder / kind.value / letters.current_version(kind) / "letter.j2").is_file()
