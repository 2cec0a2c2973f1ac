"""The application: controllers from one list, every error a problem, nothing open that did not say so."""

from __future__ import annotations

import time
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute

from api import auth, headers, health, openapi, problem_pages
from api.bots import BotCodes, TelegramHook
from api.limits import RateLimiter
from api.meter import Meter
from api.quick.front import Front
from api.running import lifespan
from api.v1 import (
    conduct,
    confirmations,
    draws,
    eligibility,
    entities,
    exchange,
    extracts,
    grades,
    imports,
    keys,
    ledger,
    listings,
    lists,
    merits,
    notices,
    organisations,
    penalties,
    persons,
    proposals,
    receipts,
    relapses,
    repair,
    reports,
    rules,
    score_changes,
    scores,
    screenings,
    sources,
    standing,
    statements,
    talks,
    watches,
    webhooks,
)
from api.web import errors, pages, site
from api.wiring import Services, build
from credit.kernel.settings import from_environment

CONTROLLERS: list[Any] = [
    health.Health,
    problem_pages.ProblemPages,
    ledger.Ledger,
    rules.Rules,
    organisations.Organisations,
    keys.Keys,
    penalties.Penalties,
    imports.Imports,
    listings.ListEntries,
    proposals.ListingProposals,
    lists.ListFiles,
    exchange.Exchange,
    repair.RepairPlans,
    repair.RepairCases,
    eligibility.Eligibility,
    eligibility.EligibilityNow,
    receipts.Receipts,
    grades.Schemes,
    grades.Holders,
    screenings.Screenings,
    webhooks.WebhookTargets,
    watches.BidderWatches,
    reports.OnCompany,
    reports.Reports,
    entities.Entities,
    standing.OnRecord,
    relapses.OnRelapse,
    scores.Scores,
    score_changes.ScoreChanges,
    merits.Merits,
    persons.Persons,
    conduct.ConductRecords,
    draws.Draws,
    draws.Instructions,
    extracts.Extracts,
    talks.Talks,
    statements.Statements,
    confirmations.Confirmations,
    confirmations.CertificateChallenges,
    sources.ListSources,
    notices.Letters,
    BotCodes,
    TelegramHook,
    *site.ROUTES,
]
_JSON_LIMIT = 8 * 1024 * 1024  # routes with `takes_files` take that many times the upload limit
_FORM_ROOM = 100_000  # what a form adds around the file it carries
_OWN_PATHS = ("/schema",)  # Litestar's own routes, public


class Unguarded(Exception):
    """A route says neither `needs(...)` nor `anyone`."""


def create_app(services: Services, *, migrate: bool = True, controllers: list[Any] | None = None) -> Litestar:
    """The application over these services. Raises Unguarded for a route that forgot its guard."""
    app = Litestar(
        route_handlers=CONTROLLERS if controllers is None else controllers,
        lifespan=[lifespan.serving],
        guards=[auth.admit],
        dependencies={
            "services": Provide(provide_services, sync_to_thread=False),
            "caller": Provide(auth.provide_caller, sync_to_thread=False),
            "visitor": Provide(auth.provide_visitor, sync_to_thread=False),
            "request_key": Provide(auth.provide_request_key),
        },
        exception_handlers=errors.HANDLERS,
        template_config=pages.TEMPLATES,
        before_send=[headers.add_headers],
        request_max_body_size=_JSON_LIMIT,
        openapi_config=openapi.config(product_version(), services.settings.web.base_url),
        state=State({"migrate": migrate}),
        logging_config=None,
        debug=False,
    )
    hold(app, services)
    check_guards(app)
    for _, handler in handlers(app):
        if isinstance(handler, HTTPRouteHandler) and handler.opt.get("takes_files"):
            most = services.settings.web.max_upload_mb * int(handler.opt["takes_files"]) * 1_000_000
            handler.request_max_body_size = most + _FORM_ROOM
    return app


def provide_services(state: State) -> Services:
    """The services that the application holds."""
    held: Services = state.services
    return held


def hold(app: Litestar, services: Services) -> None:
    """Gives an application its services; keys in memory, meter and limits begin anew."""
    app.state.update({
        "services": services, "keyring": auth.KeyRing(services.clock), "meter": Meter(),
        "limiter": RateLimiter(services.settings.web.rate_limit, time.monotonic),
    })


def served(services: Services, *, migrate: bool = True) -> Front:
    """What a server runs: the application with the hot path in front."""
    return Front(create_app(services, migrate=migrate), services.hot)


def product_version() -> str:
    """The installed version; `0` in a tree that is not installed."""
    try:
        return version("tendercredit")
    except PackageNotFoundError:
        return "0"


def handlers(app: Litestar) -> list[tuple[str, BaseRouteHandler]]:
    """Every path with its handler, Litestar's own left out."""
    found: list[tuple[str, BaseRouteHandler]] = []
    for route in app.routes:
        if route.path.startswith(_OWN_PATHS):
            continue
        if isinstance(route, HTTPRoute):
            found += [(route.path_format, h) for h in route.route_handlers if set(h.http_methods) != {"OPTIONS"}]
        elif isinstance(route, ASGIRoute | WebSocketRoute):
            found.append((route.path_format, route.route_handler))
    return found


def check_guards(app: Litestar) -> None:
    """Raises Unguarded naming every route that does not say who may call it."""
    open_ones = [f"{path} ({h.handler_name})" for path, h in handlers(app) if auth.roles_of(h) is None]
    if open_ones:
        raise Unguarded("say `needs(...)` or `anyone` in guards of: " + ", ".join(open_ones))


def from_settings() -> Front:
    """The application of the environment, for servers that start several processes; the parent has migrated."""
    from api import logs

    logs.configure()
    return served(build(from_environment()), migrate=False)
