"""An entry on a list counts by an item that names the list, until its removal; a removal itself never counts."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from credit.model import Authority, ListFacts, Record, RecordKind, RemovalFacts, RemovalGround, Severity
from credit.scheme_files import load_schemes
from credit.scoring import LineKind, ScoredRecord, history, score

SCHEME = load_schemes(Path(__file__).parents[2] / "credit" / "rules" / "schemes")["sample_construction"]
OFFICE = Authority(name="示例市人力资源和社会保障局")
DECIDED = date(2025, 9, 15)


def entered(code: str = "wage_arrears", **given: Any) -> ScoredRecord:
    facts = ListFacts(authority=OFFICE, list=code, document_no="示例列〔2025〕1号", decided_on=DECIDED, **given)
    return ScoredRecord(record("l1", RecordKind.LIST_ENTRY, facts), Severity.SERIOUS, (f"list.{code}",))


def removed(on: date) -> ScoredRecord:
    facts = RemovalFacts(authority=OFFICE, entry_id="l1", list="wage_arrears", document_no="示例移〔2026〕1号",
                         decided_on=on, ground=RemovalGround.REPAIR)
    return ScoredRecord(record("x1", RecordKind.REMOVAL, facts))


def record(record_id: str, kind: RecordKind, facts: ListFacts | RemovalFacts) -> Record:
    return Record(record_id=record_id, revision=1, kind=kind, entity_id="e1", seq=0, first_seq=0, facts=facts,
                  recorded_at=datetime(2026, 5, 21, tzinfo=UTC))


def test_an_item_that_names_the_list_counts_from_the_decision_to_the_removal() -> None:
    records = [entered(removed_on=date(2026, 11, 20)), removed(date(2026, 11, 20))]
    steps = history(records, SCHEME, date(2025, 9, 1), date(2029, 1, 1))
    # base 70; 20 off from the decision day; back on the day of removal
    assert [(s.on, s.value) for s in steps] == [
        (date(2025, 9, 1), 7000), (DECIDED, 5000), (date(2026, 11, 20), 7000)]


def test_an_entry_that_stays_counts_through_the_months_of_the_item() -> None:
    assert score([entered()], SCHEME, date(2028, 9, 15)).value == 5000
    assert score([entered()], SCHEME, date(2028, 9, 16)).value == 7000


def test_an_item_for_penalties_does_not_take_an_entry() -> None:
    found = score([entered("judgment_defaulter", authority_field="construction")], SCHEME, date(2026, 1, 1))
    assert [(line.kind, line.points) for line in found.lines[1:]] == [(LineKind.NOT_LISTED, 0)]


def test_an_item_may_ask_for_the_field_of_the_office_as_well() -> None:
    item = next(found for found in SCHEME.faults if "list.wage_arrears" in found.match.acts)
    narrow = msgspec.structs.replace(item, match=msgspec.structs.replace(item.match, fields=("labour",)))
    scheme = msgspec.structs.replace(SCHEME, faults=(narrow,))
    assert score([entered(authority_field="labour")], scheme, date(2026, 1, 1)).value == 5000
    assert score([entered(authority_field="tax")], scheme, date(2026, 1, 1)).value == 7000
    kinds = msgspec.structs.replace(item, match=msgspec.structs.replace(item.match, kinds=("fine",)))
    assert score([entered()], msgspec.structs.replace(SCHEME, faults=(kinds,)), date(2026, 1, 1)).value == 7000


@given(st.dates(date(2025, 1, 1), date(2030, 1, 1)), st.dates(DECIDED, date(2029, 1, 1)))
def test_a_removal_never_lowers_a_score_and_shows_no_line(day: date, on: date) -> None:
    before, after = score([entered()], SCHEME, day), score([entered(removed_on=on), removed(on)], SCHEME, day)
    assert after.value >= before.value
    assert all(line.record_id != "x1" for line in after.lines)
