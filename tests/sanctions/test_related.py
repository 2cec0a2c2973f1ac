"""Rivals with a relation, branches, successors, firms that are gone: which answer each gives, and what it rests on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import load
from credit.profiles.competence import BARRING
from credit.profiles.model import (
    KINDS,
    RelationFacts,
    RelationKind,
    RepresentativeFacts,
    StatedBy,
    Statement,
    Status,
    StatusFacts,
)
from sanctions.eligibility import answer_opening
from sanctions.question import prepare
from sanctions.verdicts import Dossier, Opening, Outcome, Party, Subject, TenderRegime, TenderType
from tests.sanctions.dossiers import ALL_LISTS, WORKS, dossier, entity, record, restriction, tender

RULES = load([Path(__file__).parents[2] / "sanctions" / "rules"])
DAY = date(2026, 11, 22)
A, B, C = "91370100MA9A00011P", "91370100MA9A00022K", "91370100MA9A00033F"
SUPPLIES = {"type": "government_procurement", "regimes": ["government_procurement"], "mandatory": False}
BADNESS = {Outcome.ELIGIBLE: 0, Outcome.UNDETERMINED: 1, Outcome.INELIGIBLE: 2}


def stated(facts: Any, *, code: str = A, by: str = "registry", sourced: bool = True, **days: Any) -> Statement:
    return Statement(statement_id="s1", revision=1, code=code, kind=KINDS[type(facts)], stated_by=StatedBy(by),
                     org_code="1137019900EX00057U", seq=9, facts=facts, sourced=sourced, **days)


def relation(kind: str, *, other: str = B, share: int | None = None, **given: Any) -> Statement:
    return stated(RelationFacts(relation=RelationKind(kind), other_code=other, share=share), **given)


def firm(code: str, *statements: Statement, **given: Any) -> Dossier:
    held = entity(code=code, entity_id=f"e{code[-4:]}", name=f"示例{code[-4:]}公司", **given)
    return dossier(entity=held, code=code, statements=statements)


def opening(
    one: Dossier, other: Dossier, given: dict[str, Any] = WORKS, bids: tuple[str | None, str | None] = ("1", "2"),
    lots: tuple[str | None, str | None] = ("1", "1"),
) -> Opening:
    """The answers about two bidders of one tender."""
    parties = [
        Party(subject=Subject(code=file.code, bid=bid, lot=lot), dossier=file)
        for file, bid, lot in zip((one, other), bids, lots, strict=True)
    ]
    return answer_opening(parties, prepare(tender(**given), DAY, RULES, ALL_LISTS))


def outcomes(found: Opening) -> list[str]:
    return [answer.outcome.value for answer in found.answers]


def reasons(found: Opening, code: str = "related_party") -> list[str | None]:
    """Whose answer carries the reason, with its basis."""
    return [r.basis for answer in found.answers for r in answer.reasons if r.code == code]


BARRED, OPEN, CLEAR = ["ineligible"] * 2, ["undetermined"] * 2, ["eligible"] * 2
REGULATION_34, REGULATION_18 = "招标投标法实施条例第三十四条", "政府采购法实施条例第十八条"


@pytest.mark.parametrize(("kind", "works", "supplies"), [
    # 条例 34: 控股、管理; 政采条例 18: 直接控股、管理. 控股 that may be indirect stays open under the latter.
    ("controls", BARRED, OPEN),
    ("directly_controls", BARRED, BARRED),
    ("manages", BARRED, BARRED),
    ("branch_of", CLEAR, CLEAR),
])
def test_each_law_says_which_relation_bars(kind: str, works: list[str], supplies: list[str]) -> None:
    files = firm(A, relation(kind)), firm(B)
    assert outcomes(opening(*files)) == works
    assert outcomes(opening(*files, SUPPLIES)) == supplies
    if works == BARRED:
        assert reasons(opening(*files)) == [REGULATION_34] * 2  # on both, with the clause
        assert reasons(opening(*files, SUPPLIES)) == [REGULATION_18] * 2


@pytest.mark.parametrize(("links", "given", "found"), [
    (("controls", "directly_controls"), WORKS, "undetermined"),  # 34 says 控股: whether through another, a person says
    (("controls", "directly_controls"), SUPPLIES, "eligible"),  # 18 says 直接控股
    (("controls", "manages"), WORKS, "eligible"),  # no chain of control
    (("controls", "holds"), WORKS, "eligible"),
])
def test_control_through_a_bidder_of_another_lot(links: tuple[str, str], given: dict[str, Any], found: str) -> None:
    """A controls B, which bids elsewhere; B controls C, A's rival."""
    files = (firm(A, relation(links[0])), firm(B, relation(links[1], other=C, code=B)), firm(C))
    parties = [Party(subject=Subject(code=f.code, bid=bid, lot=lot), dossier=f)
               for f, bid, lot in zip(files, "123", "121", strict=True)]
    answer = answer_opening(parties, prepare(tender(**given), DAY, RULES, ALL_LISTS))
    assert outcomes(answer) == [found, "eligible", found]
    told = [r.title for a in answer.answers for r in a.reasons if r.code == "related_party"]
    assert len(told) == (2 if found == "undetermined" else 0) and all(B in title for title in told)


