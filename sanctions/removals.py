"""When an entry may leave its list early: by the list's own rule, and by the stricter reading of 令第36号."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.periods import add_months, next_day
from credit.kernel.rules import Dated, RuleSet
from credit.model import ListFacts
from sanctions.terms import term

_STRICT = "publication.ndrc36.serious"


class EarliestRemoval(msgspec.Struct, frozen=True, kw_only=True):
    """The first days on which early removal may be applied for, or the reason why none is known yet.

    `day` follows the list's own rule, `strict` adds the minimum display of serious information, from which only
    laws and administrative regulations may depart. Applications are taken from the earlier; the 认定单位 decides.
    """

    day: date | None = None
    strict: date | None = None
    code: str | None = None
    title: str | None = None
    missing: tuple[str, ...] = ()
    needs: str = ""  # what must have been done
    basis: str = ""
    strict_basis: str = ""
    verified: bool = True  # of the list's own rule


def earliest_removal(facts: ListFacts, rules: RuleSet) -> EarliestRemoval:
    """Both readings for one entry; the day is the one after the period has ended (民法典 201, 202).

    A list without a rule of its own for leaving early follows the general minimum in both readings. Records decided
    before 令第36号 are shown its minimum as well, since the transition is not known.
    """
    if facts.removed_on is not None:
        return EarliestRemoval(code="removed", title="已移出名单")
    own = rules.find(f"list_early.{facts.list}", facts.decided_on)
    general = _general(facts, rules)
    cited = _cited(own, general)
    if facts.corrected_on is None:
        return msgspec.structs.replace(
            cited, code="correction_date_unknown", title="尚无纠正失信行为、履行义务的日期,登记后方可计算",
            missing=("corrected_on",),
        )
    strict_day = next_day(add_months(facts.decided_on, general.value["min"]))
    own_day = _own_day(own, facts, facts.corrected_on) if own else strict_day
    day = max(own_day, facts.corrected_on, facts.decided_on)
    strict, last = max(day, strict_day), term(facts, rules)
    if last.until is not None and last.verified and day > last.until:
        return msgspec.structs.replace(cited, code="ends_first", title="列入期满在先,期满移出,不需申请")
    return msgspec.structs.replace(cited, day=day, strict=strict)


def _own_day(own: Dated, facts: ListFacts, corrected_on: date) -> date:
    months: int = own.value["months"]
    start = corrected_on if own.value["counted_from"] == "correction" else facts.decided_on
    return next_day(add_months(start, months)) if months else start


def _general(facts: ListFacts, rules: RuleSet) -> Dated:
    since = rules.rules[_STRICT].values[0].since
    return rules.at(_STRICT, max(since, facts.decided_on))


def _cited(own: Dated | None, general: Dated) -> EarliestRemoval:
    if own is None:
        return EarliestRemoval(basis=general.source, strict_basis=general.source, verified=general.verified)
    return EarliestRemoval(needs=own.value["needs"], basis=own.source, strict_basis=general.source,
                           verified=own.verified)
