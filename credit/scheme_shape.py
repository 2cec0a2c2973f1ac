"""Whether a mapping has the shape of a scheme: every unknown, missing or ill-typed key, and factors nobody may use."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Any, Union, get_args, get_origin

import msgspec

from credit.scheme_text import Flaw, Place

FORBIDDEN_KEYS = frozenset(
    {
        *("region", "place", "location", "origin", "local", "ownership", "size", "scale", "capital"),
        *("registered_capital", "turnover", "revenue", "employees", "market_share", "debt_ratio"),
    }
)
FORBIDDEN_WORDS = (  # patterns of a title; 拖欠中小企业账款 and 本地区通报 score conduct
    *("注册地", "本地(?!区)", "外地", "省外", "外省", "市外"),
    *("[省市县区]内(?:企业|业绩|纳税|社保)", "本[省市县](?:企业|业绩)"),
    *("所有制", "国有企业", "民营企业", "外资企业", "国有控股", "国企", "央企", "民企", "私营企业"),
    *("企业规模", "注册资本", "注册资金", "资产规模", "资产总额", "净资产", "营业收入", "营业额"),
    *("从业人数", "从业人员数", "员工人数", "市场占有率", "市场份额", "负债率"),
    "(?<!拖欠)(?:大型|中型|小型|中小|小微|微型)企业",
)
_WORDS = re.compile("|".join(FORBIDDEN_WORDS))
FAIRNESS = "招标投标领域公平竞争审查规则(2024年第16号令)第七条、第九条"
_UNFAIR = f"`{{}}` would score region, ownership or size; remove it ({FAIRNESS})"
_CITE = {"source": "cite a source", "verified": "say verified: true or false"}


def shape_flaws(raw: object, kind: type[msgspec.Struct], place: Place = ()) -> Iterator[Flaw]:
    """Everything that keeps `raw` from being read as `kind`, key by key."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if not isinstance(raw, dict):
        yield Flaw(place, f"must be a mapping with {', '.join(n for n, f in fields.items() if f.required)}")
        return
    for key in raw:
        if key not in fields:
            yield Flaw((*place, str(key)), _UNFAIR.format(key) if _unfair(key) else
                       f"unknown key `{key}`; mend or remove it, known are {', '.join(fields)}")
    for name, field in fields.items():
        if name in raw:
            yield from _value_flaws(raw[name], field.type, (*place, name))
        elif field.required:
            yield Flaw(place, f"`{name}` is missing; {_CITE.get(name, 'add it')}")


def _value_flaws(raw: object, kind: Any, place: Place) -> Iterator[Flaw]:
    part, several = _part(kind)
    if part is not None and several and isinstance(raw, list):
        for i, one in enumerate(raw):
            yield from _value_flaws(one, part, (*place, i))
    elif isinstance(part, type) and issubclass(part, msgspec.Struct) and not several and isinstance(raw, dict):
        yield from shape_flaws(raw, part, place)
    else:
        yield from _misfit(raw, kind, place)


def _misfit(raw: object, kind: Any, place: Place) -> Iterator[Flaw]:
    try:
        msgspec.convert(raw, kind)
    except msgspec.ValidationError as exc:
        name, says = str(place[-1]), str(exc)
        other = "write points in hundredths, 8250 for 82.50" if "got `float`" in says else "mend this key"
        yield Flaw(place, f"`{name}`: {says}; {_CITE.get(name, other)}")


def _part(kind: Any) -> tuple[Any, bool]:
    """(struct or union that a mapping is read as, whether `kind` is a list of it)."""
    if get_origin(kind) is tuple:
        return get_args(kind)[0], True
    if get_origin(kind) in {Union, types.UnionType}:
        return next((k for k in get_args(kind) if isinstance(k, type) and issubclass(k, msgspec.Struct)), None), False
    return (kind, False) if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else (None, False)


def _unfair(key: object) -> bool:
    return str(key).lower() in FORBIDDEN_KEYS


def unfair_flaws(raw: object, place: Place = ()) -> Iterator[Flaw]:
    """Factors of region, ownership or size, wherever they stand."""
    if isinstance(raw, dict):
        for key, value in raw.items():
            at = (*place, str(key))
            if _unfair(key):
                yield Flaw(at, _UNFAIR.format(key))
            if key == "title":
                yield from (Flaw(at, f"title speaks of {word}; remove the item ({FAIRNESS})")
                            for word in dict.fromkeys(_WORDS.findall(str(value))))
            yield from unfair_flaws(value, at)
    elif isinstance(raw, list):
        for i, value in enumerate(raw):
            yield from unfair_flaws(value, (*place, i))
