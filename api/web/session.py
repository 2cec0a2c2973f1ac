"""Signed in on a page: the cookie, the guard `signed_in(...)`, and the token that every form must bring back.

A person becomes a Caller, so that services decide by the same rules as for a key. Programs' addresses under /v1 take
no cookie, pages take no key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect, Template

from api import problems
from api.auth import ROLES, Connection, Guard, address
from api.web.pages import PRIVATE, page
from api.wiring import Services
from credit.accounts import sessions
from credit.accounts.model import Caller, Person, Role
from credit.kernel.errors import Forbidden, Unauthenticated
from credit.kernel.ids import new_token

FIELD = "form_token"
HOMES = {Role.ENTERPRISE: "/desk", Role.REVIEWER: "/review", Role.COORDINATOR: "/review/region",
         Role.AUTHORITY: "/office/conduct", Role.PLATFORM: "/office/conduct",
         Role.APPLICANT: "/account/proof"}
PASSWORD_PAGE = "/account/password"  # noqa: S105 - an address
_FREE_OF_CHANGE = (PASSWORD_PAGE, "/sign-out")
_LOCAL = re.compile(
    r"/(?:desk|review|office|account|receipt|reports|screenings|watches|instructions|webhooks)"
    r"(?:/[\w~-][\w.~-]*)*(?:\?[\w=&.%~-]*)?", re.ASCII)
_LONGEST_NEXT = 300
AnyRequest = Request[object, object, State]


class SignInNeeded(Unauthenticated):
    """The page is for people who are signed in; the sign-in leads back to it."""

    code = "sign_in_needed"
    title = "请先登录 Sign in first"


class PasswordFirst(Forbidden):
    """A password that somebody else has given must be changed before anything else."""

    code = "password_first"
    title = "请先修改初始密码 Change the password first"


class FormForged(Forbidden):
    """The form does not carry the token of this sign-in: open the page anew and send it from there."""

    code = "form_forged"
    title = "表单已失效 Form not valid"


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in on this page, and the token of its forms."""

    person: Person
    caller: Caller
    token: str

    @property
    def home(self) -> str:
        return HOMES.get(self.person.role, "/account")


def cookie_name(services: Services, kind: str = "session") -> str:
    """`__Host-` binds the cookie to this host and to https; without https the plain name."""
    return f"__Host-tc_{kind}" if secure(services) else f"tc_{kind}"


def secure(services: Services) -> bool:
    """Whether the service is reached by https, by its base URL."""
    return services.settings.web.base_url.startswith("https://")


def cookie(services: Services, value: str, kind: str = "session") -> Cookie:
    """A cookie that scripts cannot read and other sites do not send; gone with the browser."""
    return Cookie(key=cookie_name(services, kind), value=value, path="/", httponly=True, samesite="lax",
                  secure=secure(services))


def gone(services: Services, kind: str = "session") -> Cookie:
    """The cookie's end, with the attributes without which a browser would not take it back."""
    return Cookie(key=cookie_name(services, kind), value="", path="/", httponly=True, samesite="lax",
                  secure=secure(services), max_age=0)


def form_token(secret: str) -> str:
    """The token of forms under a cookie: nobody who cannot read the cookie can compute it."""
    return hmac.new(secret.encode(), b"tendercredit form", hashlib.sha256).hexdigest()


def local(target: str) -> str:
    """A page of a desk to go on to after signing in; empty for anything else, other sites above all."""
    return target if len(target) <= _LONGEST_NEXT and _LOCAL.fullmatch(target) else ""


def signed_in(*roles: Role) -> Guard:
    """A guard for pages: a living sign-in of one of these roles (any without), and on a form its token.

    Raises SignInNeeded, PasswordFirst, Forbidden, FormForged, TooManyRequests.
    """
    wanted = roles or tuple(Role)

    async def guard(connection: Connection, handler: BaseRouteHandler) -> None:
        services: Services = connection.app.state.services
        secret = connection.cookies.get(cookie_name(services), "")
        session = await sessions.recognise(secret, services.clock()) if secret else None
        if session is None:
            connection.app.state.limiter.take(f"address:{address(connection)}", share=0.1)
            raise SignInNeeded("请先登录;超过30分钟没有操作会自动退出")
        scope = connection.scope
        scope["state"]["allowance"] = connection.app.state.limiter.take(f"person:{session.person.person_id}")
        found = Signed(person=session.person, caller=session.person.caller(), token=form_token(secret))
        scope["state"]["signed"], scope["state"]["caller"] = found, found.caller
        if not (isinstance(connection, Request) and connection.method in ("GET", "HEAD")):
            await require_token(connection, found.token)
        if session.person.initial and scope["path"] not in _FREE_OF_CHANGE:
            raise PasswordFirst("密码是他人代设的,请先改成自己的密码")
        if session.person.role not in wanted:
            raise Forbidden("此页面不属于您的角色 this page is not for your role")

    setattr(guard, ROLES, wanted)
    return guard


async def from_own_form(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard for forms of people not yet signed in: the form token of the cookie set with the page (double submit)."""
    services: Services = connection.app.state.services
    await require_token(connection, form_token(connection.cookies.get(cookie_name(services, "form"), "")))


async def require_token(connection: Connection, expected: str) -> None:
    """Raises FormForged unless the form brings the token; compared in constant time."""
    assert isinstance(connection, Request)
    form = await connection.form()
    given = form.get(FIELD)
    sent = given if isinstance(given, str) else ""
    if not hmac.compare_digest(sent.encode(errors="replace"), expected.encode()):
        raise FormForged("表单已失效,可能是登录已更换或页面放置过久;请重新打开页面后再提交")


def provide_signed(request: AnyRequest) -> Signed:
    """Dependency `signed`: who is signed in, behind a guard `signed_in`."""
    found: Signed = request.scope["state"]["signed"]
    return found


def desk(name: str, signed: Signed, *, status: int = 200, **context: object) -> Template:
    """A page for one person's eyes: kept by nobody."""
    return page(name, status=status, headers=PRIVATE, signed=signed, **context)


def anonymous_form(services: Services, request: AnyRequest) -> tuple[str, Cookie]:
    """The token of a form for somebody not signed in, and the cookie that goes with it."""
    held = request.cookies.get(cookie_name(services, "form"), "") or new_token()
    return form_token(held), cookie(services, held, "form")


def on_absent(request: AnyRequest, exc: SignInNeeded) -> Response[object]:
    """Browsers go to the sign-in and come back to where they were; a form that came too late says so there."""
    if "text/html" not in request.headers.get("accept", ""):
        return problems.on_refusal(request, exc)  # type: ignore[return-value]
    query = request.scope.get("query_string", b"").decode("latin-1")
    target = local(request.scope["path"] + (f"?{query}" if query and request.method == "GET" else ""))
    late = "&late=1" if request.method not in ("GET", "HEAD") else ""
    return Redirect(f"/sign-in?next={quote(target, safe='')}{late}", status_code=303, headers=PRIVATE)


def on_password_first(request: AnyRequest, exc: PasswordFirst) -> Response[object]:
    """Where the initial password is changed."""
    if "text/html" not in request.headers.get("accept", ""):
        return problems.on_refusal(request, exc)  # type: ignore[return-value]
    return Redirect(PASSWORD_PAGE, status_code=303, headers=PRIVATE)
