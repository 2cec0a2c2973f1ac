"""The kernel's tables: the log, its payloads and tiles, request keys, rule releases, cursors and tasks."""

from __future__ import annotations

from piccolo.columns import BigInt, Integer, SmallInt, Text, Timestamptz, Varchar
from piccolo.table import Table


class LogHead(Table, tablename="log_head"):
    """One row: the size and compact range of the log. Every unit of work locks it first."""

    id = SmallInt(primary_key=True)
    origin = Varchar(length=200)
    size = BigInt()
    frontier = Text()
    root = Varchar(length=64)
    recorded_at = Timestamptz()


class LogEntry(Table, tablename="log_entry"):
    """One act. `body` is canonical JSON and the leaf's preimage; the other columns are copies for look-up."""

    seq = BigInt(primary_key=True)
    recorded_at = Timestamptz()
    kind = Varchar(length=60)
    actor = Varchar(length=80)
    subject = Varchar(length=80)
    body = Text()
    leaf = Varchar(length=64)


class LogPayload(Table, tablename="log_payload"):
    """What an entry commits to: the event's ids, dates and amounts, and a digest of each row it wrote."""

    seq = BigInt(primary_key=True)
    salt = Varchar(length=64)
    body = Text()


class LogTile(Table, tablename="log_tile"):
    """The root of a full tile: 256 hashes of one level. Proofs read a handful of these."""

    id = Varchar(length=40, primary_key=True)  # level/number
    level = SmallInt()
    number = BigInt()
    root = Varchar(length=64)


class RequestKey(Table, tablename="request_key"):
    """The first answer given to an Idempotency-Key, for ever the same."""

    id = Varchar(length=64, primary_key=True)
    body_hash = Varchar(length=64)
    answer = Text()
    recorded_at = Timestamptz()


class RuleRelease(Table, tablename="rule_release"):
    """A rule set that was in force from log position `seq` on."""

    digest = Varchar(length=64)
    seq = BigInt(primary_key=True)
    body = Text()


class TaskCursor(Table, tablename="task_cursor"):
    """How far a subscriber has read the log. Whoever holds the lease expands entries into tasks."""

    subscriber = Varchar(length=60, primary_key=True)
    seq = BigInt()
    lease_token = Varchar(length=64, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)


class Task(Table, tablename="task"):
    """One entry to be handled by one subscriber; gone when done, kept as `dead` with its reason when given up."""

    id = Varchar(length=120, primary_key=True)
    subscriber = Varchar(length=60)
    subject = Varchar(length=80)
    seq = BigInt()
    kind = Varchar(length=60)
    lane = SmallInt()
    state = Varchar(length=10)
    attempts = Integer()
    due_at = Timestamptz()
    lease_token = Varchar(length=64, null=True, default=None)
    lease_until = Timestamptz(null=True, default=None)
    error = Text(null=True, default=None)


class Lease(Table, tablename="lease"):
    """A named right held by one process at a time: polling bots, sweepers."""

    name = Varchar(length=60, primary_key=True)
    token = Varchar(length=64)
    until = Timestamptz()


KERNEL_TABLES: list[type[Table]] = [
    LogHead, LogEntry, LogPayload, LogTile, RequestKey, RuleRelease, TaskCursor, Task, Lease,
]
