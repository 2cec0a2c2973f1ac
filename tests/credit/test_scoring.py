from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import scoring
from credit.model import Field, PenaltyFacts, PenaltyKind, Record, Severity
from credit.scheme_files import load_schemes
from credit.schemes import Scheme
from credit.scoring import LineKind, ScoredRecord
from tests import factories

ROOT = Path(__file__).parents[2]
SCHEME = load_schemes(ROOT / "credit" / "rules" / "schemes")["sample_construction"]
DAY = date(2026, 6, 1)
LADDER = [None, Severity.MINOR, Severity.GENERAL, Severity.SERIOUS]
ACTS = ["ban.tendering_law_53", "ban.tendering_law_60", "ban.procurement_law_77"]


def test_a_line_names_record_rule_basis_and_days() -> None:
    record = ScoredRecord(factories.penalty(field=Field.CONSTRUCTION), Severity.GENERAL)
    line = scoring.score([record], SCHEME, DAY).lines[1]
    assert line.record_id == "p1"
    assert line.rule == "sample_construction.general_penalty"
    assert line.title == "工程建设领域一般失信行政处罚"
    assert line.basis
    assert (line.first, line.last) == (date(2026, 5, 20), date(2026, 11, 20))


def test_a_veto_names_the_grade_and_its_last_day() -> None:
    record = ScoredRecord(factories.penalty(field=Field.CONSTRUCTION), None, ("ban.tendering_law_53",))
    veto = scoring.score([record], SCHEME, DAY).lines[2]
    assert (veto.kind, veto.grade, veto.grade_until) == (LineKind.VETO, "D", date(2027, 5, 20))


def test_before_the_scheme_there_is_no_score() -> None:
    with pytest.raises(scoring.SchemeNotInForce, match="2023-05-01"):
        scoring.score([], SCHEME, date(2023, 4, 30))


def test_history_and_next_change() -> None:
    records = [
        ScoredRecord(factories.penalty("p1", field=Field.CONSTRUCTION), Severity.GENERAL),
        ScoredRecord(factories.penalty("p2", field=Field.WATER, repaired_on=date(2026, 9, 1)), Severity.SERIOUS),
        ScoredRecord(factories.penalty("p3", field=Field.FOOD, decided_on=date(2026, 7, 1)), Severity.SERIOUS),
    ]
    steps = scoring.history(records, SCHEME, date(2026, 5, 1), date(2026, 12, 31))
    # 70; from 20 May 70 − 10 − 20; repaired on 1 Sep 70 − 10; after 20 Nov 70. The food penalty moves nothing.
    assert [(s.on, s.value, s.grade) for s in steps] == [
        (date(2026, 5, 1), 7000, "C"),
        (date(2026, 5, 20), 4000, "D"),
        (date(2026, 9, 1), 6000, "C"),
        (date(2026, 11, 21), 7000, "C"),
    ]
    later = scoring.next_change(records, SCHEME, DAY)
    assert later is not None
    assert (later.on, later.value) == (date(2026, 9, 1), 6000)
    assert scoring.next_change(records, SCHEME, date(2026, 11, 21)) is None


def test_a_penalty_valid_for_ever_has_no_end() -> None:
    record = ScoredRecord(
        factories.penalty(field=Field.CONSTRUCTION, valid_until=date.max), None, ("ban.tendering_law_53",)
    )
    assert scoring.next_change([record], SCHEME, DAY) is None


def test_the_mean_of_a_period() -> None:
    record = ScoredRecord(factories.penalty(field=Field.CONSTRUCTION), Severity.GENERAL)
    # May 2026: 19 days of 70 and 12 days of 60 are 2,050 / 31 = 66.129…
    assert scoring.average([record], SCHEME, date(2026, 5, 1), date(2026, 5, 31)) == 6613


@pytest.mark.parametrize(("value", "points", "share"), [(8250, 5, 410), (10000, 5, 500), (0, 5, 0), (7000, 3, 210)])
def test_the_share_of_a_tenders_credit_item(value: int, points: int, share: int) -> None:
    # 82.5 of 100 with 5 points is 4.125, rounded to 4.1.
    assert scoring.weighted(value, SCHEME, points) == share


def test_no_share_without_a_ceiling() -> None:
    bands = (msgspec.structs.replace(SCHEME.bands[0], high=None), *SCHEME.bands[1:])
    scheme = msgspec.structs.replace(SCHEME, ceiling=None, bands=bands)
    with pytest.raises(scoring.NoCeiling):
        scoring.weighted(7000, scheme, 5)


def test_classification_comes_from_the_caller() -> None:
    made = scoring.scored([factories.penalty()], severity_of=lambda r: Severity.MINOR, acts_of=lambda r: (r.record_id,))
    assert made == [ScoredRecord(factories.penalty(), Severity.MINOR, ("p1",))]


DAYS = st.dates(date(2024, 1, 1), date(2028, 1, 1))
FIELDS = st.sampled_from([None, Field.CONSTRUCTION, Field.LABOUR, Field.FOOD])
KINDS = st.lists(st.sampled_from([PenaltyKind.FINE, PenaltyKind.REVOKE_LICENCE]), min_size=1, max_size=2, unique=True)


