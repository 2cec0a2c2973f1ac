"""The way of a case: whatever is tried, only the table's ways lead on, and nothing is granted by anybody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from credit.kernel.errors import Refusal
from repair.acts import Accept, AskSupplement, Attach, Decide, Decline, Extend, Sign, Submit, Withdraw
from repair.model import OPEN, Case, CaseState, Evidence, Item, Outcome, Party
from repair.refusals import (
    AlreadyDecided,
    CaseClosed,
    CommitmentUnsigned,
    NotNow,
    NotTheDecider,
    OnlyOnce,
    PapersMissing,
)
from repair.workflow import TRANSITIONS, advance
from tests.factories import SAMPLE_AUTHORITY
from tests.repair.records import DAY, case

REQUIRED = ("performance", "commitment")
FUTURE = DAY + timedelta(days=10)


def paper(code: str = "performance") -> Evidence:
    return Evidence(evidence_id="evi_1", paper=code, sha256="0" * 64, media_type="application/pdf", size=1,
                    added_on=DAY, by=Party.APPLICANT)


def filled(*records: str) -> Case:
    made = case(items=tuple(Item(record_id=r) for r in records or ("p1",)))
    made = advance(made, Attach(evidence=paper()), Party.APPLICANT, DAY)
    for item in made.items:
        signed = Sign(record_id=item.record_id, signed_by="示例法人", signed_on=DAY)
        made = advance(made, signed, Party.APPLICANT, DAY)
    return made


def submitted(*records: str) -> Case:
    return advance(filled(*records), Submit(required=REQUIRED), Party.APPLICANT, DAY)


def accepted(*records: str) -> Case:
    return advance(submitted(*records), Accept(), Party.DECIDER, DAY)


def decide(record: str = "p1", outcome: Outcome = Outcome.GRANTED, **more: Any) -> Decide:
    return Decide(record_id=record, outcome=outcome, **{"reason": "示例理由", **more})


def test_the_straight_way_ends_granted() -> None:
    made = advance(accepted(), decide(), Party.DECIDER, DAY)
    assert (made.state, made.items[0].outcome, made.closed_on) == (CaseState.GRANTED, Outcome.GRANTED, DAY)
    assert made.version == 6


def test_records_of_one_case_are_decided_one_by_one() -> None:
    first = advance(accepted("p1", "p2"), decide("p1"), Party.DECIDER, DAY)
    assert first.state is CaseState.ACCEPTED
    with pytest.raises(AlreadyDecided):
        advance(first, decide("p1", Outcome.REFUSED), Party.DECIDER, DAY)
    assert advance(first, decide("p2"), Party.DECIDER, DAY).state is CaseState.GRANTED
    assert advance(first, decide("p2", Outcome.REFUSED), Party.DECIDER, DAY).state is CaseState.PARTLY_GRANTED


def test_nothing_is_handed_in_unsigned_or_without_its_papers() -> None:
    with pytest.raises(CommitmentUnsigned):
        advance(case(), Submit(required=REQUIRED), Party.APPLICANT, DAY)
    signed = advance(case(), Sign(record_id="p1", signed_by="示例", signed_on=DAY), Party.APPLICANT, DAY)
    with pytest.raises(PapersMissing) as refused:
        advance(signed, Submit(required=REQUIRED), Party.APPLICANT, DAY)
    assert [e.pointer for e in refused.value.errors] == ["/papers/performance"]


@pytest.mark.parametrize("asked_in", [submitted, accepted])
def test_a_supplement_is_asked_once_and_leads_back(asked_in: Any) -> None:
    before: Case = asked_in()
    ask = AskSupplement(defects=(("performance", "示例"),), until=FUTURE)
    asked = advance(before, ask, Party.DECIDER, DAY)
    with pytest.raises(PapersMissing):
        advance(asked, Submit(required=REQUIRED), Party.APPLICANT, DAY)
    mended = advance(asked, Attach(evidence=paper()), Party.APPLICANT, DAY)
    back = advance(mended, Submit(required=REQUIRED), Party.APPLICANT, DAY)
    assert (back.state, back.supplement and back.supplement.answered_on) == (before.state, DAY)
    with pytest.raises(OnlyOnce):
        advance(back, ask, Party.DECIDER, DAY)


def test_an_extension_is_made_once_with_a_reason() -> None:
    extended = advance(accepted(), Extend(until=FUTURE, reason="需现场核查"), Party.DECIDER, DAY)
    assert extended.extension is not None and extended.extension.until == FUTURE
    with pytest.raises(OnlyOnce):
        advance(extended, Extend(until=FUTURE, reason="示例"), Party.DECIDER, DAY)
    for until, reason in ((FUTURE, " "), (DAY, "示例")):
        with pytest.raises(Refusal):
            advance(accepted(), Extend(until=until, reason=reason), Party.DECIDER, DAY)


def test_a_window_without_the_decision_ends_the_case_prefilled() -> None:
    made = advance(accepted("p1", "p2"), decide("p1"), Party.WINDOW, DAY)
    assert made.state is CaseState.ENDED_PREFILLED
    assert {i.outcome for i in made.items} == {Outcome.PREFILLED}


def test_a_window_with_the_decision_records_it() -> None:
    shown: dict[str, Any] = {"decision_no": "示修〔2026〕1号", "decided_by": SAMPLE_AUTHORITY.name,
                             "external_no": "示例-1"}
    assert advance(accepted(), decide(**shown), Party.WINDOW, DAY).state is CaseState.GRANTED
    with pytest.raises(NotTheDecider):
        advance(accepted(), decide(**{**shown, "decided_by": "示例市水利局"}), Party.WINDOW, DAY)


def test_the_company_never_decides_and_the_office_never_withdraws() -> None:
    with pytest.raises(NotTheDecider):
        advance(accepted(), decide(), Party.APPLICANT, DAY)
    with pytest.raises(Refusal):
        advance(accepted(), Withdraw(), Party.DECIDER, DAY)
    with pytest.raises(NotTheDecider):
        advance(submitted(), Decline(reason_code="x", reason="示例"), Party.WINDOW, DAY)


def test_what_cannot_be_done_now_says_what_can() -> None:
    with pytest.raises(NotNow, match="上传材料、签署承诺书、提交、撤回"):
        advance(filled(), Accept(), Party.APPLICANT, DAY)


def test_a_refusal_and_a_rejection_need_words() -> None:
    for act in (decide(outcome=Outcome.REFUSED, reason=" "),):
        with pytest.raises(Refusal):
            advance(accepted(), act, Party.DECIDER, DAY)
    with pytest.raises(Refusal):
        advance(submitted(), Decline(reason_code="x", reason=""), Party.DECIDER, DAY)


ACTS = st.sampled_from([
    Attach(evidence=paper()), Attach(evidence=paper("decision_document")),
    Sign(record_id="p1", signed_by="示例", signed_on=DAY), Sign(record_id="p2", signed_by="示例", signed_on=DAY),
    Submit(required=REQUIRED), Accept(), Decline(reason_code="x", reason="示例"),
    AskSupplement(defects=(("performance", "示例"),), until=FUTURE), Extend(until=FUTURE, reason="示例"),
    decide("p1"), decide("p2"), decide("p1", Outcome.REFUSED), decide("p2", Outcome.REFUSED),
    decide("p1", decision_no="1", decided_by=SAMPLE_AUTHORITY.name, external_no="2"), Withdraw(),
])
PARTIES = st.sampled_from(Party)


@given(act=ACTS, party=PARTIES, state=st.sampled_from(sorted(set(CaseState) - OPEN)))
def test_a_closed_case_stays_closed(act: Any, party: Party, state: CaseState) -> None:
    with pytest.raises(CaseClosed):
        advance(case(state=state), act, party, DAY)


class Life(RuleBasedStateMachine):
    """Any acts by anybody in any order: what is accepted is in the table, what is refused changes nothing."""

    @initialize(records=st.sampled_from([("p1",), ("p1", "p2")]))
    def begin(self, records: tuple[str, ...]) -> None:
        self.case = case(items=tuple(Item(record_id=r) for r in records))
        self.granted_by: set[Party] = set()
        self.day: date = DAY

    @rule(act=ACTS, party=PARTIES)
    def act(self, act: Any, party: Party) -> None:
        before = self.case
        kept = msgspec.json.encode(before)
        try:
            made = advance(before, act, party, self.day)
        except Refusal:
            assert msgspec.json.encode(before) == kept
            return
        move = TRANSITIONS[before.state, type(act)]
        assert party in move.by and before.is_open
        assert made.version == before.version + 1
        assert move.to in (None, made.state)
        if made.items != before.items and isinstance(act, Decide):
            self._granted(act, party, made)
        self.case = made

    def _granted(self, act: Decide, party: Party, made: Case) -> None:
        item = made.item(act.record_id)
        if item is not None and item.outcome is Outcome.GRANTED:
            assert party is Party.DECIDER or act.decision_no

    @rule()
    def tomorrow(self) -> None:
        if self.day < FUTURE - timedelta(days=2):
            self.day += timedelta(days=1)

    @invariant()
    def closed_exactly_when_nothing_is_open(self) -> None:
        assert (self.case.closed_on is None) is self.case.is_open

    @invariant()
    def nothing_decided_before_it_was_handed_in_signed(self) -> None:
        if any(i.outcome in (Outcome.GRANTED, Outcome.PREFILLED) for i in self.case.items):
            assert self.case.submitted_on is not None
            assert all(self.case.commitment(i.record_id) for i in self.case.items)

    @invariant()
    def the_state_agrees_with_the_outcomes(self) -> None:
        found = {i.outcome for i in self.case.items}
        if self.case.state is CaseState.GRANTED:
            assert found == {Outcome.GRANTED}
        if self.case.state in (CaseState.DRAFT, CaseState.WITHDRAWN):
            assert Outcome.PENDING in found


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase
