"""Which repair to take up first: exact among those of one day, the same however they are given."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from credit.model import Field, Severity
from credit.scores import ScoredRecord
from repair.barriers import Barrier
from repair.order import EXACT, Candidate, Company, best_order
from tests import factories
from tests.credit.test_explain import COLLUSION, GENERAL, SCHEME
from tests.repair.test_plans import DAYS, WALLS

DAY = date(2026, 6, 1)


def candidate(record_id: str, earliest: date = DAY) -> Candidate:
    return Candidate(record_id=record_id, earliest=earliest, document_no=f"示〔2026〕{record_id}")


def company(*scored: ScoredRecord, barriers: tuple[Barrier, ...] = ()) -> Company:
    return Company(barriers=barriers, day=DAY, scored=scored, versions=(SCHEME,))


def test_of_two_on_one_day_the_greater_gain_comes_first() -> None:
    """70 - 10 - 30 = 30; without the collusion 60; without both 70."""
    steps = best_order([candidate("p1"), candidate("p2")], company(GENERAL, COLLUSION))
    assert [(s.record_id, s.score_after, s.gain) for s in steps] == [("p2", 60.0, 30.0), ("p1", 70.0, 10.0)]
    assert steps[0].why == "不改变限制到何时;得分由30分变为60分。"


def test_what_lifts_a_bar_comes_before_a_greater_gain_on_the_same_day() -> None:
    """p1 is on a list that bars without a known end: the way is free from its removal on."""
    wall = Barrier(record_id="p1", until=None, lifts=True)
    steps = best_order([candidate("p1"), candidate("p2")], company(GENERAL, COLLUSION, barriers=(wall,)))
    assert [(s.record_id, s.eligible_from) for s in steps] == [("p1", DAY), ("p2", DAY)]
    assert steps[0].why.startswith("修复后自2026年6月1日起没有已知的限制;得分由30分变为40分")


def test_what_may_be_applied_for_earlier_is_never_held_back() -> None:
    steps = best_order([candidate("p1"), candidate("p2", date(2026, 8, 21))], company(GENERAL, COLLUSION))
    assert [(s.record_id, s.on) for s in steps] == [("p1", DAY), ("p2", date(2026, 8, 21))]


def test_a_repair_that_only_helps_together_is_weighed_with_the_others() -> None:
    """Three collusions: 70 - 90 is below the floor of 0, so the first repair brings 10 and each further one 30. The
    sums of every order are equal, so the record ids decide."""
    bad = [ScoredRecord(factories.penalty(f"c{i}", field=Field.CONSTRUCTION), None, ("ban.tendering_law_53",))
           for i in range(3)]
    steps = best_order([candidate(f"c{i}") for i in (2, 0, 1)], company(*bad))
    assert [(s.record_id, s.score_after) for s in steps] == [("c0", 10.0), ("c1", 40.0), ("c2", 70.0)]


def test_without_a_scheme_there_is_an_order_all_the_same() -> None:
    steps = best_order([candidate("p1")], Company(barriers=(), day=DAY))
    assert (steps[0].score_after, steps[0].gain, steps[0].eligible_from) == (None, None, DAY)


def test_many_of_one_day_are_all_named_once() -> None:
    many = [ScoredRecord(factories.penalty(f"p{i:02d}", field=Field.CONSTRUCTION), Severity.MINOR) for i in range(12)]
    steps = best_order([candidate(f"p{i:02d}") for i in range(12)], company(*many))
    assert sorted(s.record_id for s in steps) == [f"p{i:02d}" for i in range(12)]
    assert len(steps) > EXACT


@given(walls=WALLS, days=st.dictionaries(st.sampled_from("abc"), DAYS, max_size=3), day=DAYS)
def test_every_candidate_is_in_the_order_once(walls: list[Barrier], days: dict[str, date], day: date) -> None:
    given = [candidate(r, on) for r, on in days.items()]
    order = best_order(given, Company(barriers=tuple(walls), day=day))
    assert sorted(s.record_id for s in order) == sorted(days)
    assert order == best_order(list(reversed(given)), Company(barriers=tuple(reversed(walls)), day=day))
    assert all(a.on <= b.on for a, b in pairwise(order))


@settings(max_examples=40)
@given(kinds=st.lists(st.sampled_from([Severity.MINOR, Severity.GENERAL, Severity.SERIOUS]), min_size=1, max_size=4),
       decided=st.lists(st.integers(0, 300), min_size=4, max_size=4))
def test_no_other_order_reaches_more_score_earlier(kinds: list[Severity], decided: list[int]) -> None:
    """The sum of the scores after each step is the greatest of all orders (all on one day, nothing bars)."""
    scored = [ScoredRecord(factories.penalty(f"p{i}", field=Field.CONSTRUCTION,
                                             decided_on=DAY - timedelta(days=decided[i])), kind)
              for i, kind in enumerate(kinds)]
    given = [candidate(f"p{i}") for i in range(len(kinds))]
    whole = sum(s.score_after or 0 for s in best_order(given, company(*scored)))
    others = [sum(best_order([c], company(*(s for s in scored if s.record.record_id not in
                                            {d.record_id for d in order[:k]})))[0].score_after or 0
                  for k, c in enumerate(order)) for order in permutations(given)]
    assert whole == max(others)
