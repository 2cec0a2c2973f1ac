"""The guide to schemes is true: its files load as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from credit.scheme_files import load_versions, parse, parse_overlay

ROOT = Path(__file__).parents[2]
NATIONAL, PACK = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "adding-a-scheme.md").read_text("utf-8"), re.DOTALL)


def test_the_guides_scheme_loads_with_both_its_versions() -> None:
    old, new = parse("sample_experts.yaml", NATIONAL)
    assert (old.until, new.since, new.until) == (new.since.replace(2024, 12, 31), new.since.replace(2025, 1, 1), None)
    assert old.hearing == new.hearing is not None
    assert [t.threshold for t in new.thresholds] == ["year_25", "once_15"]


def test_the_guides_pack_loads_over_the_sample() -> None:
    (made,) = parse_overlay("sample_city.yaml", PACK, load_versions(ROOT / "credit" / "rules" / "schemes"))
    assert made.scheme_id == "sample_construction.sample_city"
    assert next(f.points for f in made.faults if f.item == "minor_penalty") == 200
