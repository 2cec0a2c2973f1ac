"""Before a list is entered: 列入告知, statement and defence, the answer, then decision or dropping. Pure.

An intended entry is no entry: it bars nothing, is not scored and not shown to the public.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from credit.kernel.rules import Dated, RuleSet
from credit.kernel.workdays import add_working_days
from credit.model import Authority
from sanctions.model import ListCode, ListingCommand, SubjectInput

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Short = Annotated[str, msgspec.Meta(max_length=2000)]
HEARING = "list_hearing"


class ProposalInput(msgspec.Struct, frozen=True, kw_only=True):
    """An intended entry. `answer_by` is the last day for statement and defence where the authority itself states it;
    `until` the intended last day on the list, null = by the list's rule."""

    subject: SubjectInput
    list: ListCode
    facts: Text
    reason: Short = ""
    basis: Text
    authority: Authority
    answer_by: date | None = None
    until: date | None = None
    contacts: tuple[dict[str, str], ...] = ()


class NoticeServed(msgspec.Struct, frozen=True, kw_only=True):
    """The 列入告知书 was served (送达) on this day."""

    served_on: date


class HeardInput(msgspec.Struct, frozen=True, kw_only=True):
    """陈述申辩: by the company itself today, or entered by the office with the day it came in."""

    text: Text
    stated_on: date | None = None


class FoundInput(msgspec.Struct, frozen=True, kw_only=True):
    """复核意见: `upheld` true = the entry is still intended."""

    upheld: bool
    reason: Text


class DecisionInput(msgspec.Struct, frozen=True, kw_only=True):
    """The 列入决定书 that followed."""

    document_no: Text
    decided_on: date
    served_on: date | None = None
    corrected_on: date | None = None


class DroppedInput(msgspec.Struct, frozen=True, kw_only=True):
    reason: Text


class ProposalAct(StrEnum):
    PROPOSED = "proposed"
    SERVED = "served"
    STATED = "stated"
    REPLIED = "replied"
    DECIDED = "decided"
    DROPPED = "dropped"


class ProposalState(StrEnum):
    PROPOSED = "proposed"  # 待送达
    OPEN = "open"  # 陈述申辩期内
    SILENT = "silent"  # 期满未陈述
    STATED = "stated"  # 待复核
    UPHELD = "upheld"  # 复核后仍拟列入
    ACCEPTED = "accepted"  # 申辩成立
    DECIDED = "decided"
    DROPPED = "dropped"


class ProposalStep(msgspec.Struct, frozen=True, kw_only=True):
    """One act on an intended entry: by which organisation, on which day."""

    proposal_id: str
    number: int
    seq: int
    act: ProposalAct
    org_code: str
    authority_code: str
    subject_code: str
    list: str
    day: date
    payload_id: str
    answer_by: date | None = None  # of the first step, as the authority states it
    upheld: bool | None = None  # of the reply
    record_id: str | None = None  # of the decision: the entry


class Answerable(msgspec.Struct, frozen=True, kw_only=True):
    """Until when may be stated and defended; `last_day` null before service. `verified` false: the period was not read
    in the list's own text, and the authority may know a longer one."""

    last_day: date | None
    days: int | None
    verified: bool
    by_authority: bool
    basis: str


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An intended entry with everything done since, oldest first."""

    steps: tuple[ProposalStep, ...]

    @property
    def first(self) -> ProposalStep:
        return self.steps[0]

    def step(self, act: ProposalAct) -> ProposalStep | None:
        return next((s for s in self.steps if s.act is act), None)

    def answerable(self, rules: RuleSet) -> Answerable:
        """The period for statement and defence: as stated, else by the rule of the list in force at service."""
        stated, served = self.first.answer_by, self.step(ProposalAct.SERVED)
        if stated is not None:
            return Answerable(last_day=stated, days=None, verified=True, by_authority=True, basis="机关告知的期限")
        rule = hearing_rule(self.first.list, served.day if served else self.first.day, rules)
        if rule is None:
            return Answerable(last_day=None, days=None, verified=False, by_authority=False, basis="")
        last = add_working_days(served.day, rule.value).day if served else None
        return Answerable(last_day=last, days=rule.value, verified=rule.verified, by_authority=False, basis=rule.source)

    def state(self, day: date, rules: RuleSet) -> ProposalState:
        """Where it stands on `day`."""
        if self.step(ProposalAct.DROPPED):
            return ProposalState.DROPPED
        if self.step(ProposalAct.DECIDED):
            return ProposalState.DECIDED
        reply = self.step(ProposalAct.REPLIED)
        if reply is not None:
            return ProposalState.UPHELD if reply.upheld else ProposalState.ACCEPTED
        if self.step(ProposalAct.STATED):
            return ProposalState.STATED
        if not self.step(ProposalAct.SERVED):
            return ProposalState.PROPOSED
        last = self.answerable(rules).last_day
        return ProposalState.OPEN if last is None or day <= last else ProposalState.SILENT

    def may_decide(self, day: date, rules: RuleSet) -> bool:
        """Whether a decision of `day` has let the company be heard."""
        return self.state(day, rules) in (ProposalState.SILENT, ProposalState.UPHELD)


def hearing_rule(code: str, day: date, rules: RuleSet) -> Dated | None:
    """The period for statement and defence of a list, in working days after service."""
    return rules.find(f"{HEARING}.{code}", day) or rules.find(f"{HEARING}.default", day)


def command_of(given: ProposalInput, decided: DecisionInput) -> ListingCommand:
    """The entry that a decision makes of an intended one."""
    return ListingCommand(
        subject=given.subject, list=given.list, document_no=decided.document_no, facts=given.facts, basis=given.basis,
        decided_on=decided.decided_on, served_on=decided.served_on, corrected_on=decided.corrected_on,
        until=given.until, authority=given.authority, contacts=given.contacts)
