"""Registering freely for a company, and showing afterwards that one acts for it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.auth import address, anyone
from api.v1.entities import MOST_REGISTRATIONS
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE, page
from api.web.people import entered
from api.web.session import Signed, anonymous_form, desk, from_own_form, provide_signed, signed_in
from api.wiring import Services
from credit import uscc
from credit.accounts import people, proving, sessions
from credit.accounts.model import PersonInput, Role
from credit.kernel.errors import Invalid, Refusal
from credit.profiles.inputs import RegistrationInput
from credit.profiles.service import PUBLIC, register_self

AnyRequest = Request[Any, Any, State]
PROOF_PAGE = "/account/proof"
_MOST_OF_PERSON, _MOST_OF_ADDRESS = 5, 30  # codes tried within a quarter of an hour
_PLACES = {"/name": "company", "/login": "login", "/display_name": "display", "/wanted": "password"}
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
    """核验:凭文书核验码,或法定代表人到场。"""

    path = PROOF_PAGE
    guards = [signed_in(Role.APPLICANT, Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/", sync_to_thread=False)
    def form(self, signed: Signed) -> Template | Redirect:
        """What proves it; who is proved goes on to the desk."""
        if signed.person.role is Role.ENTERPRISE:
            return Redirect("/desk", status_code=303, headers=PRIVATE)
        return desk("proof", signed, faults=(), typed=NOTHING.kept())

    @post("/", status_code=303)
    async def prove(self, signed: Signed, services: Services, sent: Sent, request: AnyRequest) -> Template | Redirect:
        """By the number and code of a letter to the company; wrong ones are counted."""
        try:
            await _by_letter(signed, services, sent, address(request))
        except Refusal as refusal:
            return desk("proof", signed, status=refusal.status, typed=sent.kept(),
                        faults=(Fault("number", refusal.detail),))
        return Redirect("/desk", status_code=303, headers=PRIVATE)


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
