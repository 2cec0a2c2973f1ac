"""The plan of a company: what is said of each record, what runs on, and which repair comes first."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import RuleSet
from credit.model import SubjectKind
from credit.scheme_files import load_schemes
from credit.schemes import Scheme
from repair.barriers import Barrier, eligible_from
from repair.model import Case, CaseState, Commitment, Item, Outcome
from repair.plans import CompanyFile, Plans, RepairPlan, plans
from repair.repairable import RecordView
from sanctions.service.scoring.standing import with_classes
from tests.factories import SAMPLE_AUTHORITY
from tests.repair.records import DAY, FIRM, ban, case, listing, penalty_view

DONE: dict[str, Any] = {
    "corrected_on": date(2026, 6, 15), "performed_on": date(2026, 6, 10), "severity": "general", "fine_fen": 2_000_000,
}


def file(*views: RecordView, cases: dict[str, Case] | None = None, rules: RuleSet) -> CompanyFile:
    bars = tuple(r for v in views for r in getattr(v, "restrictions", ()))
    scored = tuple(with_classes(tuple(v.record for v in views), bars, rules))
    return CompanyFile(views=views, scored=scored, cases=cases or {})


def planned(*views: RecordView, rules: RuleSet, by: Scheme | None = None) -> Plans:
    return plans(file(*views, rules=rules), DAY, rules, (by,) if by else ())


def one(found: RecordView, rules: RuleSet, **cases: Case) -> RepairPlan:
    return plans(file(found, cases=cases, rules=rules), DAY, rules).records[0]


def states(made: RepairPlan) -> dict[str, str]:
    return {step.code: step.state.value for step in made.steps}


def test_a_plan_says_who_decides_where_to_file_and_with_what(ruleset: RuleSet) -> None:
    made = one(penalty_view(ruleset, **DONE), ruleset)
    assert made.decider == SAMPLE_AUTHORITY
    assert (made.filing.channel, made.filing.url) == ("creditchina", "https://www.creditchina.gov.cn")
    assert [p.code for p in made.papers if p.required] == ["performance", "commitment"]
    assert [line.code for line in made.repair_lifts] == ["publication", "sharing", "score", "credit_measures"]
    assert {c.code: c.due_on for c in made.clocks} == {"accept": None, "result": None, "feedback": None}
    market = one(penalty_view(ruleset, field="market", **DONE), ruleset)
    assert market.filing.channel == "sector_system"


def test_the_steps_open_one_after_the_other(ruleset: RuleSet) -> None:
    early = penalty_view(ruleset, **{**DONE, "decided_on": date(2026, 10, 1), "corrected_on": date(2026, 10, 8)})
    made = one(early, ruleset)
    assert (states(made)["wait"], states(made)["apply"]) == ("in_progress", "cannot_start_yet")
    assert {s.opens_on for s in made.steps if s.state == "cannot_start_yet"} == {date(2027, 1, 2)}
    ready = penalty_view(ruleset, **DONE)
    assert (states(one(ready, ruleset))["wait"], states(one(ready, ruleset))["apply"]) == ("done", "to_do")
    draft = case()
    assert states(one(ready, ruleset, p1=draft))["papers"] == "to_do"
    signed = case(commitments=(Commitment(record_id="p1", signed_on=DAY),), state=CaseState.ACCEPTED,
                  submitted_on=DAY, accepted_on=DAY, version=5)
    shown = states(one(ready, ruleset, p1=signed))
    assert (shown["commitment"], shown["acceptance"], shown["decision"]) == ("done", "done", "in_progress")


def test_a_ban_and_a_look_back_run_on(ruleset: RuleSet) -> None:
    barred = penalty_view(ruleset, bans=(ban(date(2027, 5, 19)),), **DONE)
    made = one(barred, ruleset)
    assert [(r.code, r.until) for r in made.runs_on] == [("statutory_ban", date(2027, 5, 19))]
    assert made.effect is not None and made.effect.eligible_from == date(2027, 5, 20)
    stopped = penalty_view(ruleset, kinds=["order_stop"], severity="serious", decided_on=date(2026, 4, 10),
                           corrected_on=date(2026, 5, 1))
    # three years: 10 Apr 2026 + 36 months, inclusive
    assert [(r.code, r.until) for r in one(stopped, ruleset).runs_on] == [("look_back", date(2029, 4, 10))]
    endless = penalty_view(ruleset, bans=(ban(None),), **DONE)
    found = one(endless, ruleset)
    assert found.effect is not None and found.effect.eligible_from is None
    over = penalty_view(ruleset, bans=(ban(date(2026, 11, 21)),), **DONE)
    assert one(over, ruleset).runs_on == ()


def test_a_bar_nobody_has_read_yet_is_told(ruleset: RuleSet) -> None:
    made = one(penalty_view(ruleset, ban_unread=True, **DONE), ruleset)
    assert [(r.code, r.until) for r in made.runs_on] == [("ban_unread", None)]


def test_a_fine_of_unknown_amount_leaves_the_look_back_open(ruleset: RuleSet) -> None:
    made = one(penalty_view(ruleset, **{**DONE, "fine_fen": None}), ruleset)
    assert [(r.code, r.until) for r in made.runs_on] == [("look_back_uncertain", date(2029, 5, 20))]
    assert "确认" in made.runs_on[0].title


def test_two_readings_are_both_shown_with_a_warning(ruleset: RuleSet) -> None:
    made = one(listing(ruleset, corrected_on=date(2026, 1, 10)), ruleset)
    assert "2026-07-11" in made.warnings[0] and "2026-09-16" in made.warnings[0]
    assert made.repair_lifts[0].code == "list_removal"


def test_a_natural_person_and_a_withdrawn_decision_are_not_repaired(ruleset: RuleSet) -> None:
    person = msgspec.structs.replace(FIRM, kind=SubjectKind.NATURAL_PERSON, code=None)
    assert one(penalty_view(ruleset, entity=person, **DONE), ruleset).why_not == "natural_person"
    gone = one(penalty_view(ruleset, withdrawn=True, **DONE), ruleset)
    assert (gone.why_not, gone.steps, gone.runs_on) == ("withdrawn", (), ())


def test_the_effect_on_the_score_is_that_of_the_day_itself(ruleset: RuleSet) -> None:
    schemes = load_schemes(Path(__file__).parents[2] / "credit" / "rules" / "schemes")
    by = schemes["sample_construction"]
    barred = penalty_view(ruleset, bans=(ban(date(2027, 5, 19)),), **DONE)
    found = planned(barred, rules=ruleset, by=by).records[0].effect
    # base 70, collusion takes 30 until the repair, which does not end the ban
    assert found is not None
    assert (found.on, found.score_before, found.score_after) == (DAY, 40.0, 70.0)
    assert found.eligible_from == date(2027, 5, 20)


def test_a_refused_case_leaves_the_way_open(ruleset: RuleSet) -> None:
    refused = case(state=CaseState.REFUSED, closed_on=DAY, items=(Item(record_id="p1", outcome=Outcome.REFUSED),))
    made = one(penalty_view(ruleset, **DONE), ruleset, p1=refused)
    assert (made.repairable, made.case_state) == (True, CaseState.REFUSED)


def test_what_frees_the_way_first_is_repaired_first(ruleset: RuleSet) -> None:
    fine = penalty_view(ruleset, "p1", **DONE)
    entry = listing(ruleset, "l1", corrected_on=date(2026, 1, 10))
    made = planned(fine, entry, rules=ruleset)
    assert [step.record_id for step in made.best_order] == ["l1", "p1"]
    lists = {p.record_id: p.effect and p.effect.eligible_from for p in made.records}
    assert lists == {"l1": DAY, "p1": date(2028, 9, 16)}


DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))
WALLS = st.lists(st.builds(Barrier, record_id=st.sampled_from("abc"), until=st.none() | DAYS, lifts=st.booleans()),
                 max_size=6)


@given(walls=WALLS, repaired=st.dictionaries(st.sampled_from("abc"), DAYS, max_size=3), day=DAYS)
def test_a_repair_never_puts_the_free_day_off_and_never_shortens_a_ban(
    walls: list[Barrier], repaired: dict[str, date], day: date
) -> None:
    early = {record: min(on, day) for record, on in repaired.items()}
    without, free = eligible_from(walls, {}, day), eligible_from(walls, early, day)
    assert free is None or without is None or free <= without
    for wall in walls:
        if not wall.lifts:
            assert free is None or (wall.until is not None and free > wall.until)
