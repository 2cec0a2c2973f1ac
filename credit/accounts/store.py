"""The only SQL of accounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from credit.accounts.model import Caller, Organisation, Person, Role, Session
from credit.accounts.tables import KeyRevision, OrganisationRevision, PersonRevision
from credit.kernel import canonical, database
from credit.kernel.unit import Unit
from credit.store import payload

_LATEST_ORG = """SELECT facts, seq, revision FROM accounts_organisation WHERE code = {} AND seq <= {}
    ORDER BY revision DESC LIMIT 1"""
_ORGS = """SELECT facts, seq, revision FROM (SELECT o.*, row_number() OVER
    (PARTITION BY code ORDER BY revision DESC) rn FROM accounts_organisation o) q WHERE rn = 1 ORDER BY code"""
_ORG_BY_NAME = """SELECT facts, seq, revision FROM (SELECT o.*, row_number() OVER
    (PARTITION BY code ORDER BY revision DESC) rn FROM accounts_organisation o) q
    WHERE rn = 1 AND folded_name = {}"""
_KEY = """SELECT k.* FROM accounts_key k WHERE sha256 = {} ORDER BY revision DESC LIMIT 1"""
_KEY_BY_ID = """SELECT k.* FROM accounts_key k WHERE key_id = {} ORDER BY revision DESC LIMIT 1"""
_KEYS = """SELECT q.* FROM (SELECT k.*, row_number() OVER (PARTITION BY key_id ORDER BY revision DESC) rn
    FROM accounts_key k) q WHERE rn = 1"""
_CHANGED = "SELECT seq FROM accounts_key WHERE seq > {}"
_PERSON = """SELECT p.* FROM accounts_person p WHERE person_id = {} ORDER BY revision DESC LIMIT 1"""
_PERSON_BY_LOGIN = """SELECT p.* FROM accounts_person p WHERE login = {} ORDER BY revision DESC LIMIT 1"""
_OPEN = """INSERT INTO accounts_session (id, person_id, started_at, seen_at, ends_at)
    VALUES ({}, {}, {}, {}, {}) RETURNING id"""
_SESSION = "SELECT person_id, started_at, seen_at, ends_at FROM accounts_session WHERE id = {}"
_SEEN = "UPDATE accounts_session SET seen_at = {} WHERE id = {} AND seen_at < {} RETURNING id"
_END = "DELETE FROM accounts_session WHERE id = {} RETURNING id"
_END_ALL = "DELETE FROM accounts_session WHERE person_id = {} RETURNING id"
_END_OLD = "DELETE FROM accounts_session WHERE ends_at <= {} OR seen_at <= {} RETURNING id"
_ATTEMPT = """INSERT INTO accounts_attempt (id, tries, since) VALUES ({}, 1, {}) ON CONFLICT (id) DO UPDATE SET
    tries = accounts_attempt.tries + 1 RETURNING tries"""
_ATTEMPTS = "SELECT since FROM accounts_attempt WHERE id = {}"
_CLEAR = "DELETE FROM accounts_attempt WHERE id = {} RETURNING id"
_GIVE_BACK = "UPDATE accounts_attempt SET tries = tries - 1 WHERE id = {} AND tries > 0 RETURNING id"
_FORGET = "DELETE FROM accounts_attempt WHERE since <= {} RETURNING id"
_CHALLENGE = """INSERT INTO accounts_challenge (id, person_id, org_code, text, ends_at) VALUES ({}, {}, {}, {}, {})
    RETURNING id"""
_CHALLENGE_OF = "SELECT person_id, org_code, text, ends_at FROM accounts_challenge WHERE id = {}"
_NO_CHALLENGE = "DELETE FROM accounts_challenge WHERE person_id = {} OR ends_at <= {} RETURNING id"
_USED = "DELETE FROM accounts_challenge WHERE id = {} RETURNING id"
FOREVER = 2**62


def _organisation(row: dict[str, Any]) -> Organisation:
    facts = msgspec.json.decode(row["facts"])
    return msgspec.convert({**facts, "seq": row["seq"], "revision": row["revision"]}, Organisation)


async def organisation(code: str, seq: int = FOREVER) -> Organisation | None:
    """The organisation of `code` as known at `seq`."""
    rows = await database.fetch(_LATEST_ORG, code, seq)
    return _organisation(rows[0]) if rows else None


async def organisations() -> list[Organisation]:
    return [_organisation(r) for r in await database.fetch(_ORGS)]


async def organisations_named(folded_name: str) -> list[Organisation]:
    """Every organisation whose folded name is exactly this."""
    return [_organisation(r) for r in await database.fetch(_ORG_BY_NAME, folded_name)]


def write_organisation(u: Unit, facts: Organisation, folded_name: str) -> None:
    body = msgspec.to_builtins(facts)
    kept = {k: v for k, v in body.items() if k not in {"revision", "seq"}}
    u.write(
        OrganisationRevision,
        {"id": f"{facts.code}/{facts.revision}", "code": facts.code, "revision": facts.revision, "seq": facts.seq,
         "name": facts.name, "folded_name": folded_name, "facts": canonical.encode(kept)},
    )


def _caller(row: dict[str, Any]) -> Caller:
    return Caller(
        key_id=row["key_id"], org_code=row["org_code"], role=Role(row["role"]), name=row["name"],
        scopes=frozenset(row["scopes"].split()), expires_on=row["expires_on"],
    )


async def caller_of(sha256: str) -> Caller | None:
    """The caller whose key has this hash; None when unknown or revoked."""
    rows = await database.fetch(_KEY, sha256)
    return _caller(rows[0]) if rows and not rows[0]["revoked"] else None


async def callers() -> dict[str, Caller]:
    """Every living key by its hash."""
    return {r["sha256"]: _caller(r) for r in await database.fetch(_KEYS) if not r["revoked"]}


async def keys_changed(after: int) -> list[int]:
    """The log positions after `after` at which a key was issued or revoked."""
    return [int(r["seq"]) for r in await database.fetch(_CHANGED, after)]


async def key_row(key_id: str) -> dict[str, Any] | None:
    rows = await database.fetch(_KEY_BY_ID, key_id)
    return rows[0] if rows else None


def write_key(u: Unit, row: dict[str, Any]) -> None:
    u.write(KeyRevision, row)


async def _person(rows: list[dict[str, Any]]) -> Person | None:
    if not rows:
        return None
    row = rows[0]
    profile = await payload(row["profile_id"])
    return Person(
        person_id=row["person_id"], login=row["login"], org_code=row["org_code"], role=Role(row["role"]),
        display_name=msgspec.json.decode(profile)["display_name"] if profile else "", initial=bool(row["initial"]),
        ended=bool(row["ended"]), revision=row["revision"], seq=row["seq"],
    )


async def person(person_id: str) -> Person | None:
    return await _person(await database.fetch(_PERSON, person_id))


async def person_by_login(login: str) -> Person | None:
    """The person of a folded login, ended or not."""
    return await _person(await database.fetch(_PERSON_BY_LOGIN, login))


async def payloads_of(person_id: str) -> tuple[str, str, str]:
    """Profile id, owner and id of the password's payload."""
    row = (await database.fetch(_PERSON, person_id))[0]
    return row["profile_id"], row["secret_owner"], row["secret_id"]


