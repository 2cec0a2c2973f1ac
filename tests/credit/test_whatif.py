"""Suppositions go through the same scoring as facts; history says what happened on the way."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.errors import Invalid
from credit.model import Field, PenaltyKind, Record, Severity
from credit.ratings import history_over, rate
from credit.scores import ScoredRecord
from credit.supposed import NewConduct, NewMerit, NewPenalty, Repair, Supposed
from credit.turning import Happened, events
from credit.whatif import repaired, what_if
from tests import factories
from tests.credit.points_scheme import SCHEME as POINTS
from tests.credit.test_explain import COLLUSION, GENERAL, SCHEME

DAY = date(2026, 6, 1)
BOTH = [GENERAL, COLLUSION]


def ready(record: Record) -> ScoredRecord:
    """As the rules would class it: general unless stated."""
    severity = getattr(record.facts, "severity", None)
    return ScoredRecord(record, severity or Severity.GENERAL)


def test_a_repair_a_merit_and_a_penalty_are_counted_as_if_they_were_facts() -> None:
    # base 70, general -10, collusion -30 (grade D): 30. Collusion repaired: 60, C. With a commendation (+4): 64.
    found = what_if(BOTH, [SCHEME], DAY, [Repair(record_id="p2", on=DAY)], ready)
    assert (found.before.value, found.before.grade, found.after.value, found.after.grade) == (3000, "D", 6000, "C")
    assert found.gain == 3000
    assert found.sentences[0] == "得分由30分变为60分(上升30分),等级由D变为C。"
    assert found.assumes[0] == "假设示建罚〔2026〕p2号于2026年6月1日准予修复。"
    assert "示例" in found.assumes[-1]
    merit = NewMerit(item="commendation", granted_on=DAY)
    assert what_if(BOTH, [SCHEME], DAY, [Repair(record_id="p2", on=DAY), merit], ready).after.value == 6400
    worse = NewPenalty(kinds=(PenaltyKind.FINE,), decided_on=DAY, field=Field.CONSTRUCTION, severity=Severity.GENERAL)
    assert what_if([], [SCHEME], DAY, [worse], ready).after.value == 6000
    banned = NewPenalty(kinds=(PenaltyKind.FINE,), decided_on=DAY, acts=("ban.tendering_law_53",))
    assert what_if([], [SCHEME], DAY, [banned], ready).after.value == 4000


def test_conduct_counts_once_the_time_to_answer_is_over() -> None:
    """Served on Monday 2026-06-01, five working days to answer, so it counts from Tuesday 2026-06-09."""
    leaving = NewConduct(item="leaving", happened_on=DAY)
    assert what_if([], [POINTS], date(2026, 6, 8), [leaving], ready).after.value == 2500
    assert what_if([], [POINTS], date(2026, 6, 9), [leaving], ready).after.value == 1000


def test_a_later_day_shows_what_ends_by_itself() -> None:
    """The general penalty counts through 2026-11-20: the day after 70 - 30."""
    assert what_if(BOTH, [SCHEME], date(2026, 11, 21), [], ready).after.value == 4000


@pytest.mark.parametrize(("one", "pointer"), [
    (Repair(record_id="other", on=DAY), "/changes/0/repair"),
    (Repair(record_id="p1", on=date(2026, 5, 19)), "/changes/0/on"),
    (Repair(record_id="p1", on=date(9999, 12, 31)), "/changes/0/on"),
    (NewMerit(item="no_such", granted_on=DAY), "/changes/0/merit/item"),
    (NewMerit(item="commendation", granted_on=date(1, 1, 1)), "/changes/0/merit/granted_on"),
    (NewPenalty(kinds=(), decided_on=DAY), "/changes/0/penalty/kinds"),
    (NewConduct(item="leaving", happened_on=DAY), "/changes/0/conduct/item"),
])
def test_what_cannot_be_is_refused_at_its_place(one: Supposed, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        what_if(BOTH, [SCHEME], DAY, [one], ready)
    assert [fault.pointer for fault in refused.value.errors] == [pointer]


def test_a_record_is_repaired_once() -> None:
    with pytest.raises(Invalid):
        what_if(BOTH, [SCHEME], DAY, [Repair(record_id="p1", on=DAY)] * 2, ready)
    with pytest.raises(Invalid):
        what_if(repaired(BOTH, {"p1": DAY}), [SCHEME], DAY, [Repair(record_id="p1", on=DAY)], ready)


DAYS = st.dates(date(2026, 5, 20), date(2028, 1, 1))


@given(on=DAYS, day=DAYS, which=st.sampled_from(["p1", "p2"]))
def test_a_supposed_repair_is_worth_what_the_real_one_is(on: date, day: date, which: str) -> None:
    nothing = what_if(BOTH, [SCHEME], day, [], ready)
    assert nothing.before == nothing.after == rate(BOTH, [SCHEME], day)
    found = what_if(BOTH, [SCHEME], day, [Repair(record_id=which, on=on)], ready)
    assert found.after == rate(repaired(BOTH, {which: on}), [SCHEME], day)
    assert found.gain >= 0


def test_history_says_what_happened_and_when() -> None:
    records = repaired(BOTH, {"p2": date(2026, 9, 1)})
    told = events(records, [SCHEME], date(2026, 1, 1), date(2026, 12, 31))
    assert [(e.on.isoformat(), e.what, e.record_id, e.points) for e in told] == [
        ("2026-05-20", Happened.STARTED, "p1", -1000),
        ("2026-05-20", Happened.STARTED, "p2", -3000),
        ("2026-09-01", Happened.REPAIRED, "p2", 3000),
        ("2026-11-21", Happened.ENDED, "p1", 1000),
    ]
    assert told[1].sentence == "串通投标(示建罚〔2026〕p2号):开始计入(-30分,等级最高D级)。"
    assert told[2].sentence == "串通投标(示建罚〔2026〕p2号):准予修复,不再计入(-30分,等级最高D级)。"


@given(first=DAYS, length=st.integers(0, 900), cleared=DAYS | st.none())
def test_every_step_of_the_history_has_an_event_on_its_day(first: date, length: int, cleared: date | None) -> None:
    merit = ScoredRecord(factories.merit("m1", item="commendation", granted_on=date(2026, 7, 1)))
    records = [*(repaired(BOTH, {"p2": cleared}) if cleared else BOTH), merit]
    last = first + timedelta(days=length)
    steps = history_over(records, [SCHEME], first, last)
    happened = {e.on for e in events(records, [SCHEME], first, last)}
    assert {step.on for step in steps[1:]} <= happened
    assert all(first < day <= last for day in happened)
