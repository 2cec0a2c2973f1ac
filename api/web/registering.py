"""Registering freely for a company, and showing afterwards that one acts for it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.auth import address, anyone
from api.v1.confirmations import MOST_CHALLENGES, MOST_PROOFS
from api.v1.entities import MOST_REGISTRATIONS
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE, page
from api.web.people import entered
from api.web.session import Signed, anonymous_form, desk, from_own_form, provide_signed, signed_in
from api.wiring import Services
from credit import uscc
from credit.accounts import people, proving, sessions
from credit.accounts.certificates import LONGEST_CHAIN
from credit.accounts.certifying import LONGEST_SIGNATURE
from credit.accounts.model import PersonInput, Role
from credit.accounts.proving import ChallengeOver
from credit.kernel.errors import Invalid, Refusal
from credit.profiles.inputs import RegistrationInput
from credit.profiles.service import PUBLIC, register_self

AnyRequest = Request[Any, Any, State]
PROOF_PAGE = "/account/proof"
_MOST_OF_PERSON, _MOST_OF_ADDRESS = 5, 30  # codes tried within a quarter of an hour
_PLACES = {"/name": "company", "/login": "login", "/display_name": "display", "/wanted": "password"}
_SIGNED = {"/signature": "signature", "/chain": "chain"}
_PRINTED = re.compile(r"/verify/([^?\s]+)\?t=([^&\s]+)")


class LetterUnfit(Invalid):
    """The same answer for a wrong number, a wrong code and a letter to somebody else."""

    code = "letter_unfit"
    title = "文号或核验码不符 Letter not confirmed"


class Registering(Controller):
    """自主注册,无须审核。"""

    path = "/register"
    guards = [anyone]
    include_in_schema = False
    dependencies = {"sent": Provide(provide_sent)}

    @get("/", sync_to_thread=False)
    def form(self, services: Services, request: AnyRequest) -> Template:
        """The form."""
        return _form(services, request, NOTHING, ())

    @post("/", guards=[from_own_form], status_code=303)
    async def register(self, services: Services, request: AnyRequest, sent: Sent) -> Template | Redirect:
        """Opens an account that sees nothing of the company yet, and goes on to the proof."""
        password, again = ((sent.texts.get(name) or [""])[0] for name in ("password", "again"))
        if password != again:
            return _form(services, request, sent, (Fault("again", "两次填写的密码不一致"),), 422)
        now = services.clock()
        try:
            code = uscc.check(sent.text("code"))
            people.check(password, people.folded(sent.text("login")))
            await sessions.spend({sessions.attempt_key("register", address(request)): MOST_REGISTRATIONS}, now)
            given = PersonInput(login=sent.text("login"), display_name=sent.text("display"), org_code=code,
                                role=Role.APPLICANT)
            _, person = await people.create_person(given, by=PUBLIC, now=now, password=password)
            await register_self(code, RegistrationInput(name=sent.text("company")), now=now)
        except uscc.BadCode as refusal:
            return _form(services, request, sent, (Fault("code", refusal.detail),), 422)
        except people.LoginTaken as refusal:
            return _form(services, request, sent, (Fault("login", refusal.detail),), refusal.status)
        except Refusal as refusal:
            return _form(services, request, sent, faults_of(refusal, _PLACES), refusal.status)
        return entered(services, person, await sessions.start(person, now), PROOF_PAGE)


class Proving(Controller):
    """核验:凭文书核验码、法定代表人到场,或企业证书。"""

    path = PROOF_PAGE
    guards = [signed_in(Role.APPLICANT, Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/", sync_to_thread=False)
    def form(self, signed: Signed, services: Services) -> Template | Redirect:
        """What proves it; who is proved goes on to the desk."""
        if signed.person.role is Role.ENTERPRISE:
            return Redirect("/desk", status_code=303, headers=PRIVATE)
        return _proof(signed, services)

    @post("/", status_code=303)
    async def prove(self, signed: Signed, services: Services, sent: Sent, request: AnyRequest) -> Template | Redirect:
        """By the number and code of a letter to the company; wrong ones are counted."""
        try:
            await _by_letter(signed, services, sent, address(request))
        except Refusal as refusal:
            return _proof(signed, services, sent, (Fault("number", refusal.detail),), refusal.status)
        return Redirect("/desk", status_code=303, headers=PRIVATE)

    @post("/challenge", status_code=200)
    async def challenge(self, signed: Signed, services: Services, request: AnyRequest) -> Template:
        """A text for the company's certificate to sign."""
        person = signed.person
        try:
            await sessions.spend({sessions.attempt_key("challenge", address(request)): MOST_CHALLENGES},
                                 services.clock())
            made = await services.certifying.challenge(person.org_code, person.person_id)
        except Refusal as refusal:
            return _proof(signed, services, NOTHING, (Fault("", refusal.detail),), refusal.status)
        return desk("proof_sign", signed, asked=made, faults=(), signature="", chain="")

    @get("/challenge/{challenge_id:str}", media_type="text/plain")
    async def text(self, challenge_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The text as a file, byte for byte."""
        asked = await services.certifying.asked(challenge_id, signed.person.person_id)
        named = {"Content-Disposition": 'attachment; filename="challenge.txt"'}
        return Response(asked.text.encode(), media_type="text/plain; charset=utf-8", headers=PRIVATE | named)

    @post("/challenge/{challenge_id:str}", status_code=303)
    async def sign(
        self, challenge_id: str, signed: Signed, services: Services, sent: Sent, request: AnyRequest
    ) -> Template | Redirect:
        """The signature and the certificate; wrong ones are counted."""
        signature, chain = sent.text("signature", LONGEST_SIGNATURE), sent.text("chain", LONGEST_CHAIN)
        person = signed.person
        try:
            await sessions.spend({
                sessions.attempt_key("certificate", person.person_id): MOST_PROOFS,
                sessions.attempt_key("certificate proof", address(request)): MOST_CHALLENGES,
            }, services.clock())
            await services.certifying.prove(person.org_code, challenge_id, signature, chain)
        except ChallengeOver as refusal:
            return _proof(signed, services, NOTHING, (Fault("", refusal.detail),), refusal.status)
        except Refusal as refusal:
            faults = faults_of(refusal, _SIGNED) if refusal.errors else (Fault("", refusal.detail),)
            asked = await services.certifying.asked(challenge_id, person.person_id)
            return desk("proof_sign", signed, status=refusal.status, asked=asked, faults=faults, signature=signature,
                        chain=chain)
        return Redirect("/desk", status_code=303, headers=PRIVATE)


def _proof(
    signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), status: int = 200
) -> Template:
    return desk("proof", signed, status=status, typed=sent.kept(), faults=faults, by_certificate=services.certifying.on)


async def _by_letter(signed: Signed, services: Services, sent: Sent, asker: str) -> None:
    person, now = signed.person, services.clock()
    await sessions.spend({
        sessions.attempt_key("letter", person.person_id): _MOST_OF_PERSON,
        sessions.attempt_key("letter from", asker): _MOST_OF_ADDRESS,
    }, now)
    number, token = sent.text("number"), sent.text("token")
    printed = _PRINTED.search(token) or _PRINTED.search(number)
    if printed is not None:  # the whole address as the letter prints it
        number, token = unquote(printed[1]), unquote(printed[2])
    found = await services.notices.verifying.letter_to(person.org_code, number, token)
    if found is None:
        raise LetterUnfit("文号与核验码不符,或该文书不是发给本企业的;请照文书二维码旁的网址填写")
    await proving.by_letter(person.person_id, found, now=now)


def _form(
    services: Services, request: AnyRequest, sent: Sent, faults: tuple[Fault, ...], status: int = 200
) -> Template:
    token, held = anonymous_form(services, request)
    typed = sent.kept()
    typed.pop("password", None)
    typed.pop("again", None)
    answer = page("register", status=status, headers=PRIVATE, token=token, typed=typed, faults=faults)
    answer.set_cookie(held)
    return answer
