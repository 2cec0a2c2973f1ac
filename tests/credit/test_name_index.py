"""The index of names: what is added is found at once, spelled otherwise too, and nothing is found twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from credit.names import NameIndex, Verdict, plain

CODES = [f"91370199MAEX{n:06d}" for n in range(30)]


def filled(*names: str) -> NameIndex:
    index = NameIndex()
    for code, name in zip(CODES, names, strict=False):
        index.add(code, name)
    return index


def test_the_likeliest_come_first_and_say_why() -> None:
    index = filled("济南示例建设有限公司", "青岛示例建设有限公司", "济南示例第二建设有限公司", "济南样本医药有限公司")
    found = index.search("濟南示例建設")
    assert (found[0].code, found[0].match.verdict) == (CODES[0], Verdict.SAME)
    assert [f.code for f in found if f.match.verdict is Verdict.DIFFERENT] == [CODES[1], CODES[2], CODES[3]]
    assert [f.match.sentences[0][:4] for f in found[1:]] == ["地区矛盾", "编号矛盾", "字号不同"]
    assert [f.code for f in index.search("濟南示例建設", verdicts=(Verdict.SAME, Verdict.MAYBE))] == [CODES[0]]


def test_a_short_name_finds_whom_it_may_mean_and_one_without_a_name_of_its_own_nobody() -> None:
    index = filled("济南远桥建筑工程有限公司", "青岛远桥建筑安装有限公司", "济南安居建设工程有限公司")
    likely = (Verdict.SAME, Verdict.MAYBE)
    found = index.search("远桥建筑", verdicts=likely)
    assert [(f.code, f.match.verdict) for f in found] == [(code, Verdict.MAYBE) for code in CODES[:2]]
    assert index.search("济南建设", verdicts=likely) == []  # a place and a trade: everybody there


def test_a_company_is_found_once_under_its_best_name() -> None:
    index = filled("济南示例建设有限公司")
    index.add(CODES[0], "济南示例工程有限公司")
    index.add(CODES[0], "济南示例建设有限公司")
    assert [f.code for f in index.search("济南示例建设有限公司")] == [CODES[0]]
    assert [f.name for f in index.search("济南示例工程")] == ["济南示例工程有限公司"]


def test_what_is_removed_is_not_found() -> None:
    index = filled("济南示例建设有限公司", "济南示例建设有限公司")
    index.remove(CODES[0], "济南示例建设有限责任公司")  # another spelling: nothing
    assert len(index) == 2
    index.remove(CODES[0], "济南示例建設有限公司")
    assert [f.code for f in index.search("济南示例建设有限公司")] == [CODES[1]]
    assert len(index) == 1


def test_a_common_name_and_an_empty_one() -> None:
    index = filled(*["济南示例建设有限公司"] * 30)
    assert len(index.search("济南示例建设有限公司", limit=25)) == 25
    assert index.search("") == index.search("　()") == []
    index.add(CODES[0], "")
    assert len(index) == 30


@settings(max_examples=60)
@given(st.lists(st.text("示例样本济南青岛建设医药一二第", min_size=2, max_size=9), min_size=1, max_size=25), st.data())
def test_every_name_added_is_found_by_itself(names: list[str], data: st.DataObject) -> None:
    index = filled(*names)
    wanted = data.draw(st.sampled_from(names))
    found = index.search(wanted, limit=25)
    assert found[0].match.score == 1.0
    assert found[0].name == plain(wanted)
