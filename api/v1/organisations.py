"""Organisations and what they may impose: entered by the operator."""

from __future__ import annotations

import re

import msgspec
from litestar import Controller, get, post

from api.auth import needs, replayed
from api.bodies import json_body
from api.paging import Cursor, Limit, cut
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Organisation, OrganisationInput, Role
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.unit import Replayed, Request
from credit.profiles.competence import COMPETENCE as RELATIONS
from sanctions.conduct import competence
from sanctions.model import ListCode, Scope

_REGION = re.compile(r"(\d{6})?")
_LONGEST = 300


class OrganisationPage(msgspec.Struct, frozen=True):
    items: list[Organisation]
    next_cursor: str | None


class Organisations(Controller):
    """Public bodies, platforms and companies that hold keys."""

    path = "/v1/organisations"
    tags = ["organisations"]

    @post("/", guards=[needs(Role.OPERATOR)], dto=json_body(OrganisationInput))
    async def register(
        self, data: OrganisationInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Organisation:
        """Enters an organisation or changes it; the same facts again change nothing."""
        _check(data, services)
        try:
            return await accounts.register_organisation(
                data, by=caller.key_id, now=services.clock(), request=request_key
            )
        except Replayed as exc:
            return replayed(exc, Organisation)

    @get("/", guards=[needs(Role.OPERATOR, Role.AUDITOR)])
    async def everyone(self, limit: Limit = 100, cursor: Cursor = None) -> OrganisationPage:
        """Every organisation, by code."""
        return OrganisationPage(*cut(await accounts.organisations(), lambda o: o.code, limit, cursor))


def _check(given: OrganisationInput, services: Services) -> None:
    lists, conduct = (f"list:{code.value}" for code in ListCode), map(competence, services.schemes)
    scopes = [*(s.value for s in Scope), RELATIONS, *lists, *conduct]
    errors = [
        FieldError(f"/competences/{i}", "not_allowed", f"只能是:{'、'.join(scopes)}")
        for i, c in enumerate(given.competences) if c not in scopes
    ]
    if not _REGION.fullmatch(given.region):
        errors.append(FieldError("/region", "wrong_form", "六位行政区划代码,或留空"))
    errors += [
        FieldError(f"/{name}", "too_long", f"最多 {_LONGEST} 字")
        for name in ("short_code", "contact", "phone", "address") if len(getattr(given, name)) > _LONGEST
    ]
    if errors:
        raise Invalid("机关信息有误,见 errors", errors=tuple(errors))
