"""Dated versions and local packs: what is refused, with file, line and cure."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from credit.scheme_files import SchemeFault, as_rules, parse, parse_overlay, read_schemes
from tests.credit.points_scheme import SCHEME, TEXT

TWO = """id: sample_two
title: 示例:两版
sample: true
source: 示例
verified: false
base: 7000
floor: 0
ceiling: 10000
bands:
  - {grade: A, title: 优, from: 6000, to: 10000}
  - {grade: B, title: 差, from: 0, to: 5999}
may_change:
  - {path: faults.fine.points, min: 50, max: 300}
  - merits.*.cap
  - base
merits:
  - {item: award, title: 奖项, points: 500, months: 12, cap: 1000, source: 示例, verified: false}
versions:
  - from: 2024-01-01
    to: 2024-12-31
    faults:
      - {item: fine, title: 罚款, points: 100, months: 6, match: {kinds: [fine]}, source: 示例, verified: false}
  - from: 2025-01-01
    faults:
      - {item: fine, title: 罚款, points: 200, months: 6, match: {kinds: [fine]}, source: 示例, verified: false}
"""
PACK = """overlay: sample_town
of: sample_two
title: 示例:示例镇
region: "370100"
from: 2024-07-01
sample: true
verified: false
source: 示例镇版本
changes:
  faults.fine.points: 300
  merits.award.cap: 1500
