"""One business act: rows, log entries, head, request key, in one transaction.

The unit locks the log head first, so the log has no gaps and checks made inside are exact. Rows are written at the
end in few statements; nothing slow (network, PDF, parsing) belongs inside. Units do not nest.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any, ClassVar

import msgspec
from piccolo.table import Table

from credit.kernel import canonical, database, ledger, merkle, tiles
from credit.kernel.clock import business_day
from credit.kernel.errors import Refusal
from credit.kernel.ids import new_salt
from credit.kernel.tables import LogEntry, LogPayload, LogTile, RequestKey

log = logging.getLogger("tendercredit.unit")

_LOCK = "SELECT size, frontier, recorded_at FROM log_head WHERE id = 1"
_ADVANCE = "UPDATE log_head SET size = {}, frontier = {}, root = {}, recorded_at = {} WHERE id = 1"
_KEPT = "SELECT body_hash, answer FROM request_key WHERE id = {}"

after_commit: list[Callable[[int], None]] = []  # told the new size; a nudge, never a guarantee


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What happened: ids, dates, enums and amounts only, never prose or personal data.

    `subject` orders the tasks that follow; `bulk` lets interactive acts go first.
    """

    kind: ClassVar[str] = ""
    version: ClassVar[int] = 1
    subject: str
    bulk: bool = False


class Request(msgspec.Struct, frozen=True):
    """An Idempotency-Key and the SHA-256 of the body it came with."""

    key: str
    body_hash: str


class Replayed(Exception):
    """This request was answered before; `answer` is that first answer as JSON text."""

    def __init__(self, answer: str) -> None:
        super().__init__("replayed")
        self.answer = answer


class RequestMismatch(Refusal):
    code = "idempotency_mismatch"
    title = "同一幂等键对应不同内容 Same key, other body"


class Unit:
    """The open act. `record` events, `write` rows that carry the event's seq, `keep` the answer."""

    def __init__(self, *, by: str, now: datetime, size: int, frontier: merkle.Frontier) -> None:
        self.by = by
        self.now = now
        self._size = size
        self._frontier = frontier
        self._events: list[Event] = []
        self._rows: dict[type[Table], list[dict[str, Any]]] = {}
        self._answer: str | None = None

    @property
    def day(self) -> date:
        """The business day of this act."""
        return business_day(self.now)

    @property
    def next_seq(self) -> int:
        """The log position the next recorded event will get."""
        return self._size + len(self._events)

    def record(self, event: Event) -> int:
        """Appends `event` to the log and returns its seq."""
        self._events.append(event)
        return self._size + len(self._events) - 1

    def write(self, table: type[Table], row: Mapping[str, Any]) -> None:
        """Adds a witnessed row; its `seq` says which event of this unit wrote it. Nullable columns may be left out.

        Raises ValueError for a seq of another unit and for a column that is unknown or missing.
        """
        if not self._size <= row["seq"] < self.next_seq:
            raise ValueError(f"{table.__name__}: seq {row['seq']} is not of this unit")
        whole = dict.fromkeys(nullable(table)) | dict(row)
        if whole.keys() != columns(table):
            raise ValueError(f"{table.__name__}: wrong columns {sorted(whole.keys() ^ columns(table))}")
        self._rows.setdefault(table, []).append(whole)

    def pending(self, table: type[Table]) -> list[dict[str, Any]]:
        """Rows of `table` written in this unit and not yet in the database."""
        return self._rows.get(table, [])

    def keep(self, answer: object) -> None:
        """Remembers the answer for a repeat of the same request."""
        self._answer = msgspec.json.encode(answer).decode()


@asynccontextmanager
async def unit(*, by: str, now: datetime, request: Request | None = None) -> AsyncIterator[Unit]:
    """Opens one business act by `by` at `now`; commits on leaving, then nudges the task runner.

    Raises Replayed for a repeated request, RequestMismatch for the same key with another body.
    """
    async with database.transaction():
        lock = _LOCK if database.is_sqlite() else _LOCK + " FOR UPDATE"
        head = (await database.fetch(lock))[0]
        if request is not None:
            await _replay(by, request)
        moment = max(now, head["recorded_at"])
        frontier = merkle.Frontier.from_json(head["frontier"])
        act = Unit(by=by, now=moment, size=head["size"], frontier=frontier)
        yield act
        size = await _close(act, request)
    _tell(size)


