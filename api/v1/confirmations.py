"""Who acts for a company: an office records that the legal representative appeared, or its certificate signs."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State

from api.auth import address, anyone, needs
from api.bodies import json_body
from api.wiring import Services
from credit import uscc
from credit.accounts import proving, sessions
from credit.accounts.certifying import ChallengeView
from credit.accounts.model import Caller, Proof, Role
from credit.kernel.clock import business_day

AnyRequest = Request[object, object, State]
_NO_STORE = {"Cache-Control": "no-store"}
MOST_CHALLENGES, MOST_PROOFS = 20, 10  # of one address, of one account, within a quarter of an hour


class Appearance(msgspec.Struct, frozen=True, kw_only=True):
    """The legal representative appeared for the account `person_id` (注册编号); the day defaults to today."""

    person_id: str
    appeared_on: date | None = None


class ChallengeInput(msgspec.Struct, frozen=True, kw_only=True):
    """The account `person_id` (注册编号) that the company's certificate is to prove."""

    person_id: str


class CertificateProof(msgspec.Struct, frozen=True, kw_only=True):
    """`signature`: base64, over the bytes of the challenge's text, bare or CMS; `chain`: PEM, the company's certificate
    first, not needed where the CMS signature holds it."""

    challenge: str
    signature: str
    chain: str = ""


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


class CertificateChallenges(Controller):
    """企业证书核验:取待签原文,签名后提交。"""

    path = "/v1/entities/{code:str}/certificate-challenges"
    tags = ["entities"]
    guards = [anyone]

    @post("/", dto=json_body(ChallengeInput), status_code=201, summary="取待签原文 Challenge")
    async def challenge(
        self, code: str, data: ChallengeInput, services: Services, request: AnyRequest
    ) -> Response[ChallengeView]:
        """A text to be signed within 15 minutes, once, by the company's certificate; it replaces an earlier one."""
        await _spend("challenge", address(request), MOST_CHALLENGES, services)
        return Response(await services.certifying.challenge(code, data.person_id), status_code=201, headers=_NO_STORE)

    @post("/proofs", dto=json_body(CertificateProof), status_code=200, summary="以证书核验 Prove by certificate")
    async def prove(
        self, code: str, data: CertificateProof, services: Services, request: AnyRequest
    ) -> Confirmed:
        """The account is the company's from now. Whether revocation was looked up is in the log's entry; nothing that
        the certificate says of a person is kept."""
        await _spend("proof", address(request), MOST_CHALLENGES, services)
        await _spend("proof of", data.challenge, MOST_PROOFS, services)
        made = await services.certifying.prove(code, data.challenge, data.signature, data.chain)
        return Confirmed(person_id=made.person_id, code=made.org_code, role=made.role, proof=Proof.CERTIFICATE)


async def _spend(what: str, who: str, most: int, services: Services) -> None:
    await sessions.spend({sessions.attempt_key(f"certificate {what}", who): most}, services.clock())