"""
NATIONAL = {"sample_two": parse("sample_two.yaml", TWO)}


def refused(text: str, line: int, says: str) -> None:
    with pytest.raises(SchemeFault) as caught:
        parse("x.yaml", text)
    assert re.search(rf"^x\.yaml:{line}: .*{re.escape(says)}", caught.value.detail, re.MULTILINE), caught.value.detail


def test_a_file_may_hold_versions_and_what_they_share_stands_above() -> None:
    old, new = NATIONAL["sample_two"]
    assert (old.since, old.until, old.faults[0].points) == (date(2024, 1, 1), date(2024, 12, 31), 100)
    assert (new.since, new.until, new.faults[0].points, new.base) == (date(2025, 1, 1), None, 200, 7000)
    rule = as_rules([new, old]).rules["scheme.sample_two"]
    assert [v.since for v in rule.values] == [old.since, new.since]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("to: 2024-12-31", "to: 2024-12-30", 23, "gap after 2024-12-30; begin on 2024-12-31"),
        ("to: 2024-12-31", "to: 2025-01-01", 23, "overlaps the version before"),
        ("    to: 2024-12-31\n", "", 22, "the version before has no end; give it to: 2024-12-31"),
        ("to: 2024-12-31", "to: 2023-12-31", 20, "ends on 2023-12-31, before it begins"),
        ("points: 200", "points: 2.5", 25, "8250 for 82.50"),
        ("points: 200", "colour: 200", 25, "unknown key `colour`"),
        ("  - from: 2025-01-01", "  - from: 2025-01-01\n    sample: true", 24, "give it once, above versions"),
        ("  - merits.*.cap", "  - verified", 14, "verified is fixed for everybody"),
        ("  - merits.*.cap", "  - faults.none.points", 14, "faults.none.points names nothing"),
        ("base: 7000", "base: 7000\nbase: 8000", 7, "`base` is given twice, first in line 6"),
        ("base: 7000", "base: 7000\nof: sample_one", 7, "only a local pack names `of`"),
        ("base: 7000", 'base: 7000\nregion: "370100"', 7, "公平竞争审查规则"),
        ("source: 示例\nverified", "verified", 18, "cite a source"),
        ("base: 7000", "base: [", 8, "not YAML"),
        ("cap: 1000", "cap: 1000, not_above: none", 17, "name the like award itself"),
        ("match: {kinds: [fine]}", "match: {kinds: [fine]}, cap: 100", 22, "a worse penalty could cost less"),
        ("match: {kinds: [fine]}", "conduct: true", 21, "give hearing"),
        ("sample: true", "sample: true\ndefault_for: [construction]", 4, "a sample is never the default"),
        ("base: 7000", "base: 7000\ncycle: {starts: \"02-29\"}", 7, "cycle"),
        ("base: 7000", "base: 7000\ncycle: {starts: \"03-01\"}", 23, "points are cleared with the cycle"),
    ],
)
def test_a_fault_is_told_with_its_line_and_cure(old: str, new: str, line: int, says: str) -> None:
    assert old in TWO
    refused(TWO.replace(old, new, 1), line, says)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('cycle: {starts: "03-01"}\n', "", "the scheme has no cycle"),
        ("within: once, grade: S", "within: once, grade: X", "grade X is no band"),
        ("within: once, grade: S", "within: sometimes, grade: S", "within"),
        ("group: order, source", "group: none, source", "add it under fault_groups"),
        ("reply_within: 10, source: 示例办法, ", "", "reply_within"),
    ],
)
def test_cycles_thresholds_and_hearings_fit_together(old: str, new: str, says: str) -> None:
    assert old in TEXT
    with pytest.raises(SchemeFault, match=re.escape(says)):
        parse("x.yaml", TEXT.replace(old, new, 1))


def test_a_pack_changes_every_version_within_its_days_and_cites_itself() -> None:
    old, new = parse_overlay("sample_town.yaml", PACK, NATIONAL)
    assert [(s.scheme_id, s.of, s.since, s.until) for s in (old, new)] == [
        ("sample_two.sample_town", "sample_two", date(2024, 7, 1), date(2024, 12, 31)),
        ("sample_two.sample_town", "sample_two", date(2025, 1, 1), None),
    ]
    assert (new.faults[0].points, new.faults[0].source) == (300, "示例;示例镇版本")
    assert (new.merits[0].cap, new.base) == (1500, 7000)
    assert new.takes == {"sample_two", "sample_two.sample_town"}


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("points: 300", "points: 400", 10, "400 is more than the 300 that the national scheme allows"),
        ("points: 300", "points: 40", 10, "40 is less than the 50"),
        ("points: 300", "points: 3.5", 10, "8250 for 82.50"),
        ("faults.fine.points", "faults.fine.months", 10, "does not allow this change; it may change faults.fine"),
        ("merits.award.cap", "merits.none.cap", 11, "names nothing in sample_two"),
        ("merits.award.cap: 1500", "merits.award.cap: 1200", 11, "cap must be a multiple"),
        ("merits.award.cap: 1500", "base: 20000", 11, "lies outside floor and ceiling"),
        ("of: sample_two", "of: nobody", 2, "there is no sound scheme nobody"),
        ('"370100"', '"SD"', 4, "region"),
        ("from: 2024-07-01", "from: 2023-07-01", 5, "sample_two begins on 2024-01-01"),
        ("title: 示例:示例镇", "title: 示例镇方案书", 3, "begins with 示例"),
        ("changes:", "colour: red\nchanges:", 9, "unknown key `colour`"),
        ("source: 示例镇版本\n", "", 1, "cite a source"),
    ],
)
def test_a_pack_changes_nothing_else(old: str, new: str, line: int, says: str) -> None:
    assert old in PACK
    with pytest.raises(SchemeFault) as caught:
        parse_overlay("town.yaml", PACK.replace(old, new, 1).replace("title: 示例镇方案书", "title: 镇方案"), NATIONAL)
    told = caught.value.detail
    assert re.search(rf"^town\.yaml:{line}: .*{re.escape(says)}", told, re.MULTILINE), told


def test_every_fault_of_every_file_is_found(tmp_path: Path) -> None:
    wrong = TWO.replace("points: 100", "points: 0").replace("to: 5999", "to: 1")
    (tmp_path / "sample_two.yaml").write_text(wrong, "utf-8")
    (tmp_path / "sample_points.yaml").write_text(TEXT.replace("grade: S, months", "grade: Z, months"), "utf-8")
    (tmp_path / "overlays").mkdir()
    (tmp_path / "overlays" / "sample_town.yaml").write_text(PACK, "utf-8")
    found = read_schemes(tmp_path)
    assert found.versions == {}
    assert [x.split(": ")[0] for x in found.faults] == [
        "sample_points.yaml:18", "sample_points.yaml:20", "sample_two.yaml:22", "sample_two.yaml:11",
        "overlays/sample_town.yaml:2"]


def test_two_schemes_are_not_the_default_of_one_tender_type(tmp_path: Path) -> None:
    real = TWO.replace("sample: true", "sample: false\ndefault_for: [land]").replace("示例:两版", "两版")
    (tmp_path / "sample_two.yaml").write_text(real, "utf-8")
    (tmp_path / "other.yaml").write_text(real.replace("id: sample_two", "id: other"), "utf-8")
    (one,) = set(read_schemes(tmp_path).faults)
    assert "land has other as its default already" in one


def test_a_cycle_of_a_calendar_year_ends_with_it() -> None:
    (yearly,) = parse("sample_points.yaml", TEXT.replace('"03-01"', '"01-01"'))
    assert yearly.cycle is not None
    assert SCHEME.cycle is not None
    assert yearly.cycle.last_day(date(2026, 1, 1)) == date(2026, 12, 31)
    assert SCHEME.cycle.last_day(date(2026, 3, 1)) == date(2027, 2, 28)
    assert SCHEME.cycle.last_day(date(2028, 2, 29)) == date(2028, 2, 29)
