"""What is on record of a company over HTTP: records, how it stands, and who asked."""

from __future__ import annotations

from datetime import date

import msgspec
from litestar import Controller, get

from api.auth import anyone, needs
from api.v1.asked import Ground, KnownAt, OnDay, entity_of, known, own
from api.v1.conduct_views import ConductLine, conduct_line
from api.v1.views import (
    ListingLine,
    RecordLine,
    RestrictionLine,
    full_listing,
    full_record,
    public_listing,
    public_record,
    restriction_line,
    sees_all,
    told,
)
from api.wiring import Services
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import business_day
from sanctions.findings import counts
from sanctions.published import published_restrictions
from sanctions.service.answering.dossiers import dossier
from sanctions.verdicts import PublicRestriction


class Records(msgspec.Struct, frozen=True):
    """Penalties in `items`, entries on lists in `listings`, conduct that is no penalty in `conduct`, oldest first.

    Conduct is for public bodies and the company itself: it is never published.
    """

    items: tuple[RecordLine, ...]
    next_cursor: str | None = None
    listings: tuple[ListingLine, ...] = ()
    conduct: tuple[ConductLine, ...] = ()


class StandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Bars and shown records on a day."""

    code: str
    on: date
    known_seq: int
    published_restrictions: tuple[PublicRestriction, ...]
    restrictions: tuple[RestrictionLine, ...] | None = None
    parked: int | None = None
    records: tuple[RecordLine, ...] = ()
    listings: tuple[ListingLine, ...] = ()


class AskedLine(msgspec.Struct, frozen=True):
    """How often a kind of asker asked on a day; no platform and no tender is named."""

    day: date
    asker: str
    count: int


class AccessLog(msgspec.Struct, frozen=True):
    items: tuple[AskedLine, ...]
    next_cursor: str | None = None


class OnRecord(Controller):
    """主体的记录、现状、查询记录。"""

    path = "/v1/entities"
    tags = ["entities"]
    guards = [anyone]

    @get("/{code:str}/records", summary="处罚记录 Records")
    async def records(self, code: str, services: Services, visitor: Caller | None) -> Records:
        """Every record for public bodies and the company itself; for others those shown now, without prose."""
        entity = await entity_of(code)
        today, standing = business_day(services.clock()), services.standing
        views, entries = await standing.penalties(code, today), await standing.listings(code, today)
        if not sees_all(visitor, code):
            shown = tuple(public_listing(e) for e in entries if e.published)
            return Records(tuple(public_record(v) for v in views if v.published), listings=shown)
        return Records(
            tuple([full_record(v, await standing.prose(v.record)) for v in views if told(v, visitor)]),
            listings=tuple([full_listing(e, await standing.prose(e.record)) for e in entries]),
            conduct=tuple(conduct_line(v) for v in await services.hearings.of_entity(entity)),
        )

    @get("/{code:str}/standing", summary="现状 Standing")
    async def standing(
        self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
        known_at: KnownAt = None, ground: Ground = None,
    ) -> StandingAnswer:
        """What restricts a company on a day; a past `known_at` only for the entitled, and logged.

        The public sees of another day only what is shown today as well: what was repaired is gone for every day.
        """
        code, today = uscc.check(code), business_day(services.clock())
        day, seq = on or today, await known(known_at, services, visitor, code, ground)
        known_seq = min(seq, (await ledger.head()).size - 1)
        if not sees_all(visitor, code):
            return await _public_standing(services, code, day, known_seq, today)
        file, entries = await dossier(code, seq), await services.standing.listings(code, day, seq)
        views = [v for v in await services.standing.penalties(code, day, seq) if told(v, visitor)]
        return StandingAnswer(
            code=code, on=day, known_seq=known_seq,
            published_restrictions=published_restrictions(file, day, await services.book.at(seq)),
            restrictions=tuple(restriction_line(r) for v in views if counts(v.record) for r in v.restrictions),
            parked=len(file.parked), records=tuple(full_record(v, None) for v in views),
            listings=tuple(full_listing(e, None) for e in entries),
        )

    @get("/{code:str}/access-log", guards=[needs(Role.ENTERPRISE, Role.AUDITOR)], summary="谁查询过本单位 Who asked")
    async def access_log(self, code: str, services: Services, caller: Caller) -> AccessLog:
        """How often each kind of organisation asked about the company, per day."""
        own(caller, code)
        return AccessLog(tuple(AskedLine(r["day"], r["asker"], r["count"]) for r in await services.counting.of(code)))


async def _public_standing(services: Services, code: str, day: date, seq: int, today: date) -> StandingAnswer:
    """What is shown on `day` and still today."""
    file, rules, standing = await dossier(code, seq), await services.book.at(seq), services.standing
    bars = published_restrictions(file, today, rules)
    records = {v.record.record_id for v in await standing.penalties(code, today, seq) if v.published}
    entries = {e.record.record_id for e in await standing.listings(code, today, seq) if e.published}
    return StandingAnswer(
        code=code, on=day, known_seq=seq,
        published_restrictions=tuple(r for r in published_restrictions(file, day, rules) if r in bars),
        records=tuple(public_record(v) for v in await standing.penalties(code, day, seq)
                      if v.published and v.record.record_id in records),
        listings=tuple(public_listing(e) for e in await standing.listings(code, day, seq)
                       if e.published and e.record.record_id in entries),
    )
