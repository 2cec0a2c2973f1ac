"""A rule file that cannot be trusted is refused at load, with file, rule and cure."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import Dated, Rule, RuleFault, RuleMissing, RuleSet, faults, load

GOOD = """
window.general:
  title: 一般失信公示期
  unit: months
  values:
    - {from: 2023-05-01, value: 12, source: 示例办法第1条, verified: true}
    - {from: 2025-04-01, value: {shortest: 3, longest: 36}, source: 示例办法第2条, verified: false, href: "https://example.org/"}
window.ended:
  title: 已停止的规则
  values:
    - {from: 2020-01-01, value: 1, source: 示例, verified: true}
    - {from: 2021-01-01, value: null, source: 示例, verified: true}
"""


def loaded(folder: Path, *texts: str) -> RuleSet:
    for number, text in enumerate(texts):
        (folder / f"{number}.yaml").write_text(text, encoding="utf-8")
    return load([folder])


def test_a_value_holds_from_its_day_until_the_next(tmp_path: Path) -> None:
    rules = loaded(tmp_path, GOOD)
    assert rules.at("window.general", date(2025, 3, 31)).value == 12
    assert rules.at("window.general", date(2025, 4, 1)) == Dated(
        "window.general", date(2025, 4, 1), {"shortest": 3, "longest": 36}, "示例办法第2条", False, "https://example.org/"
    )
    assert rules.find("window.general", date(2023, 4, 30)) is None
    assert rules.find("window.ended", date(2020, 12, 31)) is not None
    assert rules.find("window.ended", date(2021, 1, 1)) is None
    assert list(rules.under("window.", date(2024, 1, 1))) == ["window.general"]
    with pytest.raises(RuleMissing, match=r"window\.ended"):
        rules.at("window.ended", date(2021, 1, 1))
    with pytest.raises(RuleMissing):
        rules.at("no.such", date(2021, 1, 1))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("title: 一般失信公示期", "titel: x", "needs a title"),
        ("unit: months", "units: months", "unknown keys"),
        ("source: 示例办法第1条", "source: ''", "cite a `source`"),
        ("source: 示例办法第1条", "source: 示例办法(原则上,未核对)", "unknown keys"),  # YAML ends the text at the comma
        ("verified: true}", "verified: 'yes'}", "`verified: true` or `false`"),
        ("from: 2023-05-01", "from: 2025-04-01", "ascending, distinct"),
        ("from: 2023-05-01", "from: 2025-05-01", "ascending, distinct"),
        ("from: 2023-05-01", "from: soon", "`from` \\(a day\\)"),
        ("from: 2023-05-01", "from: 2023-05-01T00:00:00", "`from` \\(a day\\)"),
        ("value: 12, ", "", "`from` \\(a day\\) and `value`"),
        ("window.ended:", "window.general:", "defined twice"),
        ("unit: months", "title: again", "defined twice"),
        ("  values:\n    - {from: 2020", "  values: 7\n  other:\n    - {from: 2020", "unknown keys|must be a list"),
        ("window.general:", "window.general: [", "not YAML"),
    ],
)
def test_faults_are_named(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in GOOD
    with pytest.raises(RuleFault, match=fault) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))
    assert "0.yaml" in caught.value.detail


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"# rules\n" + "a: {title: 规则}".encode("gbk"))
    with pytest.raises(RuleFault, match=r"a\.yaml:2: not UTF-8 .*save the file as UTF-8"):
        load([tmp_path])
    assert len(faults([tmp_path])) == 1


def test_a_list_at_the_top_and_scalar_values_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFault, match="mapping of rule ids"):
        loaded(tmp_path, "- a")
    with pytest.raises(RuleFault, match="must be a list"):
        loaded(tmp_path, "a: {title: x, values: 7}")


def test_a_rule_has_one_home(tmp_path: Path) -> None:
    with pytest.raises(RuleFault, match="already defined"):
        loaded(tmp_path, GOOD, GOOD)


def test_an_empty_file_is_no_fault(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", GOOD).rules.keys() == {"window.general", "window.ended"}


def test_a_released_set_comes_back_the_same(tmp_path: Path, ruleset: RuleSet) -> None:
    value = "{1: 2.5, day: 2021-01-01}"
    numbered = f"a.b: {{title: x, values: [{{from: 2020-01-01, value: {value}, source: x, verified: true}}]}}"
    for rules in (ruleset, loaded(tmp_path, GOOD, numbered)):
        back = RuleSet.from_text(rules.text)
        assert back.digest == rules.digest
        assert back.rules == rules.rules


def test_the_digest_names_the_content_not_the_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    first, second = GOOD.split("window.ended:")
    same = loaded(two, "window.ended:" + second, first).digest
    assert loaded(one, GOOD).digest == same
    assert loaded(one, GOOD.replace("value: 12", "value: 13")).digest != same


@given(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=1, max_size=6, unique=True), st.dates())
def test_the_latest_start_not_after_the_day_wins(starts: list[date], day: date) -> None:
    rule = Rule("r", "r", None, None, tuple(Dated("r", d, d.isoformat(), "x", True) for d in sorted(starts)))
    begun = [d for d in starts if d <= day]
    found = rule.at(day)
    assert (found.value if found else None) == (max(begun).isoformat() if begun else None)
    assert rule.at(min(starts) - timedelta(days=1)) is None