def test_a_sale_of_land_knows_neither_rule() -> None:
    land = {"type": "land", "regimes": [], "mandatory": False}
    assert outcomes(opening(firm(A, relation("directly_controls")), firm(B), land)) == CLEAR


@pytest.mark.parametrize(("share", "found"), [(5000, CLEAR), (5001, OPEN), (10000, OPEN)])
def test_holding_more_than_half_asks_whether_it_controls(share: int, found: list[str]) -> None:
    """50 percent is not more than half; 50.01 percent is, and a person must look."""
    assert outcomes(opening(firm(A, relation("holds", share=share)), firm(B))) == found


def test_what_a_company_says_of_itself_is_only_shown() -> None:
    found = opening(firm(A, relation("directly_controls", by="self")), firm(B))
    assert outcomes(found) == CLEAR
    assert len(reasons(found, "related_party_stated")) == 2


def test_without_a_source_a_person_must_look() -> None:
    assert outcomes(opening(firm(A, relation("manages", sourced=False)), firm(B))) == OPEN


@pytest.mark.parametrize(("bids", "lots", "found"), [
    (("1", "1"), ("1", "1"), CLEAR),  # a consortium
    (("1", "2"), ("1", "2"), CLEAR),  # different lots
    (("1", "2"), (None, None), BARRED),  # a tender without lots
    (("1", "2"), ("1", None), OPEN),  # one lot is not said
    ((None, None), (None, None), OPEN),  # nobody says that these are two bids
])
def test_it_takes_two_bids_in_one_lot(bids: Any, lots: Any, found: list[str]) -> None:
    assert outcomes(opening(firm(A, relation("manages")), firm(B), WORKS, bids, lots)) == found


def test_a_relation_counts_on_its_days_only() -> None:
    ended = relation("manages", first_day=date(2020, 1, 1), last_day=date(2026, 11, 21))
    assert outcomes(opening(firm(A, ended), firm(B))) == CLEAR
    last = relation("manages", first_day=date(2020, 1, 1), last_day=DAY)
    assert outcomes(opening(firm(A, last), firm(B))) == BARRED
    assert outcomes(opening(firm(A, relation("manages", withdrawn=True)), firm(B))) == CLEAR


def test_a_dated_representative_prevails_over_the_entity() -> None:
    """The name that both share was A's until last year."""
    now = stated(RepresentativeFacts(token="b" * 64), first_day=date(2025, 11, 22))
    one, other = firm(A, now), firm(B)
    parties = [Party(subject=Subject(code=f.code, bid=b, lot="1", representative="a" * 64), dossier=f)
               for f, b in ((one, "1"), (other, "2"))]
    found = answer_opening(parties, prepare(tender(**WORKS), DAY, RULES, ALL_LISTS))
    assert outcomes(found) == CLEAR


def barred(code: str) -> Dossier:
    held = entity(code=code, entity_id="e1")
    return dossier(entity=held, code=code, records=(record(),), restrictions=(restriction(),))


