"""The SQL of intended entries: their steps. Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from sanctions.proposals import Proposal, ProposalAct, ProposalStep
from sanctions.tables import ProposalRow

_STEPS = "SELECT * FROM sanctions_proposal WHERE proposal_id = {} ORDER BY number"
_OF_RECORD = "SELECT proposal_id FROM sanctions_proposal WHERE record_id = {}"
_FIRST = "SELECT proposal_id FROM sanctions_proposal WHERE number = 1 AND seq < {} "
_LAST = "ORDER BY seq DESC LIMIT {}"
_MANY = "SELECT * FROM sanctions_proposal WHERE proposal_id IN "


async def proposal(proposal_id: str) -> Proposal | None:
    rows = await database.fetch(_STEPS, proposal_id)
    return Proposal(steps=tuple(_step(r) for r in rows)) if rows else None


async def of_record(record_id: str) -> Proposal | None:
    """The intended entry that became this record."""
    rows = await database.fetch(_OF_RECORD, record_id)
    return await proposal(rows[0]["proposal_id"]) if rows else None


async def proposals(
    below: int, limit: int, *, office: str | None = None, subject: str | None = None
) -> list[Proposal]:
    """Those recorded before log position `below`, newest first: of an office, of a company, or all."""
    text, given = _FIRST, list[object]([below])
    if office is not None:
        text, given = text + "AND (org_code = {} OR authority_code = {}) ", [*given, office, office]
    if subject is not None:
        text, given = text + "AND subject_code = {} ", [*given, subject]
    rows = await database.fetch(text + _LAST, *given, limit)
    return await _many([r["proposal_id"] for r in rows])


async def _many(ids: Sequence[str]) -> list[Proposal]:
    if not ids:
        return []
    marks, values = database.anyof(ids)
    found: dict[str, list[ProposalStep]] = {one: [] for one in ids}
    for row in await database.fetch(_MANY + f"{marks} ORDER BY number", *values):
        found[row["proposal_id"]].append(_step(row))
    return [Proposal(steps=tuple(steps)) for steps in found.values()]


def _step(row: dict[str, Any]) -> ProposalStep:
    told = {name: row[name] for name in ProposalStep.__struct_fields__ if name not in ("act", "upheld")}
    upheld = None if row["upheld"] is None else bool(row["upheld"])
    return ProposalStep(**told, act=ProposalAct(row["act"]), upheld=upheld)


def write_step(u: Unit, step: ProposalStep) -> None:
    row = msgspec.structs.asdict(step)
    u.write(ProposalRow, {**row, "id": f"{step.proposal_id}/{step.number}", "act": step.act.value})
