"""From applicant to enterprise account: free to register, and no sight of records before the company is proved."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from credit.accounts import store
from credit.accounts.certificates import Shown
from credit.accounts.events import PersonProved
from credit.accounts.model import Person, Proof, Role
from credit.kernel.errors import Conflict, FieldError, Invalid, NotFound
from credit.kernel.unit import unit


class ProvedBefore(Conflict):
    code = "proved_before"
    title = "该账户已核验 Proved before"


class ChallengeOver(Conflict):
    code = "challenge_over"
    title = "待签原文已失效 Challenge over"


async def by_letter(person_id: str, notice_id: str, *, now: datetime) -> Person:
    """The person holds a letter to the company. Raises NotFound, ProvedBefore."""
    return await _prove(person_id, by=person_id, now=now, proof=Proof.LETTER, notice_id=notice_id)


async def by_office(person_id: str, code: str, appeared_on: date, *, by: str, now: datetime) -> Person:
    """An office records that the legal representative of `code` appeared for this person.

    Raises NotFound for a person who has not registered for this company, Invalid for a day to come, ProvedBefore.
    """
    return await _prove(
        person_id, by=by, now=now, proof=Proof.REPRESENTATIVE, code=code, appeared_on=appeared_on)


async def by_certificate(person_id: str, code: str, challenge_id: str, shown: Shown, *, now: datetime) -> Person:
    """The company's certificate signed the challenge of this account, which has served by that.

    Raises ChallengeOver where it had served before, NotFound, ProvedBefore.
    """
    return await _prove(person_id, by=person_id, now=now, proof=Proof.CERTIFICATE, code=code, challenge_id=challenge_id,
                        shown=shown)


async def _prove(
    person_id: str, *, by: str, now: datetime, proof: Proof, code: str | None = None, notice_id: str | None = None,
    appeared_on: date | None = None, challenge_id: str | None = None, shown: Shown | None = None,
) -> Person:
    async with unit(by=by, now=now) as u:
        if challenge_id is not None and not await store.use_challenge(challenge_id):
            raise ChallengeOver("这份待签原文已经用过;请取新的")
        if appeared_on is not None and appeared_on > u.day:
            raise Invalid("到场日期有误", errors=(FieldError("/appeared_on", "in_the_future", "不得晚于今天"),))
        old = await store.person(person_id)
        if old is None or old.ended or (code is not None and old.org_code != code):
            raise NotFound("没有为该企业注册的这个账户,请核对注册编号 nobody registered for this company under this id")
        if old.role is not Role.APPLICANT:
            raise ProvedBefore("该账户已核验,可直接登录使用 this account is proved already")
        seq = u.record(PersonProved(
            subject=person_id, org_code=old.org_code, proof=proof, notice_id=notice_id, appeared_on=appeared_on,
            certificate=shown.fingerprint if shown else None, revocation=shown.revocation if shown else None))
        made = msgspec.structs.replace(old, role=Role.ENTERPRISE, revision=old.revision + 1, seq=seq)
        profile, owner, secret = await store.payloads_of(person_id)
        store.write_person(u, made, profile, (owner, secret))
    return made
