"""What an import says of the sample file is what was worked out by hand, from the CSV and from the XLSX alike."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sanctions.intake import Accepted, Outcome, Parked, read

EXAMPLES = Path(__file__).parents[2] / "examples"
TODAY = date(2026, 11, 22)


def said(outcome: Outcome) -> dict[str, Any]:
    """An outcome in the words of penalties.expected.json."""
    if isinstance(outcome, Accepted):
        command = outcome.command
        return {
            "document_no": command.document_no,
            "decided_on": command.decided_on.isoformat(),
            "kinds": sorted(command.kinds),
            "fine_fen": command.fine_fen,
            "confiscated_fen": command.confiscated_fen,
            "ban_unread": command.ban_unread,
            "kind_source": str(command.kind_source),
        }
    if isinstance(outcome, Parked):
        return {"missing": sorted(outcome.missing), "code": outcome.faults[0].code}
    return {"column": outcome.column, "code": outcome.code}


def meant(row: dict[str, Any]) -> dict[str, Any]:
    if row["outcome"] == "accepted":
        keys = ("document_no", "decided_on", "fine_fen", "confiscated_fen")
        unread, source = row.get("ban_unread", False), row.get("kind_source", "field")
        return {key: row.get(key) for key in keys} | {
            "kinds": sorted(row["kinds"]),
            "ban_unread": unread,
            "kind_source": source,
        }
    if row["outcome"] == "parked":
        return {"missing": sorted(row["missing"]), "code": row["code"]}
    return {"column": row["column"], "code": row["code"]}


@pytest.mark.parametrize("file", ["penalties.csv", "penalties.xlsx"])
def test_every_row_is_read_as_worked_out_by_hand(file: str) -> None:
    rows = json.loads((EXAMPLES / "penalties.expected.json").read_text(encoding="utf-8"))["rows"]
    outcomes = {str(outcome.row): outcome for outcome in read(EXAMPLES / file, today=TODAY)}
    assert set(outcomes) == set(rows)
    for number, row in rows.items():
        if row["outcome"] == "duplicate" or "conflict_with" in row:
            assert isinstance(outcomes[number], Accepted), number
        else:
            assert said(outcomes[number]) == meant(row), number
