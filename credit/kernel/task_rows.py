"""Task rows: one active task per `(subscriber, subject)`, the others wait in log order behind it.

States: `ready` (may be claimed when due), `leased` (being worked), `waiting` (behind another of its subject), `dead`
(given up, out of the way). A unique index keeps a subject's second task from becoming active.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.ids import new_token
from credit.kernel.tables import Task

_BEHIND = """SELECT size FROM log_head WHERE size - 1 >
    coalesce((SELECT seq FROM task_cursor WHERE subscriber = {}), -1)"""
_NEW_CURSOR = "INSERT INTO task_cursor (subscriber, seq) VALUES ({}, {}) ON CONFLICT (subscriber) DO NOTHING"
_LEASE_CURSOR = """UPDATE task_cursor SET lease_token = {}, lease_until = {}
    WHERE subscriber = {} AND (lease_until IS NULL OR lease_until < {}) RETURNING seq"""
_MOVE_CURSOR = """UPDATE task_cursor SET seq = {}, lease_token = NULL, lease_until = NULL
    WHERE subscriber = {} AND lease_token = {} RETURNING seq"""
_SHARE_CURSOR = "SELECT seq FROM task_cursor WHERE subscriber = {} FOR SHARE"
_NEWER = """SELECT e.seq, e.kind, e.subject, p.body FROM log_entry e JOIN log_payload p ON p.seq = e.seq
    WHERE e.seq > {} ORDER BY e.seq LIMIT 500"""
_BUSY = "SELECT DISTINCT subject FROM task WHERE subscriber = {} AND state <> 'dead' AND subject IN "
_ACTIVE = "state <> 'dead' AND state <> 'waiting'"
_FREE = "due_at <= {} AND (lease_until IS NULL OR lease_until < {})"
_ANY_DUE = f"SELECT id FROM task WHERE {_ACTIVE} AND {_FREE} AND subscriber IN "  # noqa: S608
_READY = f"SELECT id FROM task t WHERE {_ACTIVE} AND {_FREE} AND subscriber IN "  # noqa: S608
_TAKE = """UPDATE task SET state = 'leased', attempts = attempts + 1, lease_token = {}, lease_until = {}
    WHERE id IN (SELECT id FROM picked) RETURNING id, subscriber, subject, seq, kind, attempts, lease_token AS token"""
_PAYLOADS = "SELECT seq, body FROM log_payload WHERE seq IN "
_DONE = "DELETE FROM task WHERE id = {} AND lease_token = {} RETURNING subscriber, subject"
_LATER = """UPDATE task SET state = 'ready', due_at = {}, error = {}, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_UNTOUCHED = """UPDATE task SET state = 'ready', attempts = attempts - 1, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_DEAD = """UPDATE task SET state = 'dead', error = {}, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING subscriber, subject"""
_NEXT = f"""UPDATE task SET state = 'ready' WHERE id = (SELECT id FROM task WHERE subscriber = {{}} AND subject = {{}}
        AND state <> 'dead' AND state = 'waiting' ORDER BY seq LIMIT 1)
    AND NOT EXISTS (SELECT 1 FROM task a WHERE a.subscriber = {{}} AND a.subject = {{}} AND {_ACTIVE})"""  # noqa: S608
_REVIVE = """UPDATE task SET state = 'waiting', due_at = {}, attempts = 0 WHERE id = {} AND state = 'dead'
    RETURNING subscriber, subject"""
_COUNTS = "SELECT subscriber, state, count(*) AS n FROM task GROUP BY subscriber, state ORDER BY subscriber, state"
_DEAD_ONES = """SELECT id, subscriber, subject, seq, kind, attempts, error FROM task WHERE state = 'dead'
    ORDER BY seq, subscriber LIMIT {}"""


def _marks(count: int) -> str:
    return f"({', '.join(['{}'] * count)})"


async def expand(subscriber: str, kinds: frozenset[str], now: datetime, lease: timedelta) -> int:
    """Moves a subscriber's cursor over up to 500 new entries, one task row for each of `kinds`; how many it passed."""
    if not await database.fetch(_BEHIND, subscriber):
        return 0
    token = new_token()
    async with database.transaction():
        await database.fetch(_NEW_CURSOR, subscriber, -1)
        leased = await database.fetch(_LEASE_CURSOR, token, now + lease, subscriber, now)
        if not leased:
            return 0
        entries = await database.fetch(_NEWER, leased[0]["seq"])
        wanted = [e for e in entries if e["kind"] in kinds]
        busy = await _busy(subscriber, {e["subject"] for e in wanted})
        rows = [_row(subscriber, e, now, busy) for e in wanted]
        await database.insert(Task, rows, suffix=" ON CONFLICT (id) DO NOTHING")
        last = entries[-1]["seq"] if entries else leased[0]["seq"]
        await database.fetch(_MOVE_CURSOR, last, subscriber, token)
    return len(entries)


