"""Bars that only prose speaks of, and the answers that an incomplete row may touch. Errs towards asking a person."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml

from sanctions.intake.words import vocabulary
from sanctions.model import Scope


class _Patterns(NamedTuple):
    bans: re.Pattern[str]
    not_bans: re.Pattern[str]
    touches: dict[Scope, re.Pattern[str]]


def speaks_of_ban(text: str) -> bool:
    """True when the text mentions a bar from tendering or a list entry, even in a negation (contract, parked rows)."""
    folded = "".join(vocabulary().fold(text).split())
    patterns = _patterns()
    return bool(patterns.bans.search(patterns.not_bans.sub("", folded)))


def scopes_touched(text: str, *, look_back: bool, ban: bool) -> tuple[Scope, ...]:
    """Scopes whose answers an incomplete row leaves open: by its words, or by the look-back of 政府采购法 22."""
    folded = "".join(vocabulary().fold(text).split())
    found = {scope for scope, words in _patterns().touches.items() if words.search(folded)}
    if ban and not found:
        found.add(Scope.ALL_PUBLIC_RESOURCES)
    if look_back:
        found.add(Scope.GOVERNMENT_PROCUREMENT)
    return tuple(scope for scope in Scope if scope in found)


@cache
def _patterns() -> _Patterns:
    text = resources.files("sanctions.intake").joinpath("bans.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.safe_load(text)
    touches = {Scope(scope): re.compile(words) for scope, words in raw["touches"].items()}
    return _Patterns(re.compile("|".join(raw["bans"])), re.compile(raw["not_bans"]), touches)
