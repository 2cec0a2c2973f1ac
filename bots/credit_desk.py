"""A company's score, report and records of conduct, read and acted on through the services, as the company."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from bots.model import Conducted, ConductLine, Reported, Scored, Stated
from credit.accounts.model import Caller
from credit.conduct import ConductState
from credit.explain import notes, points_text, sentence
from credit.kernel.clock import Clock, business_day
from credit.kernel.unit import Request
from credit.scheme_rules import first_choice, for_companies, schemes_on
from notices.register import Report
from sanctions.conduct import StatementInput
from sanctions.service.deciding.hearings import ConductView, Hearings
from sanctions.service.scoring.standing import Standing

Reporter = Callable[[Caller, Request], Awaitable[Report]]
"""(company, request) → its own 信用核查报告 of today; the same request again is the same report."""
_MOST = 200


class CreditDesk:
    """What a bound chat may see and do about its company's score. `base_url`: where its pages are."""

    def __init__(
        self, standing: Standing, hearings: Hearings, reporter: Reporter, clock: Clock, base_url: str
    ) -> None:
        self.standing = standing
        self.hearings = hearings
        self.reporter = reporter
        self.clock = clock
        self.base_url = base_url.rstrip("/")

    @property
    def today(self) -> date:
        return business_day(self.clock())

    async def score(self, caller: Caller) -> Scored:
        """The score of the scheme for companies, line by line; nothing where none is in force."""
        chosen = first_choice(for_companies(schemes_on(self.hearings.book.current, self.today)).values())
        if chosen is None:
            return Scored()
        found = await self.standing.rating(caller.org_code, chosen, self.today)
        return Scored(title=found.scheme.title, value=points_text(found.value), grade=found.grade, on=self.today,
                      notes=tuple(notes(found)), sentences=tuple(sentence(line) for line in found.score.lines))

    async def report(self, caller: Caller, request: Request) -> Reported:
        """Issues a report on the company itself; it is opened after signing in. Raises what issuing raises."""
        made = await self.reporter(caller, request)
        return Reported(number=made.number, on=made.valid_on, check=f"{self.base_url}/report/{made.report_id}",
                        url=f"{self.base_url}/reports/{made.code}/{made.report_id}/pdf")

    async def conduct(self, caller: Caller, record_id: str) -> Conducted:
        """Every record of the company, the newest first, or the one to be answered. Raises NotFound for another's."""
        if record_id:
            return Conducted((self.line(await self.hearings.view(record_id, caller)),), asked=True)
        found, _ = await self.hearings.listing(caller, limit=_MOST)
        return Conducted(tuple(map(self.line, reversed(found))))

    async def state(self, record_id: str, text: str, caller: Caller, request: Request) -> Stated:
        """陈述申辩, today. Raises AlreadyStated, Withdrawn, NotFound."""
        await self.hearings.state(record_id, StatementInput(text=text), caller, request=request)
        return Stated(self.line(await self.hearings.view(record_id, caller)))

    def line(self, found: ConductView) -> ConductLine:
        """A record as chats tell it."""
        facts, stands = found.facts, found.followed
        over = stands.state in (ConductState.DROPPED, ConductState.REPAIRED, ConductState.WITHDRAWN)
        return ConductLine(
            record_id=found.record.record_id, item=found.item_title, scheme=found.scheme_title,
            authority=facts.authority.name, happened_on=facts.happened_on, state=stands.state.value,
            until=stands.statement_due.day, first=stands.counts_from,
            reply_due=stands.reply_due.day if stands.reply_due else None, repaired_on=facts.repaired_on,
            answerable=facts.stated_on is None and not over,
            url=f"{self.base_url}/desk/conduct/{found.record.record_id}",
        )
