"""The card of a company: what is published about it now, with its days, its sources and its limits."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec
from litestar import Controller, get
from litestar.response import Template

from api.auth import anyone
from api.profiles import StatementLine, self_registered
from api.v1.views import ListingLine, RecordLine, public_listing, public_record
from api.web.pages import page
from api.web.profiles import KIND_TITLES, shown
from api.web.query import is_public, refused
from api.web.timeline import Timeline, timeline
from api.wiring import Services
from credit import lookup, uscc
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.rules import RuleSet
from credit.model import Entity
from credit.profiles.model import StatementKind
from sanctions.lists import KnownList, by_list, known_lists, source_doubt
from sanctions.published import published_restrictions
from sanctions.service.answering.dossiers import dossier, sources
from sanctions.verdicts import PublicRestriction, Source


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A published penalty as anybody may see it, and its window drawn."""

    record: RecordLine
    timeline: Timeline | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the log that a page was made from."""

    origin: str
    seq: int
    recorded_at: datetime


class Holding(StrEnum):
    """How this installation holds a list's data."""

    MISSING = "missing"
    STATIC = "static"
    STALE = "stale"
    FRESH = "fresh"


class ListState(msgspec.Struct, frozen=True, kw_only=True):
    """A list that bids may depend on, and as of when its data is held here, if it is."""

    title: str
    channel: str
    holding: Holding
    fetched_at: datetime | None
    fresh_hours: int


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the card shows, from one position of the log."""

    code: str
    entity: Entity | None
    relatives: dict[str, str | None]  # names by code, of head office and successor; null where not known here
    penalties: tuple[Shown, ...]
    listings: tuple[ListingLine, ...]
    restrictions: tuple[PublicRestriction, ...]
    lists: tuple[ListState, ...]
    position: Position
    today: date
    self_named: str  # the name under which the company has entered itself, empty where it has not
    profile: dict[StatementKind, list[StatementLine]]  # what is stated and in force, by kind


class Companies(Controller):
    """One company by its code."""

    path = "/companies"
    guards = [anyone]
    include_in_schema = False

    @get("/{code:str}")
    async def show(self, code: str, services: Services) -> Template:
        """The card; a well-formed code never seen is said to be that, and a malformed one is refused with its cure."""
        try:
            right = uscc.check(code)
        except uscc.BadCode as refusal:
            return page("home", status=422, field=refused(code, refusal))
        found = await card(right, services)
        services.counting.add("public", (right,))
        return page("company" if found.entity else "unseen", card=found, titles=KIND_TITLES)


async def card(code: str, services: Services) -> Card:
    """What is public about `code` now, all of it as of the newest log entry."""
    head = await ledger.head()
    seq, now = head.size - 1, services.clock()
    today = business_day(now)
    file, rules = await dossier(code, seq), await services.book.at(seq)
    entity = file.entity if file.entity is not None and is_public(file.entity) else None
    views = await services.standing.penalties(code, today, seq) if entity else ()
    lines = [public_record(v) for v in views if v.published]
    entries = await services.standing.listings(code, today, seq) if entity else ()
    return Card(
        code=code, entity=entity, relatives=await _relatives(entity, seq) if entity else {},
        penalties=tuple(_shown(line, today) for line in reversed(lines)),
        listings=tuple(public_listing(e) for e in reversed(entries) if e.published),
        restrictions=published_restrictions(file, today, rules) if entity else (),
        lists=list_states(rules, await sources(seq), now),
        position=Position(origin=head.origin, seq=seq, recorded_at=head.recorded_at), today=today,
        self_named=await self_registered(code), profile=await shown(code, today, whole=False),
    )


def _shown(line: RecordLine, today: date) -> Shown:
    return Shown(record=line, timeline=timeline(line.publication, today) if line.publication else None)


async def _relatives(entity: Entity, seq: int) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for code in (entity.branch_of, entity.merged_into):
        if code is not None:
            other = await lookup.entity_by_code(code, seq)
            found[code] = other.name if other else None
    return found


def list_states(rules: RuleSet, held: tuple[Source, ...], now: datetime) -> tuple[ListState, ...]:
    """Every list in the rules of `now`, those whose data is held first."""
    by_name = by_list(held)
    found = [_list_state(known, by_name, now) for known in known_lists(rules, business_day(now))]
    return tuple(sorted(found, key=lambda state: (state.holding is Holding.MISSING, state.title)))


def _list_state(known: KnownList, held: dict[str, Source], now: datetime) -> ListState:
    source = held.get(known.code)
    holding = Holding.MISSING
    if source is not None:
        doubtful = source_doubt(known, held, now) is not None
        holding = Holding.STATIC if source.static else Holding.STALE if doubtful else Holding.FRESH
    return ListState(
        title=known.title, holding=holding,
        channel=(source.official_channel if source else None) or known.official_channel,
        fetched_at=source.fetched_at if source else None, fresh_hours=known.fresh_hours,
    )