@st.composite
def penalties(draw: st.DrawFn) -> ScoredRecord:
    decided = draw(DAYS)
    record = factories.penalty(
        f"p{draw(st.integers(0, 10**6))}",
        decided_on=decided,
        field=draw(FIELDS),
        kinds=tuple(draw(KINDS)),
        repaired_on=draw(st.none() | st.dates(decided, decided + timedelta(600))),
        valid_until=draw(st.none() | st.dates(decided, decided + timedelta(900))),
    )
    acts = draw(st.lists(st.sampled_from(ACTS), max_size=2, unique=True))
    return ScoredRecord(record, draw(st.sampled_from(LADDER)), tuple(acts))


@st.composite
def merits(draw: st.DrawFn) -> ScoredRecord:
    item = draw(st.sampled_from([m.item for m in SCHEME.merits]))
    return ScoredRecord(factories.merit(f"m{draw(st.integers(0, 10**6))}", item=item, granted_on=draw(DAYS)))


RECORDS = st.lists(penalties() | merits(), max_size=12, unique_by=lambda r: r.record.record_id)


def not_above(scheme: Scheme, after: scoring.Score, before: scoring.Score) -> bool:
    return after.value <= before.value and scheme.rank(after.grade) >= scheme.rank(before.grade)


def worse(draw: st.DataObject, old: ScoredRecord) -> ScoredRecord:
    """The same penalty made worse: a higher class, a further kind, a further act, longer or not repaired."""
    facts = old.record.penalty
    changed: Record = msgspec.structs.replace(
        old.record,
        facts=msgspec.structs.replace(
            facts,
            kinds=(*facts.kinds, *draw.draw(KINDS)),
            repaired_on=draw.draw(st.sampled_from([facts.repaired_on, None])),
            valid_until=facts.valid_until and facts.valid_until + timedelta(draw.draw(st.integers(0, 400))),
        ),
    )
    steps = LADDER[LADDER.index(old.severity) :]
    return ScoredRecord(changed, draw.draw(st.sampled_from(steps)), (*old.acts, draw.draw(st.sampled_from(ACTS))))


@given(RECORDS, penalties(), DAYS)
def test_a_further_penalty_never_raises(records: list[ScoredRecord], more: ScoredRecord, day: date) -> None:
    before = scoring.score(records, SCHEME, day)
    assert not_above(SCHEME, scoring.score([*records, more], SCHEME, day), before)


@given(RECORDS, penalties(), DAYS, st.data())
def test_a_worse_penalty_never_raises(
    records: list[ScoredRecord], one: ScoredRecord, day: date, data: st.DataObject
) -> None:
    before = scoring.score([*records, one], SCHEME, day)
    assert not_above(SCHEME, scoring.score([*records, worse(data, one)], SCHEME, day), before)


@given(RECORDS, merits(), DAYS)
def test_further_good_conduct_never_lowers(records: list[ScoredRecord], more: ScoredRecord, day: date) -> None:
    after = scoring.score([*records, more], SCHEME, day)
    assert not_above(SCHEME, scoring.score(records, SCHEME, day), after)


@given(RECORDS, DAYS, st.randoms(use_true_random=False))
def test_order_does_not_matter(records: list[ScoredRecord], day: date, random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert scoring.score(shuffled, SCHEME, day) == scoring.score(records, SCHEME, day)


@given(RECORDS, DAYS)
def test_lines_add_up_within_bounds(records: list[ScoredRecord], day: date) -> None:
    found = scoring.score(records, SCHEME, day)
    assert sum(line.points for line in found.lines) == found.value
    assert 0 <= found.value <= 10000
    assert sum(x.points for x in found.lines if x.kind in {LineKind.MERIT, LineKind.CAPPED}) <= 3000
    assert SCHEME.rank(found.grade) >= SCHEME.rank(SCHEME.band(found.value).grade)
    assert all(x.last is None or x.last >= day for x in found.lines)


@given(RECORDS, DAYS, st.integers(0, 400))
def test_history_knows_every_day(records: list[ScoredRecord], first: date, span: int) -> None:
    last = first + timedelta(span)
    steps = scoring.history(records, SCHEME, first, last)
    for offset in range(0, span + 1, 7):
        day = first + timedelta(offset)
        step = [s for s in steps if s.on <= day][-1]
        now = scoring.score(records, SCHEME, day)
        assert (step.value, step.grade) == (now.value, now.grade)


@given(RECORDS, DAYS)
def test_every_counted_record_of_the_day_has_a_line(records: list[ScoredRecord], day: date) -> None:
    lined = {x.record_id for x in scoring.score(records, SCHEME, day).lines}
    fresh = {
        r.record.record_id
        for r in records
        if isinstance(r.record.facts, PenaltyFacts)
        and r.record.facts.decided_on <= day <= r.record.facts.decided_on + timedelta(80)
        and not (r.record.facts.repaired_on and r.record.facts.repaired_on <= day)
    }
    assert fresh <= lined
