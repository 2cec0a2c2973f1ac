"""Invented 双公示 rows in any number: valid, alike in every run, and recognisable as samples."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from credit.uscc import ALPHABET, check_digit, org_check_digit

HEADER = (
    "行政相对人名称", "行政相对人类别", "行政相对人代码_1(统一社会信用代码)", "法定代表人", "行政处罚决定书文号",
    "违法行为类型", "违法事实", "处罚依据", "处罚类别", "处罚内容", "罚款金额(万元)", "处罚决定日期", "处罚机关",
    "处罚机关统一社会信用代码", "数据来源单位", "数据来源单位统一社会信用代码",
)
AUTHORITIES = (  # registered by the demo
    ("示例市住房和城乡建设局", "1137019900EX00014E", "示住建"),
    ("示例市水利局", "1137019900EX000229", "示水"),
    ("示例市交通运输局", "1137019900EX000304", "示交"),
    ("示例市市场监督管理局", "1137019900EX00057U", "示市监"),
)
LAST_DAY = date(2026, 11, 20)
_DAYS = 1000


def code(n: int) -> str:
    """The n-th invented code of the invented region 370199; both check digits are right. Good up to 31⁵."""
    body = "MAE" + ALPHABET[30 - n // 31**4] + "".join(ALPHABET[n // 31**power % 31] for power in (3, 2, 1, 0))
    first = "91370199" + body + org_check_digit(body)
    return first + check_digit(first)


def rows(count: int, firms: int = 4000) -> Iterator[tuple[str, ...]]:
    """`count` penalties, each with its own number, spread over at most `firms` companies."""
    for n in range(count):
        firm = n % firms
        name, authority, short = AUTHORITIES[n % len(AUTHORITIES)]
        decided = LAST_DAY - timedelta(days=n % _DAYS)
        fine = 0.5 + n % 40
        yield (
            f"示例市样本{firm:05d}号建设工程有限公司", "法人及非法人组织", code(firm), f"样本{firm:05d}",
            f"{short}罚〔{decided.year}〕{n + 1000}号", "施工管理",
            f"在示例路第{n}标段施工中未按经审查的施工图施工,经责令改正后仍未改正。",
            "《建设工程质量管理条例》(示例,条款从略)", "罚款", f"罚款人民币{fine:g}万元。", f"{fine:g}",
            decided.isoformat(), name, authority, name, authority,
        )


def write_csv(path: Path, count: int, firms: int = 4000) -> Path:
    """The rows as a CSV file in UTF-8 with BOM, as offices save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(HEADER)
        writer.writerows(rows(count, firms))
    return path
