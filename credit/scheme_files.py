"""Scheme files: read, checked, refused with file, line and cure where nobody should be scored by them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import msgspec

from credit.kernel.errors import Refusal
from credit.kernel.rules import Dated, Rule, RuleSet
from credit.overlays import Overlay, may_change_flaws, overlaid
from credit.scheme_checks import scheme_flaws
from credit.scheme_shape import unfair_flaws
from credit.scheme_text import Flaw, Place, Text, read
from credit.scheme_versions import Version, read_version, span_flaws, versions_of
from credit.schemes import Scheme

OVERLAYS = "overlays"


class SchemeFault(Refusal):
    """Scheme files that nobody may be scored by; each line of the message names file, line, item and cure."""

    code = "scheme_fault"
    title = "计分方案文件有误 Scheme file fault"
    status = 500


class Found(NamedTuple):
    """The schemes of a folder, each with its versions in order, and everything that is wrong in its files."""

    versions: dict[str, tuple[Scheme, ...]]
    faults: tuple[str, ...]


def read_schemes(folder: Path) -> Found:
    """Every scheme of `folder` and every local pack of `folder/overlays`, with all faults of all files."""
    versions, faults = dict[str, tuple[Scheme, ...]](), list[str]()
    for path in sorted(folder.glob("*.yaml")):
        made, wrong = _read_national(path.name, path.read_bytes())
        if made and path.stem != made[0].scheme_id:
            wrong.append(f"{path.name}:1: id: name the file after its id, {made[0].scheme_id}.yaml")
        versions |= {made[0].scheme_id: made} if made and not wrong else {}
        faults += wrong
    faults += _two_defaults(versions)
    for path in sorted((folder / OVERLAYS).glob("*.yaml")):
        made, wrong = _read_overlay(f"{OVERLAYS}/{path.name}", path.read_bytes(), versions)
        if made and made[0].scheme_id != f"{made[0].of}.{path.stem}":
            wrong.append(f"{OVERLAYS}/{path.name}:1: overlay: name the file after its pack")
        versions |= {made[0].scheme_id: made} if made and not wrong else {}
        faults += wrong
    return Found(versions, tuple(faults))


def load_versions(folder: Path) -> dict[str, tuple[Scheme, ...]]:
    """Every scheme with its dated versions, by id. Raises SchemeFault with one line per fault of any file."""
    found = read_schemes(folder)
    if found.faults:
        raise SchemeFault("\n".join(found.faults))
    return found.versions


def load_schemes(folder: Path) -> dict[str, Scheme]:
    """The newest version of every scheme, by id. Raises SchemeFault."""
    return {name: versions[-1] for name, versions in load_versions(folder).items()}


def parse(file: str, text: str) -> tuple[Scheme, ...]:
    """The versions of a national scheme's text. Raises SchemeFault with one line per fault."""
    made, wrong = _read_national(file, text)
    if wrong:
        raise SchemeFault("\n".join(wrong))
    return made


def parse_overlay(file: str, text: str, national: Mapping[str, tuple[Scheme, ...]]) -> tuple[Scheme, ...]:
    """The versions of the scheme that a local pack makes. Raises SchemeFault with one line per fault."""
    made, wrong = _read_overlay(file, text, national)
    if wrong:
        raise SchemeFault("\n".join(wrong))
    return made


def _read_national(file: str, content: str | bytes) -> tuple[tuple[Scheme, ...], list[str]]:
    text = read(file, content)
    if text.raw is None:
        return (), _told(text, text.flaws)
    versions, flaws = versions_of(text)
    flaws += [*text.flaws, *unfair_flaws(text.raw)]
    made = list[tuple[Scheme, Version]]()
    for version in versions:
        scheme, wrong = read_version(version, Scheme, text)
        if scheme is not None:
            if scheme.of is not None:
                wrong.append(Flaw(version.place(("of",), text), "only a local pack names `of`; remove it"))
            wrong += [Flaw(version.place(f.place, text), f.says) for f in scheme_flaws(scheme)]
            made.append((scheme, version))
        flaws += wrong
    schemes = tuple(scheme for scheme, _ in made)
    for scheme, version in made:
        flaws += [Flaw(version.place(f.place, text), f.says) for f in may_change_flaws(scheme, schemes)]
    flaws += span_flaws(schemes, [version.base for _, version in made])
    return schemes, _told(text, flaws)


def _read_overlay(
    file: str, content: str | bytes, national: Mapping[str, tuple[Scheme, ...]]
) -> tuple[tuple[Scheme, ...], list[str]]:
    text = read(file, content)
    if text.raw is None:
        return (), _told(text, text.flaws)
    versions, flaws = versions_of(text)
    inside = {key: value for key, value in text.raw.items() if key != "region"}
    flaws += [*text.flaws, *unfair_flaws(inside)]
    packs, made, bases = list[Overlay](), list[Scheme](), list[Place]()
    for version in versions:
        pack, wrong = read_version(version, Overlay, text)
        if pack is not None:
            packs.append(pack)
            bases.append(version.base)
            schemes, refused = _of_national(pack, national)
            wrong += [Flaw(version.place(f.place, text), f.says) for f in refused]
            made += schemes
        flaws += wrong
    flaws += span_flaws(packs, bases)
    return tuple(made), _told(text, flaws)


def _of_national(pack: Overlay, national: Mapping[str, tuple[Scheme, ...]]) -> tuple[list[Scheme], list[Flaw]]:
    if pack.of not in national:
        return [], [Flaw(("of",), f"there is no sound scheme {pack.of}; name one of {sorted(national)}")]
    if (pack.sample or national[pack.of][-1].sample) and not pack.title.startswith("示例"):
        return [], [Flaw(("title",), "the title of a sample begins with 示例")]
    return overlaid(pack, national[pack.of])


def _told(text: Text, flaws: Iterable[Flaw]) -> list[str]:
    return list(dict.fromkeys(text.tell(flaw) for flaw in flaws))


def _two_defaults(versions: Mapping[str, Sequence[Scheme]]) -> Iterator[str]:
    """A tender type has one default on any day."""
    all_of = [(tender, s) for line in versions.values() for s in line for tender in s.default_for]
    for i, (tender, one) in enumerate(all_of):
        for other, two in all_of[:i]:
            together = max(one.since, two.since) <= min(one.until or date.max, two.until or date.max)
            if other == tender and one.scheme_id != two.scheme_id and together:
                yield (f"{one.scheme_id}.yaml:1: default_for: {tender} has {two.scheme_id} as its default already; "
                       "keep one of them")


def as_rules(schemes: Iterable[Scheme]) -> RuleSet:
    """Versions of schemes as dated rules `scheme.<id>`, so that they are released, kept and shown like every other
    rule; a scheme that ends carries a last value null."""
    ordered = sorted(schemes, key=lambda s: (s.scheme_id, s.since))
    grouped = groupby(ordered, key=lambda s: s.scheme_id)
    return RuleSet({f"scheme.{name}": _as_rule(tuple(versions)) for name, versions in grouped})


def _as_rule(versions: Sequence[Scheme]) -> Rule:
    last = versions[-1]
    rule_id = f"scheme.{last.scheme_id}"
    dated = [Dated(rule_id, s.since, msgspec.to_builtins(s), s.source, s.verified) for s in versions]
    if last.until is not None:
        dated.append(Dated(rule_id, last.until + timedelta(days=1), None, last.source, last.verified))
    return Rule(rule_id, last.title, "hundredths of a point", last.note or None, tuple(dated))
