"""What a comparison is made of: one finding, its sentence and what it costs. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Component(NamedTuple):
    """One thing found: `cost` is taken from 1; what contradicts makes the pair different whatever else agrees."""

    code: str
    sentence: str
    cost: float = 0.0
    contradicts: bool = False


def contradiction(code: str, sentence: str, cost: float = 0.4) -> Component:
    """A finding that no likeness outweighs."""
    return Component(code, sentence, cost, contradicts=True)
