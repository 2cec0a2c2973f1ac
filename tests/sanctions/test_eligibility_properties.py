"""What holds of every answer, whatever the file and the tender."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import load
from credit.model import Entity, PenaltyKind, Record, Severity
from sanctions.eligibility import answer, answer_opening
from sanctions.model import Restriction
from sanctions.question import Question, prepare
from sanctions.tender import TenderContradictory, readings
from sanctions.verdicts import (
    Condition,
    Dossier,
    Effect,
    Outcome,
    ParkedTrace,
    Party,
    Subject,
    Tender,
    TenderRegime,
    TenderType,
)
from tests.sanctions.dossiers import ALL_LISTS, BAN_OF, CODE, dossier, entity, record, restriction

RULES = load([Path(__file__).parents[2] / "sanctions" / "rules"])
DAY = date(2026, 11, 22)
BADNESS = {Outcome.ELIGIBLE: 0, Outcome.UNDETERMINED: 1, Outcome.INELIGIBLE: 2}
CLAUSES = ("no_judgment_defaulter", "no_major_record_3y", "no_ban_any_regime", "no_serious_record", "unheard_of")

days = st.dates(date(2022, 1, 1), date(2028, 1, 1))


@st.composite
def files(draw: st.DrawFn, first: str = "r") -> Dossier:
    """A firm with up to three penalties, each with or without a stated bar."""
    records: list[Record] = []
    restrictions: list[Restriction] = []
    for n in range(draw(st.integers(0, 3))):
        decided = draw(days)
        facts: dict[str, Any] = {
            "decided_on": decided,
            "kinds": draw(st.lists(st.sampled_from(PenaltyKind), min_size=1, max_size=3)),
            "fine_fen": draw(st.none() | st.sampled_from([1, 199_999_999, 200_000_000])),
            "severity": draw(st.none() | st.sampled_from(Severity)),
            "stage": draw(st.sampled_from(["decided", "decided", "draft"])),
            "repaired_on": draw(st.none() | days),
            "ban_unread": draw(st.booleans()),
            "field": draw(st.sampled_from([None, "construction", "government_procurement", "market"])),
        }
        records.append(record(f"{first}{n}", withdrawn=draw(st.sampled_from([False, False, True])), **facts))
        if draw(st.booleans()):
            scope = draw(st.sampled_from(sorted(BAN_OF)))
            basis_id, basis = BAN_OF[scope]
            restrictions.append(
                restriction(
                    record=f"{first}{n}", scope=scope, basis_id=basis_id, basis=basis, to=decided + timedelta(900),
                    restriction_id=f"{first}s{n}", **{"from": decided},
                )
            )  # fmt: skip
    regimes = st.lists(st.sampled_from(TenderRegime), unique=True).map(tuple)
    parked = draw(
        st.lists(st.builds(ParkedTrace, seq=st.integers(0, 9), regimes=regimes, code=st.just(CODE)), max_size=1)
    )
    return dossier(records=tuple(records), restrictions=tuple(restrictions), parked=tuple(parked))


def consistent(tender: Tender) -> bool:
    try:
        readings(tender)
    except TenderContradictory:
        return False
    return True


tenders = st.builds(
    Tender,
    type=st.none() | st.sampled_from(TenderType),
    regimes=st.none() | st.lists(st.sampled_from(TenderRegime), unique=True).map(tuple),
    mandatory=st.none() | st.booleans(),
    conditions=st.lists(st.builds(Condition, code=st.sampled_from(CLAUSES), clause=st.just("3.1")), max_size=2).map(
        tuple
    ),
).filter(consistent)
unsaid_mandatory = st.builds(
    Tender,
    type=st.sampled_from(TenderType),
    regimes=st.lists(st.sampled_from(TenderRegime), unique=True).map(tuple),
).filter(consistent)
held = st.lists(st.sampled_from(ALL_LISTS), unique_by=lambda source: source.list).map(tuple) | st.just(ALL_LISTS)
questions = st.builds(lambda tender, lists: prepare(tender, DAY, RULES, lists), tenders, held)


def joined(one: Dossier, other: Dossier) -> Dossier:
    return msgspec.structs.replace(
        one,
        records=(*one.records, *other.records),
        restrictions=(*one.restrictions, *other.restrictions),
        parked=(*one.parked, *other.parked),
    )


@given(files(), files(first="x"), questions)
def test_a_longer_file_never_earns_a_better_answer(one: Dossier, more: Dossier, question: Question) -> None:
    before, after = answer(one, question), answer(joined(one, more), question)
    assert BADNESS[after.outcome] >= BADNESS[before.outcome]


@given(files(), questions, st.randoms(use_true_random=False))
def test_the_order_of_the_file_does_not_matter(file: Dossier, question: Question, chance: Any) -> None:
    records, restrictions = list(file.records), list(file.restrictions)
    chance.shuffle(records)
    chance.shuffle(restrictions)
    shuffled = msgspec.structs.replace(file, records=tuple(records), restrictions=tuple(restrictions))
    assert answer(shuffled, question) == answer(file, question)


@given(files(), questions)
def test_withdrawn_decisions_and_drafts_never_matter(file: Dossier, question: Question) -> None:
    kept = tuple(r for r in file.records if not r.withdrawn and r.penalty.stage == "decided")
    ids = {r.record_id for r in kept}
    without = msgspec.structs.replace(
        file, records=kept, restrictions=tuple(s for s in file.restrictions if s.record_id in ids)
    )
    assert answer(without, question) == answer(file, question)


@given(files(), questions)
def test_the_outcome_is_what_the_reasons_say(file: Dossier, question: Question) -> None:
    verdict = answer(file, question)
    effects = {reason.effect for reason in verdict.reasons}
    assert (Effect.BARS in effects) == (verdict.outcome is Outcome.INELIGIBLE)
    if verdict.outcome is Outcome.ELIGIBLE:
        assert effects <= {Effect.NONE}
    if verdict.outcome is Outcome.UNDETERMINED:
        assert Effect.UNDETERMINED in effects


@given(files(), questions)
def test_whatever_bars_has_a_verified_basis(file: Dossier, question: Question) -> None:
    for reason in answer(file, question).reasons:
        assert reason.bars == (reason.effect is Effect.BARS)
        if reason.bars:
            assert reason.basis
            assert reason.verified


@given(files(), unsaid_mandatory)
def test_an_incomplete_tender_is_answered_like_all_its_readings_or_left_open(file: Dossier, asked: Tender) -> None:
    told = [msgspec.structs.replace(asked, mandatory=value) for value in (True, False)]
    outcomes = {answer(file, prepare(one, DAY, RULES, ALL_LISTS)).outcome for one in told if consistent(one)}
    found = answer(file, prepare(asked, DAY, RULES, ALL_LISTS))
    incomplete = any(reason.code == "tender_incomplete" for reason in found.reasons)
    assert found.outcome == (next(iter(outcomes)) if len(outcomes) == 1 else Outcome.UNDETERMINED)
    assert incomplete == (len(outcomes) > 1)


@given(st.lists(files(), min_size=1, max_size=4), files(first="x"), questions)
def test_a_consortium_is_as_good_as_its_worst_member(members: list[Dossier], more: Dossier, question: Question) -> None:
    def bid(of: list[Dossier]) -> Outcome:
        parties = [Party(subject=Subject(code=f"C{i}", bid="B1"), dossier=named(d, i)) for i, d in enumerate(of)]
        opening = answer_opening(parties, question)
        worst = max((verdict.outcome for verdict in opening.answers), key=BADNESS.__getitem__)
        assert opening.bids[0].outcome is worst
        return opening.bids[0].outcome

    assert BADNESS[bid([*members, more])] >= BADNESS[bid(members)]


def named(file: Dossier, i: int) -> Dossier:
    who: Entity = entity(code=f"C{i}")
    return msgspec.structs.replace(file, entity=who, code=f"C{i}")
