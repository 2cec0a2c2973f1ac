"""What happened to an application, day by day, and what an office may do with it now. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from api.v1.repair_views import CaseAnswer
from repair.acts import Accept, AskSupplement, Decide, Decline, Extend
from repair.model import Outcome, Party
from repair.workflow import TRANSITIONS

_ACTS = (
    (Accept, "accept", ""), (AskSupplement, "supplement", "要求补正"), (Extend, "extension", "延长办理期限"),
    (Decline, "decline", "不予受理"), (Decide, "decision", "作出决定"),
)
_OUTCOMES = {Outcome.GRANTED: "准予修复", Outcome.REFUSED: "不予修复", Outcome.PREFILLED: "已代填，待认定单位决定"}


class Happening(msgspec.Struct, frozen=True, order=True):
    """Something that was done on a day."""

    on: date
    rank: int
    what: str


def history(case: CaseAnswer) -> tuple[Happening, ...]:
    """Everything that was done to an application, oldest first."""
    return tuple(sorted(_happenings(case)))


def _happenings(case: CaseAnswer) -> Iterator[Happening]:
    yield Happening(case.opened_on, 0, "企业提出申请" if not case.submitted_on else "开始填写")
    for record in case.records:
        if record.signed_on:
            who = f"（{record.signed_by}）" if record.signed_by else ""
            yield Happening(record.signed_on, 1, f"签署信用承诺书{who}")
        if record.decided_on:
            yield Happening(record.decided_on, 7, _OUTCOMES.get(record.outcome, "作出决定"))
    if case.submitted_on:
        yield Happening(case.submitted_on, 2, "提交")
    if case.supplement:
        yield Happening(case.supplement.asked_on, 3, "要求补正")
        if case.supplement.answered_on:
            yield Happening(case.supplement.answered_on, 4, "补正后再次提交")
    if case.accepted_on:
        yield Happening(case.accepted_on, 5, "受理")
    if case.extension:
        yield Happening(case.extension.made_on, 6, "延长办理期限")
    if case.closed_on:
        yield Happening(case.closed_on, 8, f"办结：{case.state_title}")


def party(case: CaseAnswer, org_code: str) -> Party:
    """As what an office acts on the case."""
    return Party.DECIDER if case.decider.code == org_code else Party.WINDOW


def possible(case: CaseAnswer, by: Party) -> tuple[tuple[str, str], ...]:
    """The acts open to an office now as (page, title); what may be done once is gone once it was done."""
    found = []
    for kind, page, title in _ACTS:
        move = TRANSITIONS.get((case.state, kind))
        done = (kind is AskSupplement and case.supplement) or (kind is Extend and case.extension)
        if move is not None and by in move.by and not done:
            found.append((page, title))
    return tuple(found)
