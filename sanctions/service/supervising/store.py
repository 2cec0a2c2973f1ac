"""The SQL of supervision: draws with their results and instructions, talks with their steps. Rows are only added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from credit.kernel import database
from credit.kernel.unit import Unit
from sanctions.draws import Announcement, Drawn
from sanctions.tables import Draw, DrawAct, DrawResult, TalkRow
from sanctions.talks import Talk, TalkAct, TalkStep

_DRAW = """SELECT d.*, r.checkpoint, r.seed, r.result FROM sanctions_draw d
    LEFT JOIN sanctions_draw_result r ON r.id = d.id WHERE {where}"""
_ONE_DRAW = _DRAW.format(where="d.id = {}")
_DRAWS = _DRAW.format(where="d.seq < {} ORDER BY d.seq DESC LIMIT {}")
_WAITING = _DRAW.format(where="r.id IS NULL ORDER BY d.seq")
_ACTS = "SELECT * FROM sanctions_draw_act WHERE draw_id = {} ORDER BY seq"
_ADDRESSED = """SELECT * FROM sanctions_draw_act WHERE addressee = {} AND (due_on IS NOT NULL OR answers IS NOT NULL)
    ORDER BY seq DESC LIMIT {}"""
_STEPS = "SELECT * FROM sanctions_talk WHERE talk_id = {} ORDER BY number"
_TALKS = "SELECT talk_id FROM sanctions_talk WHERE number = 1 AND seq < {} "
_HELD_BY = """AND (org_code = {} OR talk_id IN (SELECT talk_id FROM sanctions_talk WHERE department = {})) """
_OF_TALKS = "SELECT * FROM sanctions_talk WHERE talk_id IN "
_LAST = "ORDER BY seq DESC LIMIT {}"


class KeptDraw(msgspec.Struct, frozen=True, kw_only=True):
    """A draw as stored: announced, and drawn once `seed` is there."""

    made: Announcement
    seq: int
    org_code: str
    payload_id: str
    checkpoint: str | None
    seed: str | None
    result: tuple[Drawn, ...]


class KeptAct(msgspec.Struct, frozen=True, kw_only=True):
    """An instruction, its answer (`answers` is the instruction), or what an inspection found (neither that nor a day
    by which to answer)."""

    id: str
    draw_id: str
    seq: int
    answers: str | None
    item: str
    addressee: str
    org_code: str
    day: date
    due_on: date | None
    payload_id: str


def _draw(row: dict[str, Any]) -> KeptDraw:
    result = msgspec.json.decode(row["result"], type=tuple[Drawn, ...]) if row["result"] else ()
    return KeptDraw(made=msgspec.json.decode(row["announced"], type=Announcement), seq=row["seq"],
                    org_code=row["org_code"], payload_id=row["payload_id"], checkpoint=row["checkpoint"],
                    seed=row["seed"], result=result)


async def draw(draw_id: str) -> KeptDraw | None:
    rows = await database.fetch(_ONE_DRAW, draw_id)
    return _draw(rows[0]) if rows else None


async def draws(below: int, limit: int) -> list[KeptDraw]:
    """Draws announced before log position `below`, newest first."""
    return [_draw(r) for r in await database.fetch(_DRAWS, below, limit)]


async def waiting() -> list[KeptDraw]:
    """Draws announced and not yet drawn, oldest first."""
    return [_draw(r) for r in await database.fetch(_WAITING)]


async def draw_acts(draw_id: str) -> list[KeptAct]:
    """Instructions, answers and findings, oldest first."""
    return [KeptAct(**row) for row in await database.fetch(_ACTS, draw_id)]


async def acts_addressed(org_code: str, limit: int) -> list[KeptAct]:
    """Instructions to an organisation and their answers, newest first."""
    return [KeptAct(**row) for row in await database.fetch(_ADDRESSED, org_code, limit)]


def write_draw(u: Unit, made: Announcement, text: str, *, seq: int, org_code: str, payload_id: str) -> None:
    u.write(Draw, {"id": made.id, "seq": seq, "org_code": org_code, "announced": text, "payload_id": payload_id})


def write_result(u: Unit, draw_id: str, *, seq: int, checkpoint: str, seed: str, result: str) -> None:
    u.write(DrawResult, {"id": draw_id, "seq": seq, "checkpoint": checkpoint, "seed": seed, "result": result})


def write_act(u: Unit, act: KeptAct) -> None:
    u.write(DrawAct, msgspec.structs.asdict(act))


async def talk(talk_id: str) -> Talk | None:
    rows = await database.fetch(_STEPS, talk_id)
    return Talk(steps=tuple(_step(r) for r in rows)) if rows else None


async def talks(below: int, limit: int, *, office: str | None = None, subject: str | None = None) -> list[Talk]:
    """Talks recorded before log position `below`, newest first: those that an office held or was referred, those of a
    company, or all."""
    text, given = _TALKS, list[object]([below])
    if office is not None:
        text, given = text + _HELD_BY, [*given, office, office]
    if subject is not None:
        text, given = text + "AND subject_code = {} ", [*given, subject]
    rows = await database.fetch(text + _LAST, *given, limit)
    return await _talks([r["talk_id"] for r in rows])


async def _talks(ids: Sequence[str]) -> list[Talk]:
    if not ids:
        return []
    marks, values = database.anyof(ids)
    found: dict[str, list[TalkStep]] = {talk_id: [] for talk_id in ids}
    for row in await database.fetch(_OF_TALKS + f"{marks} ORDER BY number", *values):
        found[row["talk_id"]].append(_step(row))
    return [Talk(steps=tuple(steps)) for steps in found.values()]


def _step(row: dict[str, Any]) -> TalkStep:
    return TalkStep(
        talk_id=row["talk_id"], number=row["number"], seq=row["seq"], act=TalkAct(row["act"]),
        org_code=row["org_code"], subject_code=row["subject_code"], day=row["day"], deadline=row["deadline"],
        department=row["department"], payload_id=row["payload_id"])


def write_step(u: Unit, step: TalkStep) -> None:
    row = msgspec.structs.asdict(step)
    u.write(TalkRow, {**row, "id": f"{step.talk_id}/{step.number}", "act": step.act.value})
