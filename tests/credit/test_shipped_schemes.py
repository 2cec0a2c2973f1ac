"""What every shipped scheme keeps to, whatever its figures: a property holds for the file, not for one sample."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from credit.model import MeritFacts
from credit.scheme_files import load_versions
from credit.schemes import Scheme
from credit.scores import LineKind, Score, ScoredRecord
from credit.scoring import score
from tests.credit.scheme_records import records

SCHEMES = tuple(chain(*load_versions(Path(__file__).parents[2] / "credit" / "rules" / "schemes").values()))
GOOD = {LineKind.MERIT, LineKind.CAPPED}


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scheme, list[ScoredRecord], date]:
    """A scheme, records of every sort that it may take, and a day on which it holds."""
    scheme = draw(st.sampled_from(SCHEMES))
    last = scheme.until or scheme.since + timedelta(days=1600)
    return scheme, draw(records(scheme)), draw(st.dates(scheme.since, last))


def not_above(scheme: Scheme, after: Score, before: Score) -> bool:
    return after.value <= before.value and scheme.rank(after.grade) >= scheme.rank(before.grade)


@given(cases())
@settings(max_examples=120)
def test_taking_a_bad_record_away_never_lowers_and_a_good_one_never_raises(
    case: tuple[Scheme, list[ScoredRecord], date]
) -> None:
    scheme, found, day = case
    everything = score(found, scheme, day)
    for i, one in enumerate(found):
        without = score([*found[:i], *found[i + 1 :]], scheme, day)
        good = isinstance(one.record.facts, MeritFacts)
        assert not_above(scheme, without, everything) if good else not_above(scheme, everything, without)


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_lines_add_up_within_bounds_in_any_order(
    case: tuple[Scheme, list[ScoredRecord], date], random: Random
) -> None:
    scheme, found, day = case
    made, shuffled = score(found, scheme, day), list(found)
    random.shuffle(shuffled)
    assert score(shuffled, scheme, day) == made
    assert sum(line.points for line in made.lines) == made.value
    assert scheme.floor is None or made.value >= scheme.floor
    assert scheme.ceiling is None or made.value <= scheme.ceiling
    good = sum(line.points for line in made.lines if line.kind in GOOD)
    assert scheme.merit_cap is None or good <= scheme.merit_cap
    assert all(line.basis for line in made.lines)


def test_samples_say_so_and_are_nobodys_default() -> None:
    for scheme in SCHEMES:
        assert scheme.sample
        assert scheme.title.startswith("示例")
        assert not (scheme.verified or scheme.default_for)
        assert not any(item.verified for item in scheme.merits)
        assert not any(item.verified for item in scheme.faults)
        assert not any(item.verified for item in scheme.thresholds)
