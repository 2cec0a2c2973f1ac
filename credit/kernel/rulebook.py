"""The rule sets a service has lived by: activation is an act in the log, and a past question gets its own rules."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from credit.kernel import database
from credit.kernel.rules import RuleSet
from credit.kernel.tables import RuleRelease
from credit.kernel.unit import Event, unit

_NEWEST = "SELECT digest, seq FROM rule_release WHERE seq <= {} ORDER BY seq DESC LIMIT 1"
_BODY = "SELECT body FROM rule_release WHERE seq = {}"  # long: read once a set
_FOREVER = 2**62


class RulesActivated(Event, frozen=True, kw_only=True):
    """A rule set came into use; `subject` is its digest."""

    kind: ClassVar[str] = "rules_activated"


class Rulebook:
    """The rules now (`current`) and at any log position (`at`). Released sets are kept for ever."""

    def __init__(self, current: RuleSet) -> None:
        self.current = current
        self._released: dict[str, RuleSet] = {current.digest: current}

    async def activate(self, *, by: str, now: datetime) -> bool:
        """Logs and keeps the current set unless it is already the newest; True when it was new."""
        if await self._is_newest():
            return False
        async with unit(by=by, now=now) as u:
            if await self._is_newest():  # another process was faster
                return False
            seq = u.record(RulesActivated(subject=self.current.digest))
            u.write(RuleRelease, {"digest": self.current.digest, "seq": seq, "body": self.current.text})
        return True

    async def _is_newest(self) -> bool:
        newest = await database.fetch(_NEWEST, _FOREVER)
        return bool(newest) and newest[0]["digest"] == self.current.digest

    async def at(self, seq: int) -> RuleSet:
        """The rules in use at log position `seq`; the first set before any activation."""
        rows = await database.fetch(_NEWEST, seq)
        if not rows:
            return self.current
        digest = rows[0]["digest"]
        if digest not in self._released:
            body = (await database.fetch(_BODY, rows[0]["seq"]))[0]["body"]
            self._released[digest] = RuleSet.from_text(body)
        return self._released[digest]
