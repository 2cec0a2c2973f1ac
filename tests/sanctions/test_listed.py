"""Lists bar where the law or the tender file says so; what is not verified leaves open; a removal ends it at once."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import load
from credit.model import ListFacts, Record
from sanctions.eligibility import answer, answer_opening, decide
from sanctions.model import ListCode, Scope
from sanctions.published import published_restrictions
from sanctions.question import Question, prepare
from sanctions.removals import earliest_removal
from sanctions.terms import classify_listing, listing_shown, listing_window, on_list, term
from sanctions.verdicts import Condition, Effect, Outcome, Party, Subject, Tender, TenderType
from tests.sanctions.dossiers import ALL_LISTS, WORKS, dossier, entity, list_entry, tender

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load((ROOT / "tests/cases/lists.yaml").read_text("utf-8"))
DAY = date(2026, 11, 22)
BADNESS = {Outcome.ELIGIBLE: 0, Outcome.UNDETERMINED: 1, Outcome.INELIGIBLE: 2}
KNOWN = sorted(rule.removeprefix("list.") for rule in RULES.rules if rule.startswith("list."))


def facts(case: dict[str, Any]) -> ListFacts:
    return list_entry(**case["entry"]).listing


@pytest.mark.parametrize("case", CASES["dates"], ids=[case["name"] for case in CASES["dates"]])
def test_the_days_of_worked_examples(case: dict[str, Any]) -> None:
    entry, expect = facts(case), case["expect"]
    last, early = term(entry, RULES), earliest_removal(entry, RULES)
    assert (last.until, last.verified) == (expect["until"], expect["verified"])
    assert (early.day, early.strict) == (expect.get("earliest"), expect.get("strict"))
    assert early.code == expect.get("code")
    assert bool(early.title) == (early.code is not None)
    found, window = classify_listing(entry, RULES), listing_window(entry, RULES)
    assert (found.regime, found.severity) == (expect["regime"], expect.get("severity"))
    assert (window and [window.min_until, window.max_until]) == expect["window"]


@pytest.mark.parametrize("case", CASES["shown"], ids=str)
def test_an_entry_is_shown_while_it_is_on_the_list(case: dict[str, Any]) -> None:
    assert listing_shown(facts(case), RULES, case["day"]) == case["shown"]


@pytest.mark.parametrize("case", CASES["verdicts"], ids=[case["name"] for case in CASES["verdicts"]])
def test_the_answer_of_worked_examples(case: dict[str, Any]) -> None:
    file = dossier(listings=(list_entry(withdrawn=case.get("withdrawn", False), **case["entry"]),))
    verdict = decide(file, tender(**case["tender"]), case.get("day", DAY), RULES, ALL_LISTS)
    expect = case["expect"]
    found = {effect: sorted(r.code for r in verdict.reasons if r.effect is effect) for effect in Effect}
    assert verdict.outcome == expect["outcome"]
    assert found[Effect.BARS] == expect.get("bars", [])
    assert found[Effect.UNDETERMINED] == expect.get("open", [])
    assert found[Effect.NONE] == expect.get("notes", [])
    if "until" in expect:
        assert verdict.reasons[0].until == expect["until"]
    if "remedy" in expect:
        assert [verdict.reasons[0].remedy.kind, verdict.reasons[0].remedy.earliest] == expect["remedy"]
    if "title" in expect:
        assert verdict.reasons[0].title == expect["title"]


def test_one_listed_member_limits_the_consortium() -> None:
    entry = list_entry(list="judgment_defaulter", decided_on=date(2026, 5, 6))
    parties = [
        Party(subject=Subject(code="A", bid="B7"),
              dossier=dossier(entity=entity(code="A"), code="A", listings=(entry,))),
        Party(subject=Subject(code="B", bid="B7"), dossier=dossier(entity=entity(code="B"), code="B")),
    ]
    told = tender(**WORKS, conditions=[{"code": "no_judgment_defaulter", "clause": "3.4"}])
    opening = answer_opening(parties, prepare(told, DAY, RULES, ALL_LISTS))
    assert [a.outcome for a in opening.answers] == ["ineligible", "eligible"]
    assert (opening.bids[0].outcome, opening.bids[0].because_of) == ("ineligible", ("A",))
    assert [r.code for r in opening.answers[1].reasons] == ["consortium_member"]
    untold = answer_opening(parties, prepare(tender(**WORKS), DAY, RULES, ALL_LISTS))
    assert untold.bids[0].outcome == "undetermined"


def test_the_public_sees_lists_that_bar_by_law_and_no_others() -> None:
    entries = tuple(list_entry(f"l{n}", list=code, decided_on=date(2026, 5, 20)) for n, code in enumerate(KNOWN))
    shown = published_restrictions(dossier(listings=entries), DAY, RULES)
    assert len(shown) == 4  # procurement, judgment defaulters, tax, wage arrears
    assert all(s.basis and s.first_day == date(2026, 5, 20) for s in shown)
    removed = list_entry(list="tax", decided_on=date(2026, 5, 20), removed_on=DAY)
    assert published_restrictions(dossier(listings=(removed,)), DAY, RULES) == ()
    person = entity(kind="natural_person", code=None)
    assert published_restrictions(dossier(entity=person, listings=entries), DAY, RULES) == ()


@pytest.mark.parametrize("code", KNOWN)
def test_every_list_says_trigger_and_body_and_bars_only_where_verified(code: str) -> None:
    for rule in RULES.rules[f"list.{code}"].values:
        assert ListCode(code)
        assert rule.value["trigger"] and rule.value["body"] and rule.value["official_channel"]
        touched = [*map(Scope, rule.value["bars"]), *map(Scope, rule.value["by_file"]),
                   *map(Scope, rule.value.get("unread", ()))]
        assert bool(touched) == rule.verified
        assert set(touched) == set(map(Scope, rule.value["depends"]))  # without the list there is no answer there


@pytest.mark.parametrize("code", ["wage_arrears", "government_procurement", "work_safety"])
def test_terms_read_in_the_text_are_verified(code: str) -> None:
    assert RULES.at(f"list_months.{code}", DAY).verified


days = st.dates(date(2023, 10, 1), date(2028, 1, 1))


@st.composite
def entries(draw: st.DrawFn, record_id: str = "l") -> Record:
    decided = draw(days)
    return list_entry(
        record_id, list=draw(st.sampled_from(KNOWN)), decided_on=decided, corrected_on=draw(st.none() | days),
        until=draw(st.none() | st.integers(0, 1500).map(lambda n: decided + timedelta(n))),
        open_end=draw(st.booleans()),
        removed_on=draw(st.none() | st.integers(0, 1200).map(lambda n: decided + timedelta(n))),
        withdrawn=draw(st.sampled_from([False, False, True])),
    )


CLAUSES = ("no_judgment_defaulter", "no_ban_any_regime", "no_serious_record")
questions = st.builds(
    lambda asked, day: prepare(asked, day, RULES, ALL_LISTS),
    st.builds(
        Tender,
        type=st.sampled_from([TenderType.CONSTRUCTION, TenderType.GOVERNMENT_PROCUREMENT, TenderType.LAND]),
        conditions=st.lists(st.builds(Condition, code=st.sampled_from(CLAUSES)), max_size=2).map(tuple),
    ),
    st.dates(date(2023, 10, 1), date(2033, 1, 1)),
)


@given(entries(), entries("m"), questions)
def test_a_further_entry_never_earns_a_better_answer(one: Record, more: Record, question: Question) -> None:
    before = answer(dossier(listings=(one,)), question)
    after = answer(dossier(listings=(one, more)), question)
    assert BADNESS[after.outcome] >= BADNESS[before.outcome]
    assert answer(dossier(listings=(more, one)), question) == after


@given(entries(), questions, st.integers(0, 2000))
def test_a_removal_never_bars_and_ends_everything_from_its_day(entry: Record, question: Question, later: int) -> None:
    gone = list_entry(removed_on=question.day - timedelta(later), list=entry.listing.list,
                      decided_on=entry.listing.decided_on)
    verdict = answer(dossier(listings=(gone,)), question)
    assert (verdict.outcome, verdict.reasons) == (Outcome.ELIGIBLE, ())


@given(entries(), entries("m"), questions)
def test_a_relisting_is_judged_for_itself(old: Record, new: Record, question: Question) -> None:
    closed = list_entry(list=old.listing.list, decided_on=old.listing.decided_on, removed_on=old.listing.decided_on)
    assert answer(dossier(listings=(closed, new)), question) == answer(dossier(listings=(new,)), question)


@given(entries(), questions)
def test_an_entry_on_the_list_is_never_silently_clean(entry: Record, question: Question) -> None:
    facts, last = entry.listing, term(entry.listing, RULES)
    if not on_list(facts, question.day, withdrawn=entry.withdrawn):
        return
    over = last.until is not None and question.day > last.until
    assert bool(answer(dossier(listings=(entry,)), question).reasons) == (not (over and last.verified))


@given(entries())
def test_the_strict_day_is_never_before_the_other(entry: Record) -> None:
    found = earliest_removal(entry.listing, RULES)
    assert (found.day is None) == (found.strict is None) == (found.code is not None)
    if found.day is not None and found.strict is not None:
        assert found.day <= found.strict
        assert found.day >= entry.listing.decided_on
