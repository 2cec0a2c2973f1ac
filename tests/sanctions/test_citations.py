"""Citations are read however offices write them, and never borrowed from another law."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctions.citations import citations, number

NAMES = {
    "招标投标法": ["招投标法"],
    "招标投标法实施条例": [],
    "政府采购法": ["政采法"],
    "政府采购法实施条例": ["政采条例"],
}
TENDER, PROCURE = "招标投标法", "政府采购法"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("招标投标法 第五十三条", [(TENDER, 53)]),
        ("《招标投标法》第53条", [(TENDER, 53)]),
        ("招标投标法53", [(TENDER, 53)]),
        ("招标投标法 art. 53", [(TENDER, 53)]),
        ("《中华人民共和国招标投标法》(2017年修正)第五十三条第一款", [(TENDER, 53)]),
        ("依据招投标法第五十三、五十四条", [(TENDER, 53), (TENDER, 54)]),
        ("《招标投标法》第三十二条及其实施条例第六十七条", [(TENDER, 32), ("招标投标法实施条例", 67)]),
        ("违反《政府采购法》第七十七条的规定,依据第七十八条", [(PROCURE, 77), (PROCURE, 78)]),
        ("政采条例第七十五条第二款第(三)项", [("政府采购法实施条例", 75)]),
        ("《政府采购法》第三条、《建筑法》第七十七条", [(PROCURE, 3)]),
        ("《示例省实施招标投标法办法》第五十三条", []),
        ("招标投标法第一百五十三条", [(TENDER, 153)]),
        ("第五十三条", []),
        ("中心规定", []),
        ("", []),
    ],
)
def test_laws_and_articles_as_written(text: str, expected: list[tuple[str, int]]) -> None:
    assert list(citations(text, NAMES)) == expected


@pytest.mark.parametrize(
    ("text", "value"), [("十", 10), ("十九", 19), ("五十三", 53), ("一百零二", 102), ("五三", 53), ("77", 77)]
)
def test_numerals(text: str, value: int) -> None:
    assert number(text) == value


@given(st.text(max_size=200))
def test_any_text_is_read_without_fault(text: str) -> None:
    list(citations(f"招标投标法{text}", NAMES))
