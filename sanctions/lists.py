"""Which lists an answer depends on, and whether this installation holds them fresh enough to answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

import msgspec

from credit.kernel.rules import RuleSet
from sanctions.model import Scope
from sanctions.reasons import doubt
from sanctions.verdicts import Reason, ReasonSource, Source


class KnownList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of the rule data: tenders of the scopes in `depends` cannot be answered without it."""

    code: str
    title: str
    depends: tuple[Scope, ...]
    official_channel: str
    basis: str
    effect_verified: bool
    fresh_hours: int


def known_lists(rules: RuleSet, day: date) -> tuple[KnownList, ...]:
    """Every list known on `day`, those without verified tender effect included."""
    default = rules.at("list_fresh_hours.default", day)
    return tuple(
        KnownList(
            code=(code := rule_id.removeprefix("list.")),
            title=rules.rules[rule_id].title,
            depends=tuple(map(Scope, rule.value["depends"])),
            official_channel=rule.value["official_channel"],
            basis=rule.source,
            effect_verified=rule.verified,
            fresh_hours=(rules.find(f"list_fresh_hours.{code}", day) or default).value,
        )
        for rule_id, rule in rules.under("list.", day).items()
    )


def by_list(sources: Iterable[Source]) -> dict[str, Source]:
    """The sources by the list they hold."""
    return {source.list: source for source in sources}


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
