"""Reasons weighed over every reading of the tender: the one place where an outcome comes from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import msgspec

from sanctions.verdicts import Effect, Outcome, Reason, ReasonSource

ORDER = {Effect.BARS: 0, Effect.UNDETERMINED: 1, Effect.NONE: 2}


class Finding(NamedTuple):
    """A reason and the readings it holds in, one bit each (-1: all); `elsewhere` is shown where in none."""

    reason: Reason
    mask: int
    elsewhere: Reason | None = None


class Weighed(NamedTuple):
    outcome: Outcome
    reasons: tuple[Reason, ...]


def doubt(code: str, source: ReasonSource, title: str, **facts: Any) -> Reason:
    """A reason that leaves the outcome open until a person has looked."""
    return Reason(code=code, source=source, title=title, effect=Effect.UNDETERMINED, bars=False, **facts)


def note(code: str, source: ReasonSource, title: str, **facts: Any) -> Reason:
    """What a buyer may want to see; it changes no outcome."""
    return Reason(code=code, source=source, title=title, effect=Effect.NONE, bars=False, **facts)


def bar(code: str, source: ReasonSource, title: str, *, basis: str, verified: bool, **facts: Any) -> Reason:
    """A bar by law or clause; one whose effect is not verified, or without basis, only leaves the outcome open."""
    bars = verified and bool(basis)
    return Reason(
        code=code if bars else "effect_unverified",
        source=source,
        title=title if bars else f"{title};效力依据未核实",
        effect=Effect.BARS if bars else Effect.UNDETERMINED,
        bars=bars,
        basis=basis,
        verified=verified,
        **facts,
    )


def weigh(findings: Iterable[Finding], readings: int, incomplete: Reason) -> Weighed:
    """The outcome over all readings: it stands where all agree, else `undetermined` with `incomplete`."""
    found = tuple(findings)
    barred = open_ = 0
    for finding in found:
        if finding.reason.effect is Effect.BARS:
            barred |= finding.mask
        elif finding.reason.effect is Effect.UNDETERMINED:
            open_ |= finding.mask
    everywhere = (1 << readings) - 1
    barred &= everywhere
    open_ &= everywhere
    if barred == everywhere:
        return Weighed(Outcome.INELIGIBLE, _shown(found, softened=False))
    if not barred and not open_:
        return Weighed(Outcome.ELIGIBLE, _shown(found, softened=True))
    shown = _shown(found, softened=True)
    if barred or open_ != everywhere:
        shown = (*shown, incomplete)
    return Weighed(Outcome.UNDETERMINED, tuple(sorted(shown, key=_key)))


def with_note(reasons: tuple[Reason, ...], added: Reason) -> tuple[Reason, ...]:
    """The reasons with one more, in order."""
    return tuple(sorted((*reasons, added), key=_key))


def _shown(findings: tuple[Finding, ...], *, softened: bool) -> tuple[Reason, ...]:
    reasons = []
    for finding in findings:
        reason = finding.reason if finding.mask else finding.elsewhere
        if reason is None:
            continue
        if softened and reason.effect is Effect.BARS:
            reason = msgspec.structs.replace(reason, effect=Effect.UNDETERMINED, bars=False)
        reasons.append(reason)
    return tuple(sorted(reasons, key=_key)) if len(reasons) > 1 else tuple(reasons)


def _key(reason: Reason) -> tuple[int, str, date, date, str, int, str]:
    return (
        ORDER[reason.effect],
        reason.code,
        reason.first_day or date.min,
        reason.until or date.max,
        reason.record_id or "",
        -1 if reason.seq is None else reason.seq,
        reason.title,
    )