def _tell(size: int) -> None:
    for tell in after_commit:
        try:
            tell(size)
        except Exception:  # the act is done: a nudge that fails must not look like a failed act
            log.exception("a nudge after commit failed")


@lru_cache(maxsize=64)
def columns(table: type[Table]) -> frozenset[str]:
    """The column names of a table: what the digest of its rows covers."""
    return frozenset(c._meta.name for c in table._meta.columns)


@lru_cache(maxsize=64)
def nullable(table: type[Table]) -> frozenset[str]:
    return frozenset(c._meta.name for c in table._meta.columns if c._meta.null)


def row_id(table: type[Table], row: Mapping[str, Any]) -> str:
    """The primary key of a row as text."""
    return str(row[table._meta.primary_key._meta.name])


async def _replay(by: str, request: Request) -> None:
    kept = await database.fetch(_KEPT, _request_id(by, request))
    if not kept:
        return
    if kept[0]["body_hash"] != request.body_hash:
        raise RequestMismatch("this Idempotency-Key was used with another body; send a new key 请更换幂等键")
    raise Replayed(kept[0]["answer"])


def _request_id(by: str, request: Request) -> str:
    return hashlib.sha256(f"{by}\x1f{request.key}".encode()).hexdigest()


async def _close(act: Unit, request: Request | None) -> int:
    digests = _digests(act)
    for table, rows in act._rows.items():
        await database.insert(table, rows)
    if act._events:
        await _append(act, digests)
    if request is not None and act._answer is not None:
        row = {"id": _request_id(act.by, request), "body_hash": request.body_hash}
        await database.insert(RequestKey, [{**row, "answer": act._answer, "recorded_at": act.now}])
    return act.next_seq


def _digests(act: Unit) -> dict[int, dict[str, dict[str, str]]]:
    found: dict[int, dict[str, dict[str, str]]] = {}
    for table, rows in act._rows.items():
        for row in rows:
            of_table = found.setdefault(row["seq"], {}).setdefault(table._meta.tablename, {})
            of_table[row_id(table, row)] = row_digest(row)
    return found


def row_digest(row: Mapping[str, Any]) -> str:
    """SHA-256 of a row's canonical JSON: what the log remembers of a table cell."""
    return hashlib.sha256(canonical.encode(dict(row)).encode()).hexdigest()


def commitment(salt: str, body: str) -> str:
    """SHA-256(salt ‖ canonical payload): binds the entry to what it does not show."""
    return hashlib.sha256(bytes.fromhex(salt) + body.encode()).hexdigest()


async def _append(act: Unit, digests: dict[int, dict[str, dict[str, str]]]) -> None:
    entries, payloads, leaves = [], [], []
    for seq, event in enumerate(act._events, act._size):
        salt = new_salt()
        payload = canonical.encode({"event": event, "rows": digests.get(seq, {})})
        body = canonical.encode(
            {"seq": seq, "recorded_at": act.now, "kind": event.kind, "version": event.version,
             "actor": act.by, "subject": event.subject, "commit": commitment(salt, payload)}
        )
        leaf = merkle.leaf_hash(body.encode())
        leaves.append(leaf)
        payloads.append({"seq": seq, "salt": salt, "body": payload})
        entries.append(
            {"seq": seq, "recorded_at": act.now, "kind": event.kind, "actor": act.by,
             "subject": event.subject, "body": body, "leaf": leaf.hex()}
        )
    await database.insert(LogEntry, entries)
    await database.insert(LogPayload, payloads)
    act._frontier = act._frontier.extend(leaves)
    await _tiles(act._size, act.next_seq)
    head = (act.next_seq, act._frontier.to_json(), act._frontier.root.hex(), act.now)
    await database.fetch(_ADVANCE, *head)


async def _tiles(old: int, new: int) -> None:
    """Keeps the root of each tile that this unit fills, level by level."""
    for tile in tiles.full_tiles(old, new):
        root = tiles.subtree_root(await ledger.hashes(tiles.tile_read(tile)))
        row = {"id": f"{tile.level}/{tile.number}", "level": tile.level, "number": tile.number}
        await database.insert(LogTile, [{**row, "root": root.hex()}])
