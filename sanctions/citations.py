"""Reads which articles a decision cites: 《中华人民共和国招标投标法》第五十三条第一款, 招标投标法53, 政采法第77条."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Citation(NamedTuple):
    law: str
    article: int


DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100}
NUMBER = "(?:[0-9]{1,3}|[零〇一二三四五六七八九十百两]{1,7})"
ARTICLE = re.compile(
    f"第?(?P<listed>{NUMBER})(?=(?:[、,和及至](?:第?{NUMBER}[、,和及至]){{0,20}})第?{NUMBER}条)"
    f"|第?(?P<article>{NUMBER})条"
    f"|(?<=[法例])第?(?P<bare>{NUMBER})(?![0-9年号])"
)
NOISE = re.compile(r"中华人民共和国|[《》〈〉<>“”\"'\s]|\([^()]{0,40}(?:修正|修订|年)[^()]{0,40}\)")
BREAK = re.compile(r"[、,;:。.()/和与及或]")
TITLE = re.compile(r"(?:法|条例|办法|规定|细则|决定)$")
NEUTRAL = re.compile(r"(?:^|的|之)规定$")


def fold(text: str) -> str:
    """The citation without marks, spaces, widths, the State's name and notes of amendment."""
    text = re.sub(r"(?i)art(?:icle)?s?\.?", "第", unicodedata.normalize("NFKC", text))
    return NOISE.sub("", text)


def number(text: str) -> int:
    """53 of 53, 五十三 or 五三."""
    if text.isascii():
        return int(text)
    if not set(text) & UNITS.keys():
        return int("".join(str(DIGITS[c]) for c in text))
    total = digit = 0
    for c in text:
        if c in UNITS:
            total += (digit or 1) * UNITS[c]
            digit = 0
        else:
            digit = DIGITS[c]
    return total + digit


def citations(text: str, names: Mapping[str, Sequence[str]]) -> Iterator[Citation]:
    """Every (law, article) named in `text`, for the laws of `names` (full name: short names).

    An article belongs to the law named last before it; articles of other laws are passed over.
    """
    folded, law, end = fold(text), None, 0
    for match in ARTICLE.finditer(folded):
        law = _law(folded[end : match.start()], law, names)
        end = match.end()
        if law is not None:
            yield Citation(law, number(next(g for g in match.groups() if g)))


def _law(between: str, current: str | None, names: Mapping[str, Sequence[str]]) -> str | None:
    named = BREAK.split(between)[-1]
    if not TITLE.search(named) or NEUTRAL.search(named):
        return next((law for part in BREAK.split(between) if (law := _known(part, names))), current)
    if named in ("其实施条例", "实施条例", "该法实施条例", "该条例", "该法"):
        base = (current or "").removesuffix("实施条例")
        return {"该条例": current, "该法": base or None}.get(named, f"{base}实施条例" if base else None)
    return _known(named, names)


def _known(named: str, names: Mapping[str, Sequence[str]]) -> str | None:
    spelt = {short: full for full, shorts in names.items() for short in (full, *shorts)}
    fits = [short for short in spelt if named.endswith(short)]
    return spelt[max(fits, key=len)] if fits else None
