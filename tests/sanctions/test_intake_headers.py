"""Header spellings that offices' systems write mean what they meant there."""

from __future__ import annotations

import pytest

from sanctions.intake.headers import fold_header, read_header
from sanctions.intake.outcomes import DuplicateColumn


def meaning(header: str) -> str | None:
    found = read_header(1, [header]).columns
    return found[0].meaning if found else None


@pytest.mark.parametrize(
    "spelling",
    [
        "行政相对人代码_1(统一社会信用代码)",
        "行政相对人代码_1（统一社会信用代码）",
        "行政相对人代码_1 (统一社会信用代码)",
        "行政相对人代码-1（统一社会信用代码）",
        "行政相对人代码＿1（统一社会信用代码）",
        "行政相对人代码_1(统一社会信用代码)：",
        "行政相对人代码_3(统一社会信用代码)",
        "行政相对人代码_1",
        "行政相对人代码（统一社会信用代码或纳税人识别号）",
        "行政相对人统一社会信用代码",
        "统一社会信 用代码",
        "统一信用代码",
        "*统一社会信用代码",
        "CF_XDR_SHXYM",
        "cf-xdr-shxym",
    ],
)
def test_the_code_column(spelling: str) -> None:
    assert meaning(spelling) == "code"


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("罚款金额（万元）", "fine"),
        ("罚款金额(元)", "fine_yuan"),
        ("罚款金额", "fine_unitless"),
        ("没收违法所得、没收非法财物的金额（万元）", "confiscated"),
        ("处罚依据 ", "basis"),
        ("行政相对人代码＿3", "org_code"),
        ("CF_ZT", "state"),
        ("公布截至日期", "publish_until"),
    ],
)
def test_other_columns(spelling: str, expected: str) -> None:
    assert meaning(spelling) == expected


@pytest.mark.parametrize(
    "spelling", ["证件号码", "法定代表人证件号码", "行政相对人代码_5(居民身份证号)", "行政相对人代码_5", "cf_fr_sfzh"]
)
def test_personal_numbers_are_no_columns_at_all(spelling: str) -> None:
    header = read_header(1, [spelling])
    assert header.columns == ()
    assert header.personal == (spelling,)


def test_the_columns_of_2016_and_2018_do_not_collide() -> None:
    read_header(1, ["处罚类别1", "处罚类别2", "处罚事由", "处罚结果", "行政相对人代码_2(组织机构代码)"])
    with pytest.raises(DuplicateColumn):
        read_header(1, ["处罚内容", "处罚结果"])


def test_folding_keeps_different_columns_apart() -> None:
    assert fold_header("处罚机关") != fold_header("处罚机关统一社会信用代码")