async def _busy(subscriber: str, subjects: set[str]) -> set[str]:
    """The subjects that have an unfinished task."""
    if not subjects:
        return set()
    return {r["subject"] for r in await database.fetch(_BUSY + _marks(len(subjects)), subscriber, *subjects)}


def _row(subscriber: str, entry: Mapping[str, Any], now: datetime, busy: set[str]) -> dict[str, Any]:
    event = msgspec.json.decode(entry["body"])["event"]
    state = "waiting" if entry["subject"] in busy else "ready"
    busy.add(entry["subject"])
    return {
        "id": f"{subscriber}/{entry['seq']}", "subscriber": subscriber, "subject": entry["subject"],
        "seq": entry["seq"], "kind": entry["kind"], "lane": 1 if event.get("bulk") else 0, "state": state,
        "attempts": 0, "due_at": now,
    }


async def claim(subscribers: Sequence[str], limit: int, now: datetime, lease: timedelta) -> list[dict[str, Any]]:
    """Leases up to `limit` tasks that are due, interactive ones first; each with its event. No other runner has them
    until the lease ends."""
    whose = _marks(len(subscribers))
    if not subscribers or not await database.fetch(f"{_ANY_DUE}{whose} LIMIT 1", now, now, *subscribers):
        return []
    ready = f"{_READY}{whose} ORDER BY lane, due_at, seq LIMIT {{}}"
    if database.is_sqlite():
        text = f"WITH picked AS ({ready}) {_TAKE}"
    else:  # without MATERIALIZED it claimed more than the limit
        text = f"WITH picked AS MATERIALIZED ({ready} FOR UPDATE SKIP LOCKED) {_TAKE}"
    async with database.transaction():
        rows = await database.fetch(text, now, now, *subscribers, limit, new_token(), now + lease)
    events = await _events({r["seq"] for r in rows})
    return [{**r, "event": events.get(r["seq"], {})} for r in sorted(rows, key=lambda r: int(r["seq"]))]


async def _events(seqs: Iterable[int]) -> dict[int, dict[str, Any]]:
    wanted = list(seqs)
    rows = await database.fetch(_PAYLOADS + _marks(len(wanted)), *wanted) if wanted else []
    return {r["seq"]: msgspec.json.decode(r["body"])["event"] for r in rows}


async def finish(subscriber: str, task_id: str, token: str) -> bool:
    """Removes a done task and lets its subject's next one come; False when the lease was lost."""
    return await _end(subscriber, _DONE, task_id, token)


async def bury(subscriber: str, task_id: str, token: str, reason: str) -> bool:
    """Gives a task up for good: it stays as `dead` with its reason and blocks nobody. False when the lease was lost."""
    return await _end(subscriber, _DEAD, reason[:2000], task_id, token)


async def put_off(task_id: str, token: str, due: datetime, reason: str) -> bool:
    """Makes a task due later; those behind it keep waiting. False when the lease was lost."""
    return bool(await database.fetch(_LATER, due, reason[:2000], task_id, token))


async def give_back(task_id: str, token: str) -> bool:
    """Returns a task that was not tried, e.g. at shutdown. False when the lease was lost."""
    return bool(await database.fetch(_UNTOUCHED, task_id, token))


async def _end(subscriber: str, text: str, *args: object) -> bool:
    async with database.transaction():
        if not database.is_sqlite():  # `expand` holds this row while it decides who waits
            await database.fetch(_SHARE_CURSOR, subscriber)
        ended = await database.fetch(text, *args)
        if ended:
            await _next(ended[0]["subscriber"], ended[0]["subject"])
    return bool(ended)


async def _next(subscriber: str, subject: str) -> None:
    await database.fetch(_NEXT, subscriber, subject, subscriber, subject)


async def start_at_head(subscriber: str, seq: int) -> None:
    """Lets a new subscriber begin after `seq` instead of at the log's beginning."""
    await database.fetch(_NEW_CURSOR, subscriber, seq)


async def revive(task_id: str, now: datetime) -> bool:
    """Puts a dead task back in line, before later ones of its subject; False when there is none."""
    async with database.transaction():
        revived = await database.fetch(_REVIVE, now, task_id)
        if revived:
            await _next(revived[0]["subscriber"], revived[0]["subject"])
    return bool(revived)


async def counts() -> list[dict[str, Any]]:
    """Task rows by subscriber and state."""
    return await database.fetch(_COUNTS)


async def dead(limit: int = 100) -> list[dict[str, Any]]:
    """Tasks given up, oldest first, with their reasons."""
    return await database.fetch(_DEAD_ONES, limit)
