"""Named rights held by one process at a time: polling bots, sweepers. They end by themselves when a process dies."""

from __future__ import annotations

from datetime import datetime, timedelta

from credit.kernel import database

_TAKE = """INSERT INTO lease (name, token, until) VALUES ({}, {}, {}) ON CONFLICT (name) DO UPDATE
    SET token = excluded.token, until = excluded.until WHERE lease.until <= {} OR lease.token = {} RETURNING name"""
_GIVE = "DELETE FROM lease WHERE name = {} AND token = {} RETURNING name"


async def take(name: str, token: str, now: datetime, length: timedelta) -> bool:
    """Takes or renews the right `name` for `length`; False while the holder of another token has it."""
    return bool(await database.fetch(_TAKE, name, token, now + length, now, token))


async def give(name: str, token: str) -> None:
    """Ends a right early; nothing happens when it was lost."""
    await database.fetch(_GIVE, name, token)
