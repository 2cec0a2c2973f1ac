"""Chinese company names folded for exact comparison: width, brackets, blanks. Pure; no guessing of likeness."""

from __future__ import annotations

import re
import unicodedata
from string import ascii_lowercase, ascii_uppercase

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_FOLDED = str.maketrans("[]{}〔〕【】﹝﹞〈〉《》「」『』" + ascii_lowercase, "()()()()()()()()()" + ascii_uppercase)
_DOTS = str.maketrans(dict.fromkeys("•‧・･．", "·"))


def fold(name: str) -> str:
    """The name with NFKC width, round brackets, one middle dot and no blanks; every word is kept."""
    text = unicodedata.normalize("NFKC", _BLANKS.sub("", name.translate(_DOTS)))
    text = unicodedata.normalize("NFKC", _BLANKS.sub("", text))
    return text.translate(_FOLDED)


def same(a: str, b: str) -> bool:
    """Whether two names are equal after folding; two empty names are not."""
    return fold(a) == fold(b) != ""
