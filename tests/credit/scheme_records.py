"""Random records of every sort, by what the items of any scheme look for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from credit.model import Field, ListFacts, PenaltyKind, Record, RecordKind, Severity, Stage
from credit.schemes import Scheme
from credit.scores import ScoredRecord
from tests import factories
from tests.credit.points_scheme import OFFICE, conduct, praise, record


def records(scheme: Scheme) -> st.SearchStrategy[list[ScoredRecord]]:
    """Up to six records around the days on which the scheme holds."""
    last = min(scheme.until or date(2030, 1, 1), scheme.since + timedelta(days=1500))
    days = st.dates(scheme.since - timedelta(days=400), last)
    made = [_penalties(scheme, days), _listings(scheme, days)]
    if any(item.conduct for item in scheme.faults) and scheme.hearing:
        made.append(_conduct(scheme, days))
    if scheme.merits:
        made.append(_merits(scheme, days))
    return st.lists(st.one_of(made), max_size=6, unique_by=lambda one: one.record.record_id)


def _acts(scheme: Scheme) -> st.SearchStrategy[tuple[str, ...]]:
    known = sorted({act for item in scheme.faults for act in item.match.acts})
    return st.lists(st.sampled_from([*known, "ban.other"]), max_size=2, unique=True).map(tuple)


@st.composite
def _penalties(draw: st.DrawFn, scheme: Scheme, days: st.SearchStrategy[date]) -> ScoredRecord:
    decided = draw(days)
    later = st.none() | st.dates(decided, decided + timedelta(days=800))
    made = factories.penalty(
        f"p{draw(st.integers(0, 10**6))}", decided_on=decided, served_on=draw(later), valid_until=draw(later),
        repaired_on=draw(later), field=draw(st.none() | st.sampled_from(Field)),
        kinds=tuple(draw(st.lists(st.sampled_from(PenaltyKind), min_size=1, max_size=2))),
        stage=draw(st.sampled_from([Stage.DECIDED] * 4 + [Stage.DRAFT])),
        withdrawn=draw(st.sampled_from([False] * 5 + [True])),
    )
    return ScoredRecord(made, draw(st.none() | st.sampled_from(Severity)), draw(_acts(scheme)))


@st.composite
def _listings(draw: st.DrawFn, scheme: Scheme, days: st.SearchStrategy[date]) -> ScoredRecord:
    decided = draw(days)
    facts = ListFacts(authority=OFFICE, list="wage_arrears", document_no="示", decided_on=decided,
                      removed_on=draw(st.none() | st.dates(decided, decided + timedelta(days=800))))
    made: Record = record(f"l{draw(st.integers(0, 10**6))}", RecordKind.LIST_ENTRY, facts)
    return ScoredRecord(made, draw(st.none() | st.sampled_from(Severity)), draw(_acts(scheme)))


@st.composite
def _conduct(draw: st.DrawFn, scheme: Scheme, days: st.SearchStrategy[date]) -> ScoredRecord:
    day = draw(days)
    answers: list[dict[str, Any]] = [{}, {"stated_on": day}, {"stated_on": day, "replied_on": day, "upheld": True},
                                     {"stated_on": day, "replied_on": day, "upheld": False}]
    item = draw(st.sampled_from([i.item for i in scheme.faults if i.conduct] + ["unknown"]))
    repaired = draw(st.none() | st.dates(day, day + timedelta(days=500)))
    own = draw(st.sampled_from([*sorted(scheme.takes), "another"]))
    return conduct(f"c{draw(st.integers(0, 10**6))}", item, day, scheme=own, repaired_on=repaired,
                   **draw(st.sampled_from(answers)))


@st.composite
def _merits(draw: st.DrawFn, scheme: Scheme, days: st.SearchStrategy[date]) -> ScoredRecord:
    own = draw(st.sampled_from([*sorted(scheme.takes), "another"]))
    item = draw(st.sampled_from([i.item for i in scheme.merits] + ["unknown"]))
    return praise(f"m{draw(st.integers(0, 10**6))}", item, draw(days), scheme=own)
