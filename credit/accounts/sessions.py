"""Sign-in: a random token in a cookie, its SHA-256 here; it ends when idle, at its last moment, or when told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from credit.accounts import passwords, store
from credit.accounts.model import Person, Session
from credit.accounts.people import folded
from credit.kernel.errors import Refusal
from credit.kernel.ids import new_token

# NIST SP 800-63B 4.2.3 (AAL2): again after 12 hours, or after 30 minutes in which nothing was done
LIFETIME = timedelta(hours=12)
IDLE = timedelta(minutes=30)
_NOTED = timedelta(minutes=1)  # how often being seen is written
# Failed attempts within the window; NIST SP 800-63B 5.2.2 allows a name at most 100 in a row
WINDOW = timedelta(minutes=15)
MOST_TOGETHER, MOST_OF_NAME, MOST_OF_ADDRESS = 5, 50, 30


class SignInRefused(Refusal):
    """The same answer for a name nobody has and for a wrong password."""

    code = "sign_in_refused"
    title = "登录名或密码不正确 Name or password wrong"
    status = 401


class TooManyAttempts(Refusal):
    """`headers` carry Retry-After."""

    code = "too_many_attempts"
    title = "尝试次数过多 Too many attempts"
    status = 429


async def sign_in(
    login: str, password: str, *, address: str, now: datetime, token: Callable[[], str] = new_token
) -> tuple[str, Person]:
    """Opens a session and answers its token once. Raises SignInRefused, TooManyAttempts."""
    name = folded(login)[:200]
    tries = {attempt_key("both", name, address): MOST_TOGETHER, attempt_key("name", name): MOST_OF_NAME,
             attempt_key("address", address): MOST_OF_ADDRESS}
    await spend(tries, now)
    person = await store.person_by_login(name)
    living = person is not None and not person.ended
    phc = await store.secret_of(person.person_id) if person is not None and living else None
    if not await passwords.fits(password[: passwords.LONGEST + 1], phc) or person is None:
        raise SignInRefused("登录名或密码不正确,请核对后重试")
    await store.clear_attempts(list(tries)[:2])
    await store.give_back(list(tries)[2])
    return await start(person, now, token), person


async def start(person: Person, now: datetime, token: Callable[[], str] = new_token) -> str:
    """A session for somebody whose password has just been checked; its token, once."""
    secret = token()
    await store.end_old_sessions(now, now - IDLE)
    await store.open_session(digest(secret), person.person_id, now, now + LIFETIME)
    return secret


async def recognise(token: str, now: datetime) -> Session | None:
    """The session of a token at `now`, and that it was seen; None once it has ended in any way."""
    found = await store.session(digest(token))
    if found is None or found.person.ended or now >= found.ends_at or now - found.seen_at >= IDLE:
        return None
    if now - found.seen_at >= _NOTED:
        await store.seen(digest(token), now)
        return msgspec.structs.replace(found, seen_at=now)
    return found


async def sign_out(token: str) -> None:
    """Ends the session at once; nothing happens where there is none."""
    await store.end_session(digest(token))


def digest(token: str) -> str:
    """SHA-256 of a token, the only form in which it is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def attempt_key(*parts: str) -> str:
    """What tries are counted under: SHA-256, so that no name or address is stored."""
    return hashlib.sha256("\x1f".join(parts).encode(errors="surrogatepass")).hexdigest()


async def spend(tries: dict[str, int], now: datetime) -> None:
    """Counts the attempt under each key before it is judged, so that many at once gain nothing.

    Raises TooManyAttempts where a key has more than its number within a quarter of an hour.
    """
    waits = []
    for key, most in tries.items():
        count, since = await store.attempt(key, now, now - WINDOW)
        if count > most:
            waits.append(since + WINDOW - now)
    if waits:
        seconds = max(1, int(max(waits).total_seconds()))
        raise TooManyAttempts(f"尝试次数过多,请在{-(-seconds // 60)}分钟后再试", headers={"Retry-After": str(seconds)})
