"""The SQL of screenings: one row for the file, one for each chunk that is answered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from credit.kernel import database
from sanctions.service.screening.model import Part, Screening, State
from sanctions.tables import QuestionCount, ScreeningPart
from sanctions.tables import Screening as ScreeningTable

_ONE = "SELECT * FROM sanctions_screening WHERE id = {}"
_OF = """SELECT * FROM sanctions_screening WHERE org_code = {} AND state <> 'removed' AND known_seq < {}
    ORDER BY known_seq DESC LIMIT {}"""
_DUE = "SELECT id FROM sanctions_screening WHERE state <> 'removed' AND expires_on < {} ORDER BY id LIMIT 100"
_PARTS = "SELECT number, rows, digest, counts FROM sanctions_screening_part WHERE screening_id = {} ORDER BY number"
_BEGIN = """UPDATE sanctions_screening SET tries = tries + 1, state = 'running', started_at = coalesce(started_at, {})
    WHERE id = {} AND state IN ('waiting', 'running') RETURNING tries"""
_ROWS = "UPDATE sanctions_screening SET rows = {}, tries = 0 WHERE id = {} AND state = 'running' RETURNING id"
_WORKED = "UPDATE sanctions_screening SET tries = 0 WHERE id = {} AND state = 'running' RETURNING id"
_FINISH = """UPDATE sanctions_screening SET state = 'finished', ended_at = {}, result_digest = {}, result_bytes = {}
    WHERE id = {} AND state = 'running' RETURNING id"""
_REFUSE = """UPDATE sanctions_screening SET state = 'refused', ended_at = {}, fault_code = {}, fault = {}
    WHERE id = {} AND state IN ('waiting', 'running') RETURNING id"""
_REMOVE = """UPDATE sanctions_screening SET state = 'removed', tender = '', fault = NULL
    WHERE id = {} AND state <> 'removed' RETURNING id"""
_COUNTED = """ ON CONFLICT (id) DO UPDATE SET times = sanctions_question_count.times + excluded.times"""


def _screening(row: Mapping[str, Any]) -> Screening:
    return Screening(**{**row, "state": State(row["state"])})


async def write(made: Screening) -> None:
    """Enters a new one, inside the unit of its request."""
    await database.insert(ScreeningTable, [msgspec.structs.asdict(made) | {"state": made.state.value}])


async def screening(screening_id: str) -> Screening | None:
    rows = await database.fetch(_ONE, screening_id)
    return _screening(rows[0]) if rows else None


async def of_organisation(org_code: str, below: int, limit: int) -> list[Screening]:
    """Those of one organisation asked before log position `below`, newest first."""
    return [_screening(row) for row in await database.fetch(_OF, org_code, below, limit)]


async def due(today: date) -> list[str]:
    """Those whose keeping has ended."""
    return [row["id"] for row in await database.fetch(_DUE, today)]


async def parts(screening_id: str) -> list[Part]:
    """What is answered so far, in order."""
    return [
        Part(number=r["number"], rows=r["rows"], digest=r["digest"], counts=msgspec.json.decode(r["counts"]))
        for r in await database.fetch(_PARTS, screening_id)
    ]


async def begin(screening_id: str, now: datetime) -> int | None:
    """Another try; which one since the last progress. None where there is nothing to work on."""
    rows = await database.fetch(_BEGIN, now, screening_id)
    return int(rows[0]["tries"]) if rows else None


async def found(screening_id: str, rows: int) -> bool:
    """How many rows the file has."""
    return bool(await database.fetch(_ROWS, rows, screening_id))


async def worked(screening_id: str, made: Part, *, day: date, asker: str, codes: Mapping[str, int]) -> bool:
    """Keeps a part and counts its questions in one transaction, once however often; False where it was removed."""
    row = {"id": f"{screening_id}/{made.number}", "screening_id": screening_id, "number": made.number,
           "rows": made.rows, "digest": made.digest, "counts": msgspec.json.encode(made.counts).decode()}
    async with database.transaction():
        if not await database.fetch(_WORKED, screening_id):
            return False
        if await database.insert(ScreeningPart, [row], suffix=" ON CONFLICT (id) DO NOTHING RETURNING id"):
            await _count(day, asker, codes)
    return True


async def alive(screening_id: str) -> None:
    """A turn of work ended without harm: the tries begin anew."""
    await database.fetch(_WORKED, screening_id)


async def _count(day: date, asker: str, codes: Mapping[str, int]) -> None:
    rows = [
        {"id": f"{day}/{asker}/{code}", "day": day, "asker": asker, "code": code, "times": times}
        for code, times in sorted(codes.items())  # always in one order, so that no two wait for each other
    ]
    await database.insert(QuestionCount, rows, suffix=_COUNTED)


async def finish(screening_id: str, now: datetime, digest: str, size: int) -> bool:
    """Marks it finished, inside a unit; False where somebody was faster or it was removed."""
    return bool(await database.fetch(_FINISH, now, digest, size, screening_id))


async def refuse(screening_id: str, now: datetime, code: str, detail: str) -> bool:
    return bool(await database.fetch(_REFUSE, now, code, detail, screening_id))


async def remove(screening_id: str) -> bool:
    """Forgets it and its tender, inside a unit; the row stays for the log's sake."""
    return bool(await database.fetch(_REMOVE, screening_id))
