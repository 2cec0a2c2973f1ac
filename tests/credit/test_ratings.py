"""The value that counts: the day's score, or the mean of the last full period; versions of a scheme in turn."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel.rules import RuleSet
from credit.model import SubjectKind
from credit.ratings import history_over, rate
from credit.scheme_files import as_rules
from credit.scheme_rules import (
    NoDefaultScheme,
    UnknownScheme,
    default_scheme,
    first_choice,
    for_companies,
    schemes_on,
    version_on,
    versions_of,
)
from credit.schemes import AppliesTo, Average, MarketRole, PeriodKind, Scheme
from credit.scores import ScoredRecord
from credit.scoring import SchemeNotInForce, score
from tests.credit.points_scheme import DAYS, RECORDS, SCHEME, conduct, faults

QUARTER = msgspec.structs.replace(SCHEME, average=Average(period=PeriodKind.QUARTER))
PUBLISHED = msgspec.structs.replace(SCHEME, average=Average(period=PeriodKind.QUARTER, published=True))
LATE = conduct("c1", "late", date(2026, 3, 2))  # 3 points from 10 March


def cut(scheme: Scheme, day: date, **newer: object) -> tuple[Scheme, Scheme]:
    """A scheme with another version from `day`."""
    return (msgspec.structs.replace(scheme, until=day - timedelta(1)),
            msgspec.structs.replace(scheme, since=day, **newer))


def test_without_averages_the_value_is_the_days() -> None:
    found = rate([LATE], (SCHEME,), date(2026, 5, 10))
    assert (found.value, found.grade, found.period) == (2200, "B", None)


def test_a_quarter_is_shown_beside_the_days_score() -> None:
    found = rate([LATE], (QUARTER,), date(2026, 4, 10))
    assert (found.value, found.score.value) == (2200, 2200)
    assert found.period is not None
    assert found.period.full is not None
    # January to March: 68 days of 25 and 22 of 22 are 2,184 / 90 = 24.2666…; April so far 10 days of 22
    assert (found.period.full.first, found.period.full.last, found.period.full.value) == (
        date(2026, 1, 1), date(2026, 3, 31), 2427)
    assert (found.period.running.first, found.period.running.value) == (date(2026, 4, 1), 2200)


def test_a_published_mean_is_the_value_and_a_veto_still_holds_its_grade() -> None:
    found = rate([LATE], (PUBLISHED,), date(2026, 4, 10))
    assert (found.value, found.grade, found.score.value) == (2427, "B", 2200)
    gone = rate([conduct("c2", "leaving", date(2026, 3, 30))], (PUBLISHED,), date(2026, 4, 30))
    assert (gone.value, gone.grade) == (2500, "S")  # the quarter was clean, the suspension began in April


def test_in_a_schemes_first_period_the_running_mean_counts() -> None:
    young = msgspec.structs.replace(PUBLISHED, since=date(2026, 4, 1))
    found = rate([LATE], (young,), date(2026, 4, 10))
    assert found.period is not None
    assert (found.period.full, found.value) == (None, 2200)


@pytest.mark.parametrize("kind", PeriodKind)
@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_first_and_the_last_day_of_the_calendar_have_a_mean(kind: PeriodKind, day: date) -> None:
    always = msgspec.structs.replace(SCHEME, since=date.min, average=Average(period=kind))
    found = rate([LATE], (always,), day)
    assert found.period is not None
    assert (found.period.running.last, found.period.running.value) == (day, 2500)  # nothing counts on either day
    assert (found.period.full is None) == (day == date.min)


def test_a_mean_runs_over_two_versions() -> None:
    versions = cut(QUARTER, date(2026, 2, 1), base=2000)
    period = rate([], versions, date(2026, 4, 1)).period
    assert period is not None
    assert period.full is not None
    assert period.full.value == (31 * 2500 + 59 * 2000 + 45) // 90


def test_history_goes_from_version_to_version() -> None:
    versions = cut(SCHEME, date(2026, 2, 1), base=2000)
    steps = history_over([LATE], versions, date(2023, 12, 1), date(2026, 3, 31))
    assert [(s.on, s.value) for s in steps] == [
        (date(2024, 1, 1), 2500), (date(2026, 2, 1), 2000), (date(2026, 3, 10), 1700)]
    with pytest.raises(SchemeNotInForce, match="2024-01-01"):
        history_over([LATE], versions, date(2023, 1, 1), date(2023, 2, 1))


def test_a_released_scheme_answers_by_the_version_of_the_day() -> None:
    old, new = cut(SCHEME, date(2026, 2, 1), base=2000, until=date(2026, 12, 31))
    rules = RuleSet.from_text(as_rules((new, old)).text)
    assert versions_of(rules, "sample_points") == (old, new)
    assert version_on((old, new), date(2026, 1, 31)) == old
    assert version_on((old, new), date(2026, 2, 1)) == new
    with pytest.raises(SchemeNotInForce, match="自2024-01-01起施行"):
        version_on((old, new), date(2023, 12, 31))
    with pytest.raises(SchemeNotInForce, match="施行至2026-12-31"):
        version_on((old, new), date(2027, 1, 1))
    with pytest.raises(UnknownScheme, match="/v1/rules"):
        versions_of(rules, "nobody")
    assert schemes_on(rules, date(2027, 1, 1)) == {}


def test_only_a_scheme_that_says_so_is_the_default_of_a_tender_type() -> None:
    rules = as_rules([SCHEME])
    with pytest.raises(NoDefaultScheme):
        default_scheme(rules, "construction", date(2026, 1, 1))
    official = msgspec.structs.replace(SCHEME, scheme_id="official", sample=False, default_for=("construction",))
    assert default_scheme(as_rules([SCHEME, official]), "construction", date(2026, 1, 1)) == "official"
    with pytest.raises(NoDefaultScheme):
        default_scheme(as_rules([official]), None, date(2026, 1, 1))


def test_a_company_sees_a_scheme_for_bidders_first() -> None:
    agencies = msgspec.structs.replace(SCHEME, scheme_id="a", applies_to=AppliesTo(roles=(MarketRole.AGENCY,)))
    supply = msgspec.structs.replace(SCHEME, scheme_id="b", applies_to=AppliesTo(roles=(MarketRole.SUPPLIER,)))
    works = msgspec.structs.replace(SCHEME, scheme_id="c", applies_to=AppliesTo(roles=(MarketRole.TENDERER,)))
    local = msgspec.structs.replace(works, scheme_id="c.a", of="c")
    assert first_choice([agencies, local, supply, works]) == "c"
    assert first_choice([agencies]) is None
    assert first_choice([works, msgspec.structs.replace(supply, sample=False)]) == "b"


def test_a_scheme_for_natural_persons_alone_is_none_for_a_company() -> None:
    people = msgspec.structs.replace(SCHEME, applies_to=AppliesTo(subject_kinds=(SubjectKind.NATURAL_PERSON,)))
    both = msgspec.structs.replace(SCHEME, applies_to=AppliesTo(subject_kinds=tuple(SubjectKind)))
    assert set(for_companies({"people": people, "both": both, "all": SCHEME})) == {"both", "all"}


@given(RECORDS, faults(), DAYS)
def test_a_further_bad_record_never_raises_what_is_published(
    records: list[ScoredRecord], more: ScoredRecord, day: date
) -> None:
    before, after = rate(records, (PUBLISHED,), day), rate([*records, more], (PUBLISHED,), day)
    assert after.value <= before.value
    assert SCHEME.rank(after.grade) >= SCHEME.rank(before.grade)


@given(RECORDS, st.dates(date(2025, 4, 1), date(2026, 4, 1)))
def test_the_mean_is_that_of_every_day(records: list[ScoredRecord], day: date) -> None:
    period = rate(records, (QUARTER,), day).period
    assert period is not None
    days = [period.running.first + timedelta(i) for i in range((day - period.running.first).days + 1)]
    total = sum(score(records, QUARTER, each).value for each in days)
    assert period.running.value == (2 * total + len(days)) // (2 * len(days))
