"""Signing in and out, one's own account, and changing the password."""

from __future__ import annotations

from typing import Any

from litestar import Controller, Request, get, post
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.auth import address, anyone
from api.problems import TooManyRequests
from api.web.forms import Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE, page
from api.web.session import (
    HOMES,
    PASSWORD_PAGE,
    Signed,
    anonymous_form,
    cookie,
    cookie_name,
    desk,
    from_own_form,
    gone,
    local,
    provide_signed,
    signed_in,
)
from api.wiring import Services
from credit.accounts import people, sessions
from credit.accounts import service as accounts
from credit.accounts.model import Person
from credit.kernel.errors import Refusal

AnyRequest = Request[Any, Any, State]
_PLACES = {"/current": "current", "/wanted": "wanted"}


class SignIn(Controller):
    """登录。"""

    path = "/sign-in"
    guards = [anyone]
    include_in_schema = False
    dependencies = {"sent": Provide(provide_sent)}

    @get("/")
    async def form(
        self, services: Services, request: AnyRequest, next: str = "", late: str = "",  # noqa: A002
    ) -> Template | Redirect:
        """The form; `next` leads back to a desk. Who is signed in goes on at once."""
        held = request.cookies.get(cookie_name(services), "")
        session = await sessions.recognise(held, services.clock()) if held else None
        if session is not None:
            return Redirect(local(next) or HOMES.get(session.person.role, "/account"), status_code=303, headers=PRIVATE)
        return _form(services, request, target=local(next), late=bool(late))

    @post("/", guards=[from_own_form], status_code=303)
    async def enter(self, services: Services, request: AnyRequest, sent: Sent) -> Template | Redirect:
        """Opens a session under a fresh token. One answer for an unknown name and for a wrong password."""
        target = local(sent.text("next"))
        try:
            token, person = await sessions.sign_in(
                sent.text("name"), (sent.texts.get("password") or [""])[0], address=address(request),
                now=services.clock(),
            )
        except (sessions.SignInRefused, sessions.TooManyAttempts, TooManyRequests) as refusal:
            return _form(services, request, target=target, name=sent.text("name"), refusal=refusal)
        return entered(services, person, token, target)


class Leaving(Controller):
    """退出。"""

    path = "/sign-out"
    guards = [signed_in()]
    opt = {"unlimited": True}
    include_in_schema = False

    @get("/", sync_to_thread=False)
    def stay(self) -> Redirect:
        """Nothing is ended by a mere link."""
        return Redirect("/account", status_code=303)

    @post("/", status_code=303)
    async def leave(self, services: Services, request: AnyRequest) -> Redirect:
        """Ends the session at once."""
        await sessions.sign_out(request.cookies.get(cookie_name(services), ""))
        answer = Redirect("/sign-in", status_code=303, headers={**PRIVATE, "Clear-Site-Data": '"cache"'})
        answer.set_cookie(gone(services))
        return answer


class Account(Controller):
    """我的账户。"""

    path = "/account"
    guards = [signed_in()]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def read(self, signed: Signed) -> Template:
        """Who I am here, and where my desk is."""
        organisation = await accounts.find_organisation(signed.person.org_code)
        return desk("account", signed, organisation=organisation, home=HOMES.get(signed.person.role))

    @get("/password", sync_to_thread=False)
    def password(self, signed: Signed) -> Template:
        """The form for a new password."""
        return desk("password", signed, faults=())

    @post("/password", status_code=303)
    async def change(self, signed: Signed, sent: Sent, services: Services) -> Template | Redirect:
        """A new password; every other sign-in ends, this one goes on under a fresh token."""
        wanted = (sent.texts.get("wanted") or [""])[0]
        if wanted != (sent.texts.get("again") or [""])[0]:
            return desk("password", signed, status=422, faults=(Fault("again", "两次填写的新密码不一致"),))
        try:
            await people.change_password(
                signed.person.person_id, (sent.texts.get("current") or [""])[0], wanted, now=services.clock()
            )
        except Refusal as refusal:
            return desk("password", signed, status=422, faults=faults_of(refusal, _PLACES))
        token = await sessions.start(signed.person, services.clock())
        return entered(services, await people.person(signed.person.person_id), token, "")


def entered(services: Services, person: Person, token: str, target: str) -> Redirect:
    """Goes on as somebody who has just signed in, under a fresh cookie."""
    goes = PASSWORD_PAGE if person.initial else target or HOMES.get(person.role, "/account")
    answer = Redirect(goes, status_code=303, headers=PRIVATE)
    answer.set_cookie(cookie(services, token))
    answer.set_cookie(gone(services, "form"))
    return answer


def _form(
    services: Services, request: AnyRequest, *, target: str, late: bool = False, name: str = "",
    refusal: Refusal | None = None,
) -> Template:
    token, held = anonymous_form(services, request)
    headers = dict(PRIVATE)
    given = refusal.extra.get("headers") if refusal else None
    if isinstance(given, dict):
        headers |= given
    answer = page("sign_in", status=refusal.status if refusal else 200, headers=headers, token=token, target=target,
                  late=late, login=name, error=refusal.detail if refusal else "")
    answer.set_cookie(held)
    return answer
