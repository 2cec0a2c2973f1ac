"""Every case of tests/cases/intake, row by row, against what was worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from sanctions.intake import Accepted, Outcome, Parked, Rejected, read
from sanctions.model import PenaltyCommand
from tests.sanctions.intake_files import workbook

CASES = Path(__file__).parent.parent / "cases" / "intake"
FILES = sorted(p.name for p in CASES.glob("*.yaml"))


def _case(name: str) -> tuple[dict[str, Any], dict[int, Outcome]]:
    case = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    data: bytes | Path = CASES / case["file"] if "file" in case else workbook(case["header"], case["cells"])
    outcomes = list(read(data, today=date.fromisoformat(case["today"])))
    return case, {o.row: o for o in outcomes}


def _seen(outcome: Outcome, expected: dict[str, Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {"outcome": type(outcome).__name__.lower()}
    if isinstance(outcome, Rejected):
        seen |= {"code": outcome.code, "column": outcome.column}
    elif isinstance(outcome, Parked):
        seen |= {"missing": [m.value for m in outcome.missing], "code": outcome.faults[0].code}
        seen |= {"subject_code": outcome.code, "touches": [t.value for t in outcome.touches]}
    else:
        seen["fields"] = {k: v for k, v in _fields(outcome.command).items() if k in expected.get("fields", {})}
    return {k: v for k, v in seen.items() if k in expected}


def _fields(command: PenaltyCommand) -> dict[str, Any]:
    return {
        "name": command.subject.name,
        "code": command.subject.code,
        "subject_kind": command.subject.kind.value,
        "document_no": command.document_no,
        "decided_on": command.decided_on.isoformat(),
        "kinds": [k.value for k in command.kinds],
        "kind_source": command.kind_source.value,
        "fine_fen": command.fine_fen,
        "confiscated_fen": command.confiscated_fen,
        "ban_unread": command.ban_unread,
        "restrictions": list(command.restrictions),
        "authority": command.authority.name,
        "authority_code": command.authority.code,
        "source": command.source and command.source.name,
        "source_code": command.source and command.source.code,
        "licence": command.licence,
        "valid_until": command.valid_until and command.valid_until.isoformat(),
        "publish_until": command.publish_until and command.publish_until.isoformat(),
    }


@pytest.mark.parametrize("name", FILES)
def test_every_row_becomes_what_was_worked_out_by_hand(name: str) -> None:
    case, outcomes = _case(name)
    checked = ("outcome", "missing", "code", "column", "subject_code", "touches", "fields")
    expected = {e["row"]: {k: e[k] for k in checked if k in e} for e in case["rows"]}
    assert {n: _seen(o, expected[n]) for n, o in outcomes.items()} == expected


def test_forty_complete_rows_are_compared_field_by_field() -> None:
    complete = [e for name in FILES for e in _case(name)[0]["rows"] if len(e.get("fields", {})) >= 7]
    assert len(complete) >= 40


def test_a_file_states_no_restriction_and_no_field() -> None:
    for name in FILES:
        for outcome in _case(name)[1].values():
            if isinstance(outcome, Accepted):
                assert outcome.command.restrictions == ()
                assert outcome.command.field is None


def test_every_refusal_of_a_row_says_what_to_do() -> None:
    for name in FILES:
        for outcome in _case(name)[1].values():
            faults = outcome.faults if isinstance(outcome, Parked) else ()
            said = [outcome.detail] if isinstance(outcome, Rejected) else [f.detail for f in faults]
            assert all("请" in s for s in said), said


def test_no_id_number_survives_anywhere() -> None:
    for name in FILES:
        assert "8999991900010100" not in repr(list(_case(name)[1].values()))
