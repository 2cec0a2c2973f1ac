"""The SQL of extracts: manifests handed out. Rows are only added."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from sanctions.service.extracts.model import KeptExtract
from sanctions.tables import Extract

_EXTRACT = "SELECT number, seq, known_seq, on_day, digest, note FROM sanctions_extract WHERE {where}"
_NEWEST = _EXTRACT.format(where="number < {} ORDER BY number DESC LIMIT {}")
_BY_SEQ = _EXTRACT.format(where="known_seq = {}")
_BY_DIGEST = _EXTRACT.format(where="digest = {}")
_BEFORE = _EXTRACT.format(where="known_seq < {} ORDER BY known_seq DESC LIMIT 1")
_SINCE = "SELECT max(revision) AS most FROM sanctions_restriction WHERE seq > {}"
_KEPT = "SELECT known_seq FROM sanctions_extract WHERE on_day >= {}"
FOREVER = 2**31 - 1  # what an integer column holds on both engines


async def newest() -> KeptExtract | None:
    found = await page(FOREVER, 1)
    return found[0] if found else None


async def page(below: int, limit: int) -> list[KeptExtract]:
    """Those numbered below `below`, newest first."""
    return [_extract(row) for row in await database.fetch(_NEWEST, min(below, FOREVER), limit)]


async def by_seq(known_seq: int) -> KeptExtract | None:
    """The extract that knows the log up to exactly this position."""
    return _one(await database.fetch(_BY_SEQ, known_seq))


async def by_digest(digest: str) -> KeptExtract | None:
    return _one(await database.fetch(_BY_DIGEST, digest))


async def before(known_seq: int) -> KeptExtract | None:
    """The newest extract that knows less than this position."""
    return _one(await database.fetch(_BEFORE, known_seq))


async def positions(first_day: date) -> set[int]:
    """The log positions of the extracts of a day and later."""
    return {int(row["known_seq"]) for row in await database.fetch(_KEPT, first_day)}


async def bars_since(seq: int) -> int:
    """The highest revision of a bar written in positions after `seq`; 0 where none was."""
    return (await database.fetch(_SINCE, seq))[0]["most"] or 0


def write(u: Unit, made: KeptExtract) -> None:
    u.write(Extract, {"id": str(made.number), **msgspec.structs.asdict(made)})


def _one(rows: list[dict[str, Any]]) -> KeptExtract | None:
    return _extract(rows[0]) if rows else None


def _extract(row: dict[str, Any]) -> KeptExtract:
    return msgspec.convert(row, KeptExtract, strict=False)
