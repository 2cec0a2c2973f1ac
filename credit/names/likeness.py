"""One slip of the pen between two short texts, and whether two characters are easily taken for each other. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from credit.names import vocabulary


class Kind(StrEnum):
    """What separates two texts that differ in one place only, in the words of the sentence."""

    CHANGED = "差一字"
    DOUBLED = "有一字重复"
    LONGER = "多一字或少一字"
    SWAPPED = "前后两字颠倒"


class Slip(NamedTuple):
    """The one place in which two texts differ, from `at` on."""

    kind: Kind
    at: int
    mine: str
    theirs: str

    @property
    def opposite(self) -> bool:
        """Whether the two characters mean opposite or numbered things."""
        return self.theirs in vocabulary.opposites().get(self.mine, ())


def slip(a: str, b: str) -> Slip | None:
    """The one slip that makes b of a, None where there are more or none."""
    if a == b or abs(len(a) - len(b)) > 1 or min(len(a), len(b)) < 2:
        return None
    at, mine, theirs = _differing(a, b)
    if len(mine) == len(theirs) == 1:
        return Slip(Kind.CHANGED, at, mine, theirs)
    if len(mine) + len(theirs) == 1:
        longer, one = (a, mine) if mine else (b, theirs)
        doubled = longer[at - 1 : at] == one or longer[at + 1 : at + 2] == one
        return Slip(Kind.DOUBLED if doubled else Kind.LONGER, at, mine, theirs)
    return Slip(Kind.SWAPPED, at, mine, theirs) if len(mine) == 2 and mine == theirs[::-1] else None


def sounds_like(a: str, b: str) -> bool:
    """Whether two characters are read alike, tones left out."""
    return a in vocabulary.sounds() and vocabulary.sounds()[a] == vocabulary.sounds().get(b)


def looks_like(a: str, b: str, *, radical: bool = False) -> bool:
    """Whether two characters share a component; with `radical` also one that many characters have."""
    shared = vocabulary.shapes().get(a, frozenset()) & vocabulary.shapes().get(b, frozenset())
    return any(number > 0 or radical for number in shared)


def _differing(a: str, b: str) -> tuple[int, str, str]:
    """Where two texts begin to differ, and both without their common beginning and end."""
    start, most = 0, min(len(a), len(b))
    while start < most and a[start] == b[start]:
        start += 1
    end = 0
    while end < most - start and a[-1 - end] == b[-1 - end]:
        end += 1
    return start, a[start : len(a) - end], b[start : len(b) - end]
