"""The only SQL of accounts."""

from __future__ import annotations

from typing import Any

import msgspec

from credit.accounts.model import Caller, Organisation, Role
from credit.accounts.tables import KeyRevision, OrganisationRevision
from credit.kernel import canonical, database
from credit.kernel.unit import Unit

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


async def key_row(key_id: str) -> dict[str, Any] | None:
    rows = await database.fetch(_KEY_BY_ID, key_id)
    return rows[0] if rows else None


def write_key(u: Unit, row: dict[str, Any]) -> None:
    u.write(KeyRevision, row)
