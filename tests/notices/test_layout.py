"""Layout: everything inside the type area, two pages for a usual letter, the roomiest grid that allows it."""

from __future__ import annotations

import msgspec
import pytest

from notices import letters
from notices import page as sheet
from notices.layout import lay_out
from notices.model import LetterKind
from notices.page import Page, Type
from tests.notices import letter_samples as samples


def ems(text: str) -> float:
    return sum(1.0 if ord(ch) > 0xFF else 0.55 for ch in text)


MEASURES = {Type.BODY: ems, Type.HEADING: ems}


def pages(name: str, kind: LetterKind = LetterKind.REPAIR_NOTICE) -> tuple[Page, ...]:
    return lay_out(letters.compose(kind, samples.ALL[name], samples.STAMP), MEASURES)


@pytest.mark.parametrize("kind", samples.OF_PENALTIES)
@pytest.mark.parametrize("name", ["general", "minor", "minor_published", "legacy", "samr_minor", "draft"])
def test_a_usual_letter_has_two_pages_at_most(name: str, kind: LetterKind) -> None:
    assert len(pages(name, kind)) <= 2


@pytest.mark.parametrize("kind", samples.OF_PENALTIES)
@pytest.mark.parametrize("name", list(samples.ALL))
def test_nothing_leaves_the_type_area(name: str, kind: LetterKind) -> None:
    for number, page in enumerate(pages(name, kind), 1):
        for run in page.runs:
            if run.red or run.text == f"— {number} —":
                continue
            end = run.x + ems(run.text) * run.size + run.space * (len(run.text) - 1)
            hanging = run.size + run.space if run.text[-1] in "，。、；" else 0.0
            assert run.x >= sheet.LEFT - 0.1 and end <= sheet.RIGHT + hanging + 0.1, run
            assert sheet.BOTTOM <= run.y <= sheet.TOP, run


def test_a_short_letter_is_set_in_size_three_on_28_characters() -> None:
    sizes = {run.size for run in pages("minor", LetterKind.DISHONESTY_NOTICE)[0].runs if len(run.text) > 20}
    assert max(sizes) == pytest.approx(sheet.TEXT_WIDTH / 28)


def test_the_first_page_has_red_double_lines_and_no_number_later_pages_are_numbered() -> None:
    first, second = pages("general")
    assert len([rule for rule in first.rules if rule.red]) == 4
    assert not [run for run in first.runs if run.text.startswith("— ")]
    assert second.runs[-1].text == "— 2 —"


def test_no_string_is_lost() -> None:
    letter = letters.compose(LetterKind.REPAIR_NOTICE, samples.SERIOUS, samples.STAMP)
    drawn = "".join(run.text for page in lay_out(letter, MEASURES) for run in page.runs if "— " not in run.text)
    assert "".join(drawn.split()) == "".join("".join(letter.words()).split())


def test_a_very_long_finding_runs_over_pages_row_by_row() -> None:
    facts = msgspec.structs.replace(samples.GENERAL, facts="示例市某某路段现场检查发现问题。" * 200)
    letter = letters.compose(LetterKind.REPAIR_NOTICE, facts, samples.STAMP)
    set_pages = lay_out(letter, MEASURES)
    assert len(set_pages) >= 4
    drawn = "".join(run.text for page in set_pages for run in page.runs)
    assert drawn.count("示例市某某路段") + drawn.count("现场检查发现问题") >= 200
    assert all(run.y >= sheet.BOTTOM for page in set_pages for run in page.runs if "— " not in run.text)


def test_a_long_name_of_an_issuer_is_set_smaller_and_the_code_moves_below_it() -> None:
    name = "示例市示例区样本综合行政执法局示例分局第二执法大队（示例市示例区样本管理委员会）" * 2
    issuer = msgspec.structs.replace(samples.ISSUER, name=name)
    letter = letters.compose(
        LetterKind.REPAIR_NOTICE, msgspec.structs.replace(samples.GENERAL, issuer=issuer), samples.STAMP
    )
    for page in lay_out(letter, MEASURES):
        for square in page.squares:
            top, right = square.y + square.side, square.x + square.side
            assert not [run for run in page.runs if run.x < right and square.y < run.y < top]
        for run in page.runs:
            if run.text == name and not run.red:
                assert run.x >= sheet.LEFT - 0.1
                assert run.x + ems(name) * run.size <= sheet.RIGHT + 0.1
