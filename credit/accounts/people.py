"""The verbs of people: who may sign in, their passwords, and their end."""

from __future__ import annotations

import unicodedata
from datetime import datetime

import msgspec

from credit import store as credit_store
from credit.accounts import passwords, store
from credit.accounts.events import PasswordSet, PersonCreated, PersonEnded
from credit.accounts.model import Person, PersonInput, Role
from credit.accounts.service import organisation
from credit.events import PayloadErased
from credit.kernel.errors import Conflict, FieldError, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.unit import Unit, unit
from credit.service import keep_payload

_LONGEST_LOGIN = 60
_LONGEST_NAME = 60


class LoginTaken(Conflict):
    code = "login_taken"
    title = "登录名已被使用 Name taken"


class PasswordUnfit(Invalid):
    code = "password_unfit"
    title = "密码不符合要求 Password unfit"


class PasswordWrong(Invalid):
    code = "password_wrong"
    title = "当前密码不正确 Wrong password"


def folded(login: str) -> str:
    """A login as it is stored and compared: width and case folded, what cannot be printed replaced."""
    plain = unicodedata.normalize("NFKC", login).strip().casefold()
    return "".join(c if c.isprintable() else "?" for c in plain)


async def create_person(
    given: PersonInput, *, by: str, now: datetime, password: str | None = None
) -> tuple[str, Person]:
    """Lets somebody sign in; without `password` a one-time one is made, answered once, and to be changed at first use.

    Raises NotFound for an organisation that is not registered (an applicant needs none), LoginTaken, Invalid,
    PasswordUnfit.
    """
    if given.role is not Role.APPLICANT:
        await organisation(given.org_code)
    login = _login(given)
    secret = password or passwords.one_time()
    check(secret, login)
    phc = await passwords.hashed(secret)
    made = Person(login=login, display_name=given.display_name.strip(), org_code=given.org_code, role=given.role,
                  person_id=new_id("prn"), initial=password is None)
    async with unit(by=by, now=now) as u:
        if await store.person_by_login(login) is not None:
            raise LoginTaken(f"登录名“{login}”已被使用,请另取一个 choose another name")
        seq = u.record(PersonCreated(subject=made.person_id, org_code=made.org_code, role=made.role))
        profile = keep_payload(u, seq=seq, owner=made.person_id, body={"display_name": made.display_name})
        made = msgspec.structs.replace(made, seq=seq)
        store.write_person(u, made, profile, _keep_secret(u, seq, phc))
    return secret, made


async def set_password(person_id: str, *, by: str, now: datetime, password: str | None = None) -> tuple[str, Person]:
    """Gives a person a new password, a one-time one unless named, and ends every sign-in. Raises NotFound."""
    old = await _living(person_id)
    secret = password or passwords.one_time()
    check(secret, old.login)
    return secret, await _replace(old, secret, by=by, now=now, initial=password is None)


async def change_password(person_id: str, current: str, wanted: str, *, now: datetime) -> Person:
    """The person's own change; every sign-in ends. Raises PasswordWrong, PasswordUnfit, NotFound."""
    old = await _living(person_id)
    if not await passwords.fits(current, await store.secret_of(person_id)):
        fault = FieldError("/current", "wrong", "填写现在使用的密码")
        raise PasswordWrong("当前密码不正确,请重新填写", errors=(fault,))
    check(wanted, old.login)
    if wanted == current:
        raise PasswordUnfit("新密码须与当前密码不同", errors=(FieldError("/wanted", "same", "换一个新的密码"),))
    return await _replace(old, wanted, by=person_id, now=now, initial=False)


async def end_person(person_id: str, *, by: str, now: datetime) -> None:
    """Nobody signs in by this name any more; open sign-ins end, name and password hash are erased. Raises NotFound."""
    async with unit(by=by, now=now) as u:
        old = await _living(person_id)
        profile, owner, secret = await store.payloads_of(person_id)
        seq = u.record(PersonEnded(subject=person_id, org_code=old.org_code))
        ended = msgspec.structs.replace(old, revision=old.revision + 1, seq=seq, ended=True)
        store.write_person(u, ended, profile, (owner, secret))
        await _erase(u, owner)
        await _erase(u, person_id)
        await store.end_sessions(person_id)


async def person(person_id: str) -> Person:
    """The person, also one that has ended. Raises NotFound."""
    found = await store.person(person_id)
    if found is None:
        raise NotFound("没有这个人员 no such person")
    return found


async def person_of(login: str) -> Person | None:
    """The person of a login, also one that has ended."""
    return await store.person_by_login(folded(login))


def check(password: str, login: str = "") -> None:
    """Raises PasswordUnfit for a password that is too short, too long or the login itself."""
    said = None
    if len(password) < passwords.SHORTEST:
        said = f"密码至少{passwords.SHORTEST}个字符,可以是一句话"
    elif len(password) > passwords.LONGEST:
        said = f"密码至多{passwords.LONGEST}个字符"
    elif folded(password) == login or len(set(password)) < 4:
        said = "密码过于简单,请换一个"
    if said:
        raise PasswordUnfit(said, errors=(FieldError("/wanted", "unfit", said),))


def _login(given: PersonInput) -> str:
    login = folded(given.login)
    if not 1 < len(login) <= _LONGEST_LOGIN or not all(c.isalnum() or c in "._-@" for c in login):
        fault = FieldError("/login", "wrong_form", f"2至{_LONGEST_LOGIN}个字母、数字、汉字或 . _ - @")
        raise Invalid("登录名不符合要求 the name does not fit", errors=(fault,))
    if not 0 < len(given.display_name.strip()) <= _LONGEST_NAME:
        raise Invalid("填写姓名", errors=(FieldError("/display_name", "missing", f"1至{_LONGEST_NAME}个字"),))
    return login


async def _living(person_id: str) -> Person:
    found = await person(person_id)
    if found.ended:
        raise NotFound("该人员已停用 this person has ended")
    return found


async def _replace(old: Person, secret: str, *, by: str, now: datetime, initial: bool) -> Person:
    phc = await passwords.hashed(secret)
    async with unit(by=by, now=now) as u:
        latest = await _living(old.person_id)
        profile, owner, _ = await store.payloads_of(old.person_id)
        seq = u.record(PasswordSet(subject=old.person_id, org_code=latest.org_code, initial=initial))
        made = msgspec.structs.replace(latest, revision=latest.revision + 1, seq=seq, initial=initial)
        store.write_person(u, made, profile, _keep_secret(u, seq, phc))
        await _erase(u, owner)
        await store.end_sessions(old.person_id)
    return made


def _keep_secret(u: Unit, seq: int, phc: str) -> tuple[str, str]:
    owner = new_id("pwd")
    return owner, keep_payload(u, seq=seq, owner=owner, body={"phc": phc})


async def _erase(u: Unit, owner: str) -> None:
    gone = sorted(await credit_store.erase(owner))
    u.record(PayloadErased(subject=owner, payload_ids=tuple(gone)))
