"""Reading what a body should weigh before it decides again about a company: relapse and 情节严重."""

from __future__ import annotations

from datetime import date

from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Prose
from sanctions.bans import bans_cited
from sanctions.findings import counts
from sanctions.relapse import Ban, Entry, Hint, Offence, hints
from sanctions.service.scoring.standing import PenaltyView, Standing


class Relapses:
    """The service of hints; nothing of it is stored, published or asked by the answers about tenders."""

    def __init__(self, book: Rulebook, standing: Standing) -> None:
        self.book = book
        self.standing = standing

    async def hints(self, code: str, day: date) -> tuple[Hint, ...]:
        """Hints for a decision made on `day` about the company, from what is known now; none for an unknown one."""
        rules = self.book.current
        offences = [
            offence(view, await self.standing.prose(view.record) or Prose(), rules)
            for view in await self.standing.penalties(code, day) if counts(view.record)
        ]
        entries = [
            Entry(record_id=view.record.record_id, list=view.record.listing.list,
                  decided_on=view.record.listing.decided_on)
            for view in await self.standing.listings(code, day) if not view.record.withdrawn
        ]
        return hints(offences, entries, day, rules)


def offence(view: PenaltyView, prose: Prose, rules: RuleSet) -> Offence:
    """A penalty as relapse sees it: articles cited in 处罚依据, and those of the bars it states. Pure."""
    facts = view.record.penalty
    cited = {ban.basis_id for ban in bans_cited(prose.basis, facts.decided_on, rules)}
    stated = {r.basis_id for r in view.restrictions}
    return Offence(
        record_id=view.record.record_id, decided_on=facts.decided_on, bases=frozenset(cited | stated),
        words=f"{prose.act_type} {prose.facts}".strip(),
        bans=tuple(Ban(r.basis_id, r.last_day) for r in view.restrictions))
