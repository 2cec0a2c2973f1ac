"""Is it alive, is it ready, and what does it count."""

from __future__ import annotations

from typing import Any

from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import State

from api.auth import Connection, address, anyone, caller_of
from api.meter import Family, Meter, Values, exposition
from api.problems import Unavailable
from api.wiring import Services
from credit.accounts.model import Role
from credit.kernel import database, ledger, tasks
from credit.kernel.errors import Forbidden, Refusal

_LOOPBACK = frozenset({"127.0.0.1", "::1"})
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#14508c"/>'
    '<path d="M4 8.5l2.7 2.7L12 5.6" fill="none" stroke="#fff" stroke-width="2"/></svg>'
)
_ROBOTS = "User-agent: *\nDisallow: /v1/\nDisallow: /verify/\nDisallow: /bots/\n"


class Health(Controller):
    """Probes, counts, and the two files that every browser and crawler asks for."""

    guards = [anyone]  # noqa: RUF012
    opt = {"unlimited": True}  # noqa: RUF012

    @get("/healthz", sync_to_thread=False, tags=["health"])
    def healthz(self) -> dict[str, str]:
        """The process answers; nothing else is looked at."""
        return {"status": "alive"}

    @get("/readyz", tags=["health"])
    async def readyz(self, services: Services) -> dict[str, Any]:
        """The database answers and holds this service's log, which continues what was signed. 503 otherwise."""
        try:
            head = await services.log.head()
        except Refusal:
            raise
        except Exception as exc:
            raise Unavailable("数据库没有响应 the database does not answer") from exc
        engine = "sqlite" if database.is_sqlite() else "postgresql"
        return {"status": "ready", "database": engine, "log_size": head.size, "rules": services.book.current.digest}

    @get("/metrics", media_type=MediaType.TEXT, tags=["health"])
    async def metrics(self, request: Request[Any, Any, State]) -> Response[str]:
        """Counts as Prometheus text, for an operator's key or a caller on this machine."""
        if not _may_see_counts(request):
            raise Forbidden("仅运营方密钥或本机可读 operators or loopback only")
        return Response(await _counts(request.app.state.meter), media_type="text/plain; version=0.0.4")

    @get("/favicon.ico", include_in_schema=False, sync_to_thread=False)
    def favicon(self) -> Response[str]:
        return Response(_ICON, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})

    @get("/robots.txt", include_in_schema=False, media_type=MediaType.TEXT, sync_to_thread=False)
    def robots(self) -> str:
        return _ROBOTS


def _may_see_counts(request: Request[Any, Any, State]) -> bool:
    caller = caller_of(request)
    if caller is not None:
        return caller.may(Role.OPERATOR)
    return _is_loopback(request)


def _is_loopback(request: Connection) -> bool:
    """Asked from this machine, and not through a proxy on it."""
    forwarded = "x-forwarded-for" in request.headers or "forwarded" in request.headers
    return address(request) in _LOOPBACK and not forwarded


async def _counts(meter: Meter) -> str:
    head = await ledger.head()
    states = await tasks.counts()
    answers: Values = {(("status", str(status)),): n for status, n in sorted(meter.answers.items())}
    work: Values = {(("subscriber", r["subscriber"]), ("state", r["state"])): r["n"] for r in states}
    return exposition((
        Family("tendercredit_http_answers_total", "counter", "Answers of this process by status", answers),
        Family("tendercredit_tasks", "gauge", "Task rows by subscriber and state", work),
        Family("tendercredit_log_size", "gauge", "Entries in the log", {(): head.size}),
    ))
