"""Who acts for a company: an office records that the legal representative appeared."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, post

from api.auth import needs
from api.bodies import json_body
from api.wiring import Services
from credit import uscc
from credit.accounts import proving
from credit.accounts.model import Caller, Proof, Role
from credit.kernel.clock import business_day


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """The legal representative appeared for the account `person_id` (注册编号); the day defaults to today."""

    person_id: str
    appeared_on: date | None = None


class Confirmed(msgspec.Struct, frozen=True, kw_only=True):
    person_id: str
    code: str
    role: Role
    proof: Proof


class Confirmations(Controller):
    """法定代表人到场核验。"""

    path = "/v1/entities/{code:str}/confirmations"
    tags = ["entities"]
    guards = [needs(Role.AUTHORITY, Role.REVIEWER, Role.OPERATOR)]

    @post("/", dto=json_body(Appearance), status_code=200, summary="法定代表人到场核验 Confirm an account")
    async def confirm(self, code: str, data: Appearance, services: Services, caller: Caller) -> Confirmed:
        """The account sees the company's own records from now; who recorded it, and when, is in the log."""
        code, now = uscc.check(code), services.clock()
        made = await proving.by_office(
            data.person_id, code, data.appeared_on or business_day(now), by=caller.key_id, now=now)
        return Confirmed(person_id=made.person_id, code=code, role=made.role, proof=Proof.REPRESENTATIVE)
