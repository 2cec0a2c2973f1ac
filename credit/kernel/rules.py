"""Dated rules: every figure a law or scheme fixes, with the day it starts, its source and whether it was verified.

A rule file is YAML: `rule.id: {title, unit?, note?, values: [{from, value, source, href?, verified}]}`. A rule that
ends carries a last value `null`. Files are read once into an immutable `RuleSet`; its digest names it for ever.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from credit.kernel.errors import Refusal

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, ten times faster where libyaml is


class RuleFault(Refusal):
    """A rule file that cannot be trusted: the message names file, rule and cure."""

    code = "rule_fault"
    title = "规则文件有误 Rule file fault"
    status = 500


class RuleMissing(Refusal):
    """No value of this rule on that day."""

    code = "rule_missing"
    title = "该日无此规则 No such rule on that day"


class Dated(NamedTuple):
    """A value in force from `since`, with its citation. `verified` false may not bar anybody."""

    rule_id: str
    since: date
    value: Any
    source: str
    verified: bool
    href: str | None = None


class Rule(msgspec.Struct, frozen=True):
    rule_id: str
    title: str
    unit: str | None
    note: str | None
    values: tuple[Dated, ...]  # ascending by `since`

    def at(self, day: date) -> Dated | None:
        """The value in force on `day`; None before the first or where the rule has ended."""
        i = bisect_right([v.since for v in self.values], day) - 1
        return self.values[i] if i >= 0 and self.values[i].value is not None else None


class RuleSet:
    """All rules of one release. Pure and immutable; `digest` is SHA-256 of the canonical text."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = dict(sorted(rules.items()))
        self.text = msgspec.json.encode(
            [[r.rule_id, r.title, r.unit, r.note, [list(v) for v in r.values]] for r in self.rules.values()],
            order="sorted",
        ).decode()
        self.digest = hashlib.sha256(self.text.encode()).hexdigest()

    def at(self, rule_id: str, day: date) -> Dated:
        """The value of `rule_id` on `day`. Raises RuleMissing."""
        found = self.find(rule_id, day)
        if found is None:
            raise RuleMissing(f"rule {rule_id} has no value on {day}", rule=rule_id, day=day.isoformat())
        return found

    def find(self, rule_id: str, day: date) -> Dated | None:
        """The value of `rule_id` on `day`, or None."""
        rule = self.rules.get(rule_id)
        return rule.at(day) if rule else None

    def under(self, prefix: str, day: date) -> dict[str, Dated]:
        """Every rule in force on `day` whose id starts with `prefix`."""
        return {k: v for k, r in self.rules.items() if k.startswith(prefix) and (v := r.at(day)) is not None}

    def joined(self, other: RuleSet) -> RuleSet:
        """Both sets as one. Raises RuleFault where an id is in both."""
        both = self.rules.keys() & other.rules.keys()
        if both:
            raise RuleFault(f"{sorted(both)[0]} is already defined; keep one definition")
        return RuleSet(self.rules | other.rules)

    @classmethod
    def from_text(cls, text: str) -> RuleSet:
        """A released rule set back from its stored canonical text."""
        rules = {}
        for rule_id, title, unit, note, values in msgspec.json.decode(text):
            dated = tuple(Dated(v[0], date.fromisoformat(v[1]), *v[2:]) for v in values)
            rules[rule_id] = Rule(rule_id, title, unit, note, dated)
        return cls(rules)


def load(folders: Iterable[Path]) -> RuleSet:
    """Reads every `*.yaml` directly in `folders`. Raises RuleFault naming file, rule and cure."""
    rules: dict[str, Rule] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            for rule in _read(path):
                if rule.rule_id in rules:
                    raise RuleFault(f"{path}: {rule.rule_id} is already defined; keep one definition")
                rules[rule.rule_id] = rule
    return RuleSet(rules)


