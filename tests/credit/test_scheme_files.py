from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from credit.kernel import canonical
from credit.scheme_files import SchemeFault, load_schemes, parse
from credit.schemes import Scheme

FOLDER = Path(__file__).parents[2] / "credit" / "rules" / "schemes"
MINIMAL = """
id: sample_small
title: 示例:小方案
from: 2026-01-01
sample: true
verified: false
source: 示例
base: 7000
floor: 0
ceiling: 10000
bands:
  - {grade: A, title: 优, from: 6000, to: 10000}
  - {grade: B, title: 差, from: 0, to: 5999}
groups:
  - {group: honours, title: 表彰, cap: 1000}
merits:
  - {item: award, title: 奖项, points: 500, group: honours, source: 示例, verified: false}
faults:
  - item: penalty
    title: 行政处罚
    points: 1000
    months: 6
    match: {severity: general}
    veto: {grade: B, months: 6}
    source: 示例
    verified: false
"""


def changed(path: str, value: Any) -> str:
    """The minimal scheme with one place set (`bands.0.from`), or removed where the value is `...`."""
    raw = yaml.safe_load(MINIMAL)
    *parents, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    at = raw
    for step in parents:
        at = at[step]
    if value is ...:
        del at[last]
    elif isinstance(at, list) and last == len(at):
        at.append(value)
    else:
        at[last] = value
    return yaml.safe_dump(raw, allow_unicode=True)


def test_every_shipped_scheme_loads() -> None:
    schemes = load_schemes(FOLDER)
    assert "sample_construction" in schemes
    assert all(s.sample and not s.verified for s in schemes.values())


def test_the_minimal_scheme_loads_and_comes_back_from_its_stored_text() -> None:
    (scheme,) = parse("x.yaml", MINIMAL)
    assert canonical.decode(canonical.encode(scheme), Scheme) == scheme


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("bands.1.to", 5900, "gap below A; end B at 5999"),
        ("bands.1.to", 6000, "overlap with A; end B at 5999"),
        ("bands.0.to", 9000, "ceiling"),
        ("bands.1.from", 100, "floor"),
        ("bands.1.to", None, "open"),
        ("bands.1.from", 7000, "begins above its end"),
        ("bands.1.grade", "A", "defined twice"),
        ("bands", [], "missing"),
        ("base", 20000, "outside floor and ceiling"),
        ("base", 70.5, "8250 for 82.50"),
        ("merits.0.points", 5.5, "8250 for 82.50"),
        ("merits.0.points", 0, "merits award"),
        ("faults.0.months", ..., "faults penalty"),
        ("faults.0.source", ..., "cite a source"),
        ("faults.0.source", "", "cite a source"),
        ("merits.0.verified", ..., "say verified: true or false"),
        ("source", ..., "cite a source"),
        ("faults.0.verified", True, "penalty: an item of a sample cannot be verified"),
        ("merits.0.verified", True, "award: an item of a sample cannot be verified"),
        ("title", "小方案", "begins with 示例"),
        ("verified", True, "begins with 示例"),
        ("merits.0.group", "none", "award: group none is not defined"),
        ("merits.0.cap", 700, "award: cap must be a multiple"),
        ("faults.0.match", {}, "penalty: matches every penalty"),
        ("faults.0.veto.grade", "E", "faults penalty: grade E is no band"),
        ("faults.0.item", "award", "award: defined twice"),
        ("faults.0.colour", "red", "faults penalty"),
        ("faults.0.match.severity", "grave", "faults penalty"),
        ("colour", "red", "unknown key `colour`"),
    ],
)
def test_a_scheme_nobody_should_be_scored_by_is_refused(path: str, value: Any, says: str) -> None:
    with pytest.raises(SchemeFault) as refused:
        parse("small.yaml", changed(path, value))
    assert says in refused.value.detail
    assert "small.yaml" in refused.value.detail


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("faults.0.match.region", "370100"),
        ("faults.0.match.ownership", "state"),
        ("merits.0.registered_capital", 1000),
        ("merits.0.size", "large"),
        ("merits.0.title", "注册地在本市"),
        ("merits.0.title", "国有企业加分"),
        ("merits.0.title", "省内业绩"),
        ("merits.0.title", "净资产一亿元以上"),
        ("faults.0.title", "外地企业未备案"),
        ("faults.0.title", "中小企业未参加评价"),
    ],
)
def test_region_ownership_and_size_are_no_factors(path: str, value: Any) -> None:
    with pytest.raises(SchemeFault, match="公平竞争审查规则") as refused:
        parse("small.yaml", changed(path, value))
    label = "faults penalty" if path.startswith("faults") else "merits award"
    assert re.search(rf"small\.yaml:\d+: {label}: ", refused.value.detail)


@pytest.mark.parametrize("title", ["拖欠中小企业账款", "本地区通报表扬", "省级主管部门表彰", "纳税信用A级"])
def test_conduct_that_only_sounds_like_them_may_be_scored(title: str) -> None:
    assert parse("small.yaml", changed("merits.0.title", title))[0].merits[0].title == title


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "sample_small.yaml").write_bytes(MINIMAL.encode("gbk"))
    with pytest.raises(SchemeFault, match=r"sample_small\.yaml:3: scheme: not UTF-8 .*save the file as UTF-8"):
        load_schemes(tmp_path)
    (tmp_path / "sample_small.yaml").write_bytes(MINIMAL.encode("utf-8-sig"))
    assert load_schemes(tmp_path)["sample_small"].title == "示例:小方案"


def test_all_faults_are_told_at_once() -> None:
    text = MINIMAL.replace("to: 5999", "to: 5000").replace("group: honours, source", "group: none, source")
    with pytest.raises(SchemeFault) as refused:
        parse("small.yaml", text)
    assert len(refused.value.detail.splitlines()) == 2


@pytest.mark.parametrize("text", ["", "- a", "a: [", "bands: 1", "merits: [1]"])
def test_what_is_no_scheme_is_refused(text: str) -> None:
    with pytest.raises(SchemeFault, match=r"small\.yaml"):
        parse("small.yaml", text)


def test_a_file_is_named_after_its_scheme(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(MINIMAL, encoding="utf-8")
    with pytest.raises(SchemeFault, match=r"sample_small\.yaml"):
        load_schemes(tmp_path)