async def secret_of(person_id: str) -> str | None:
    """The password's PHC string; None once erased."""
    body = await payload((await payloads_of(person_id))[2])
    return str(msgspec.json.decode(body)["phc"]) if body else None


def write_person(u: Unit, made: Person, profile_id: str, secret: tuple[str, str]) -> None:
    u.write(
        PersonRevision,
        {"id": f"{made.person_id}/{made.revision}", "person_id": made.person_id, "revision": made.revision,
         "seq": made.seq, "login": made.login, "org_code": made.org_code, "role": made.role.value,
         "profile_id": profile_id, "secret_owner": secret[0], "secret_id": secret[1], "initial": made.initial,
         "ended": made.ended},
    )


async def open_session(digest: str, person_id: str, now: datetime, ends_at: datetime) -> None:
    await database.fetch(_OPEN, digest, person_id, now, now, ends_at)


async def session(digest: str) -> Session | None:
    """The session under a digest with its person as of now."""
    rows = await database.fetch(_SESSION, digest)
    owner = await person(rows[0]["person_id"]) if rows else None
    if owner is None:
        return None
    return Session(person=owner, started_at=rows[0]["started_at"], seen_at=rows[0]["seen_at"],
                   ends_at=rows[0]["ends_at"])


async def seen(digest: str, now: datetime) -> None:
    await database.fetch(_SEEN, now, digest, now)


async def end_session(digest: str) -> None:
    await database.fetch(_END, digest)


async def end_sessions(person_id: str) -> None:
    """Ends every session of a person."""
    await database.fetch(_END_ALL, person_id)


async def end_old_sessions(now: datetime, idle_since: datetime) -> None:
    await database.fetch(_END_OLD, now, idle_since)


async def attempt(key: str, now: datetime, window_start: datetime) -> tuple[int, datetime]:
    """Counts one attempt; answers how many there were since when, this one included."""
    await database.fetch(_FORGET, window_start)
    tries = (await database.fetch(_ATTEMPT, key, now))[0]["tries"]
    rows = await database.fetch(_ATTEMPTS, key)
    return tries, rows[0]["since"] if rows else now


async def clear_attempts(keys: Sequence[str]) -> None:
    for key in keys:
        await database.fetch(_CLEAR, key)


async def give_back(key: str) -> None:
    await database.fetch(_GIVE_BACK, key)


async def keep_challenge(challenge_id: str, person_id: str, org_code: str, text: str, now: datetime, ends_at: datetime
                         ) -> None:
    """Keeps a person's challenge in place of earlier ones; those whose time is over go."""
    await database.fetch(_NO_CHALLENGE, person_id, now)
    await database.fetch(_CHALLENGE, challenge_id, person_id, org_code, text, ends_at)


async def challenge(challenge_id: str) -> dict[str, Any] | None:
    """Person, company, text and end of a challenge."""
    rows = await database.fetch(_CHALLENGE_OF, challenge_id)
    return rows[0] if rows else None


async def use_challenge(challenge_id: str) -> bool:
    """Ends it; False where it has served before."""
    return bool(await database.fetch(_USED, challenge_id))
