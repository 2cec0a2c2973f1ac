"""Who is asking: Bearer keys become callers, guards say which roles a route takes, limits are spent before work.

`admit` runs before every route. Each route then names its roles by `needs(...)` or says `anyone`; an application with
a route that says neither is refused at start.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler

from api.limits import RateLimiter
from api.problems import BadRequest
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import unit
from credit.kernel.clock import SHANGHAI, Clock, business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, Unauthenticated

Connection = ASGIConnection[Any, Any, Any, State]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]  # Litestar runs plain functions in a thread each
T = TypeVar("T")
_REMEMBERED = timedelta(seconds=1)  # without a look at the log: a key revoked elsewhere works at most this long
_MOST_REMEMBERED = 10_000
_REQUEST_KEY = re.compile(r"[\x21-\x7e]{1,200}")
ADDRESS_SHARE = 0.1  # what an address without a valid key may do of what a key may
ROLES = "roles"  # attribute of a guard: whom it lets pass


class Known:
    """A caller remembered, whom the limiter knows as `who`, and the moment from which its key has expired."""

    __slots__ = ("caller", "ends", "who")

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.who = f"key:{caller.key_id}"
        last = caller.expires_on
        never = last is None or last == date.max
        after = None if never or last is None else datetime.combine(last + timedelta(days=1), time.min, SHANGHAI)
        self.ends = None if after is None else after.astimezone(UTC)


class KeyRing:
    """Callers by key, remembered until a key is issued or revoked anywhere: it follows the log.

    An act of this process counts before the next request, one of another process as soon as the log is looked at.
    No key is held, neither raw nor as it is stored: callers stand under a hash keyed anew by each process.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.seq = -1  # keys are known as of this log position
        self.committed = 0
        self._checked: datetime | None = None
        self._known: dict[bytes, Known] = {}
        self._hash = hashlib.blake2b(key=secrets.token_bytes(32), digest_size=32)

    def acted(self, size: int) -> None:
        """Told after each commit: until followed, nothing that is remembered counts."""
        self.committed = max(self.committed, size - 1)

    def current(self, now: datetime) -> bool:
        """Whether what is remembered may be used at `now`."""
        checked = self._checked
        return self.committed <= self.seq and checked is not None and abs(now - checked) < _REMEMBERED

    async def follow(self) -> None:
        """Looks at the log for keys issued or revoked, and forgets what was known before."""
        committed, now = self.committed, self.clock()
        changed = await accounts.keys_changed(self.seq)
        if changed:
            self._known.clear()
        self.seq = max(self.seq, committed, *changed)
        self._checked = now

    async def caller(self, secret: str) -> Caller:
        """The caller behind a key. Raises Unauthenticated."""
        now, mark = self.clock(), self._mark(secret.encode())
        if not self.current(now):
            await self.follow()
        known = self._known.get(mark)
        if known is not None and (known.ends is None or now < known.ends):
            return known.caller
        before = self.seq
        found = await accounts.recognise(secret, business_day(now))
        if self.seq == before:  # else it may have been revoked while we read
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[mark] = Known(found)
        return found

    def remembered(self, header: bytes, now: datetime) -> Known | None:
        """The caller of an Authorization header while it is in memory; None says: ask `caller`."""
        if header[:7].lower() != b"bearer ":
            return None
        known = self._known.get(self._mark(header[7:].strip()))
        if known is None or not self.current(now) or (known.ends is not None and now >= known.ends):
            return None
        return known

    def _mark(self, secret: bytes) -> bytes:
        """Under what a key is remembered; two keys have one with a chance of 2^-256."""
        made = self._hash.copy()
        made.update(secret)
        return made.digest()


