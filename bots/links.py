"""Bindings: a company's one-time code turns a chat into its voice, until either side ends it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

import msgspec

from bots import store
from bots.events import BotCodeIssued, ChatBound, ChatUnbound
from bots.model import Company
from bots.store import Link
from credit import lookup, uscc
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock
from credit.kernel.errors import Forbidden, Refusal
from credit.kernel.ids import new_id
from credit.kernel.unit import Replayed, Request, Unit, unit

VALID_FOR = timedelta(minutes=30)
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: codes are read out and typed
_LENGTH = 10  # 50 random bits, single use, five guesses a quarter of an hour
_GUESSES = 5
_GUESS_WINDOW = timedelta(minutes=15)
_MISREAD = str.maketrans("OIL", "011")


class BadBindingCode(Refusal):
    """Wrong, expired or used: nobody is told which."""

    code = "bad_binding_code"
    title = "绑定码无效 Binding code not valid"


class TooManyGuesses(Refusal):
    code = "too_many_guesses"
    title = "绑定码错误次数过多 Too many wrong codes"
    status = 429


class IssuedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code as shown this once; null where a repeated request is answered again."""

    id: str
    code: str | None
    expires_at: datetime


class Links:
    """Who a chat speaks for."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    async def issue(self, entity_code: str, caller: Caller, *, request: Request | None = None) -> IssuedCode:
        """A new code for the caller's own company, good for 30 minutes and once; an unused older one ends.

        Raises BadCode, Forbidden for another company than the caller's.
        """
        code = uscc.check(entity_code)
        if caller.role is not Role.ENTERPRISE or caller.org_code != code:
            raise Forbidden("企业只能为本单位生成绑定码 a company makes codes for itself only")
        plain = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
        try:
            async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
                made = await _issued(u, code, plain, caller.key_id)
        except Replayed as exc:
            return msgspec.json.decode(exc.answer, type=IssuedCode)
        return msgspec.structs.replace(made, code=f"{plain[:5]}-{plain[5:]}")

    async def bind(self, platform: str, chat: str, typed: str, *, request: Request) -> Link:
        """Binds a chat by a code; a binding it had before ends. The same request again answers the same.

        Raises BadBindingCode, and TooManyGuesses after five wrong ones in a quarter of an hour.
        """
        place, now = place_of(platform, chat), self.clock()
        if await store.failures(place, now - _GUESS_WINDOW) >= _GUESSES:
            raise TooManyGuesses("绑定码多次有误,请15分钟后用新的绑定码再试 wait 15 minutes and use a new code")
        try:
            async with unit(by=f"bot:{platform}", now=now, request=request) as u:
                found = await _bound(u, platform, chat, normal(typed))
        except Replayed as exc:
            found = msgspec.json.decode(exc.answer, type=Link)
        except BadBindingCode:
            await store.count_failure(place, now, _GUESS_WINDOW)
            raise
        await store.forgive(place)
        return found

    async def unbind(self, link: Link) -> None:
        """Ends a binding; ending it again changes nothing."""
        async with unit(by=link.link_id, now=self.clock()) as u:
            await _ended(u, link)

    async def of_chat(self, platform: str, chat: str) -> Link | None:
        """The living binding of a chat. A message from it proves that it is not blocked."""
        found = await store.link_of_chat(platform, chat)
        if found is not None and found.blocked:
            await store.set_blocked(found.link_id, None)
        return found

    async def get(self, link_id: str) -> Link | None:
        """A living binding."""
        return await store.link(link_id)

    async def addresses(self, entity_code: str | None) -> tuple[tuple[str, str], ...]:
        """(channel, binding) of each chat of a company that takes messages: what letters are announced to."""
        if entity_code is None:
            return ()
        return tuple((x.platform, x.link_id) for x in await store.links_of(entity_code) if not x.blocked)

    async def blocked(self, link: Link) -> None:
        """The chat takes nothing any more; nothing is sent to it until somebody writes from it."""
        await store.set_blocked(link.link_id, self.clock())


def caller_of(link: Link) -> Caller:
    """As whom a bound chat calls the services: its company, by the id of the binding."""
    return Caller(key_id=link.link_id, org_code=link.entity_code, role=Role.ENTERPRISE, name=link.platform)


async def company_of(link: Link) -> Company:
    """The company's code and the name it is known by."""
    entity = await lookup.entity_by_code(link.entity_code)
    if entity is not None:
        return Company(link.entity_code, entity.name)
    registered = await accounts.find_organisation(link.entity_code)
    return Company(link.entity_code, registered.name if registered else link.entity_code)


def place_of(platform: str, chat: str) -> str:
    """The id of a conversation."""
    return f"{platform}:{chat}"


def normal(typed: str) -> str:
    """A code as typed or read out: case, blanks, hyphens and O/I/L do not matter."""
    return "".join(c for c in typed.upper().translate(_MISREAD) if c.isascii() and c.isalnum())


def digest(plain: str) -> str:
    """The only form in which a code is stored or looked up."""
    return hashlib.sha256(f"binding {plain}".encode()).hexdigest()


async def _issued(u: Unit, code: str, plain: str, by: str) -> IssuedCode:
    made = IssuedCode(id=new_id("bnd"), code=None, expires_at=u.now + VALID_FOR)
    u.record(BotCodeIssued(subject=made.id, code=code))
    await store.replace_code({"id": made.id, "sha256": digest(plain), "entity_code": code, "issued_by": by,
                              "issued_at": u.now, "expires_at": made.expires_at, "used_at": None})
    u.keep(made)
    return made


async def _bound(u: Unit, platform: str, chat: str, plain: str) -> Link:
    found = await store.code(digest(plain), u.now) if len(plain) == _LENGTH else None
    if found is None or not await store.use_code(found[0], u.now):
        raise BadBindingCode("绑定码有误、已过期或者已使用过,请在企业账户中重新生成 make a new binding code")
    before = await store.link_of_chat(platform, chat)
    if before is not None:
        await _ended(u, before)
    made = Link(link_id=new_id("lnk"), platform=platform, chat=chat, entity_code=found[1], blocked=False)
    u.record(ChatBound(subject=made.link_id, code=found[1], code_id=found[0], platform=platform))
    await store.add_link({"id": made.link_id, "platform": platform, "chat": chat, "entity_code": found[1],
                          "code_id": found[0], "bound_at": u.now, "ended_at": None, "blocked_at": None})
    u.keep(made)
    return made


async def _ended(u: Unit, link: Link) -> None:
    if await store.end_link(link.link_id, u.now):
        u.record(ChatUnbound(subject=link.link_id, code=link.entity_code))
