"""Relapse and 情节严重 (招标投标法实施条例 67, 68): hints for whoever decides next, never a bar by themselves. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from credit.kernel.periods import add_months, next_day
from credit.kernel.rules import Dated, RuleSet

PREFIX = "relapse."


class HintKind(StrEnum):
    NUMBER = "number"  # so many acts in so many months
    NAMED = "named"  # an act that is serious by itself
    AFTER_BAN = "after_ban"  # again within so many months after a ban ended
    LOSS = "loss"  # only the body can establish it
    ENTRIES = "entries"  # again on the same list


class HintState(StrEnum):
    """`met`: the records show it. `next`: one more such act would be it. `ask`: only the body can tell."""

    MET = "met"
    NEXT = "next"
    ASK = "ask"


class Ban(msgspec.Struct, frozen=True):
    """A bar that the decision itself states; `last_day` null while no end is stated."""

    basis_id: str
    last_day: date | None


class Offence(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in force about a company: the bans whose articles it cites or states, and its words of the act."""

    record_id: str
    decided_on: date
    bases: frozenset[str]
    words: str = ""
    bans: tuple[Ban, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry on a list that was not revoked."""

    record_id: str
    list: str
    decided_on: date


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """What the body that decides on a further act should weigh. `until`: the last day on which it counts.

    `certain` false: the decision cites the article, but its words do not say which act of the article it was.
    """

    rule: str
    kind: HintKind
    state: HintState
    title: str
    consequence: str
    basis: str
    verified: bool
    records: tuple[str, ...] = ()
    first_day: date | None = None
    until: date | None = None
    certain: bool = True


def hints(offences: Sequence[Offence], entries: Sequence[Entry], day: date, rules: RuleSet) -> tuple[Hint, ...]:
    """Every hint for a decision made on `day`; the figures of each rule are those in force then. Bars nobody."""
    past = sorted((o for o in offences if o.decided_on <= day), key=lambda o: (o.decided_on, o.record_id))
    listed = sorted((e for e in entries if e.decided_on <= day), key=lambda e: (e.decided_on, e.record_id))
    found: list[Hint] = []
    for rule_id, rule in sorted(rules.under(PREFIX, day).items()):
        title, kind = rules.rules[rule_id].title, HintKind(rule.value["kind"])
        if kind is HintKind.ENTRIES:
            found += _entries(rule, title, listed)
        else:
            found += _OF_BAN[kind](rule, title, [o for o in past if rule.value["ban"] in o.bases], day)
    return tuple(found)


def longer_by(code: str, day: date, rules: RuleSet) -> Dated | None:
    """The rule that lets a second entry on a list last longer; None where the list has none."""
    rule = rules.find(f"{PREFIX}list.{code}", day)
    return rule if rule is not None and rule.value.get("longer") else None


def _number(rule: Dated, title: str, acts: list[Offence], day: date) -> Iterator[Hint]:
    recent = [o for o in acts if day <= add_months(o.decided_on, rule.value["months"]) and _may_be(o, rule)]
    if not recent:
        return
    least: int = rule.value["count"]
    if len(recent) < least - 1:
        return
    sure = sum(_named(o, rule) for o in recent)
    met = len(recent) >= least
    until = add_months(recent[0 if not met else -least].decided_on, rule.value["months"])
    yield _hint(rule, title, HintState.MET if met else HintState.NEXT, recent, until=until,
                certain=sure >= (least if met else least - 1))


def _by_name(rule: Dated, title: str, acts: list[Offence], day: date) -> Iterator[Hint]:
    named = [o for o in acts if _named(o, rule)]
    if named:
        yield _hint(rule, title, HintState.MET, named)


def _after_ban(rule: Dated, title: str, acts: list[Offence], day: date) -> Iterator[Hint]:
    ended = [(o, ban.last_day) for o in acts for ban in o.bans if ban.basis_id == rule.value["ban"] and ban.last_day]
    for offence, last in ended:
        until = add_months(last, rule.value["months"])
        again = [o for o in acts if last < o.decided_on <= until]
        if again:
            yield _hint(rule, title, HintState.MET, [offence, *again], first_day=next_day(last), until=until)
        elif last < day <= until:
            yield _hint(rule, title, HintState.NEXT, [offence], first_day=next_day(last), until=until)


def _loss(rule: Dated, title: str, acts: list[Offence], day: date) -> Iterator[Hint]:
    if acts:
        yield _hint(rule, title, HintState.ASK, acts)


def _entries(rule: Dated, title: str, entries: list[Entry]) -> Iterator[Hint]:
    before = [e for e in entries if e.list == rule.value["list"]]
    if before:
        yield _hint(rule, title, HintState.MET if len(before) > 1 else HintState.NEXT, before)


_OF_BAN = {
    HintKind.NUMBER: _number, HintKind.NAMED: _by_name, HintKind.AFTER_BAN: _after_ban, HintKind.LOSS: _loss,
}


def _named(offence: Offence, rule: Dated) -> bool:
    return any(word in offence.words for word in rule.value["words"])


def _may_be(offence: Offence, rule: Dated) -> bool:
    """Named in the decision, or not told to be another act of the article."""
    return _named(offence, rule) or not any(word in offence.words for word in rule.value.get("others", ()))


def _hint(
    rule: Dated, title: str, state: HintState, of: Sequence[Offence | Entry], *, certain: bool = True,
    first_day: date | None = None, until: date | None = None,
) -> Hint:
    value: dict[str, Any] = rule.value
    return Hint(
        rule=rule.rule_id, kind=HintKind(value["kind"]), state=state, title=title, consequence=value["consequence"],
        basis=rule.source, verified=rule.verified, records=tuple(one.record_id for one in of), first_day=first_day,
        until=until, certain=certain)
