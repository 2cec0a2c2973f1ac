"""The labelled name pairs are what they say they are: sizes, labels, halves that share nothing."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cases.names.make import DIFFERENT, SAME

NAMES = Path(__file__).parent.parent / "cases/names"
HALVES = ("open", "sealed")


def read(name: str) -> Any:
    return yaml.safe_load((NAMES / f"{name}.yaml").read_text("utf-8"))


@pytest.mark.parametrize("half", HALVES)
def test_every_pair_has_two_names_and_the_label_of_its_category(half: str) -> None:
    for entry in read(half):
        assert set(entry) == {"a", "b", "label", "category"}
        assert entry["a"] != entry["b"]
        assert all(isinstance(entry[side], str) and 4 <= len(entry[side]) <= 60 for side in "ab")
        assert entry["category"] in (SAME if entry["label"] == "same" else DIFFERENT)


@pytest.mark.parametrize("half", HALVES)
def test_each_half_is_large_and_balanced(half: str) -> None:
    """At least 220 pairs a half, 12 of each category, and 42 to 48 of 100 `different`."""
    entries = read(half)
    assert len(entries) >= 220
    counts = Counter(entry["category"] for entry in entries)
    assert set(counts) == {*SAME, *DIFFERENT}
    assert min(counts.values()) >= 12
    different = sum(entry["label"] == "different" for entry in entries)
    assert 0.42 <= different / len(entries) <= 0.48


def test_no_pair_comes_twice() -> None:
    pairs = [frozenset((entry["a"], entry["b"])) for half in HALVES for entry in read(half)]
    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize(("half", "other"), [HALVES, HALVES[::-1]])
def test_the_halves_share_no_trade_name_and_no_invented_place(half: str, other: str) -> None:
    source = read(f"{half}.source")
    own = {word for group in source["marks"] for word in group} | {*source["latin"], *source["places"]}
    assert len(source["marks"]) >= 30
    names = [entry[side] for entry in read(other) for side in "ab"]
    assert [(word, name) for word in own for name in names if word in name] == []


def test_the_words_are_many_and_from_many_places() -> None:
    words = read("words")
    assert len(words["regions"]) >= 40
    assert len({above for _, _, above in words["regions"]}) >= 15
    assert len(words["industries"]) >= 30
