"""A company name taken apart: 地区, 字号, 行业, 组织形式, numbers, 集团, branch. Pure; what is not said stays empty."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from credit.names import vocabulary
from credit.names.folding import plain
from credit.names.places import Region, bracketed, leading, whole

_BRACKETS = re.compile(r"\(([^()]*)\)")
_WRITTEN = ("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {character: n for n, characters in enumerate(_WRITTEN) for character in characters}
_COMPANY_FORMS = (("股份有限公司", "stock"), ("有限责任公司", "limited"), ("有限公司", "limited"))
_SURE = 6  # characters of a form whose first may be the mistyped one
_PARTNERSHIPS = frozenset({"partnership_limited", "partnership_general"})
_TENS = frozenset("十拾")
_HUNDREDS = frozenset("百佰")
_NUMERAL = "[零〇一壹二贰两三叁四肆五伍六陆七柒八捌九玖十拾百佰]+"


GROUP, INNER = "group", "member"


class Parts(NamedTuple):
    """A name's parts in simplified characters. `core` is 字号 and 行业 together, numbers written 第1."""

    text: str
    region: Region
    shop: str  # 字号
    trade: str  # 行业
    form: str  # kind of 组织形式; empty where omitted
    group: str  # GROUP, INNER or empty
    numbers: tuple[int, ...]
    branch: Parts | None = None  # what stands before 分公司, 支行, 项目部
    branch_kind: str = ""

    @property
    def core(self) -> str:
        return self.shop + self.trade


@lru_cache(maxsize=4096)
def parse(name: str) -> Parts:
    """The parts of a name written in any width and either script."""
    text = plain(name)
    head, middle, kind = _branch(text)
    if not kind:
        return _whole(text)
    branch = _whole(middle) if middle else None
    return _whole(head)._replace(text=text, branch=branch, branch_kind=kind)


def _whole(text: str) -> Parts:
    rest, form = _form(_in_full(text))
    rest, held = _unbracketed(rest)
    region, rest = leading(rest)
    if held:
        region = _joined(region, held)
    rest, group = _group(rest)
    core, numbers = _numbered(rest)
    shop, trade = _split(core)
    return Parts(text, region, shop, trade, form, group, numbers)


def _group(text: str) -> tuple[str, str]:
    """The text without 集团: said at the end it is the group itself, said before the trade one of its members."""
    before, said, after = text.partition("集团")
    if not said or not before:
        return text, ""
    return before + after, INNER if after else GROUP


@cache
def _short() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(sorted(vocabulary.words()['public_short'], key=len, reverse=True))})$")


def _in_full(text: str) -> str:
    """A public body's usual short form written out."""
    found = _short().search(text)
    return text[: found.start()] + vocabulary.words()["public_short"][found[0]] if found else text


def _branch(text: str) -> tuple[str, str, str]:
    kind = next((k for k in _branch_kinds() if text.endswith(k) and len(text) > len(k) + 1), "")
    if not kind:
        return text, "", ""
    before = text[: -len(kind)]
    ends = [(at + len(word), word) for word in vocabulary.words()["heads"] if (at := before.rfind(word)) > 0]
    if ends:
        end = max(ends)[0]
        return before[:end], before[end:], kind
    for start in range(len(before) - 2, 1, -1):
        if whole(before[start:]) is not None:
            return before[:start], before[start:], kind
    found = _last_number().search(before)
    return (before[: found.start()], found[0], kind) if found and found.start() else (before, "", kind)


@cache
def _branch_kinds() -> tuple[str, ...]:
    return tuple(sorted(vocabulary.words()["branches"], key=len, reverse=True))


@cache
def _last_number() -> re.Pattern[str]:
    return re.compile(rf"第?(?:{_NUMERAL}|\d+)$")


@cache
def _form_end() -> re.Pattern[str]:
    spellings = sorted(vocabulary.forms(), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, spellings))})$")


