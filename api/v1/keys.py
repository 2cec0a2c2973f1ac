"""API keys: issued and revoked by the operator, shown once."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import Controller, delete, post
from msgspec import Meta

from api.auth import needs, replayed
from api.bodies import json_body
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.unit import Replayed, Request

ScopeName = Annotated[str, Meta(pattern=r"^[a-z_]{1,30}(:[a-z_]{1,30})?$")]


class KeyInput(msgspec.Struct, frozen=True, kw_only=True):
    """A key for an organisation. `expires_on` is the last day it works, null = until revoked."""

    org_code: str
    role: Role
    name: Annotated[str, Meta(min_length=1, max_length=100)]
    scopes: Annotated[tuple[ScopeName, ...], Meta(max_length=20)] = ()
    expires_on: date | None = None


class KeyIssued(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is shown this once; null where a repeated request is answered again: revoke the key and make another."""

    id: str
    key: str | None
    org_code: str
    role: Role
    name: str
    scopes: list[str]
    expires_on: date | None


class Keys(Controller):
    """Who may call, and as whom."""

    path = "/v1/keys"
    guards = [needs(Role.OPERATOR)]
    tags = ["keys"]

    @post("/", dto=json_body(KeyInput))
    async def create(
        self, data: KeyInput, services: Services, caller: Caller, request_key: Request | None
    ) -> KeyIssued:
        """Issues a key."""
        now = services.clock()
        check_expiry(data.expires_on, now)
        try:
            secret, made = await accounts.create_key(
                org_code=data.org_code, role=data.role, name=data.name, scopes=frozenset(data.scopes),
                expires_on=data.expires_on, by=caller.key_id, now=now, request=request_key,
            )
        except Replayed as exc:
            return issued(replayed(exc, Caller), None)
        return issued(made, secret)

    @delete("/{key_id:str}")
    async def revoke(self, key_id: str, services: Services, caller: Caller) -> None:
        """Ends a key at once."""
        await accounts.revoke_key(key_id, by=caller.key_id, now=services.clock())


def check_expiry(last_day: date | None, now: datetime) -> None:
    """Raises Invalid for a key that would be dead at birth."""
    if last_day is not None and last_day < business_day(now):
        fault = FieldError("/expires_on", "in_the_past", "有效期应不早于今天")
        raise Invalid("有效期已过 expires_on is in the past", errors=(fault,))


def issued(made: Caller, secret: str | None) -> KeyIssued:
    """The answer that shows a key."""
    return KeyIssued(id=made.key_id, key=secret, org_code=made.org_code, role=made.role, name=made.name,
                     scopes=sorted(made.scopes), expires_on=made.expires_on)
