"""Where a subject stands in an opening: in several bids of one lot, or in a role that the question leaves out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sanctions.question import Question
from sanctions.reasons import Finding, doubt
from sanctions.verdicts import Party, ReasonSource, Subject, TenderRegime, TenderType

ROLE_TYPES = {  # the question that asks about a role which is no bidder's
    "agency": TenderType.AGENCY, "agent": TenderType.AGENCY, "expert": TenderType.EVALUATION,
    "evaluator": TenderType.EVALUATION, "expert_organisation": TenderType.EVALUATION,
}


def several_bids(parties: Sequence[Party], question: Question) -> dict[int, tuple[Finding, ...]]:
    """By position: a subject that stands in different bids of what may be one lot, law by law.

    Neither text says that it bars the subject itself: the answer stays open until a person has looked.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for position, party in enumerate(parties):
        who = party.subject.code or party.subject.person_ref
        if who and party.subject.bid is not None:
            places[who].append(position)
    found: dict[int, tuple[Finding, ...]] = {}
    for positions in places.values():
        for one in positions if len(positions) > 1 else ():
            own = parties[one].subject
            others = [parties[other].subject for other in positions if _apart(own, parties[other].subject)]
            if others:
                found[one] = tuple(_several(others, question))
    return found


def _apart(one: Subject, other: Subject) -> bool:
    """Whether both stand in different bids of a lot that may be the same."""
    return one.bid != other.bid and (one.lot is None or other.lot is None or one.lot == other.lot)


def _several(others: Sequence[Subject], question: Question) -> list[Finding]:
    bids = "、".join(dict.fromkeys(other.bid or "" for other in others))
    title = f"同一主体在同一标段还出现在投标 {bids} 中,须核实是否重复投标或者另行组成联合体"
    found = []
    for regime in TenderRegime:
        rule, touched = question.rules.find(f"several_bids.{regime}", question.day), question.under((regime,))
        if rule is not None and touched:
            reason = doubt("several_bids", ReasonSource.RELATION, title, basis=rule.source, verified=rule.verified)
            found.append(Finding(reason, touched))
    return found


def in_other_role(subject: Subject, question: Question) -> tuple[Finding, ...]:
    """An agency or an evaluator in a question about bidders: their own bans are asked about by another type."""
    wanted = ROLE_TYPES.get((subject.role or "").strip().casefold())
    if wanted is None or question.tender.type in (None, wanted):
        return ()
    title = f"所填角色为 {subject.role},而所问为 {question.tender.type};该角色受到的限制请以 type 为 {wanted} 另行查询"
    return (Finding(doubt("role_not_asked", ReasonSource.DATA, title), question.everywhere),)
