"""Tasks: a leased cursor per subscriber turns log entries into task rows; workers claim them in order per subject.

At-least-once: a handler is idempotent by `(subscriber, seq)`. Interactive acts go before bulk ones, failures back
off, and what cannot be done is kept as `dead` with its reason and no longer blocks its subject.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.clock import Clock
from credit.kernel.ids import new_token
from credit.kernel.tables import Task

log = logging.getLogger("tendercredit.tasks")

_BEHIND = """SELECT size FROM log_head WHERE size - 1 >
    coalesce((SELECT seq FROM task_cursor WHERE subscriber = {}), -1)"""
_ANY_DUE = """SELECT id FROM task WHERE state <> 'dead' AND due_at <= {}
    AND (lease_until IS NULL OR lease_until < {}) LIMIT 1"""
_NEW_CURSOR = "INSERT INTO task_cursor (subscriber, seq) VALUES ({}, {}) ON CONFLICT (subscriber) DO NOTHING"
_LEASE_CURSOR = """UPDATE task_cursor SET lease_token = {}, lease_until = {}
    WHERE subscriber = {} AND (lease_until IS NULL OR lease_until < {}) RETURNING seq"""
_MOVE_CURSOR = """UPDATE task_cursor SET seq = {}, lease_token = NULL, lease_until = NULL
    WHERE subscriber = {} AND lease_token = {} RETURNING seq"""
_NEWER = """SELECT e.seq, e.kind, e.subject, p.body FROM log_entry e JOIN log_payload p ON p.seq = e.seq
    WHERE e.seq > {} ORDER BY e.seq LIMIT 500"""
_FIRST_OF_SUBJECT = """t.seq = (SELECT min(f.seq) FROM task f WHERE f.subscriber = t.subscriber
    AND f.subject = t.subject AND f.state <> 'dead')"""
_READY = f"""SELECT t.id FROM task t WHERE t.state <> 'dead' AND t.due_at <= {{}}
    AND (t.lease_until IS NULL OR t.lease_until < {{}}) AND {_FIRST_OF_SUBJECT}
    ORDER BY t.lane, t.due_at, t.seq LIMIT {{}}"""  # noqa: S608
_TAKE = """UPDATE task SET state = 'leased', attempts = attempts + 1, lease_token = {}, lease_until = {}
    WHERE id IN (SELECT id FROM picked) RETURNING id, subscriber, subject, seq, kind, attempts"""
_CLAIM_POSTGRES = f"WITH picked AS MATERIALIZED ({_READY} FOR UPDATE OF t SKIP LOCKED) {_TAKE}"
_CLAIM_SQLITE = f"WITH picked AS ({_READY}) {_TAKE}"
_DONE = "DELETE FROM task WHERE id = {} AND lease_token = {} RETURNING id"
_LATER = """UPDATE task SET state = 'ready', due_at = {}, error = {}, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_DEAD = """UPDATE task SET state = 'dead', error = {}, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_REVIVE = "UPDATE task SET state = 'ready', due_at = {}, attempts = 0 WHERE id = {} AND state = 'dead' RETURNING id"
_COUNTS = "SELECT subscriber, state, count(*) AS n FROM task GROUP BY subscriber, state ORDER BY subscriber, state"


class Given(msgspec.Struct, frozen=True):
    """One claimed task: the entry's seq, kind and subject, its event as JSON values, and which attempt this is."""

    id: str
    subscriber: str
    subject: str
    seq: int
    kind: str
    attempts: int
    event: dict[str, Any]
    token: str