def faults(folders: Iterable[Path]) -> list[str]:
    """Everything in these folders that `load` refuses, each as `file:line: rule … cure`."""
    found, seen = list[str](), set[str]()
    for path in (path for folder in folders for path in sorted(folder.glob("*.yaml"))):
        try:
            raw = _mapping(path)
        except RuleFault as exc:
            found.append(exc.detail)
            continue
        for rule_id, line in _lines(path).items():
            wrong = list(_rule_faults(path, rule_id, raw.get(rule_id)))
            wrong += [f"{path}: {rule_id} is already defined; keep one definition"] if rule_id in seen else []
            found += [one.replace(f"{path}:", f"{path}:{line}:", 1) for one in wrong]
            seen.add(rule_id)
    return found


def _rule_faults(path: Path, rule_id: str, body: Any) -> Iterator[str]:
    try:
        _rule(path, rule_id, body)
    except RuleFault as first:
        values = body.get("values") if isinstance(body, dict) else None
        told = {first.detail}
        for value in values if isinstance(values, list) else ():
            try:
                _value(path, rule_id, value)
            except RuleFault as exc:
                told.add(exc.detail)
        yield from sorted(told)


def _lines(path: Path) -> dict[str, int]:
    """The line of each rule id of a file."""
    node = yaml.compose(path.read_text(encoding="utf-8"), _LOADER)
    return {str(key.value): key.start_mark.line + 1 for key, _ in node.value} if node is not None else {}


class _UniqueKeys(_LOADER):  # type: ignore[misc]
    """Refuses a key that stands twice in one mapping: YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"defined twice: {', '.join(twice)}", node.start_mark)
        return dict(super().construct_mapping(node, deep=deep))


def _read(path: Path) -> list[Rule]:
    return [_rule(path, str(rule_id), body) for rule_id, body in _mapping(path).items()]


def _mapping(path: Path) -> dict[Any, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), _UniqueKeys) or {}  # noqa: S506 - a safe loader
    except UnicodeDecodeError as exc:
        line = path.read_bytes()[:exc.start].count(b"\n") + 1
        raise RuleFault(f"{path}:{line}: not UTF-8 (perhaps saved as GBK); save the file as UTF-8") from None
    except yaml.YAMLError as exc:
        raise RuleFault(f"{path}: not YAML: {exc}") from None
    if not isinstance(raw, dict):
        raise RuleFault(f"{path}: must be a mapping of rule ids")
    return raw


def _rule(path: Path, rule_id: str, body: Any) -> Rule:
    if not isinstance(body, dict) or not body.get("title") or not body.get("values"):
        raise RuleFault(f"{path}: {rule_id} needs a title and at least one value")
    unknown = set(body) - {"title", "unit", "note", "values"}
    if unknown:
        raise RuleFault(f"{path}: {rule_id} has unknown keys {sorted(unknown)}")
    if not isinstance(body["values"], list):
        raise RuleFault(f"{path}: {rule_id}: `values` must be a list")
    values = tuple(_value(path, rule_id, v) for v in body["values"])
    days = [v.since for v in values]
    if days != sorted(set(days)):
        raise RuleFault(f"{path}: {rule_id} values must have ascending, distinct `from` days")
    return Rule(rule_id, str(body["title"]), body.get("unit"), body.get("note"), values)


def _value(path: Path, rule_id: str, raw: Any) -> Dated:
    if not isinstance(raw, dict) or "value" not in raw or type(raw.get("from")) is not date:
        raise RuleFault(f"{path}: {rule_id}: each value needs `from` (a day) and `value`")
    unknown = set(raw) - {"from", "value", "source", "verified", "href"}
    if unknown:
        raise RuleFault(f"{path}: {rule_id} from {raw['from']}: unknown keys {sorted(map(str, unknown))}")
    if not raw.get("source"):
        raise RuleFault(f"{path}: {rule_id} from {raw['from']}: cite a `source`")
    if not isinstance(raw.get("verified"), bool):
        raise RuleFault(f"{path}: {rule_id} from {raw['from']}: say `verified: true` or `false`")
    value = msgspec.to_builtins(raw["value"], str_keys=True)  # as it comes back from a released set
    return Dated(rule_id, raw["from"], value, str(raw["source"]), raw["verified"], raw.get("href"))
