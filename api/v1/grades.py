"""Scores of everybody, from the cache: how many have each grade, and who has one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.params import Parameter

from api.auth import anyone, needs
from api.paging import Cursor, Limit, after, cursor_of
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.errors import Forbidden
from credit.model import SubjectKind
from credit.scheme_rules import persons_only
from sanctions.service.scoring.recomputing import Distribution, Holder

READERS = (Role.AUTHORITY, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR)
PERSONS_PRIVATE = "自然人的记分不公开,等级分布只供机关查询 scores of persons are not public"
Named = Annotated[str, Parameter(min_length=1, max_length=80, description="Scheme, as in GET /v1/rules")]


class GradeView(msgspec.Struct, frozen=True):
    grade: str
    title: str
    count: int


class DistributionView(msgspec.Struct, frozen=True):
    """As of log position `seq` and day `on`; `complete` false: a new computation runs, older numbers stand among them.
    `sample`: the scheme is a sample without legal force."""

    scheme: str
    title: str
    sample: bool
    seq: int
    on: date
    complete: bool
    total: int
    grades: list[GradeView]


class ScoreLine(msgspec.Struct, frozen=True):
    """A score in hundredths of a point as computed on `on`, known up to `seq`; it holds until `next_change`. Natural
    persons are told by `entity_id` alone."""

    entity_id: str
    code: str | None
    name: str | None
    value: int
    grade: str
    next_change: date | None
    on: date
    seq: int


class ScorePage(msgspec.Struct, frozen=True):
    items: list[ScoreLine]
    next_cursor: str | None


class Schemes(Controller):
    """Public: what a scheme makes of all together."""

    path = "/v1/schemes"
    guards = [anyone]
    tags = ["scores"]

    @get("/{scheme:str}/distribution", summary="各等级主体数 How many have each grade")
    async def distribution(self, services: Services, scheme: str, visitor: Caller | None) -> DistributionView:
        """Counted from the cache that `tendercredit scores recompute` fills and acts and days keep current.

        Of natural persons, whose scores are not public, for public bodies only.
        """
        found = await services.recomputing.distribution(scheme)
        if persons_only(found.scheme) and (visitor is None or not visitor.may(*READERS)):
            raise Forbidden(PERSONS_PRIVATE)
        return view(found)


class Holders(Controller):
    """For public bodies: who has a grade. What counts for a company is its own score, asked for by code."""

    path = "/v1/scores"
    guards = [needs(*READERS)]
    tags = ["scores"]

    @get("/", summary="某一等级的主体 Who has a grade")
    async def holders(
        self, services: Services, scheme: Named, grade: Annotated[str, Parameter(min_length=1, max_length=40)],
        limit: Limit = 100, cursor: Cursor = None,
    ) -> ScorePage:
        """By entity id."""
        found = await services.recomputing.holders(scheme, grade, after(cursor), limit + 1)
        more = cursor_of(found[limit - 1].cached.entity_id) if len(found) > limit else None
        return ScorePage([_line(one) for one in found[:limit]], more)


def view(found: Distribution) -> DistributionView:
    grades = [GradeView(*band) for band in found.grades]
    return DistributionView(found.scheme.scheme_id, found.scheme.title, found.scheme.sample, found.seq, found.on_day,
                            found.left == 0, sum(one.count for one in grades), grades)


def _line(one: Holder) -> ScoreLine:
    cached, entity = one
    person = entity.kind is SubjectKind.NATURAL_PERSON
    return ScoreLine(cached.entity_id, entity.code, None if person else entity.name, cached.value, cached.grade,
                     cached.next_change, cached.on_day, cached.seq)
