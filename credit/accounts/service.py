"""The verbs of accounts: register an organisation, issue, revoke and recognise keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from credit import names, uscc
from credit.accounts import store
from credit.accounts.events import KeyCreated, KeyRevoked, OrganisationRegistered
from credit.accounts.model import Caller, Organisation, OrganisationInput, Role
from credit.kernel.errors import FieldError, Invalid, NotFound, Unauthenticated
from credit.kernel.ids import new_id, new_token
from credit.kernel.unit import Request, Unit, unit

_NAME_LIMIT = 300
_KEY_NAME_LIMIT = 100


async def register_organisation(
    given: OrganisationInput, *, by: str, now: datetime, request: Request | None = None
) -> Organisation:
    """Enters an organisation or a new revision of it; the same facts again change nothing.

    Raises BadCode for a wrong 统一社会信用代码 and Invalid without a name or with one over 300 characters.
    """
    code = uscc.check(given.code)
    if not 0 < len(given.name.strip()) <= _NAME_LIMIT:
        fault = FieldError("/name", "missing", f"填写全称,最多{_NAME_LIMIT}字")
        raise Invalid("机关需有名称 name the organisation", errors=(fault,))
    async with unit(by=by, now=now, request=request) as u:
        old = await store.organisation(code)
        if old is not None and _facts(old) == _facts(given):
            u.keep(old)
            return old
        revision = old.revision + 1 if old else 1
        seq = u.record(OrganisationRegistered(subject=code, revision=revision))
        made = Organisation(**_facts(given), revision=revision, seq=seq)
        store.write_organisation(u, made, names.fold(given.name))
        u.keep(made)
    return made


def _fits(pointer: str, text: str, most: int) -> None:
    if len(text) > most:
        fault = FieldError(pointer, "too_long", f"至多{most}字")
        raise Invalid(f"名称过长 longer than {most} characters", errors=(fault,))


def _facts(organisation: OrganisationInput) -> dict[str, Any]:
    return {name: getattr(organisation, name) for name in OrganisationInput.__struct_fields__}


async def organisation(code: str) -> Organisation:
    """The registered organisation of `code`. Raises NotFound."""
    found = await store.organisation(code)
    if found is None:
        raise NotFound(f"未登记的机关 organisation {code} is not registered")
    return found


async def organisations() -> list[Organisation]:
    """Every registered organisation, by code."""
    return await store.organisations()


async def organisation_of_key(key_id: str) -> str | None:
    """The code of the organisation a key or person belongs to, also of one that has ended; None for neither."""
    row = await store.key_row(key_id)
    if row is not None:
        return str(row["org_code"])
    person = await store.person(key_id)
    return person.org_code if person else None


async def find_organisation(code: str) -> Organisation | None:
    """The registered organisation of `code`, or None."""
    return await store.organisation(code)


async def organisation_named(name: str) -> Organisation | None:
    """The one organisation of exactly this (folded) name; None when there is none or more than one."""
    found = await store.organisations_named(names.fold(name))
    return found[0] if len(found) == 1 else None


async def create_key(
    *, org_code: str, role: Role, name: str, by: str, now: datetime,
    scopes: frozenset[str] = frozenset(), expires_on: date | None = None,
    token: Callable[[], str] = new_token, request: Request | None = None,
) -> tuple[str, Caller]:
    """Issues a key of 256 random bits and returns it once; only its SHA-256 is kept, also for a repeated request.

    Raises NotFound for an organisation that is not registered, Invalid for a name over 100 characters.
    """
    await organisation(org_code)
    if len(name) > _KEY_NAME_LIMIT:
        fault = FieldError("/name", "too_long", f"最多{_KEY_NAME_LIMIT}字")
        raise Invalid("密钥名称过长 the key's name is too long", errors=(fault,))
    secret = "tc_" + token()
    async with unit(by=by, now=now, request=request) as u:
        made = Caller(key_id=new_id("key"), org_code=org_code, role=role, name=name, scopes=scopes,
                      expires_on=expires_on)
        seq = u.record(KeyCreated(subject=made.key_id, org_code=org_code, role=role, expires_on=expires_on))
        _write(u, made, sha256=digest(secret), seq=seq, revision=1, revoked=False)
        u.keep(made)
    return secret, made


async def keys_named(name: str) -> list[Caller]:
    """The callers behind every living key of this name."""
    return [caller for caller in (await store.callers()).values() if caller.name == name]


async def revoke_key(key_id: str, *, by: str, now: datetime) -> None:
    """Ends a key at once. Raises NotFound."""
    async with unit(by=by, now=now) as u:
        row = await store.key_row(key_id)
        if row is None:
            raise NotFound("没有这把密钥 no such key")
        if row["revoked"]:
            return
        seq = u.record(KeyRevoked(subject=key_id, org_code=row["org_code"]))
        store.write_key(u, {**row, "id": f"{key_id}/{row['revision'] + 1}", "revision": row["revision"] + 1,
                            "seq": seq, "revoked": True})


def _write(u: Unit, made: Caller, *, sha256: str, seq: int, revision: int, revoked: bool) -> None:
    store.write_key(
        u,
        {"id": f"{made.key_id}/{revision}", "key_id": made.key_id, "revision": revision, "seq": seq,
         "sha256": sha256, "org_code": made.org_code, "role": made.role.value, "name": made.name,
         "scopes": " ".join(sorted(made.scopes)), "expires_on": made.expires_on, "revoked": revoked},
    )


def digest(secret: str) -> str:
    """SHA-256 of a key, the only form in which it is stored or looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def keys_changed(after: int) -> list[int]:
    """The log positions after `after` at which a key was issued or revoked: what is remembered of keys is then old."""
    return await store.keys_changed(after)


async def recognise(secret: str, day: date) -> Caller:
    """The caller behind a key on `day`. Raises Unauthenticated for an unknown, revoked or expired key."""
    caller = await store.caller_of(digest(secret))
    if caller is None or (caller.expires_on is not None and caller.expires_on < day):
        raise Unauthenticated("密钥无效、已撤销或已过期,请向运营方申请新密钥 this key is unknown, revoked or expired")
    return caller
