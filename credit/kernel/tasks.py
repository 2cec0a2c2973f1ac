"""Tasks: a leased cursor per subscriber turns log entries into task rows; workers claim them in order per subject.

At-least-once: a handler is idempotent by `(subscriber, seq)`. Interactive acts go before bulk ones, failures back
off, and what cannot be done is kept as `dead` with its reason and no longer blocks its subject.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from credit.kernel import task_rows
from credit.kernel.clock import Clock
from credit.kernel.task_rows import counts, dead, revive, start_at_head

__all__ = [
    "Given", "Handler", "Later", "Never", "Runner", "Subscriber", "back_off", "counts", "dead", "revive",
    "start_at_head",
]

log = logging.getLogger("tendercredit.tasks")
_NO_BOUND = 2**31
_LOOK = 0.1  # seconds after which new tasks are looked for while handlers still run
_GATHER = 0.01  # seconds in which handlers that end together are replaced together


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
    """Who reacts: to which event kinds, by which handler, how often before giving up; of one whose handler waits for
    strangers, at most `at_once` tasks run in a process, so that their silence leaves places for the others."""

    name: str
    kinds: frozenset[str]
    handle: Handler
    max_attempts: int = 12
    at_once: int | None = None


class Runner:
    """Expands and works tasks of its subscribers. A handler that outlasts 9/10 of the `lease` is stopped and put off,
    so that no two runners work one task at the same time."""

    def __init__(self, subscribers: Sequence[Subscriber], clock: Clock, lease: timedelta) -> None:
        self.subscribers: Mapping[str, Subscriber] = {s.name: s for s in subscribers}
        self.clock = clock
        self.lease = lease
        self._ending = False
        self._running = Counter[str]()

    def end(self) -> None:
        """From now on `drain` begins nothing new: it finishes what it has begun and returns."""
        self._ending = True

    async def drain(self, limit: int = 20) -> int:
        """Works what is due, at most `limit` at once, until nothing is left; answers how many tasks it ended or put
        off. Cancelled, it gives back what it had claimed."""
        worked = 0
        running: set[asyncio.Task[None]] = set()
        try:
            while True:
                expanded = 0 if self._ending else await self._expand()
                running |= set() if self._ending else await self._start(limit - len(running))
                if running:
                    done, running = await _some(running)
                    worked += len(done)
                    for task in done:
                        task.result()
                elif not expanded:
                    return worked
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _expand(self) -> int:
        return sum([
            await task_rows.expand(s.name, s.kinds, self.clock(), self.lease) for s in self.subscribers.values()])

    async def _start(self, places: int) -> set[asyncio.Task[None]]:
        started: set[asyncio.Task[None]] = set()
        for names, room in self._rooms():
            most = min(places - len(started), room)
            rows = await task_rows.claim(names, most, self.clock(), self.lease) if most > 0 else []
            for row in rows:
                self._running[row["subscriber"]] += 1
                task = asyncio.create_task(self._work(Given(**row)))
                task.add_done_callback(partial(self._ended, row["subscriber"]))
                started.add(task)
        return started

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._running[name] -= 1

    def _rooms(self) -> list[tuple[list[str], int]]:
        """Whose tasks may be begun, and how many: each subscriber with a bound of its own, then the rest together."""
        bounded = [([s.name], s.at_once - self._running[s.name]) for s in self.subscribers.values() if s.at_once]
        return [*bounded, ([s.name for s in self.subscribers.values() if not s.at_once], _NO_BOUND)]

    async def _work(self, task: Given) -> None:
        subscriber = self.subscribers[task.subscriber]
        try:
            if task.attempts > subscriber.max_attempts:
                raise Never("处理进程多次中断 its worker died at every attempt")
            async with asyncio.timeout(self.lease.total_seconds() * 0.9):
                await subscriber.handle(task)
        except asyncio.CancelledError as exc:
            if not _stopping():
                kept = await self._put_off(subscriber, task, exc)
            else:
                await task_rows.give_back(task.id, task.token)
                raise
        except Never as exc:
            kept = await task_rows.bury(task.subscriber, task.id, task.token, str(exc))
        except Exception as exc:  # noqa: BLE001 - whatever went wrong, the task is put off, never lost
            kept = await self._put_off(subscriber, task, exc)
        else:
            kept = await task_rows.finish(task.subscriber, task.id, task.token)
        if not kept:
            log.warning("task %s was taken over before it ended", task.id)

    async def _put_off(self, subscriber: Subscriber, task: Given, exc: BaseException) -> bool:
        reason = str(exc) if isinstance(exc, Later) else f"{type(exc).__name__}: {exc}"
        level = logging.INFO if isinstance(exc, Later) else logging.WARNING
        log.log(level, "task %s attempt %d failed: %s", task.id, task.attempts, type(exc).__name__)
        if task.attempts >= subscriber.max_attempts:
            return await task_rows.bury(task.subscriber, task.id, task.token, reason)
        pause = exc.after if isinstance(exc, Later) and exc.after is not None else back_off(task.attempts)
        return await task_rows.put_off(task.id, task.token, self.clock() + pause, reason)


async def _some(running: set[asyncio.Task[None]]) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
    """Waits until handlers end, or for a moment only; those done and those not."""
    done, left = await asyncio.wait(running, timeout=_LOOK, return_when=asyncio.FIRST_COMPLETED)
    if done and left:
        more, left = await asyncio.wait(left, timeout=_GATHER)
        done |= more
    return done, left


def _stopping() -> bool:
    """Whether this very task is being cancelled, rather than something its handler awaited."""
    me = asyncio.current_task()
    return me is not None and me.cancelling() > 0


def back_off(attempts: int) -> timedelta:
    """1 s, 2 s, 4 s … at most an hour: the pause after the n-th failed attempt."""
    return timedelta(seconds=min(3600, 2 ** min(12, max(0, attempts - 1))))
