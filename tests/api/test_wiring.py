"""Every event has a decision, every subscriber is named, every rule file loads."""

from __future__ import annotations

import re

import pytest

from api import wiring
from api.wiring import HOME, PACKAGES, Undecided, check_events, event_kinds
from credit.kernel.tasks import Given, Subscriber


async def nothing(task: Given) -> None:
    """Does its work."""


def test_every_event_kind_written_in_the_source_is_known() -> None:
    written = {
        kind
        for package in PACKAGES
        for path in (HOME / package).rglob("*.py")
        for kind in re.findall(r'^    kind: ClassVar\[str\] = "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert written == set(event_kinds())


def test_every_event_has_a_decision_and_every_subscriber_is_named() -> None:
    check_events(_declared())


def _declared() -> list[Subscriber]:
    names = {n for who in wiring.DECISIONS.values() for n in who}
    kinds = {n: frozenset(k for k, who in wiring.DECISIONS.items() if n in who) for n in names}
    return [Subscriber(n, kinds[n], nothing) for n in sorted(names)]


def test_an_event_without_decision_stops_the_start() -> None:
    decisions = {k: v for k, v in wiring.DECISIONS.items() if k != "key_revoked"}
    with pytest.raises(Undecided, match="key_revoked: no decision"):
        check_events(_declared(), decisions)


def test_a_decision_about_no_event_stops_the_start() -> None:
    with pytest.raises(Undecided, match="ghost: no such event"):
        check_events(_declared(), {**wiring.DECISIONS, "ghost": ()})


def test_a_subscriber_nobody_named_stops_the_start() -> None:
    stranger = Subscriber("stranger", frozenset({"key_created"}), nothing)
    with pytest.raises(Undecided, match="stranger: DECISIONS and the subscriber differ on key_created"):
        check_events([*_declared(), stranger])


def test_a_named_subscriber_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(Undecided, match="letters: DECISIONS"):
        check_events([], {**dict.fromkeys(wiring.DECISIONS, ()), "key_created": ("letters",)})
