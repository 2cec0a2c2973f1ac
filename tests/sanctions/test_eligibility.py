"""May it bid, why, until when: three values, each reason with its source, nothing falling silently to clean."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from credit.kernel.rules import Dated, Rule, RuleSet, load
from sanctions.eligibility import answer, answer_by_name, decide, decide_opening
from sanctions.published import published_restrictions
from sanctions.question import prepare
from sanctions.tender import TenderContradictory
from sanctions.verdicts import Dossier, Effect, Party, Source, Subject, Verdict
from tests.sanctions.dossiers import (
    ALL_LISTS,
    CODE,
    WORKS,
    dossier,
    entity,
    parked,
    record,
    restriction,
    sources,
    tender,
)

ROOT = Path(__file__).parents[2]
RULES = load([ROOT / "sanctions" / "rules"])
CASES: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests/cases/eligibility.yaml").read_text("utf-8"))
DAY = date(2026, 11, 22)


def file_of(case: dict[str, Any]) -> Dossier:
    given: dict[str, Any] = {"known": case.get("known", True)}
    if "merged_into" in case:
        given["entity"] = entity(merged_into=case["merged_into"])
    return dossier(
        **given,
        records=tuple(
            record(r["id"], withdrawn=r.get("withdrawn", False), **r.get("penalty", {}))
            for r in case.get("records", [])
        ),
        restrictions=tuple(restriction(**r) for r in case.get("restrictions", [])),
        parked=tuple(map(parked, case.get("parked", []))),
    )


def codes(verdict: Verdict, effect: Effect) -> list[str]:
    return sorted(reason.code for reason in verdict.reasons if reason.effect is effect)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_answer_of_law_examples(case: dict[str, Any]) -> None:
    held = sources(case["sources"]) if "sources" in case else ALL_LISTS
    verdict = decide(file_of(case), tender(**case["tender"]), case.get("day", DAY), RULES, held)
    expect = case["expect"]
    assert verdict.outcome == expect["outcome"]
    assert codes(verdict, Effect.BARS) == expect.get("bars", [])
    assert codes(verdict, Effect.UNDETERMINED) == expect.get("open", [])
    assert codes(verdict, Effect.NONE) == expect.get("notes", [])
    assert verdict.label == expect.get("label", verdict.label)
    if "until" in expect:
        assert verdict.reasons[0].until == expect["until"]
    if "remedy" in expect:
        remedy = verdict.reasons[0].remedy
        assert [remedy.kind, remedy.earliest] == expect["remedy"]
    if "basis" in expect:
        assert verdict.reasons[0].basis == expect["basis"]
    if "title" in expect:
        assert verdict.reasons[0].title == expect["title"]


def test_an_answer_encodes_with_the_names_of_the_contract() -> None:
    file = dossier(records=(record(),), restrictions=(restriction(),))
    encoded = msgspec.to_builtins(decide(file, tender(**WORKS), DAY, RULES, ALL_LISTS))
    assert set(encoded) == {"code", "name", "bid", "outcome", "label", "reasons"}
    reason = encoded["reasons"][0]
    assert (reason["from"], reason["until"]) == ("2026-05-20", "2027-05-19")
    assert (reason["source"], reason["bars"], reason["verified"], reason["until_verified"]) == (
        "statute",
        True,
        True,
        True,
    )
    assert reason["remedy"] == {"kind": "wait", "earliest": "2027-05-20", "url": None}
    assert (reason["record_id"], reason["seq"]) == ("r1", 2)


def test_after_an_unverified_duration_the_answer_stays_open() -> None:
    months = Dated("look_back.months", date(2003, 1, 1), 36, "示例", False)
    rules = RuleSet({**RULES.rules, months.rule_id: Rule(months.rule_id, "示例", "months", None, (months,))})
    file = dossier(records=(record(decided_on=date(2025, 3, 10), kinds=["order_stop"]),))
    asked = tender(type="government_procurement")
    # runs to 2028-03-10 if the three years hold; from 03-11 only the authority knows
    during = decide(file, asked, date(2028, 3, 10), rules, ALL_LISTS)
    after = decide(file, asked, date(2028, 3, 11), rules, ALL_LISTS)
    assert (during.outcome, during.reasons[0].until_verified) == ("ineligible", False)
    assert (after.outcome, codes(after, Effect.UNDETERMINED)) == ("undetermined", ["duration_unverified"])


def test_freshness_is_measured_at_the_moment_of_asking() -> None:
    fetched = datetime(2026, 11, 21, 16, 0, tzinfo=UTC)  # 11-22 00:00 in Shanghai
    held = tuple(Source(list=s.list, fetched_at=fetched) for s in ALL_LISTS)
    asked = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)  # 24 hours later
    fresh = prepare(tender(**WORKS), DAY, RULES, held, asked_at=asked)
    stale = prepare(tender(**WORKS), DAY, RULES, held, asked_at=asked.replace(second=1))
    assert answer(dossier(), fresh).outcome == "eligible"
    assert answer(dossier(), stale).outcome == "undetermined"


@pytest.mark.parametrize(
    ("candidates", "code"),
    [((), "name_only"), ((CODE,), "name_only"), ((CODE, "91370100MA9A0001X1"), "name_ambiguous")],
)
def test_a_name_is_not_an_identity(candidates: tuple[str, ...], code: str) -> None:
    question = prepare(tender(**WORKS), DAY, RULES, ALL_LISTS)
    verdict = answer_by_name(Subject(name="示例建设有限公司"), candidates, question)
    assert (verdict.outcome, codes(verdict, Effect.UNDETERMINED)) == ("undetermined", [code])
    assert (verdict.code, verdict.name) == (None, "示例建设有限公司")


@pytest.mark.parametrize(
    "given",
    [
        {"type": "construction", "regimes": ["government_procurement"], "mandatory": True},
        {"type": "construction", "regimes": [], "mandatory": True},
        {"type": "government_procurement", "regimes": ["tendering"]},
        {"type": "land", "regimes": ["government_procurement"]},
    ],
)
def test_a_tender_that_contradicts_itself_is_refused_with_the_cure(given: dict[str, Any]) -> None:
    with pytest.raises(TenderContradictory) as refused:
        decide(dossier(), tender(**given), DAY, RULES, ALL_LISTS)
    assert refused.value.code == "tender_contradictory"
    assert "regimes" in refused.value.detail


BARRED: dict[str, Any] = {"records": (record(),), "restrictions": (restriction(),)}


def party(code: str, bid: str | None, lot: str | None = None, **given: Any) -> Party:
    name = given.pop("representative", None)
    file = dossier(entity=entity(code=code), code=code, **given)
    return Party(subject=Subject(code=code, bid=bid, lot=lot, representative=name), dossier=file)


def test_one_barred_member_bars_the_consortium_and_only_its_own_answer() -> None:
    parties = [party("A", "B7", **BARRED), party("B", "B7"), party("C", "B8")]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert [(a.code, a.bid, a.outcome) for a in opening.answers] == [
        ("A", "B7", "ineligible"),
        ("B", "B7", "eligible"),
        ("C", "B8", "eligible"),
    ]
    assert [(b.bid, b.outcome, b.because_of) for b in opening.bids] == [
        ("B7", "ineligible", ("A",)),
        ("B8", "eligible", ()),
    ]
    assert codes(opening.answers[1], Effect.NONE) == ["consortium_member"]


def test_a_consortium_is_judged_per_lot() -> None:
    # A is barred and bids in lot 1 only; B leads in both lots
    parties = [party("A", "B7", "1", **BARRED), party("B", "B7", "2"), party("C", "B7")]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert [(b.bid, b.lot, b.outcome) for b in opening.bids] == [
        ("B7", "1", "ineligible"),
        ("B7", "2", "eligible"),
    ]


def test_an_open_member_leaves_the_bid_open() -> None:
    unread: dict[str, Any] = {"records": (record(ban_unread=True),)}
    parties = [party("A", "B7", **unread), party("B", "B7")]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert (opening.bids[0].outcome, opening.bids[0].because_of) == ("undetermined", ("A",))


def test_representatives_of_one_name_are_looked_into_and_never_barred() -> None:
    parties = [
        party("A", "B1", "1", representative="t1"),
        party("B", "B2", "1", representative="t1"),
        party("C", "B3", "2", representative="t1"),  # another lot
        party("D", "B4", "1", representative="t2"),  # another name
        party("E", "B1", "1", representative="t3"),
    ]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert [a.outcome for a in opening.answers] == [
        "undetermined",
        "undetermined",
        "eligible",
        "eligible",
        "eligible",
    ]
    reason = opening.answers[0].reasons[0]
    assert (reason.code, reason.basis) == ("same_representative_name", "招标投标法实施条例第三十四条")


def test_partners_of_one_consortium_may_share_a_representative() -> None:
    parties = [party("A", "B1", representative="t1"), party("B", "B1", representative="t1")]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert [a.outcome for a in opening.answers] == ["eligible", "eligible"]


def test_a_relation_of_names_is_no_matter_in_a_land_sale() -> None:
    parties = [party("A", "B1", representative="t1"), party("B", "B2", representative="t1")]
    opening = decide_opening(parties, tender(type="land"), DAY, RULES, ALL_LISTS)
    assert [a.outcome for a in opening.answers] == ["eligible", "eligible"]


def test_subjects_without_file_or_code_are_answered_all_the_same() -> None:
    parties = [
        Party(subject=Subject(code=CODE, bid="B1")),
        Party(subject=Subject(name="示例建设", bid="B2"), candidates=(CODE,)),
    ]
    opening = decide_opening(parties, tender(**WORKS), DAY, RULES, ALL_LISTS)
    assert [(a.code, a.outcome) for a in opening.answers] == [(CODE, "eligible"), (None, "undetermined")]
    assert opening.bids[1].because_of == ("示例建设",)


def test_the_public_sees_a_running_ban_even_after_repair() -> None:
    file = dossier(records=(record(repaired_on=date(2026, 9, 1)),), restrictions=(restriction(),))
    shown = published_restrictions(file, DAY, RULES)
    assert list(msgspec.to_builtins(shown)) == [
        {"basis": "招标投标法 第五十三条", "from": "2026-05-20", "until": "2027-05-19"}
    ]
    assert published_restrictions(file, date(2027, 5, 20), RULES) == ()


def test_the_public_sees_a_look_back_only_while_its_penalty_is_shown() -> None:
    facts: dict[str, Any] = {"decided_on": date(2025, 3, 10), "kinds": ["order_stop"], "fine_fen": None}
    shown = published_restrictions(dossier(records=(record(**facts),)), DAY, RULES)
    # 第58号 shows it until 2028-03-10
    assert [(s.first_day, s.until) for s in shown] == [(date(2025, 3, 10), date(2028, 3, 10))]
    repaired = record(**facts, repaired_on=date(2026, 1, 5))
    assert published_restrictions(dossier(records=(repaired,)), DAY, RULES) == ()


@pytest.mark.parametrize(
    "file",
    [
        dossier(records=(record(withdrawn=True),), restrictions=(restriction(),)),
        dossier(records=(record(stage="draft"),), restrictions=(restriction(),)),
        dossier(records=(record(),), restrictions=(restriction(withdrawn=True),)),
        dossier(
            records=(record(stays=[{"first_day": "2026-11-01", "document_no": "示例停〔2026〕1号"}]),),
            restrictions=(restriction(),),
        ),
        dossier(records=(record(),), restrictions=(restriction(),), entity=entity(kind="natural_person", code=None)),
        dossier(records=(record(),)),
        dossier(
            records=(record(),),
            restrictions=(restriction(scope="evaluation_work", basis_id="ban.tendering_law_56", to=None),),
        ),
    ],
    ids=[
        "withdrawn",
        "draft",
        "restriction withdrawn",
        "stayed",
        "natural person",
        "general penalty",
        "a bar that no law has announced",
    ],
)
def test_the_public_sees_nothing_else(file: Dossier) -> None:
    assert published_restrictions(file, DAY, RULES) == ()


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(1999, 12, 31), date(2015, 6, 1), date(9999, 12, 31)])
def test_any_day_can_be_asked_about(day: date) -> None:
    file = dossier(records=(record(),), restrictions=(restriction(),))
    found = "eligible" if day.year > 2016 else "undetermined"  # before 2016-08-01 no rule of a list stands here
    assert decide(file, tender(**WORKS), day, RULES, ALL_LISTS).outcome == found


def test_a_bar_that_ends_with_the_calendar_is_answered() -> None:
    # the end of an evaluator's bar under 条例 71 as an office may write it
    ends = restriction(
        scope="evaluation_work",
        basis_id="ban.tendering_regulation_71",
        basis="招标投标法实施条例第七十一条",
        to=date.max,
    )
    file = dossier(records=(record(),), restrictions=(ends,))
    verdict = decide(file, tender(type="evaluation"), DAY, RULES, ALL_LISTS)
    assert (verdict.outcome, verdict.reasons[0].remedy.earliest) == ("ineligible", date.max)


def test_a_day_before_the_rules_of_lists_stand_here_is_left_open() -> None:
    days = (date(2016, 7, 31), date(2016, 8, 1))
    early, first = (decide(dossier(), tender(**WORKS), day, RULES, ALL_LISTS) for day in days)
    assert codes(early, Effect.UNDETERMINED) == ["rules_not_recorded"]
    assert codes(first, Effect.UNDETERMINED) == []
