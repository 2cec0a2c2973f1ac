"""Scheme files: read, checked, refused with file, item and cure where nobody should be scored by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import msgspec
import yaml

from credit.kernel.errors import Refusal
from credit.kernel.rules import Dated, Rule, RuleSet
from credit.schemes import Band, FaultItem, Group, Match, MeritItem, Scheme

T = TypeVar("T")

FORBIDDEN_KEYS = frozenset(
    {
        *("region", "place", "location", "origin", "local", "ownership", "size", "scale", "capital"),
        *("registered_capital", "turnover", "revenue", "employees", "market_share", "debt_ratio"),
    }
)
FORBIDDEN_WORDS = (
    *("注册地", "本地企业", "外地企业", "所有制", "国有企业", "民营企业", "外资企业", "企业规模"),
    *("注册资本", "营业收入", "从业人数", "市场占有率", "负债率"),
)
FAIRNESS = "招标投标领域公平竞争审查规则(2024年第16号令)第七条、第九条"


_PARTS: dict[str, tuple[type[msgspec.Struct], str]] = {
    "bands": (Band, "grade"),
    "groups": (Group, "group"),
    "merits": (MeritItem, "item"),
    "faults": (FaultItem, "item"),
}


class SchemeFault(Refusal):
    """A scheme file that nobody may be scored by; each line of the message names file, item and cure."""

    code = "scheme_fault"
    title = "计分方案文件有误 Scheme file fault"
    status = 500


def load_schemes(folder: Path) -> dict[str, Scheme]:
    """Every scheme of `folder`, by id. Raises SchemeFault naming file, item and cure."""
    schemes: dict[str, Scheme] = {}
    for path in sorted(folder.glob("*.yaml")):
        scheme = parse(path.name, path.read_text(encoding="utf-8"))
        if scheme.scheme_id in schemes or path.stem != scheme.scheme_id:
            raise SchemeFault(f"{path.name}: name the file after its id, {scheme.scheme_id}.yaml, once")
        schemes[scheme.scheme_id] = scheme
    return schemes


def parse(file: str, text: str) -> Scheme:
    """The scheme of a file's text. Raises SchemeFault with one line per fault."""
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise SchemeFault(f"{file}: not YAML: {exc}") from None
    if not isinstance(raw, dict):
        raise SchemeFault(f"{file}: must be a mapping with id, title, from, source, base, bands and items")
    unfair = [f"{file}: {where}" for where in _unfair(raw, "scheme")]
    if unfair:
        raise SchemeFault("\n".join(unfair))
    for key, (kind, name) in _PARTS.items():
        items = raw.get(key)
        for item in items if isinstance(items, list) else ():
            label = item.get(name, "?") if isinstance(item, dict) else "?"
            _convert(item, kind, f"{file}: {key} {label}")
    scheme = _convert(raw, Scheme, f"{file}: scheme")
    faults = [f"{file}: {fault}" for fault in _faults(scheme)]
    if faults:
        raise SchemeFault("\n".join(faults))
    return scheme


def _convert(raw: object, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as exc:
        cure = "cite a source and say verified: true or false" if _uncited(str(exc)) else "mend this key"
        if "got `float`" in str(exc):
            cure = "write points in hundredths, 8250 for 82.50"
        raise SchemeFault(f"{where}: {exc}; {cure}") from None


def _uncited(message: str) -> bool:
    return "`source`" in message or "`verified`" in message or "$.source" in message


def _unfair(raw: object, where: str) -> Iterator[str]:
    """Factors of region, ownership or size, wherever they stand in the file."""
    if isinstance(raw, dict):
        where = str(raw.get("item") or raw.get("group") or where)
        for key, value in raw.items():
            if str(key).lower() in FORBIDDEN_KEYS:
                yield f"{where}: `{key}` would score region, ownership or size; remove it ({FAIRNESS})"
            if key == "title":
                yield from (
                    f"{where}: title speaks of {word}; remove the item ({FAIRNESS})"
                    for word in FORBIDDEN_WORDS
                    if word in str(value)
                )
            yield from _unfair(value, where)
    elif isinstance(raw, list):
        for value in raw:
            yield from _unfair(value, where)


def _faults(scheme: Scheme) -> Iterator[str]:
    yield from _band_faults(scheme)
    if scheme.sample and (scheme.verified or not scheme.title.startswith("示例")):
        yield "scheme: a sample is verified: false and its title begins with 示例"
    names = [m.item for m in scheme.merits] + [f.item for f in scheme.faults]
    for name in sorted({n for n in names if names.count(n) > 1}):
        yield f"{name}: defined twice; keep one"
    groups = {group.group for group in scheme.groups}
    for merit in scheme.merits:
        if merit.group is not None and merit.group not in groups:
            yield f"{merit.item}: group {merit.group} is not defined; add it under groups"
        if merit.cap is not None and merit.cap % merit.points:
            yield f"{merit.item}: cap must be a multiple of its points, else a further award could cost points"
        if scheme.sample and merit.verified:
            yield f"{merit.item}: an item of a sample cannot be verified; say verified: false"
    grades = {band.grade for band in scheme.bands}
    for fault in scheme.faults:
        if fault.match == Match():
            yield f"{fault.item}: matches every penalty; name fields, kinds, severity or acts"
        if fault.veto and fault.veto.grade not in grades:
            yield f"{fault.item}: veto grade {fault.veto.grade} is no band; use one of {sorted(grades)}"
        if scheme.sample and fault.verified:
            yield f"{fault.item}: an item of a sample cannot be verified; say verified: false"


def _band_faults(scheme: Scheme) -> Iterator[str]:
    bands = scheme.bands
    if not bands:
        yield "bands: missing; list them best first"
        return
    if len({band.grade for band in bands}) < len(bands):
        yield "bands: a grade is defined twice; keep one"
    if bands[0].high != scheme.ceiling or bands[-1].low != scheme.floor:
        yield "bands: the first must end at the ceiling and the last begin at the floor"
    for upper, lower in pairwise(bands):
        if upper.low is None or lower.high is None:
            yield f"bands {upper.grade}/{lower.grade}: only the ends of the scale may be open; give both values"
        elif lower.high >= upper.low:
            yield f"bands {upper.grade}/{lower.grade}: overlap; end {lower.grade} at {upper.low - 1}"
        elif lower.high + 1 < upper.low:
            yield f"bands {upper.grade}/{lower.grade}: gap; end {lower.grade} at {upper.low - 1}"
    for band in bands:
        if band.low is not None and band.high is not None and band.low > band.high:
            yield f"bands {band.grade}: begins above its end; swap from and to"
    low, high = scheme.floor, scheme.ceiling
    if (low is not None and scheme.base < low) or (high is not None and scheme.base > high):
        yield "base: lies outside floor and ceiling; mend one of them"


def as_rules(schemes: Iterable[Scheme]) -> RuleSet:
    """Schemes as dated rules `scheme.<id>`, so that they are released, kept and shown like every other rule."""
    return RuleSet({f"scheme.{s.scheme_id}": _as_rule(s) for s in schemes})


def _as_rule(scheme: Scheme) -> Rule:
    rule_id, value = f"scheme.{scheme.scheme_id}", msgspec.to_builtins(scheme)
    dated = Dated(rule_id, scheme.since, value, scheme.source, scheme.verified)
    return Rule(rule_id, scheme.title, "hundredths of a point", scheme.note or None, (dated,))
