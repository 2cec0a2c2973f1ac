"""The SQL of the score cache: one row for an entity and scheme, one for a run, one for each range of a run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec

from credit.kernel import database
from sanctions.service.scoring.model import Cached, Chunk, Run
from sanctions.tables import ScoreChunk, ScoreRow, ScoreRun

_RUN = "SELECT * FROM sanctions_score_run WHERE id = {}"
_RUNS = "SELECT * FROM sanctions_score_run ORDER BY id"
_DROP_RUN = "DELETE FROM sanctions_score_run WHERE id = {}"
_DROP_CHUNKS = "DELETE FROM sanctions_score_chunk WHERE scheme = {}"
_CLAIM = """UPDATE sanctions_score_chunk SET token = {{}}, leased_until = {{}} WHERE id = (
    SELECT id FROM sanctions_score_chunk WHERE done = {{}} AND (leased_until IS NULL OR leased_until < {{}})
    ORDER BY scheme, number LIMIT 1 {skip}) RETURNING *"""
_CLAIM_SQLITE = _CLAIM.format(skip="")
_CLAIM_POSTGRES = _CLAIM.format(skip="FOR UPDATE SKIP LOCKED")
_DONE = "UPDATE sanctions_score_chunk SET done = {}, leased_until = NULL WHERE id = {} AND token = {} RETURNING id"
_LEFT = "SELECT count(*) AS n FROM sanctions_score_chunk WHERE scheme = {} AND done = {}"
_OPEN = "SELECT count(*) AS n FROM sanctions_score_chunk WHERE done = {}"
_FINISH = "UPDATE sanctions_score_run SET finished = {} WHERE id = {} AND seq = {} RETURNING id"
_OLD = "DELETE FROM sanctions_score WHERE scheme = {} AND seq < {}"
_STAMP = """UPDATE sanctions_score_run SET seq = {}, on_day = {} WHERE id = {} AND seq = {} AND finished = {}
    RETURNING id"""
_KEEP = """ ON CONFLICT (id) DO UPDATE SET value = excluded.value, grade = excluded.grade,
    next_change = excluded.next_change, on_day = excluded.on_day, seq = excluded.seq"""
_DUE = "SELECT entity_id FROM sanctions_score WHERE scheme = {} AND next_change <= {}"
_COUNTS = "SELECT grade, count(*) AS n FROM sanctions_score WHERE scheme = {} GROUP BY grade"
_PAGE = """SELECT scheme, entity_id, value, grade, next_change, on_day, seq FROM sanctions_score
    WHERE scheme = {} AND grade = {} AND entity_id > {} ORDER BY entity_id LIMIT {}"""


def _of(kind: Any, row: dict[str, Any]) -> Any:
    return kind(**{name: row[name] for name in kind.__struct_fields__})


async def run(scheme: str) -> Run | None:
    rows = await database.fetch(_RUN, scheme)
    return _of(Run, rows[0]) if rows else None


async def runs() -> list[Run]:
    return [_of(Run, row) for row in await database.fetch(_RUNS)]


async def begin(made: Run, marks: Sequence[str]) -> None:
    """Opens a run in place of any before it, with its ranges."""
    chunks = [
        {"id": f"{made.id}/{n}", "scheme": made.id, "number": n, "after_id": after, "upto_id": upto, "done": False,
         "token": None, "leased_until": None}
        for n, (after, upto) in enumerate(zip(["", *marks], marks, strict=False))
    ]
    async with database.transaction():
        await database.fetch(_DROP_RUN, made.id)
        await database.fetch(_DROP_CHUNKS, made.id)
        await database.insert(ScoreRun, [msgspec.structs.asdict(made)])
        await database.insert(ScoreChunk, chunks)


async def claim(token: str, now: datetime, until: datetime) -> Chunk | None:
    """The next range that nobody holds, of any run; None where there is none."""
    text = _CLAIM_SQLITE if database.is_sqlite() else _CLAIM_POSTGRES
    rows = await database.fetch(text, token, until, False, now)
    return _of(Chunk, rows[0]) if rows else None


async def keep(rows: Sequence[Cached]) -> None:
    """Writes scores over those before."""
    made = [msgspec.structs.asdict(row) | {"id": f"{row.scheme}/{row.entity_id}"} for row in rows]
    await database.insert(ScoreRow, made, suffix=_KEEP)


async def complete(chunk: Chunk, rows: Sequence[Cached]) -> bool:
    """Keeps the scores of a range and marks it done in one transaction; False where somebody else has it now."""
    async with database.transaction():
        if not await database.fetch(_DONE, True, chunk.id, chunk.token):
            return False
        await keep(rows)
    return True


async def left(scheme: str) -> int:
    """How many ranges are still open."""
    return int((await database.fetch(_LEFT, scheme, False))[0]["n"])


async def still_open() -> int:
    """How many ranges of all runs are not done, held by somebody or by nobody."""
    return int((await database.fetch(_OPEN, False))[0]["n"])


async def finish(found: Run) -> None:
    """Ends a run whose ranges are all done; scores that it did not make are dropped."""
    async with database.transaction():
        if await database.fetch(_FINISH, True, found.id, found.seq):
            await database.fetch(_OLD, found.id, found.seq)
            await database.fetch(_DROP_CHUNKS, found.id)


async def due(scheme: str, day: date) -> set[str]:
    """Entities whose score changes by `day`."""
    return {row["entity_id"] for row in await database.fetch(_DUE, scheme, day)}


async def stamp(found: Run, seq: int, day: date) -> None:
    """The cache now stands at `seq` and `day`; nothing happens where another run began meanwhile."""
    await database.fetch(_STAMP, seq, day, found.id, found.seq, True)


async def counts(scheme: str) -> dict[str, int]:
    """How many have each grade."""
    return {row["grade"]: row["n"] for row in await database.fetch(_COUNTS, scheme)}


async def page(scheme: str, grade: str, after: str, limit: int) -> list[Cached]:
    """Those with a grade, by entity id, after one."""
    return [_of(Cached, row) for row in await database.fetch(_PAGE, scheme, grade, after, limit)]
