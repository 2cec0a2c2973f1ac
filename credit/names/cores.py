"""字号 and 行业 of two names: equal, abbreviated, one slip of the pen apart, or another firm's. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from credit.names import vocabulary
from credit.names.components import Component, contradiction
from credit.names.likeness import Kind, Slip, looks_like, slip, sounds_like
from credit.names.parts import Parts

_MISTYPED = 0.06
_DOUBT = 0.25
_SHORT = 0.2  # a trade left out or written shorter
_LONG = 4  # characters of a 字号 in which one unlike character leaves a doubt


def cores(a: Parts, b: Parts) -> Iterator[Component]:
    """What the middle of two names says."""
    if a.core == b.core:
        yield Component("shop_agrees", f"字号、行业一致：{a.core or '未写'}")
    elif _abbreviated(a, b) or _abbreviated(b, a):
        yield Component("abbreviated", f"“{a.core}”与“{b.core}”是简称与全称", 0.03)
    elif (found := slip(a.core, b.core)) is not None:
        yield _slipped(a, b, found)
    elif a.shop == b.shop and a.shop:
        yield _trades(a, b)
    else:
        yield contradiction("shop_differs", f"字号不同：“{a.shop or a.core}”与“{b.shop or b.core}”", 0.6)


def _abbreviated(short: Parts, full: Parts) -> bool:
    """Whether 第3局 stands for 第3工程局."""
    for number in short.numbers:
        head, said, tail = short.core.partition(f"第{number}")
        for word, spellings in vocabulary.words()["numbered_short"].items():
            if tail.startswith(word) and any(
                f"{head}{said}{spelling}{tail[len(word):]}" == full.core for spelling in spellings
            ):
                return True
    return False


def _slipped(a: Parts, b: Parts, found: Slip) -> Component:
    in_trade = (found.at >= len(a.shop), found.at >= len(b.shop))
    if found.opposite:
        return contradiction("word_contradicts", f"“{found.mine}”与“{found.theirs}”含义相对：“{a.core}”与“{b.core}”")
    if all(in_trade) and a.trade and b.trade:
        return contradiction("trade_differs", f"行业不同：“{a.trade}”与“{b.trade}”")
    said = f"“{a.core}”与“{b.core}”{found.kind.value}"
    if found.kind is Kind.DOUBLED:
        return Component("mistyped", f"{said}，疑为笔误", _MISTYPED)
    if found.kind is not Kind.CHANGED:
        return Component("one_place", f"{said}，须核实", _DOUBT)
    return _changed(a, b, found, said, in_trade=any(in_trade))


def _changed(a: Parts, b: Parts, found: Slip, said: str, *, in_trade: bool) -> Component:
    alike = sounds_like(found.mine, found.theirs) or looks_like(found.mine, found.theirs, radical=in_trade)
    if alike and not in_trade and {found.mine, found.theirs} <= vocabulary.favoured():
        return Component("shop_alike", f"{said}，两字都常用于字号，须核实", _DOUBT)
    if alike:
        return Component("mistyped", f"{said}，音近或形近，疑为笔误", _MISTYPED)
    if in_trade or min(len(a.shop), len(b.shop)) >= _LONG:
        return Component("one_place", f"{said}，须核实", _DOUBT)
    return contradiction("shop_differs", f"字号不同：“{a.shop or a.core}”与“{b.shop or b.core}”", 0.5)


def _trades(a: Parts, b: Parts) -> Component:
    """Of two names with one 字号."""
    mine, theirs = a.trade, b.trade
    if not mine or not theirs:
        return Component("trade_omitted", f"字号一致，一方未写行业“{mine or theirs}”", _SHORT)
    if mine.startswith(theirs) or theirs.startswith(mine) or _shortened(a, b) or _shortened(b, a):
        return Component("trade_longer", f"字号一致，行业详略不同：“{mine}”与“{theirs}”", _SHORT)
    return contradiction("trade_differs", f"字号一致，行业不同：“{mine}”与“{theirs}”")


def _shortened(short: Parts, full: Parts) -> bool:
    """Whether a name without its form writes 建工 for 建筑工程: characters of the trade in their order."""
    rest = iter(full.trade)
    return not short.form and all(character in rest for character in short.trade)
