"""Sample acts for kernel tests: an event, an entity row and a payload, as services write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

from piccolo.table import Table

from credit.accounts.tables import WITNESSED as ACCOUNTS
from credit.kernel import database
from credit.kernel.ids import new_salt
from credit.kernel.unit import Event, Unit, unit
from credit.tables import WITNESSED as CREDIT
from credit.tables import EntityRevision, Payload

WITNESSED: list[type[Table]] = [*CREDIT, *ACCOUNTS]


class Happened(Event, frozen=True, kw_only=True):
    """Something happened, and it was the `number`-th time."""

    kind: ClassVar[str] = "happened"
    number: int = 0


class Ignored(Event, frozen=True, kw_only=True):
    kind: ClassVar[str] = "ignored"


def entity_row(seq: int, key: str = "") -> dict[str, object]:
    """An entity's first revision, without the columns that may be null."""
    key = key or f"ent_{seq}"
    return {"id": f"{key}/1", "entity_id": key, "revision": 1, "seq": seq, "kind": "legal_person",
            "name": "示例建设有限公司", "folded_name": "示例建设", "founded_on": date(2020, 2, 29)}


def write_whole(u: Unit, number: int = 0) -> int:
    """Records one event with an entity row and a payload row."""
    seq = u.record(Happened(subject=f"ent_{u.next_seq}", number=number))
    u.write(EntityRevision, entity_row(seq))
    u.write(Payload, {"id": f"pay_{seq}", "seq": seq, "owner": f"ent_{seq}", "salt": new_salt(), "body": '"示例"'})
    return seq


async def act(now: datetime, count: int = 1) -> int:
    """One unit with `count` whole events; answers the log's size."""
    async with unit(by="org_sample", now=now) as u:
        for number in range(count):
            write_whole(u, number)
        return u.next_seq


async def happen(now: datetime, *subjects: str, bulk: bool = False) -> None:
    """One unit with an event for each subject."""
    async with unit(by="org_sample", now=now) as u:
        for number, subject in enumerate(subjects):
            u.record(Happened(subject=subject, bulk=bulk, number=number))


async def disarm(*tables: str) -> None:
    """Drops the append-only triggers, as somebody with all rights on the database could."""
    for table in tables:
        for what in ("update", "delete"):
            on = "" if database.is_sqlite() else f" ON {table}"
            await database.fetch(f"DROP TRIGGER {table}_no_{what}{on}")
