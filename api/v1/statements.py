"""What a company is and does, over HTTP: roles, qualifications, staff, representatives, relations, status."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import QueryParameter

from api.auth import anyone, needs, replayed
from api.bodies import json_body
from api.paging import Cursor, Limit, cut
from api.profiles import StatementLine, lines
from api.v1.views import sees_all
from api.wiring import Services
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.unit import Replayed, Request
from credit.profiles import service as profiles
from credit.profiles.inputs import (
    AnyInput,
    Ending,
    QualificationInput,
    RelationInput,
    RepresentativeInput,
    RoleInput,
    StaffInput,
    StatusInput,
)
from credit.profiles.model import StatedBy, StatementKind
from credit.profiles.service import Stated

OnDay = Annotated[date | None, QueryParameter(name="on", description="哪一天有效的,默认今天")]
Ended = Annotated[bool, QueryParameter(name="all", description="也列出已终止的和尚未开始的")]
STATES = needs(Role.AUTHORITY, Role.REVIEWER, Role.OPERATOR, Role.ENTERPRISE)


class StatementPage(msgspec.Struct, frozen=True):
    items: list[StatementLine]
    next_cursor: str | None


class StatementAnswer(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """A statement that is in; `duplicate`: it was before. `stated_by` self changes nobody's answer."""

    id: str
    stated_by: StatedBy
    first_day: date | None
    last_day: date | None
    withdrawn: bool
    seq: int
    duplicate: bool = False


class Statements(Controller):
    """主体的角色、资质、人员、法定代表人、关系、存续状态。"""

    path = "/v1/entities/{code:str}"
    tags = ["entities"]
    guards = [anyone]

    @post("/roles", guards=[STATES], dto=json_body(RoleInput), summary="录入角色 State a role")
    async def add_role(
        self, code: str, data: RoleInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """A role (招标人, 投标人, 供应商 …) with its days: by a public body, or by the company as 自行填报."""
        return await _add(code, data, services, caller, request_key)

    @post("/qualifications", guards=[STATES], dto=json_body(QualificationInput),
          summary="录入资质 State a qualification")
    async def add_qualification(
        self, code: str, data: QualificationInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """A certificate: name, grade, number, issuer and the days it is valid."""
        return await _add(code, data, services, caller, request_key)

    @post("/staff", guards=[STATES], dto=json_body(StaffInput), summary="录入人员 State a member of staff")
    async def add_staff(
        self, code: str, data: StaffInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """A person in a post; the name is stored apart, shown masked, and erasable. No ID numbers."""
        return await _add(code, data, services, caller, request_key)

    @post("/representatives", guards=[STATES], dto=json_body(RepresentativeInput),
          summary="录入法定代表人 State the representative")
    async def add_representative(
        self, code: str, data: RepresentativeInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """The legal representative with the days; compared as a token, shown masked."""
        return await _add(code, data, services, caller, request_key)

    @post("/relations", guards=[STATES], dto=json_body(RelationInput), summary="录入关系 State a relation")
    async def add_relation(
        self, code: str, data: RelationInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """What the company is to another one. Entered by a public body with its source, control and management bar
        rivals in one lot (招标投标法实施条例 34, 政府采购法实施条例 18): only market regulation and bodies with the
        competence `relations` may enter these."""
        return await _add(code, data, services, caller, request_key)

    @post("/status", guards=[STATES], dto=json_body(StatusInput), summary="录入存续状态 State the status")
    async def add_status(
        self, code: str, data: StatusInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[StatementAnswer]:
        """Deregistered, licence revoked, or merged, since when. Nothing that was recorded is cleared by it."""
        return await _add(code, data, services, caller, request_key)

    @post("/statements/{statement_id:str}/end", guards=[STATES], dto=json_body(Ending), status_code=200,
          summary="终止一项 End a statement")
    async def end(
        self, code: str, statement_id: str, data: Ending, services: Services, caller: Caller
    ) -> StatementAnswer:
        """The last day it held, or that it never did; it stays in the history."""
        found = await profiles.end(statement_id, uscc.check(code), data, caller, now=services.clock())
        return _answer(Stated(statement=found))

    @get("/roles", summary="角色 Roles")
    async def roles(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None, ended: Ended = False,
                    limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """In which roles the company takes part."""
        return await _page(code, StatementKind.ROLE, services, visitor, (on, ended), (limit, cursor))

    @get("/qualifications", summary="资质 Qualifications")
    async def qualifications(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
                             ended: Ended = False, limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """Certificates; `expires_soon` within 60 days."""
        return await _page(code, StatementKind.QUALIFICATION, services, visitor, (on, ended), (limit, cursor))

    @get("/staff", summary="人员 Staff")
    async def staff(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None, ended: Ended = False,
                    limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """Project leaders and key staff, names masked for everybody."""
        return await _page(code, StatementKind.STAFF, services, visitor, (on, ended), (limit, cursor))

    @get("/representatives", summary="法定代表人 Representatives")
    async def representatives(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
                              ended: Ended = False, limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """Legal representatives with their days, names masked."""
        return await _page(code, StatementKind.REPRESENTATIVE, services, visitor, (on, ended), (limit, cursor))

    @get("/relations", summary="关系 Relations")
    async def relations(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
                        ended: Ended = False, limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """Relations from and, where a public body entered them, towards the company."""
        return await _page(code, StatementKind.RELATION, services, visitor, (on, ended), (limit, cursor))

    @get("/status", summary="存续状态 Status")
    async def status(self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
                     ended: Ended = False, limit: Limit = 100, cursor: Cursor = None) -> StatementPage:
        """Deregistration, revocation, merger; empty while nothing is stated."""
        return await _page(code, StatementKind.STATUS, services, visitor, (on, ended), (limit, cursor))


async def _add(
    code: str, given: AnyInput, services: Services, caller: Caller, request: Request | None
) -> Response[StatementAnswer]:
    try:
        made = await profiles.state(
            code, given, caller, now=services.clock(), salt=services.salt, request=request)
    except Replayed as exc:
        statement_id, duplicate = replayed(exc, tuple[str, bool])
        made = await profiles.again(statement_id, duplicate=duplicate)
    return Response(_answer(made), status_code=200 if made.duplicate else 201)


def _answer(made: Stated) -> StatementAnswer:
    found = made.statement
    return StatementAnswer(
        id=found.statement_id, stated_by=found.stated_by, first_day=found.first_day, last_day=found.last_day,
        withdrawn=found.withdrawn, seq=found.seq, duplicate=made.duplicate)


async def _page(
    code: str, kind: StatementKind, services: Services, visitor: Caller | None, when: tuple[date | None, bool],
    part: tuple[int, str | None],
) -> StatementPage:
    right, today = uscc.check(code), business_day(services.clock())
    found = await lines(right, kind, when[0] or today, whole=sees_all(visitor, right), ended=when[1])
    found.sort(key=_key)
    return StatementPage(*cut(found, _key, *part))


def _key(line: StatementLine) -> str:
    return f"{line.first_day or date.min}/{line.id}/{line.direction}"
