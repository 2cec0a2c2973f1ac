"""What a bound chat may know of its company: what a buyer would be answered, and its letters without their words."""

from __future__ import annotations

from bots.model import LetterLine, ReasonLine, VerdictLine
from credit.accounts.model import Caller
from notices.register import NoticeState
from notices.service import Notices
from notices.service.reading import NoticeView
from sanctions.service.answering.ask import Ask, Asking
from sanctions.verdicts import Reason, Subject, Tender, TenderRegime, TenderType

_ASKED = {
    "works": Tender(type=TenderType.CONSTRUCTION, regimes=(TenderRegime.TENDERING,), mandatory=True),
    "supplies": Tender(type=TenderType.GOVERNMENT_PROCUREMENT, regimes=(TenderRegime.GOVERNMENT_PROCUREMENT,)),
}
_MOST_LETTERS = 500


class Facts:
    """Reads through the services, as the company."""

    def __init__(self, asking: Asking, notices: Notices) -> None:
        self.asking = asking
        self.notices = notices

    async def verdicts(self, caller: Caller, *, reasons: bool) -> tuple[VerdictLine, ...]:
        """The answers for works and for supplies now, with every reason or without."""
        return tuple([await self._verdict(name, tender, caller, reasons) for name, tender in _ASKED.items()])

    async def unread(self, caller: Caller) -> list[LetterLine]:
        """Letters in the inbox that nobody has acknowledged, oldest first."""
        found = await self.notices.reading.listing(caller, limit=_MOST_LETTERS)
        return [_line(x) for x in found if x.acknowledged_on is None and x.state is NoticeState.ISSUED]

    async def letter(self, notice_id: str, caller: Caller) -> tuple[LetterLine, str]:
        """A letter of the company and the record behind it. Raises NotFound."""
        found = await self.notices.reading.get(notice_id, caller)
        return _line(found), found.record_id

    async def acknowledge(self, notice_id: str, caller: Caller) -> tuple[LetterLine, ...]:
        """阅知 of one letter, or of every unread one; the first day stays. Raises NotFound, Voided."""
        wanted = [notice_id] if notice_id else [x.notice_id for x in await self.unread(caller)]
        for one in wanted:
            await self.notices.acknowledging.acknowledge(one, caller)
        return tuple([_line(await self.notices.reading.get(one, caller)) for one in wanted])

    async def _verdict(self, name: str, tender: Tender, caller: Caller, reasons: bool) -> VerdictLine:
        question = Ask(subjects=(Subject(code=caller.org_code),), tender=tender)
        answer = (await self.asking.ask(question, caller)).answers[0]
        shown = tuple(_reason(r) for r in answer.reasons) if reasons else ()
        return VerdictLine(tender=name, label=answer.label, reasons=shown)


def _reason(reason: Reason) -> ReasonLine:
    return ReasonLine(title=reason.title, basis=reason.basis or "", until=reason.until)


def _line(found: NoticeView) -> LetterLine:
    return LetterLine(notice_id=found.id, title=found.title, number=found.number, issued_on=found.issued_on,
                      acknowledged_on=found.acknowledged_on)
