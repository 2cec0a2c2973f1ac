"""Two foldings: `fold` for the stored column, which never changes; `plain` for likeness, 简繁 included. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from string import ascii_lowercase, ascii_uppercase

import opencc

from credit.names import vocabulary

_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_FOLDED = str.maketrans("[]{}〔〕【】﹝﹞〈〉《》「」『』" + ascii_lowercase, "()()()()()()()()()" + ascii_uppercase)
_DOTS = str.maketrans(dict.fromkeys("•‧・･．", "·"))
_MARKS = re.compile(r"[^\w()]+|_+")
_EVERYDAY = re.compile(r"[\u4e00-\u9fff()]*")
_HAN = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x2A6DF))


def fold(name: str) -> str:
    """The name with NFKC width, round brackets, one middle dot and no blanks; every word is kept.

    Rows store this value: it stays as it is. What likeness needs besides is in `plain`.
    """
    text = unicodedata.normalize("NFKC", _BLANKS.sub("", name.translate(_DOTS)))
    text = unicodedata.normalize("NFKC", _BLANKS.sub("", text))
    return text.translate(_FOLDED)


def same(a: str, b: str) -> bool:
    """Whether two names are equal after folding; two empty names are not."""
    return fold(a) == fold(b) != ""


def plain(name: str) -> str:
    """`fold`, with 繁體 as 简体 and without marks other than brackets: what a reader takes for the same writing."""
    text = name if _EVERYDAY.fullmatch(name) else _MARKS.sub("", fold(name))
    return text.translate(_simplified())


@cache
def _simplified() -> dict[int, str]:
    """Each traditional character's simplified one, chains followed to their end: folding twice is folding once."""
    han = [chr(n) for first, last in _HAN for n in range(first, last + 1)]
    written = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    simple = {a: b for a, b in zip(han, written, strict=True) if a != b and len(b) == 1} | vocabulary.variants()
    return {ord(a): simple.get(b, b) for a, b in simple.items()}
