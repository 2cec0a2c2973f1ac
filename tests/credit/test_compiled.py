"""The quick way to a score and the way that explains it never differ."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.compiled import Compiled, Value
from credit.scheme_files import load_versions
from credit.schemes import Newcomer, Scheme
from credit.scores import ScoredRecord
from credit.scoring import SchemeNotInForce, next_change, score
from tests import factories
from tests.credit.points_scheme import DAYS, RECORDS, SCHEME
from tests.credit.scheme_records import records

_FILES = load_versions(Path(__file__).parents[2] / "credit" / "rules" / "schemes")
VERSIONS = [scheme for versions in _FILES.values() for scheme in versions]
MADE = {(scheme.scheme_id, scheme.since): Compiled(scheme) for scheme in VERSIONS}
_NEW = Newcomer(grade="B", title="示例:新入", source="示例", verified=False)
STRICT = Compiled(msgspec.structs.replace(SCHEME, newcomer=_NEW, ceiling=2400, until=date(2026, 4, 30)))


def told(found: list[ScoredRecord], scheme: Scheme, day: date) -> Value:
    """Value, grade and next change as the explained score has them."""
    now, ends = score(found, scheme, day), scheme.until.toordinal() + 1 if scheme.until else None
    endless = msgspec.structs.replace(scheme, until=None)
    then = next_change(found, endless, day)
    change = then.on.toordinal() if then else None
    return Value(now.value, now.grade, min((d for d in (change, ends) if d is not None), default=None))


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_every_scheme_gives_the_value_that_is_explained(data: st.DataObject) -> None:
    scheme = data.draw(st.sampled_from(VERSIONS), label="scheme")
    made = MADE[scheme.scheme_id, scheme.since]
    found = data.draw(records(scheme))
    day = data.draw(st.dates(scheme.since, scheme.until or scheme.since + timedelta(days=1600)))
    assert made.value(made.pack(found), day) == told(found, scheme, day)


@given(RECORDS, DAYS, st.sampled_from([Compiled(SCHEME), STRICT]))
@settings(max_examples=100, deadline=None)
def test_cycles_thresholds_groups_and_newcomers_too(found: list[ScoredRecord], day: date, made: Compiled) -> None:
    day = min(day, made.scheme.until or day)
    assert made.value(made.pack(found), day) == told(found, made.scheme, day)


def test_nobody_without_records_changes() -> None:
    """The sample construction scheme begins at 70.00, which is grade C, and nothing is due."""
    made = MADE["sample_construction", date(2023, 5, 1)]
    assert made.value([], date(2026, 6, 1)) == Value(7000, "C", None)


def test_what_was_withdrawn_is_no_fact() -> None:
    made = MADE["sample_construction", date(2023, 5, 1)]
    assert made.pack([ScoredRecord(factories.penalty(withdrawn=True))]) == []


def test_before_the_scheme_there_is_no_value() -> None:
    made = MADE["sample_construction", date(2023, 5, 1)]
    with pytest.raises(SchemeNotInForce):
        made.value([], date(2023, 4, 30))
