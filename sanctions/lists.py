"""Which lists there are, what they bar, and whether this installation holds them fresh enough to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import msgspec

from credit.kernel.rules import Dated, RuleSet
from credit.model import Field
from sanctions.model import Scope
from sanctions.reasons import doubt
from sanctions.verdicts import Reason, ReasonSource, Source

PREFIX = "list."


class KnownList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of the rule data: tenders of the scopes in `depends` cannot be answered without it.

    `bars` are the scopes barred by law, `by_file` those in which the tender file decides, `unread` those that the text
    covers with an effect nobody has read in full; they only count where `effect_verified`. `field` is that of the
    departments that enter on it.
    """

    code: str
    title: str
    depends: tuple[Scope, ...]
    official_channel: str
    basis: str
    effect_verified: bool
    fresh_hours: int
    field: Field | None = None
    bars: tuple[Scope, ...] = ()
    by_file: tuple[Scope, ...] = ()
    unread: tuple[Scope, ...] = ()


@lru_cache(maxsize=256)
def known_lists(rules: RuleSet, day: date) -> tuple[KnownList, ...]:
    """Every list known on `day`, those without verified tender effect included."""
    default = rules.at("list_fresh_hours.default", day)
    return tuple(
        _known(rule, rules, (rules.find(f"list_fresh_hours.{rule_id.removeprefix(PREFIX)}", day) or default).value)
        for rule_id, rule in rules.under(PREFIX, day).items()
    )


def known_list(code: str, day: date, rules: RuleSet) -> KnownList | None:
    """The list `code` as known on `day`; None where it has no national basis then."""
    return next((known for known in known_lists(rules, day) if known.code == code), None)


def _known(rule: Dated, rules: RuleSet, fresh_hours: int) -> KnownList:
    value = rule.value
    return KnownList(
        code=rule.rule_id.removeprefix(PREFIX),
        title=rules.rules[rule.rule_id].title,
        depends=tuple(map(Scope, value["depends"])),
        official_channel=value["official_channel"],
        basis=rule.source,
        effect_verified=rule.verified,
        fresh_hours=fresh_hours,
        field=Field(value["field"]) if value.get("field") else None,
        bars=tuple(map(Scope, value.get("bars", ()))),
        by_file=tuple(map(Scope, value.get("by_file", ()))),
        unread=tuple(map(Scope, value.get("unread", ()))),
    )


def by_list(sources: Iterable[Source]) -> dict[str, Source]:
    """The sources by the list they hold."""
    return {source.list: source for source in sources}


def next_stale(rules: RuleSet, day: date, sources: Iterable[Source], moment: datetime) -> datetime | None:
    """The last moment through which every list that is fresh at `moment` stays fresh; None where none can go stale."""
    held = by_list(sources)
    ends = [
        source.fetched_at + timedelta(hours=known.fresh_hours)
        for known in known_lists(rules, day)
        if (source := held.get(known.code)) and source.fetched_at and not source.static
    ]
    return min((end for end in ends if end >= moment), default=None)


def unreliable(rules: RuleSet, day: date, sources: Iterable[Source], asked_at: datetime) -> tuple[str, ...]:
    """The titles of the lists on which tenders depend and that cannot be relied on at `asked_at`."""
    held = by_list(sources)
    return tuple(k.title for k in known_lists(rules, day) if k.depends and source_doubt(k, held, asked_at) is not None)


def source_doubt(known: KnownList, held: Mapping[str, Source], asked_at: datetime) -> Reason | None:
    """Why the list cannot be relied on at `asked_at`: `source_missing` or `source_stale`; None when it can.

    A static copy is accepted as it is; the answer shows it as static among its sources.
    """
    source = held.get(known.code)
    cure = f"请到{known.official_channel}查询"
    if source is None or (source.fetched_at is None and not source.static):
        return doubt(
            "source_missing", ReasonSource.LIST, f"“{known.title}”没有数据来源,无法核查;{cure}", basis=known.basis
        )
    if source.static or source.fetched_at is None:
        return None
    if asked_at - source.fetched_at > timedelta(hours=known.fresh_hours):
        title = f"“{known.title}”的数据已超过{known.fresh_hours}小时未更新;{cure}"
        return doubt("source_stale", ReasonSource.LIST, title, basis=known.basis)
    return None
