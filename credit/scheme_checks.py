"""Whether the parts of a scheme fit together: bands, groups, caps, vetoes, cycles, thresholds, samples."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from credit.merits import within_like_award
from credit.scheme_text import Flaw
from credit.schemes import FaultItem, Match, MeritItem, Scheme


def scheme_flaws(scheme: Scheme) -> Iterator[Flaw]:
    """Everything by which nobody should be scored, each with its place and cure."""
    if scheme.until is not None and scheme.until < scheme.since:
        yield Flaw(("to",), f"ends on {scheme.until}, before it begins on {scheme.since}; mend from or to")
    yield from _band_flaws(scheme)
    yield from _name_flaws(scheme)
    yield from _sample_flaws(scheme)
    for i, merit in enumerate(scheme.merits):
        yield from (Flaw(("merits", i, key), says) for key, says in _merit_flaws(merit, scheme))
    for i, fault in enumerate(scheme.faults):
        yield from (Flaw(("faults", i, key), says) for key, says in _fault_flaws(fault, scheme))
    yield from _threshold_flaws(scheme)
    if any(f.conduct for f in scheme.faults) and scheme.hearing is None:
        yield Flaw(("faults",), "conduct counts only after statement and defence; give hearing with its working days")
    if scheme.newcomer:
        yield from _grade_flaws(scheme, scheme.newcomer.grade, ("newcomer", "grade"))
    outside = set(scheme.default_for) - set(scheme.applies_to.tender_types or scheme.default_for)
    if outside:
        yield Flaw(("default_for",), f"{sorted(outside)} is not among applies_to.tender_types; add or remove it")


def _name_flaws(scheme: Scheme) -> Iterator[Flaw]:
    seen: set[str] = set()
    named = [("merits", i, "item", m.item) for i, m in enumerate(scheme.merits)]
    named += [("faults", i, "item", f.item) for i, f in enumerate(scheme.faults)]
    named += [("thresholds", i, "threshold", t.threshold) for i, t in enumerate(scheme.thresholds)]
    for part, i, key, name in named:
        if name in seen:
            yield Flaw((part, i, key), f"{name}: defined twice; keep one")
        seen.add(name)
    for part, groups in (("groups", scheme.groups), ("fault_groups", scheme.fault_groups)):
        names = [g.group for g in groups]
        yield from (Flaw((part, i, "group"), f"{name}: defined twice; keep one")
                    for i, name in enumerate(names) if name in names[:i])


def _sample_flaws(scheme: Scheme) -> Iterator[Flaw]:
    if not scheme.sample:
        return
    if scheme.verified or not scheme.title.startswith("示例"):
        yield Flaw(("verified" if scheme.verified else "title",),
                   "a sample is verified: false and its title begins with 示例")
    if scheme.default_for:
        yield Flaw(("default_for",), "a sample is never the default of a tender type; remove default_for")
    verified = [("merits", i) for i, item in enumerate(scheme.merits) if item.verified]
    verified += [("faults", i) for i, item in enumerate(scheme.faults) if item.verified]
    verified += [("thresholds", i) for i, item in enumerate(scheme.thresholds) if item.verified]
    for part, i in verified:
        yield Flaw((part, i, "verified"), "an item of a sample cannot be verified; say verified: false")


def _merit_flaws(merit: MeritItem, scheme: Scheme) -> Iterator[tuple[str, str]]:
    if merit.group is not None and merit.group not in {g.group for g in scheme.groups}:
        yield "group", f"group {merit.group} is not defined; add it under groups"
    likes = {m.item for m in scheme.merits if m.not_above is None and m.item != merit.item}
    if merit.not_above is not None and merit.not_above not in likes:
        yield "not_above", f"{merit.not_above} is no other good item without not_above; name the like award itself"
    worth = within_like_award(merit, scheme)
    if worth.cap is not None and worth.cap % worth.points:
        yield "cap", "cap must be a multiple of its points, else a further award could cost points"


def _fault_flaws(fault: FaultItem, scheme: Scheme) -> Iterator[tuple[str, str]]:
    if fault.match == Match() and not fault.conduct:
        yield "match", "matches every penalty; name fields, kinds, severity or acts, or say conduct: true"
    capped = (fault.group, fault.cap, fault.count) != (None, None, None)
    if capped and (fault.match != Match() or not fault.conduct):
        yield "cap", "group, cap and count only where an item takes conduct alone, else a worse penalty could cost less"
    if fault.group is not None and fault.group not in {g.group for g in scheme.fault_groups}:
        yield "group", f"group {fault.group} is not defined; add it under fault_groups"
    if fault.cap is not None and fault.cap % fault.points:
        yield "cap", "cap must be a multiple of its points"
    if scheme.cycle is None and fault.months is None:
        yield "months", "how long it counts is missing; give months, or the scheme a cycle"
    if scheme.cycle is not None and fault.months is not None:
        yield "months", "points are cleared with the cycle; remove months"
    if fault.veto:
        yield from (("veto", flaw.says) for flaw in _grade_flaws(scheme, fault.veto.grade, ()))


def _threshold_flaws(scheme: Scheme) -> Iterator[Flaw]:
    for i, threshold in enumerate(scheme.thresholds):
        yield from _grade_flaws(scheme, threshold.grade, ("thresholds", i, "grade"))
        if threshold.within == "cycle" and scheme.cycle is None:
            yield Flaw(("thresholds", i, "within"), "the scheme has no cycle; give it one, or name months")


def _grade_flaws(scheme: Scheme, grade: str, place: tuple[str | int, ...]) -> Iterator[Flaw]:
    grades = sorted(band.grade for band in scheme.bands)
    if grade not in grades:
        yield Flaw(place, f"grade {grade} is no band; use one of {grades}")


def _band_flaws(scheme: Scheme) -> Iterator[Flaw]:
    bands = scheme.bands
    if not bands:
        yield Flaw(("bands",), "missing; list them best first")
        return
    if len({band.grade for band in bands}) < len(bands):
        yield Flaw(("bands",), "a grade is defined twice; keep one")
    if bands[0].high != scheme.ceiling or bands[-1].low != scheme.floor:
        yield Flaw(("bands",), "the first must end at the ceiling and the last begin at the floor")
    for i, (upper, lower) in enumerate(pairwise(bands), start=1):
        if upper.low is None or lower.high is None:
            yield Flaw(("bands", i), "only the ends of the scale may be open; give both values")
        elif lower.high >= upper.low:
            yield Flaw(("bands", i), f"overlap with {upper.grade}; end {lower.grade} at {upper.low - 1}")
        elif lower.high + 1 < upper.low:
            yield Flaw(("bands", i), f"gap below {upper.grade}; end {lower.grade} at {upper.low - 1}")
    for i, band in enumerate(bands):
        if band.low is not None and band.high is not None and band.low > band.high:
            yield Flaw(("bands", i), "begins above its end; swap from and to")
    low, high = scheme.floor, scheme.ceiling
    if (low is not None and scheme.base < low) or (high is not None and scheme.base > high):
        yield Flaw(("base",), "lies outside floor and ceiling; mend one of them")
