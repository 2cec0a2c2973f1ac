"""Reading the log: head, entries, positions of moments, inclusion and consistency proofs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from credit.kernel import database, merkle, tiles
from credit.kernel.errors import NotFound

_HEAD = "SELECT origin, size, root, recorded_at FROM log_head WHERE id = 1"
_ENTRY = "SELECT seq, recorded_at, kind, actor, subject, body, leaf FROM log_entry WHERE seq = {}"
_PAYLOAD = "SELECT salt, body FROM log_payload WHERE seq = {}"
_SEQ_AT = "SELECT max(seq) AS seq FROM log_entry WHERE recorded_at <= {}"
_ROOTS = "SELECT root FROM log_tile WHERE level = {} AND number >= {} AND number < {} ORDER BY number"
_LEAVES = "SELECT leaf FROM log_entry WHERE seq >= {} AND seq < {} ORDER BY seq"
_OF_SUBJECT = "SELECT seq, recorded_at, kind, actor FROM log_entry WHERE subject = {} ORDER BY seq"
_OF_KIND = """SELECT seq, recorded_at, kind, actor, subject, body, leaf FROM log_entry
    WHERE kind = {} AND seq < {} ORDER BY seq"""


class Head(msgspec.Struct, frozen=True):
    """The log now: its name, size and root hash (hex)."""

    origin: str
    size: int
    root: str
    recorded_at: datetime


class Entry(msgspec.Struct, frozen=True):
    seq: int
    recorded_at: datetime
    kind: str
    actor: str
    subject: str
    body: str
    leaf: str


async def head() -> Head:
    """The newest durable head."""
    return Head(**(await database.fetch(_HEAD))[0])


async def entry(seq: int) -> Entry:
    """One entry. Raises NotFound."""
    found = await database.fetch(_ENTRY, seq) if 0 <= seq < 2**62 else []
    if not found:
        raise NotFound(f"日志中没有第{seq}条 no log entry {seq}")
    return Entry(**found[0])


async def of_kind(kind: str, below: int = 2**62) -> list[Entry]:
    """Every entry of a kind before position `below`, oldest first. Scans the log: for rare kinds or a small `below`."""
    return [Entry(**row) for row in await database.fetch(_OF_KIND, kind, below)]


async def event(seq: int) -> dict[str, Any]:
    """The event of an entry as JSON values."""
    found = await database.fetch(_PAYLOAD, seq)
    if not found:
        raise NotFound(f"日志中没有第{seq}条 no log entry {seq}")
    return dict(msgspec.json.decode(found[0]["body"])["event"])


async def opening(seq: int) -> tuple[str, str]:
    """Salt (hex) and payload to which the entry's `commit` binds: SHA-256(salt ‖ payload). Raises NotFound."""
    found = await database.fetch(_PAYLOAD, seq)
    if not found:
        raise NotFound(f"日志中没有第{seq}条 no log entry {seq}")
    return found[0]["salt"], found[0]["body"]


async def seq_at(moment: datetime) -> int:
    """The greatest seq recorded by `moment`; -1 before the first."""
    seq = (await database.fetch(_SEQ_AT, moment))[0]["seq"]
    return -1 if seq is None else int(seq)


async def hashes(read: tiles.Read) -> list[bytes]:
    """The hashes of one read: leaves at level 0, roots of full tiles above."""
    if read.level == 0:
        rows = await database.fetch(_LEAVES, read.start, read.end)
        return [bytes.fromhex(r["leaf"]) for r in rows]
    rows = await database.fetch(_ROOTS, read.level - 1, read.start, read.end)
    return [bytes.fromhex(r["root"]) for r in rows]


async def inclusion(seq: int, size: int) -> list[bytes]:
    """The proof that entry `seq` is in the log of `size`. Raises NotFound for a position outside."""
    if not 0 <= seq < size <= (await head()).size:
        raise NotFound(f"第{seq}条不在大小为{size}的日志中 entry {seq} is not in a log of size {size}")
    held = await _held(merkle.inclusion_plan(seq, size))
    return merkle.inclusion_path(seq, size, held)


async def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the log of `old` entries begins the log of `new`. Raises NotFound for sizes not reached."""
    if not 0 <= old <= new <= (await head()).size:
        raise NotFound(f"日志没有这样的大小 the log has not had sizes {old} and {new}")
    held = await _held(merkle.consistency_plan(old, new))
    return merkle.consistency_path(old, new, held)


async def _held(plan: list[tiles.Range]) -> tiles.Hashes:
    return tiles.held({read: await hashes(read) for read in tiles.reads(plan)})