@pytest.mark.parametrize(("given", "statement", "code"), [
    ({"branch_of": B}, None, "head_office_barred"),
    ({}, relation("branch_of"), "head_office_barred"),
    ({}, relation("successor_of"), "predecessor_barred"),
])
def test_what_bars_head_or_predecessor_is_an_open_question(given: Any, statement: Any, code: str) -> None:
    file = firm(A, *([statement] if statement else []), **given)
    ready = prepare(tender(**WORKS), DAY, RULES, ALL_LISTS)
    subject = Subject(code=A)
    alone = answer_opening([Party(subject=subject, dossier=file, linked=(firm(B),))], ready).answers[0]
    assert alone.outcome is Outcome.ELIGIBLE
    tied = answer_opening([Party(subject=subject, dossier=file, linked=(barred(B),))], ready).answers[0]
    assert tied.outcome is Outcome.UNDETERMINED
    assert [r.code for r in tied.reasons if r.effect == "undetermined"] == [code]
    assert not any(r.bars for r in tied.reasons)


@pytest.mark.parametrize(("status", "code"), [
    (Status.DEREGISTERED, "deregistered"), (Status.REVOKED, "revoked"), (Status.MERGED, "dissolved"),
])
def test_a_firm_that_is_gone_is_asked_about_never_barred(status: Status, code: str) -> None:
    ready = prepare(tender(**WORKS), DAY, RULES, ALL_LISTS)

    def asked(**given: Any) -> Any:
        file = firm(A, stated(StatusFacts(status=status), **given))
        return answer_opening([Party(subject=Subject(code=A), dossier=file)], ready).answers[0]

    gone = asked(first_day=date(2026, 9, 1))
    assert gone.outcome is Outcome.UNDETERMINED
    assert [(r.code, r.first_day, r.seq, r.bars) for r in gone.reasons] == [(code, date(2026, 9, 1), 9, False)]
    assert asked(first_day=date(2026, 11, 23)).outcome is Outcome.ELIGIBLE  # tomorrow
    assert asked(first_day=date(2026, 9, 1), by="self").outcome is Outcome.ELIGIBLE


statements = st.builds(
    relation, st.sampled_from(list(RelationKind)), by=st.sampled_from(["self", "registry"]), sourced=st.booleans(),
    share=st.sampled_from([None, 1, 5000, 9000]), first_day=st.none() | st.dates(date(2024, 1, 1), date(2028, 1, 1)),
    last_day=st.none() | st.dates(date(2024, 1, 1), date(2028, 1, 1)), withdrawn=st.booleans(),
)
tenders = st.fixed_dictionaries({
    "type": st.sampled_from([TenderType.CONSTRUCTION, None]),
    "regimes": st.sampled_from([None, [TenderRegime.TENDERING], list(TenderRegime)]),
})
places = st.tuples(st.sampled_from([None, "1"]), st.sampled_from([None, "1", "2"]))


@given(found=statements, asked=tenders, bids=places, lots=places)
def test_a_relation_is_answered_alike_on_both_sides(found: Statement, asked: Any, bids: Any, lots: Any) -> None:
    """Of two firms that differ in nothing else, whoever states it and in whatever order they are asked."""
    one, other = firm(A, found), firm(B)
    forth = opening(one, other, asked, bids, lots)
    back = opening(other, one, asked, bids[::-1], lots[::-1])
    assert [r.code for r in forth.answers[0].reasons] == [r.code for r in back.answers[1].reasons]
    assert reasons(forth) == reasons(back)
    assert len({tuple(r.basis for r in a.reasons if r.code == "related_party") for a in forth.answers}) == 1


@given(found=st.lists(statements, max_size=3), asked=tenders, bids=places, lots=places)
def test_no_statement_ever_makes_an_answer_better_and_self_statements_change_none(
    found: list[Statement], asked: Any, bids: Any, lots: Any
) -> None:
    before = opening(firm(A), firm(B), asked, bids, lots)
    after = opening(firm(A, *found), firm(B), asked, bids, lots)
    for one, other in zip(before.answers, after.answers, strict=True):
        assert BADNESS[one.outcome] <= BADNESS[other.outcome]
        if all(s.stated_by is StatedBy.SELF for s in found):
            assert one.outcome is other.outcome
        for reason in other.reasons:
            assert not reason.bars or (reason.basis and reason.verified)


def test_every_relation_that_bars_by_rule_asks_for_the_right_to_state_it() -> None:
    barring = {bar for regime in TenderRegime for dated in RULES.rules[f"related.{regime}"].values
               for bar in dated.value["bars"]}
    assert barring == BARRING