async def admit(connection: Connection, handler: BaseRouteHandler) -> None:
    """Before every route: no NUL in the address, the key recognised, the rate limit spent."""
    scope = connection.scope
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise BadRequest("地址中含有 NUL 字符,请删除")
    ring: KeyRing = connection.app.state.keyring
    limiter: RateLimiter = connection.app.state.limiter
    secret, who, share = _bearer(connection.headers.get("authorization")), "", 1.0
    if secret is not None:
        caller = await _recognised(ring, limiter, secret, connection)
        scope["state"]["caller"], who = caller, f"key:{caller.key_id}"
    else:
        who, share = f"address:{address(connection)}", ADDRESS_SHARE
    if not handler.opt.get("unlimited") and "allowance" not in scope["state"]:  # the hot path may have spent it
        scope["state"]["allowance"] = limiter.take(who, share=share)


async def _recognised(ring: KeyRing, limiter: RateLimiter, secret: str, connection: Connection) -> Caller:
    try:
        return await ring.caller(secret)
    except Unauthenticated:
        limiter.take(f"address:{address(connection)}", share=ADDRESS_SHARE)  # so that keys cannot be guessed at speed
        raise


def _bearer(header: str | None) -> str | None:
    if header is None:
        return None
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip() or not secret.isascii():
        raise Unauthenticated("Authorization 应为 Bearer 密钥 use Authorization: Bearer KEY")
    return secret.strip()


def address(connection: Connection) -> str:
    """The peer's address as the server (or its trusted proxy) gives it."""
    client = connection.scope.get("client")
    return client[0] if client else "unknown"


def caller_of(connection: Connection) -> Caller | None:
    """The caller that `admit` recognised; None without a key."""
    found: Caller | None = connection.scope["state"].get("caller")
    return found


def needs(*roles: Role) -> Guard:
    """A guard that lets only callers of these roles pass: 401 without a key, 403 with another role."""

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        caller = caller_of(connection)
        if caller is None:
            raise Unauthenticated("此地址需要密钥 send Authorization: Bearer KEY")
        if not caller.may(*roles):
            wanted = "、".join(roles)
            raise Forbidden(f"此事由 {wanted} 办理,您的密钥是 {caller.role} this key's role may not do that")

    setattr(guard, ROLES, roles)
    return guard


async def anyone(connection: Connection, handler: BaseRouteHandler) -> None:
    """The mark of a public route; a key is still recognised where one is sent."""


def roles_of(handler: BaseRouteHandler) -> tuple[Role, ...] | None:
    """The roles a route takes, empty for a public one; None where it says nothing."""
    found: tuple[Role, ...] | None = None
    for guard in handler.resolve_guards():
        if guard is anyone:
            found = ()
        elif hasattr(guard, ROLES):
            return tuple(getattr(guard, ROLES))
    return found


def request_key(request: Request[Any, Any, State], body: bytes) -> unit.Request | None:
    """The Idempotency-Key of a request, bound to method, address and body; None without one. Raises Invalid."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not _REQUEST_KEY.fullmatch(key):
        fault = FieldError("/Idempotency-Key", "wrong_form", "1 至 200 个可见 ASCII 字符,不含空格")
        raise Invalid("Idempotency-Key 格式有误", errors=(fault,))
    scope = request.scope
    place = f"{request.method} {scope['path']}?".encode() + scope.get("query_string", b"") + b"\n"
    return unit.Request(key=key, body_hash=hashlib.sha256(place + body).hexdigest())


def provide_caller(request: Request[Any, Any, State]) -> Caller:
    """Dependency `caller`: who asks, on a route with `needs`."""
    found = caller_of(request)
    if found is None:
        raise Unauthenticated("此地址需要密钥 send Authorization: Bearer KEY")
    return found


def provide_visitor(request: Request[Any, Any, State]) -> Caller | None:
    """Dependency `visitor`: who asks, or None without a key, on a public route."""
    return caller_of(request)


async def provide_request_key(request: Request[Any, Any, State]) -> unit.Request | None:
    """Dependency `request_key`: the Idempotency-Key with the hash of what came with it."""
    return request_key(request, await request.body())


def replayed(exc: unit.Replayed, kind: type[T]) -> T:
    """The kept answer as `kind`, for a route that shapes its answer itself."""
    return msgspec.json.decode(exc.answer, type=kind)
