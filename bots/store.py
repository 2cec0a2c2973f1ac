"""The only SQL of the bots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bots import tables
from bots.model import State
from credit.kernel import database

_CODE = "SELECT * FROM bots_code WHERE sha256 = {} AND used_at IS NULL AND expires_at > {}"
_USE = "UPDATE bots_code SET used_at = {} WHERE id = {} AND used_at IS NULL RETURNING id"
_WITHDRAW = "DELETE FROM bots_code WHERE entity_code = {} AND used_at IS NULL RETURNING id"
_LINK = "SELECT * FROM bots_link WHERE id = {} AND ended_at IS NULL"
_LINK_OF_CHAT = "SELECT * FROM bots_link WHERE platform = {} AND chat = {} AND ended_at IS NULL"
_LINKS_OF = "SELECT * FROM bots_link WHERE entity_code = {} AND ended_at IS NULL ORDER BY bound_at, id"
_END_LINK = "UPDATE bots_link SET ended_at = {}, chat = NULL WHERE id = {} AND ended_at IS NULL RETURNING id"
_BLOCK = "UPDATE bots_link SET blocked_at = {} WHERE id = {} AND blocked_at IS NULL RETURNING id"
_UNBLOCK = "UPDATE bots_link SET blocked_at = NULL WHERE id = {} RETURNING id"
_COUNT = """INSERT INTO bots_chat (id, state, version, window_at, messages, failures_at, failures)
    VALUES ({}, {}, 0, {}, 1, {}, 0) ON CONFLICT (id) DO UPDATE SET
    messages = CASE WHEN bots_chat.window_at <= {} THEN 1 ELSE bots_chat.messages + 1 END,
    window_at = CASE WHEN bots_chat.window_at <= {} THEN excluded.window_at ELSE bots_chat.window_at END
    RETURNING messages"""
_CHAT = "SELECT * FROM bots_chat WHERE id = {}"
_KEEP_STATE = """UPDATE bots_chat SET state = {}, version = version + 1 WHERE id = {} AND version = {}
    RETURNING id"""
_FAILED = """INSERT INTO bots_chat (id, state, version, window_at, messages, failures_at, failures)
    VALUES ({}, {}, 0, {}, 0, {}, 1) ON CONFLICT (id) DO UPDATE SET
    failures = CASE WHEN bots_chat.failures_at <= {} THEN 1 ELSE bots_chat.failures + 1 END,
    failures_at = excluded.failures_at RETURNING failures"""
_FORGIVE = "UPDATE bots_chat SET failures = 0 WHERE id = {} RETURNING id"
_CLAIM = """UPDATE bots_update SET lease_token = {}, lease_until = {}, attempts = attempts + 1 WHERE id =
    (SELECT u.id FROM bots_update u WHERE NOT u.done AND u.platform = {} AND u.due_at <= {}
     AND (u.lease_until IS NULL OR u.lease_until <= {})
     AND NOT EXISTS (SELECT 1 FROM bots_update e WHERE e.chat_id = u.chat_id AND NOT e.done AND e.number < u.number)
     ORDER BY u.due_at, u.number LIMIT 1)
    AND NOT done AND (lease_until IS NULL OR lease_until <= {}) RETURNING *"""
_ANSWERED = "UPDATE bots_update SET answer = {}, body = NULL WHERE id = {} AND lease_token = {} RETURNING id"
_SET_ANSWER = "UPDATE bots_update SET answer = {}, body = NULL WHERE id = {} RETURNING id"
_SENT = "UPDATE bots_update SET sent = {} WHERE id = {} AND lease_token = {} RETURNING id"
_FINISH = """UPDATE bots_update SET done = {}, body = NULL, answer = NULL, error = {}, lease_token = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_PUT_OFF = """UPDATE bots_update SET due_at = {}, lease_token = NULL, lease_until = NULL
    WHERE id = {} AND lease_token = {} RETURNING id"""