def _form(text: str) -> tuple[str, str]:
    """The text before its 组织形式, and the kind; one slip in a company's form is read through."""
    mistyped = _mistyped(text)
    if mistyped is not None:
        return mistyped
    found = _form_end().search(text)
    if found is None or not found.start():
        return text, ""
    rest, kind = text[: found.start()], vocabulary.forms()[found[0]]
    if kind in _PARTNERSHIPS:
        inner = _form_end().search(rest)
        if inner is not None and inner.start():
            return rest[: inner.start()], vocabulary.forms()[inner[0]]
    return rest, kind


def _mistyped(text: str) -> tuple[str, str] | None:
    """A company's form with one character changed or doubled."""
    for spelling, kind in _COMPANY_FORMS:
        if text.endswith(spelling):
            return None
        found = _slips(spelling).fullmatch(text[-len(spelling) - 1 :])
        if found is not None and len(text) > len(spelling) + 1:
            return text[: -len(found[1])], kind
    return None


@cache
def _slips(spelling: str) -> re.Pattern[str]:
    places = range(1, len(spelling))
    changed = [f"{spelling[:i]}.{spelling[i + 1 :]}" for i in (0, *places)][(len(spelling) < _SURE) :]
    doubled = [f"{spelling[:i]}{spelling[i]}{spelling[i:]}" for i in places]
    return re.compile(f".?({'|'.join(doubled + changed)})")


def _unbracketed(text: str) -> tuple[str, Region | None]:
    """The text without brackets, and the region they held; other words stay in place."""
    if "(" not in text and ")" not in text:
        return text, None
    region = None
    for inner in _BRACKETS.findall(text):
        held = bracketed(inner) if inner != "集团" else None
        if held is not None:
            region = held
            text = text.replace(f"({inner})", "", 1)
    return text.replace("(", "").replace(")", ""), region


def _joined(front: Region, held: Region) -> Region:
    """The region in front, completed by the one in brackets; both said and different: both are kept."""
    if not front:
        return held
    if any(a and b and a != b for a, b in zip(front, held, strict=True)):
        return front._replace(county=f"{front.county}({held.text})")
    return Region(*(a or b for a, b in zip(front, held, strict=True)))


@cache
def _numbers() -> re.Pattern[str]:
    units = "|".join(sorted(vocabulary.words()["numbered"], key=len, reverse=True))
    return re.compile(rf"第({_NUMERAL}|\d+)|(\d+)|({_NUMERAL})(?={units}|$)")


def _numbered(text: str) -> tuple[str, tuple[int, ...]]:
    """The text with every ordinal as 第 and digits, and the ordinals."""
    numbers: list[int] = []

    def written(found: re.Match[str]) -> str:
        numeral = found[1] or found[2] or found[3]
        value = number(numeral)
        numbers.append(value)
        return f"第{value}"

    return _numbers().sub(written, text), tuple(numbers)


def number(numeral: str) -> int:
    """The value of a numeral below a thousand in digits, everyday or financial characters."""
    if numeral.isdigit() and numeral.isascii():
        return int(numeral[:15])
    if not any(c in _TENS or c in _HUNDREDS for c in numeral):
        return int("".join(str(_DIGITS.get(c, 0)) for c in numeral)[:15])
    total = digit = 0
    for c in numeral:
        if c in _HUNDREDS:
            total, digit = total + (digit or 1) * 100, 0
        elif c in _TENS:
            total, digit = total + (digit or 1) * 10, 0
        else:
            digit = _DIGITS.get(c, 0)
    return total + digit


def _split(core: str) -> tuple[str, str]:
    """字号 and 行业: the trade is the trade words that end the core; a core of trade words only is all trade."""
    end, words = len(core), vocabulary.trades()
    while end > 0:
        length = next((n for n in (5, 4, 3, 2) if n <= end and core[end - n : end] in words), 0)
        if not length or end - length == 1:
            break
        end -= length
    return core[:end], core[end:]
