"""The words of company names, read once: regions, trades, forms, branches. Data beside the code, no law in it."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

_DISTINCTIVE = 30  # characters with one component: above, it is a radical and says little


def _read(name: str) -> dict[str, Any]:
    text = resources.files("credit.names").joinpath(name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def words() -> dict[str, Any]:
    """`words.yaml` as it stands."""
    return _read("words.yaml")


@cache
def countries() -> frozenset[str]:
    return frozenset(_read("regions.yaml")["country"])


@cache
def provinces() -> frozenset[str]:
    return frozenset(_read("regions.yaml")["provinces"])


@cache
def cities() -> dict[str, frozenset[str]]:
    """Each prefecture with the provinces that have one of this name, earlier names with those of today's."""
    found: dict[str, set[str]] = {}
    data = _read("regions.yaml")
    for province, names in data["provinces"].items():
        for city in names:
            found.setdefault(city, set()).add(province)
    for old, new in data["renamed"].items():
        found[old] = set(found[new])
    return {city: frozenset(of) for city, of in found.items()}


@cache
def renamed() -> dict[str, str]:
    """Earlier names of prefectures with today's."""
    found: dict[str, str] = _read("regions.yaml")["renamed"]
    return found


@cache
def trades() -> frozenset[str]:
    return frozenset(word for line in words()["trades"] for word in line.split())


@cache
def forms() -> dict[str, str]:
    """Each spelling of a 组织形式 with its kind."""
    return {spelling: kind for kind, spellings in words()["forms"].items() for spelling in spellings}


@cache
def variants() -> dict[str, str]:
    """Variant characters with the usual ones."""
    found: dict[str, str] = words()["variants"]
    return found


@cache
def opposites() -> dict[str, frozenset[str]]:
    """Each character with those that tell another firm when they stand in its place."""
    found: dict[str, frozenset[str]] = {}
    for line in words()["opposites"]:
        for character in line:
            found[character] = found.get(character, frozenset()) | frozenset(line) - {character}
    return found


@cache
def counties() -> frozenset[str]:
    return frozenset(_read("regions.yaml")["counties"])


@cache
def favoured() -> frozenset[str]:
    """Characters by which two genuine 字号 differ."""
    return frozenset("".join(words()["favoured"].split()))


@cache
def sounds() -> dict[str, str]:
    """Each character's reading without tone."""
    lines = (line.split(" ") for line in _lines("sounds.txt"))
    return {character: reading for reading, characters in lines for character in characters}


@cache
def shapes() -> dict[str, frozenset[int]]:
    """The components of each character, as numbers of the lines of `shapes.txt`, and below zero the frequent ones."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_lines("shapes.txt"), 1):
        for character in line:
            found.setdefault(character, set()).add(number if len(line) <= _DISTINCTIVE else -number)
    return {character: frozenset(numbers) for character, numbers in found.items()}


def _lines(name: str) -> list[str]:
    text = resources.files("credit.names").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
