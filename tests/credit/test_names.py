from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import names


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("示例（济南）建设有限公司", "示例(济南)建设有限公司"),
        ("示例[济南]建设有限公司", "示例(济南)建设有限公司"),
        ("示例〔济南〕建设有限公司", "示例(济南)建设有限公司"),
        ("示例﹝济南﹞建设有限公司", "示例(济南)建设有限公司"),
        (" 示例 建设\u3000有限责任公司\n", "示例建设有限责任公司"),
        ("ＡＢＣ示例建设有限公司", "ABC示例建设有限公司"),
        ("abc示例建设有限公司", "ABC示例建设有限公司"),
        ("示例•买买提经营部", "示例·买买提经营部"),
        ("\ufeff示例\u200b建设", "示例建设"),
    ],
)
def test_ways_of_writing_one_name(written: str, folded: str) -> None:
    assert names.fold(written) == folded
    assert names.same(written, folded)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("示例建设有限公司", "示例建设有限责任公司"),
        ("示例第一建设有限公司", "示例第二建设有限公司"),
        ("示例(济南)建设有限公司", "示例(青岛)建设有限公司"),
        ("示例济南建设有限公司", "示例(济南)建设有限公司"),
        ("", " "),
    ],
)
def test_different_names_stay_different(a: str, b: str) -> None:
    assert not names.same(a, b)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert names.fold(names.fold(name)) == names.fold(name)
