"""Chinese company names folded for exact comparison: width, brackets, blanks. Pure; no guessing of likeness."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_BRACKETS = str.maketrans("[]{}〔〕【】﹝﹞〈〉《》「」『』", "()()()()()()()()()")
_DOTS = str.maketrans(dict.fromkeys("•‧・･．", "·"))


def fold(name: str) -> str:
    """The name with NFKC width, round brackets, one middle dot and no blanks; every word is kept."""
    text = unicodedata.normalize("NFKC", name.translate(_DOTS))
    return _BLANKS.sub("", text).translate(_BRACKETS).upper()


def same(a: str, b: str) -> bool:
    """Whether two names are equal after folding; two empty names are not."""
    return fold(a) == fold(b) != ""