_LAST = "SELECT max(number) AS number FROM bots_update WHERE platform = {}"
_FORGET = "DELETE FROM bots_update WHERE done AND received_at < {}"
_UPLOAD = "SELECT * FROM bots_upload WHERE id = {} AND entity_code = {}"
_UPLOAD_OF = "SELECT * FROM bots_upload WHERE update_id = {}"
_WAITING = "SELECT * FROM bots_upload WHERE entity_code = {} AND case_id IS NULL ORDER BY received_at, id"
_FILED = "UPDATE bots_upload SET case_id = {} WHERE id = {} RETURNING id"
_NEW = "{}"  # a state nobody has moved yet
_PUSHED = "SELECT message_ref FROM bots_push WHERE delivery_id = {}"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A living binding."""

    link_id: str
    platform: str
    chat: str
    entity_code: str
    blocked: bool


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A kept file."""

    upload_id: str
    name: str
    media_type: str
    size: int
    sha256: str
    case_id: str | None


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """An update in hand: its words, or the answer that is still to be sent from `sent` on."""

    update_id: str
    chat_id: str
    body: str | None
    answer: str | None
    sent: int
    attempts: int
    token: str


def _link(row: dict[str, Any]) -> Link:
    return Link(link_id=row["id"], platform=row["platform"], chat=row["chat"], entity_code=row["entity_code"],
                blocked=row["blocked_at"] is not None)


def _upload(row: dict[str, Any]) -> Upload:
    return Upload(upload_id=row["id"], name=row["name"], media_type=row["media_type"], size=row["size"],
                  sha256=row["sha256"], case_id=row["case_id"])


async def replace_code(row: dict[str, Any]) -> None:
    """Adds a code; unused ones of the same company are withdrawn."""
    await database.fetch(_WITHDRAW, row["entity_code"])
    await database.insert(tables.BindingCode, [row])


async def code(sha256: str, now: datetime) -> tuple[str, str] | None:
    """Id and company of a code that still works."""
    rows = await database.fetch(_CODE, sha256, now)
    return (rows[0]["id"], rows[0]["entity_code"]) if rows else None


async def use_code(code_id: str, now: datetime) -> bool:
    """False where somebody was faster."""
    return bool(await database.fetch(_USE, now, code_id))


async def add_link(row: dict[str, Any]) -> None:
    await database.insert(tables.Link, [row])


async def link(link_id: str) -> Link | None:
    rows = await database.fetch(_LINK, link_id)
    return _link(rows[0]) if rows else None


async def link_of_chat(platform: str, chat: str) -> Link | None:
    rows = await database.fetch(_LINK_OF_CHAT, platform, chat)
    return _link(rows[0]) if rows else None


async def links_of(entity_code: str) -> list[Link]:
    return [_link(row) for row in await database.fetch(_LINKS_OF, entity_code)]


async def end_link(link_id: str, now: datetime) -> bool:
    """Ends a binding and forgets its chat."""
    return bool(await database.fetch(_END_LINK, now, link_id))


async def set_blocked(link_id: str, now: datetime | None) -> None:
    await (database.fetch(_BLOCK, now, link_id) if now else database.fetch(_UNBLOCK, link_id))


async def count_message(chat_id: str, now: datetime, window: timedelta) -> int:
    """Counts a message of a chat; answers how many there were in its running window."""
    since = now - window
    return int((await database.fetch(_COUNT, chat_id, _NEW, now, now, since, since))[0]["messages"])


async def chat(chat_id: str) -> tuple[State, int]:
    """State and version of a conversation; a new one at version 0."""
    rows = await database.fetch(_CHAT, chat_id)
    if not rows:
        return State(), 0
    return msgspec.json.decode(rows[0]["state"], type=State), int(rows[0]["version"])


async def failures(chat_id: str, since: datetime) -> int:
    """How many wrong codes a chat has sent since `since`."""
    rows = await database.fetch(_CHAT, chat_id)
    return int(rows[0]["failures"]) if rows and rows[0]["failures_at"] > since else 0


async def count_failure(chat_id: str, now: datetime, window: timedelta) -> None:
    await database.fetch(_FAILED, chat_id, _NEW, now, now, now - window)


