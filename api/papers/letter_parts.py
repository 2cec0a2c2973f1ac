"""What letters of every kind are put together from: who signs, where to file, the clocks, whom to tell."""

from __future__ import annotations

from datetime import date, timedelta

from credit.accounts import service as accounts
from credit.accounts.model import Organisation
from credit.kernel.periods import add_months
from credit.kernel.rules import RuleSet
from credit.kernel.workdays import roll_forward
from credit.model import Prose
from notices.model import Channel, Clock, Clocks, ClockUnit

_CLOCKS = {"accept": "repair_accept", "feedback": "repair_feedback", "review": "review", "suit": "suit",
           "payment": "payment"}
_FROM_SERVICE = ("review", "suit", "payment")


async def issuer_of(authority: str | None, pusher: str) -> Organisation | None:
    """The deciding authority where it is registered, else the organisation that pushed for it."""
    registered = await accounts.find_organisation(authority) if authority else None
    if registered is not None and registered.short_code:
        return registered
    return await accounts.find_organisation(pusher) if pusher else None


def contacts_of(prose: Prose) -> tuple[tuple[str, str], ...]:
    """(channel, address) of the contacts that came with a record."""
    return tuple((c["channel"], c["address"]) for c in prose.contacts if c.get("channel") and c.get("address"))


def channels_of(regime: str, rules: RuleSet, today: date) -> list[Channel]:
    """Where to file under a regime."""
    named = rules.at("filing.channels", today).value.get(regime, [])
    found = []
    for code in named:
        rule = rules.find(f"filing.channel.{code}", today)
        if rule is not None:
            found.append(Channel(name=rules.rules[rule.rule_id].title, url=rule.value.get("url")))
    return found


def clocks_of(served_on: date | None, rules: RuleSet, today: date, *, fined: bool) -> Clocks:
    """The time limits of a letter; a day only where the day of service is known."""
    found = {}
    for name, rule_id in _CLOCKS.items():
        rule = rules.find(f"clock.{rule_id}", today)
        if rule is None or (name == "payment" and not fined):
            continue
        unit = ClockUnit(rules.rules[rule.rule_id].unit or "")
        start = served_on if name in _FROM_SERVICE else None
        found[name] = Clock(amount=rule.value, unit=unit, source=rule.source, due_on=_due(start, rule.value, unit))
    return Clocks(**found)


def _due(start: date | None, amount: int, unit: ClockUnit) -> date | None:
    """The last day of a period that runs from the day after `start` (民法典 201–203); None without a start."""
    if start is None or unit is ClockUnit.WORKING_DAYS:
        return None
    last = add_months(start, amount) if unit is ClockUnit.MONTHS else start + timedelta(days=amount)
    return roll_forward(last).day
