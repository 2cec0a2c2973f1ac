"""What notices do when something happens. All acts on one company's records go through one subscriber, in order."""

from __future__ import annotations

from collections.abc import Mapping

from credit.kernel.errors import Refusal
from credit.kernel.tasks import Given, Later, Never, Subscriber
from notices.service import Notices

ISSUE = "notices.issue"
DELIVER = "notices.deliver"
ERASE = "notices.erase"
_ISSUE_ATTEMPTS = 12
_DELIVER_ATTEMPTS = 60  # with the pauses of the task loop: about two days
_TO_CLOSE = 5  # more attempts, only to close what a process that died each time has left open

REACTIONS: Mapping[str, tuple[str, ...]] = {
    "penalty_recorded": (ISSUE,),
    "penalty_served": (ISSUE,),
    "penalty_corrected": (ISSUE,),
    "penalty_performed": (ISSUE,),
    "penalty_stayed": (ISSUE,),
    "penalty_withdrawn": (ISSUE,),
    "penalty_repaired": (ISSUE,),
    "talk_called": (ISSUE,),
    "talk_held": (ISSUE,),
    "talk_referred": (ISSUE,),
    "listing_proposed": (ISSUE,),
    "listing_recorded": (ISSUE,),
    "listing_corrected": (ISSUE,),
    "listing_removed": (ISSUE,),
    "repair_accepted": (ISSUE,),
    "repair_not_accepted": (ISSUE,),
    "repair_supplement_asked": (ISSUE,),
    "repair_extended": (ISSUE,),
    "repair_decided": (ISSUE,),
    "payload_erased": (ERASE,),
    "delivery_planned": (DELIVER,),
    "number_reserved": (),
    "number_voided": (),
    "notice_issued": (),
    "notice_voided": (),
    "notice_acknowledged": (),
    "delivery_settled": (),
    "report_issued": (),
}
"""Event kind → subscribers of notices; `()` is the decision that nobody of notices reacts."""


def subscribers(notices: Notices) -> list[Subscriber]:
    """The subscribers of notices; each handler may be run again for the same entry without harm."""
    tasks = _Tasks(notices)
    return [
        Subscriber(ISSUE, _kinds(ISSUE), tasks.issue, _ISSUE_ATTEMPTS + _TO_CLOSE),
        Subscriber(DELIVER, _kinds(DELIVER), tasks.deliver, _DELIVER_ATTEMPTS + _TO_CLOSE),
        Subscriber(ERASE, _kinds(ERASE), tasks.erase),
    ]


class _Tasks:
    def __init__(self, notices: Notices) -> None:
        self.notices = notices

    async def issue(self, task: Given) -> None:
        """Of a served draft its deliveries, of a withdrawn one its voiding; then the letters of the event."""
        if task.event.get("letters") is False:
            return
        record_id = str(task.event.get("record_id") or task.event["subject"])
        if task.attempts > _ISSUE_ATTEMPTS:
            await self._give_up(task, "处理进程多次中断")
            raise Never("处理进程多次中断 its worker died at every attempt")
        await self._follow(task, record_id)
        try:
            await self.notices.issuing.for_event(record_id, {**task.event, "kind": task.kind}, task.seq)
        except Refusal as exc:
            raise Never(f"{exc.code}: {exc.detail}") from exc
        except Exception as exc:
            if task.attempts == _ISSUE_ATTEMPTS:
                await self._give_up(task, f"多次制发失败 {type(exc).__name__}")
                raise Never(f"{type(exc).__name__}: {exc}") from exc
            raise

    async def _give_up(self, task: Given, reason: str) -> None:
        await self.notices.voiding.unwanted(task.seq, (), reason)

    async def _follow(self, task: Given, record_id: str) -> None:
        if task.kind == "penalty_withdrawn":
            await self.notices.voiding.drafts(record_id)
        elif task.kind == "penalty_served" and task.event.get("was_draft"):
            case = await self.notices.office.source(record_id, {**task.event, "kind": task.kind}, task.seq)
            await self.notices.planning.release(record_id, case.addresses if case else ())

    async def deliver(self, task: Given) -> None:
        """One try of one delivery."""
        if task.attempts > _DELIVER_ATTEMPTS:
            await self.notices.delivering.give_up(task.subject, "the sending process died at every attempt")
            return
        later = await self.notices.delivering.deliver(task.subject, last=task.attempts >= _DELIVER_ATTEMPTS)
        if later is not None:
            raise Later(later.reason, later.after)

    async def erase(self, task: Given) -> None:
        """The prose of a record was erased: the words of its letters are erased with it."""
        await self.notices.reading.erase(task.subject)


def _kinds(subscriber: str) -> frozenset[str]:
    return frozenset(kind for kind, reacting in REACTIONS.items() if subscriber in reacting)
