"""Natural persons by reference: experts, agency staff, practitioners. Names leave masked; nothing is published."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, get

from api.auth import needs
from api.v1.asked import OnDay
from api.v1.conduct_views import ConductLine, conduct_line
from api.v1.scores import ScoreAnswer, score_answer
from api.v1.standing import AccessLog, AskedLine
from api.v1.views import ListingLine, RecordLine, full_listing, full_record
from api.wiring import Services
from credit import lookup
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound
from credit.model import ConductFacts as Conduct
from credit.model import Entity, ListFacts, PenaltyFacts, Record
from credit.persons import check_ref, mask_name
from sanctions.model import Scope
from sanctions.service.answering.counting import person_key


class PersonCard(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a glance: the name with all but its first character hidden."""

    person_ref: str
    name: str
    penalties: int
    listings: int
    conduct: int


class PersonRecords(msgspec.Struct, frozen=True, kw_only=True):
    """Penalties in `items`, entries on lists, conduct; without prose, oldest first."""

    items: tuple[RecordLine, ...]
    next_cursor: str | None = None
    listings: tuple[ListingLine, ...]
    conduct: tuple[ConductLine, ...]


class Persons(Controller):
    """自然人:专家、从业人员,只按编号。"""

    path = "/v1/persons/{person_ref:str}"
    tags = ["persons"]
    guards = [needs(Role.AUTHORITY, Role.AUDITOR)]

    @get("/", summary="一个自然人 One person")
    async def read(self, person_ref: str, services: Services, caller: Caller) -> PersonCard:
        """For an authority competent for evaluation work, or that recorded something about the person; the auditor."""
        entity, today = await _asked(person_ref, services, caller), business_day(services.clock())
        penalties, listings = await services.standing.person(entity, today)
        conduct = await services.hearings.of_entity(entity)
        return PersonCard(person_ref=entity.person_ref or "", name=mask_name(entity.name), penalties=len(penalties),
                          listings=len(listings), conduct=len(conduct))

    @get("/records", summary="记录 Records")
    async def records(self, person_ref: str, services: Services, caller: Caller) -> PersonRecords:
        """Every record about the person."""
        entity, today = await _asked(person_ref, services, caller), business_day(services.clock())
        penalties, listings = await services.standing.person(entity, today)
        conduct = await services.hearings.of_entity(entity)
        return PersonRecords(
            items=tuple(full_record(v, None) for v in penalties), conduct=tuple(conduct_line(v) for v in conduct),
            listings=tuple(full_listing(e, None) for e in listings))

    @get("/score", summary="得分 Score")
    async def score(
        self, person_ref: str, scheme: str, services: Services, caller: Caller, on: OnDay = None
    ) -> ScoreAnswer:
        """The score under a scheme, every line explained."""
        entity = await _asked(person_ref, services, caller)
        day: date = on or business_day(services.clock())
        found = await services.standing.person_rating(entity, scheme, day)
        return score_answer(found, (await ledger.head()).size - 1)

    @get("/access-log", guards=[needs(Role.AUDITOR)], summary="谁查询过 Who asked")
    async def access_log(self, person_ref: str, services: Services) -> AccessLog:
        """How often each kind of organisation asked about the person, per day."""
        entity = await _person(person_ref)
        found = await services.counting.of(person_key(entity.entity_id))
        return AccessLog(tuple(AskedLine(r["day"], r["asker"], r["count"]) for r in found))


async def _person(person_ref: str) -> Entity:
    """Raises BadPersonRef without repeating it, NotFound."""
    found = await lookup.entity_by_person(check_ref(person_ref))
    if found is None:
        raise NotFound("没有这个自然人的信息,或您无权查看 nothing is recorded, or it is not yours to see")
    return found


async def _asked(person_ref: str, services: Services, caller: Caller) -> Entity:
    """The person, counted in the access log; for who may not see it as if unknown."""
    entity = await _person(person_ref)
    if not await _may(entity, caller):
        raise NotFound("没有这个自然人的信息,或您无权查看 nothing is recorded, or it is not yours to see")
    services.counting.add(caller.role, (person_key(entity.entity_id),))
    return entity


async def _may(entity: Entity, caller: Caller) -> bool:
    if caller.role is Role.AUDITOR or "push:any" in caller.scopes:
        return True
    own = await accounts.find_organisation(caller.org_code)
    if own is not None and Scope.EVALUATION_WORK in own.competences:
        return True
    return any(caller.org_code in _recorders(r) for r in await lookup.records_of(entity.entity_id))


def _recorders(record: Record) -> tuple[str | None, ...]:
    facts = record.facts
    pushed = facts.pushed_by if isinstance(facts, PenaltyFacts | ListFacts | Conduct) else None
    return facts.authority.code, pushed