class Later(Exception):
    """Try again; `after` overrides the usual back-off."""

    def __init__(self, reason: str, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Never(Exception):
    """This can never be done; kept as dead with the reason."""


Handler = Callable[[Given], Awaitable[None]]


@dataclass(frozen=True)
class Subscriber:
    """Who reacts: to which event kinds, by which handler, how often before giving up."""

    name: str
    kinds: frozenset[str]
    handle: Handler
    max_attempts: int = 12


class Runner:
    """Expands and works tasks of its subscribers; one `drain` does everything due now."""

    def __init__(self, subscribers: Sequence[Subscriber], clock: Clock, lease: timedelta) -> None:
        self.subscribers: Mapping[str, Subscriber] = {s.name: s for s in subscribers}
        self.clock = clock
        self.lease = lease

    async def drain(self, limit: int = 20) -> int:
        """Works what is due until nothing is left; answers how many tasks were finished or put off."""
        worked = 0
        while True:
            expanded = [await self._expand(s) for s in self.subscribers.values()]
            given = await self._claim(limit)
            await asyncio.gather(*(self._work(task) for task in given))
            worked += len(given)
            if not given and not any(expanded):
                return worked

    async def _expand(self, subscriber: Subscriber) -> int:
        """Moves the cursor over new entries; creates a task row for each that concerns the subscriber."""
        if not await database.fetch(_BEHIND, subscriber.name):
            return 0
        now, token = self.clock(), new_token()
        async with database.transaction():
            await database.fetch(_NEW_CURSOR, subscriber.name, -1)
            leased = await database.fetch(_LEASE_CURSOR, token, now + self.lease, subscriber.name, now)
            if not leased:
                return 0
            entries = await database.fetch(_NEWER, leased[0]["seq"])
            rows = [_row(subscriber, e, now) for e in entries if e["kind"] in subscriber.kinds]
            await database.insert(Task, rows, suffix=" ON CONFLICT (id) DO NOTHING")
            last = entries[-1]["seq"] if entries else leased[0]["seq"]
            await database.fetch(_MOVE_CURSOR, last, subscriber.name, token)
        return len(entries)

    async def _claim(self, limit: int) -> list[Given]:
        now, token = self.clock(), new_token()
        if not await database.fetch(_ANY_DUE, now, now):
            return []
        text = _CLAIM_SQLITE if database.is_sqlite() else _CLAIM_POSTGRES
        async with database.transaction():
            rows = await database.fetch(text, now, now, limit, token, now + self.lease)
        given = []
        for row in sorted(rows, key=lambda r: r["seq"]):
            payload = await database.fetch("SELECT body FROM log_payload WHERE seq = {}", row["seq"])
            event = msgspec.json.decode(payload[0]["body"])["event"] if payload else {}
            given.append(Given(**row, event=event, token=token))
        return given

    async def _work(self, task: Given) -> None:
        subscriber = self.subscribers[task.subscriber]
        try:
            await subscriber.handle(task)
        except Never as exc:
            await self._end(_DEAD, str(exc), task.id, task.token)
        except Exception as exc:  # noqa: BLE001 - whatever went wrong, the task is put off, never lost
            await self._put_off(subscriber, task, exc)
        else:
            await self._end(_DONE, task.id, task.token)

    async def _put_off(self, subscriber: Subscriber, task: Given, exc: Exception) -> None:
        reason = f"{type(exc).__name__}: {exc}" if not isinstance(exc, Later) else str(exc)
        log.warning("task %s attempt %d failed: %s", task.id, task.attempts, type(exc).__name__)
        if task.attempts >= subscriber.max_attempts:
            await self._end(_DEAD, reason[:2000], task.id, task.token)
            return
        pause = exc.after if isinstance(exc, Later) and exc.after else back_off(task.attempts)
        await self._end(_LATER, self.clock() + pause, reason[:2000], task.id, task.token)

    async def _end(self, text: str, *args: object) -> None:
        async with database.transaction():
            ended = await database.fetch(text, *args)
        if not ended:
            log.warning("a task's lease was taken over before it ended")


def back_off(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … at most an hour: the pause after the n-th failed attempt."""
    return timedelta(seconds=min(3600, 2 ** max(0, attempts - 1)))


def _row(subscriber: Subscriber, entry: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    event = msgspec.json.decode(entry["body"])["event"]
    return {
        "id": f"{subscriber.name}/{entry['seq']}", "subscriber": subscriber.name, "subject": entry["subject"],
        "seq": entry["seq"], "kind": entry["kind"], "lane": 1 if event.get("bulk") else 0, "state": "ready",
        "attempts": 0, "due_at": now,
    }


async def start_at_head(subscriber: str, seq: int) -> None:
    """Lets a new subscriber begin after `seq` instead of at the log's beginning."""
    await database.fetch(_NEW_CURSOR, subscriber, seq)


async def revive(task_id: str, now: datetime) -> bool:
    """Puts a dead task back to work; False when there is none."""
    async with database.transaction():
        return bool(await database.fetch(_REVIVE, now, task_id))


async def counts() -> list[dict[str, Any]]:
    """Task rows by subscriber and state."""
    return await database.fetch(_COUNTS)
