"""The SQL of watches: who follows which companies, and what was last told of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from credit.kernel import database
from sanctions.service.watching.model import Line, Watch
from sanctions.tables import Watch as WatchTable
from sanctions.tables import WatchSubject
from sanctions.verdicts import Outcome
from sanctions.watches import State, Told, Why

_AT_ONCE = 500
_ONE = "SELECT * FROM sanctions_watch WHERE id = {}"
_OF = """SELECT * FROM sanctions_watch WHERE org_code = {} AND state <> 'removed' AND seq < {}
    ORDER BY seq DESC LIMIT {}"""
_RUNNING = "SELECT count(*) AS n FROM sanctions_watch WHERE org_code = {} AND state = 'running'"
_DUE = "SELECT * FROM sanctions_watch WHERE state = 'running' AND look_at <= {} ORDER BY look_at, id LIMIT 50"
_LOOKED = """UPDATE sanctions_watch SET look_at = {} WHERE id = {} AND look_at = {} AND state = 'running'
    RETURNING id"""
_ALL_DUE = "UPDATE sanctions_watch SET look_at = {} WHERE state = 'running' AND look_at > {}"
_END = """UPDATE sanctions_watch SET state = {}, why = {}, ended_at = {} WHERE id = {} AND state = 'running'
    RETURNING id"""
_REMOVE = "UPDATE sanctions_watch SET state = 'removed', tender = '' WHERE id = {} AND state <> 'removed' RETURNING id"
_FORGET = "DELETE FROM sanctions_watch_subject WHERE watch_id = {}"
_UNSENT = """UPDATE sanctions_webhook_delivery SET body = '' WHERE watch_id = {} AND state <> 'waiting'"""
_SUBJECTS = "SELECT * FROM sanctions_watch_subject WHERE watch_id = {} ORDER BY code"
_SOME = "SELECT * FROM sanctions_watch_subject WHERE id IN "
_FOLLOWING = """SELECT s.* FROM sanctions_watch_subject s JOIN sanctions_watch w ON w.id = s.watch_id
    WHERE w.state = 'running' AND s.code IN """
_LINKED = """SELECT s.* FROM sanctions_watch_subject s JOIN sanctions_watch w ON w.id = s.watch_id
    WHERE w.state = 'running' AND s.linked <> ''"""
_KEEP = """UPDATE sanctions_watch_subject SET outcome = {}, was = {}, bars = {}, reasons = {}, linked = {},
    known_seq = {}, on_day = {}, changed_at = {}, looks = looks + 1 WHERE id = {} AND looks = {} RETURNING id"""


def _watch(row: Mapping[str, Any]) -> Watch:
    why = row["why"]
    return Watch(**{**row, "state": State(row["state"]), "why": None if why is None else Why(why),
                    "until_award": bool(row["until_award"])})


def _line(row: Mapping[str, Any]) -> Line:
    told = Told(Outcome(row["outcome"]), tuple(msgspec.json.decode(row["bars"])), tuple(row["reasons"].split()))
    return Line(
        watch_id=row["watch_id"], code=row["code"], told=told, linked=tuple(row["linked"].split()),
        known_seq=row["known_seq"], on_day=row["on_day"], changed_at=row["changed_at"],
        was=Outcome(row["was"]) if row["was"] else None, looks=row["looks"])


def _cells(line: Line) -> dict[str, Any]:
    return {
        "id": line.id, "watch_id": line.watch_id, "code": line.code, "outcome": line.told.outcome.value,
        "was": line.was.value if line.was else None,
        "bars": msgspec.json.encode(line.told.bars).decode(), "reasons": " ".join(line.told.reasons),
        "linked": " ".join(line.linked), "known_seq": line.known_seq, "on_day": line.on_day,
        "changed_at": line.changed_at, "looks": line.looks,
    }


async def write(made: Watch, lines: Sequence[Line]) -> None:
    """Enters a new one with its companies, inside the unit that opens it."""
    row = msgspec.structs.asdict(made) | {"state": made.state.value, "why": made.why and made.why.value}
    await database.insert(WatchTable, [row])
    await database.insert(WatchSubject, [_cells(line) for line in lines])


async def watch(watch_id: str) -> Watch | None:
    rows = await database.fetch(_ONE, watch_id)
    return _watch(rows[0]) if rows else None


async def of_organisation(org_code: str, below: int, limit: int) -> list[Watch]:
    """Those of one organisation opened before log position `below`, newest first."""
    return [_watch(row) for row in await database.fetch(_OF, org_code, below, limit)]


async def running(org_code: str) -> int:
    """How many of an organisation run."""
    return int((await database.fetch(_RUNNING, org_code))[0]["n"])


async def due(now: datetime) -> list[Watch]:
    """Running ones whose answers may have changed by themselves, up to fifty."""
    return [_watch(row) for row in await database.fetch(_DUE, now)]


async def looked(found: Watch, look_at: datetime) -> bool:
    """Sets the next look; False where it was made due meanwhile, or ended."""
    return bool(await database.fetch(_LOOKED, look_at, found.id, found.look_at))


async def all_due(now: datetime) -> None:
    """Makes every running watch due: rules or sources are others."""
    await database.fetch(_ALL_DUE, now, now)


async def end(watch_id: str, why: Why, now: datetime) -> bool:
    """Ends a running one, inside a unit; False where it does not run."""
    return bool(await database.fetch(_END, State.ENDED.value, why.value, now, watch_id))


async def remove(watch_id: str) -> bool:
    """Forgets its tender, its companies and what was told of them, inside a unit."""
    if not await database.fetch(_REMOVE, watch_id):
        return False
    await database.fetch(_FORGET, watch_id)
    await database.fetch(_UNSENT, watch_id)
    return True


async def lines(watch_id: str) -> list[Line]:
    """The companies of a watch, by code."""
    return [_line(row) for row in await database.fetch(_SUBJECTS, watch_id)]


async def some(ids: Sequence[str]) -> list[Line]:
    """These lines as they are now."""
    return [_line(row) for row in await _in(_SOME, ids)]


async def following(codes: Sequence[str]) -> list[Line]:
    """The lines of running watches whose answer may depend on the file of one of `codes`."""
    wanted = set(codes)
    found = {line.id: line for line in map(_line, await _in(_FOLLOWING, codes))}
    for line in map(_line, await database.fetch(_LINKED)):
        if wanted & set(line.linked):
            found[line.id] = line
    return list(found.values())


async def keep(line: Line, looks: int) -> bool:
    """Keeps what is told now; False where somebody looked since, so that the caller looks again."""
    new = _cells(line)
    told = (new["outcome"], new["was"], new["bars"], new["reasons"], new["linked"])
    return bool(await database.fetch(_KEEP, *told, line.known_seq, line.on_day, line.changed_at, line.id, looks))


async def _in(text: str, keys: Sequence[str]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        found += await database.fetch(f"{text}({', '.join(['{}'] * len(part))})", *part)
    return found
