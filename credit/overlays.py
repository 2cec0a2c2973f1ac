"""Local packs: what a city or province changes in a national scheme, only where and as far as that scheme allows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any

import msgspec

from credit.scheme_checks import scheme_flaws
from credit.scheme_shape import shape_flaws
from credit.scheme_text import NAMES, Flaw
from credit.schemes import Bound, Scheme, Text

CHANGEABLE = frozenset(
    {
        *("bands", "base", "floor", "ceiling", "merit_cap", "groups", "merits", "faults", "fault_groups", "hearing"),
        *("cycle", "thresholds", "newcomer", "average", "applies_to"),
    }
)
FIXED_KEYS = frozenset({"item", "group", "threshold", "source", "verified"})


class Overlay(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True,
    rename={"since": "from", "until": "to"},
):
    """One version of a local pack: `changes` maps `faults.<item>.points`, `bands` … to the new value."""

    overlay: Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]
    of: Text
    title: Text
    region: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    since: date
    until: date | None = None
    source: Text
    sample: bool
    verified: bool
    note: str = ""
    changes: Annotated[dict[str, Any], msgspec.Meta(min_length=1)]

    @property
    def scheme_id(self) -> str:
        """The id of the scheme that comes of it."""
        return f"{self.of}.{self.overlay}"


def may_change_flaws(scheme: Scheme, versions: Sequence[Scheme]) -> Iterator[Flaw]:
    """What a national scheme allows must be something that one of its versions has."""
    raws = [msgspec.to_builtins(version) for version in versions]
    for i, allowed in enumerate(scheme.may_change):
        path = allowed.path if isinstance(allowed, Bound) else allowed
        steps = path.split(".")
        if steps[0] not in CHANGEABLE or steps[-1] in FIXED_KEYS:
            known = ", ".join(sorted(CHANGEABLE))
            yield Flaw(("may_change", i), f"{path} is fixed for everybody; allow one of {known}")
        elif len(steps) > 1 and not any(True for raw in raws for _ in _targets(raw, steps[:-1])):
            yield Flaw(("may_change", i), f"{path} names nothing in this scheme; mend the path")


def overlaid(pack: Overlay, national: Sequence[Scheme]) -> tuple[list[Scheme], list[Flaw]]:
    """The versions of the national scheme within the days of the pack, changed; or why that is not allowed."""
    made, flaws = list[Scheme](), list[Flaw]()
    within = [s for s in national if (pack.until is None or s.since <= pack.until)
              and (s.until is None or s.until >= pack.since)]
    if not within or pack.since < national[0].since:
        return [], [Flaw(("from",), f"{pack.of} begins on {national[0].since}; begin on that day or later")]
    for scheme in within:
        refused = list(_refused(pack, scheme))
        if refused:
            flaws += [f for f in refused if f not in flaws]
            continue
        changed, wrong = _changed(pack, scheme)
        flaws += wrong
        made += [changed] if changed else []
    return made, flaws


def _refused(pack: Overlay, scheme: Scheme) -> Iterator[Flaw]:
    raw = msgspec.to_builtins(scheme)
    for path, value in pack.changes.items():
        steps, bounds = path.split("."), [a for a in scheme.may_change if _allows(a, path)]
        if not bounds or steps[0] not in CHANGEABLE or steps[-1] in FIXED_KEYS:
            allowed = ", ".join(a.path if isinstance(a, Bound) else a for a in scheme.may_change) or "nothing"
            yield Flaw(("changes", path), f"{scheme.scheme_id} does not allow this change; it may change {allowed}")
        elif not any(True for _ in _targets(raw, steps[:-1])):
            yield Flaw(("changes", path), f"names nothing in {scheme.scheme_id}; mend the path")
        else:
            yield from (Flaw(("changes", path), says) for b in bounds if (says := _beyond(b, value)))


def _allows(allowed: str | Bound, path: str) -> bool:
    steps, pattern = path.split("."), (allowed.path if isinstance(allowed, Bound) else allowed).split(".")
    return len(steps) == len(pattern) and all(fnmatchcase(s, p) for s, p in zip(steps, pattern, strict=True))


def _beyond(allowed: str | Bound, value: object) -> str | None:
    if isinstance(allowed, str) or (allowed.min is None and allowed.max is None):
        return None
    if type(value) is not int:
        return "must be a whole number; write points in hundredths, 8250 for 82.50"
    if allowed.min is not None and value < allowed.min:
        return f"{value} is less than the {allowed.min} that the national scheme allows; raise it"
    if allowed.max is not None and value > allowed.max:
        return f"{value} is more than the {allowed.max} that the national scheme allows; lower it"
    return None


def _targets(raw: Any, steps: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The mappings that a path (without its last step) leads to; `*` stands for every item."""
    if not steps:
        if isinstance(raw, dict):
            yield raw
        return
    key, rest = steps[0], steps[1:]
    if key in NAMES and rest:
        for one in raw.get(key, ()) if isinstance(raw, dict) else ():
            if fnmatchcase(one[NAMES[key]], rest[0]):
                yield from _targets(one, rest[1:])
    elif isinstance(raw, dict) and isinstance(raw.get(key), dict):
        yield from _targets(raw[key], rest)


def _changed(pack: Overlay, scheme: Scheme) -> tuple[Scheme | None, list[Flaw]]:
    raw: dict[str, Any] = msgspec.to_builtins(scheme)
    for path, value in pack.changes.items():
        *steps, last = path.split(".")
        for target in _targets(raw, steps):
            target[last] = value
            if target is not raw and "source" in target:
                target["source"] = f"{target['source']};{pack.source}"
                target["verified"] = target["verified"] and pack.verified
    ends = [day for day in (scheme.until, pack.until) if day]
    raw |= {
        "id": pack.scheme_id, "of": pack.of, "region": pack.region, "title": pack.title,
        "from": max(scheme.since, pack.since), "to": min(ends, default=None), "may_change": [],
        "source": f"{pack.source};{scheme.source}", "sample": scheme.sample or pack.sample,
        "verified": scheme.verified and pack.verified, "note": pack.note or scheme.note, "default_for": [],
    }
    wrong = list(shape_flaws(raw, Scheme))
    made = None if wrong else msgspec.convert(raw, Scheme)
    wrong += list(scheme_flaws(made)) if made else []
    return (None if wrong else made), [Flaw(_blamed(pack, flaw), f"after the change {flaw.says}") for flaw in wrong]


def _blamed(pack: Overlay, flaw: Flaw) -> tuple[str | int, ...]:
    part = str(flaw.place[0]) if flaw.place else ""
    path = next((path for path in pack.changes if path.split(".")[0] == part), None)
    return (part,) if path is None else ("changes", path)