async def forgive(chat_id: str) -> None:
    await database.fetch(_FORGIVE, chat_id)


async def add_update(row: dict[str, Any]) -> bool:
    """False for a number that came before."""
    return bool(await database.insert(tables.Update, [row], suffix=" ON CONFLICT (id) DO NOTHING RETURNING id"))


async def skip(platform: str, number: int, now: datetime) -> None:
    """Remembers an update that is not for us, so that it is not asked for again."""
    await add_update({
        "id": f"{platform}:{number}", "platform": platform, "number": number, "chat_id": "", "received_at": now,
        "body": None, "answer": None, "sent": 0, "attempts": 0, "due_at": now, "lease_token": None,
        "lease_until": None, "done": True, "error": None,
    })


async def claim(platform: str, token: str, now: datetime, until: datetime) -> Claimed | None:
    """The next update of a platform, chat by chat in order, leased to `token`."""
    rows = await database.fetch(_CLAIM, token, until, platform, now, now, now)
    if not rows:
        return None
    row = rows[0]
    return Claimed(update_id=row["id"], chat_id=row["chat_id"], body=row["body"], answer=row["answer"],
                   sent=row["sent"], attempts=row["attempts"], token=token)


async def keep_answer(held: Claimed, answer: str, state: State, version: int) -> bool:
    """Answer and state in one; False where another process has the update or the conversation has moved on."""
    body = msgspec.json.encode(state).decode()
    moved = await database.fetch(_KEEP_STATE, body, held.chat_id, version)
    return bool(moved) and bool(await database.fetch(_ANSWERED, answer, held.update_id, held.token))


async def set_answer(update_id: str, answer: str) -> None:
    """The answer to an update that is not to be handled."""
    await database.fetch(_SET_ANSWER, answer, update_id)


async def mark_sent(held: Claimed, sent: int) -> None:
    await database.fetch(_SENT, sent, held.update_id, held.token)


async def finish(held: Claimed, error: str | None = None) -> None:
    await database.fetch(_FINISH, True, error, held.update_id, held.token)


async def put_off(held: Claimed, due_at: datetime) -> None:
    await database.fetch(_PUT_OFF, due_at, held.update_id, held.token)


async def last_number(platform: str) -> int | None:
    """The highest number ever taken in."""
    found = (await database.fetch(_LAST, platform))[0]["number"]
    return int(found) if found is not None else None


async def forget(before: datetime) -> None:
    """Drops what was done before `before`."""
    await database.fetch(_FORGET, before)


async def add_upload(row: dict[str, Any]) -> Upload:
    """The file of an update: the row that exists, or this one."""
    await database.insert(tables.Upload, [row], suffix=" ON CONFLICT (update_id) DO NOTHING")
    return _upload((await database.fetch(_UPLOAD_OF, row["update_id"]))[0])


async def upload(upload_id: str, entity_code: str) -> Upload | None:
    rows = await database.fetch(_UPLOAD, upload_id, entity_code)
    return _upload(rows[0]) if rows else None


async def upload_of(update_id: str) -> Upload | None:
    rows = await database.fetch(_UPLOAD_OF, update_id)
    return _upload(rows[0]) if rows else None


async def waiting(entity_code: str) -> Sequence[Upload]:
    """Kept files that are in no case, oldest first."""
    return [_upload(row) for row in await database.fetch(_WAITING, entity_code)]


async def filed(upload_id: str, case_id: str) -> None:
    await database.fetch(_FILED, case_id, upload_id)


async def pushed(delivery_id: str) -> str | None:
    """The reference of a reminder that went out."""
    rows = await database.fetch(_PUSHED, delivery_id)
    return str(rows[0]["message_ref"]) if rows else None


async def add_push(delivery_id: str, link_id: str, ref: str, now: datetime) -> None:
    row = {"delivery_id": delivery_id, "link_id": link_id, "message_ref": ref, "sent_at": now}
    await database.insert(tables.Push, [row], suffix=" ON CONFLICT (delivery_id) DO NOTHING")
