"""Rows for a file going out: what an organisation may see, changed since a log position or entered in a period.

An authority sees what it decided or pushed; a platform its own, what is published on the day as the public sees it, and
what it was sent and has ended since, so that its copies come down; the auditor and a key with `push:any` see all. A
file holds at most `MOST_ROWS`; where it ends before the log does, `upto` is where the next one begins.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import NamedTuple

import msgspec

from credit import lookup
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Forbidden
from credit.model import (
    ConductFacts,
    Entity,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    Prose,
    Record,
    RecordKind,
    RemovalFacts,
    Stage,
    SubjectKind,
)
from sanctions import store
from sanctions.exchange.fields import ExchangeSet, Records
from sanctions.exchange.reading import DOUBLE
from sanctions.exchange.rows import Bar, Grade, Item, Row, State, grade_row, row_of
from sanctions.model import PenaltyCommand, Restriction
from sanctions.service.scoring.standing import Standing, listing_view, view

MOST_ROWS = 20_000
GRADED_BY = "sample_comprehensive"  # 公共信用综合评价, unless another scheme is named
_PAGE = 500
_OFFICES = (Role.AUTHORITY, Role.AUDITOR)
_ALL = (Role.AUTHORITY, Role.PLATFORM, Role.AUDITOR)


class Rows(NamedTuple):
    """The rows, and the log position up to which they tell everything."""

    rows: list[Row]
    upto: int


class Outgoing:
    """The service that chooses the rows of a file."""

    def __init__(self, standing: Standing, clock: Clock) -> None:
        self.standing = standing
        self.book = standing.book
        self.clock = clock

    async def rows(self, made: ExchangeSet, caller: Caller, span: lookup.Span, scheme: str = GRADED_BY) -> Rows:
        """The rows of a set in a span. Raises Forbidden for a set that the caller's role has nothing to do with."""
        may_fetch(made, caller)
        if made.records is Records.GRADE:
            return Rows([grade_row(g) async for g in self._grades(caller, span, scheme)], span.upto)
        found: list[Row] = []
        async for record, item in self._items(RecordKind(made.records), made, caller, span):
            found.append(row_of(made, item))
            if len(found) == MOST_ROWS:
                return Rows(found, record.seq)
        return Rows(found, span.upto)

    async def item(self, record_id: str) -> Item | None:
        """A record as its row tells it, whoever asks; None where there is none."""
        record = await lookup.record(record_id)
        entity = await lookup.entity_by_id(record.entity_id) if record else None
        return await self._item(record, entity) if record and entity else None

    async def _items(
        self, kind: RecordKind, made: ExchangeSet | None, caller: Caller, span: lookup.Span
    ) -> AsyncIterator[tuple[Record, Item]]:
        own = "" if _sees_all(caller) or (caller.role is Role.PLATFORM and kind in _PUBLISHED) else caller.org_code
        after = span.after
        while page := await lookup.records_changed(kind, span._replace(after=after), own, _PAGE):
            after = page[-1].seq
            entities = {e.entity_id: e for e in await lookup.entities_by("entity_id", [r.entity_id for r in page])}
            for record in page:
                item = await self._item(record, entities[record.entity_id])
                if not _current(record, item, made, span.after):
                    continue
                if _sees_all(caller) or _own(record, caller.org_code):
                    yield record, item
                elif caller.role is Role.PLATFORM and await self._shown(record, item, span.after):
                    yield record, _public(item)
            if len(page) < _PAGE:
                return

    async def _item(self, record: Record, entity: Entity) -> Item:
        prose = await lookup.prose(record.payload_id) or Prose()
        found = Item(facts=record.facts, prose=prose, kind=entity.kind, name=prose.subject_name or entity.name,
                     code=entity.code, person_ref=entity.person_ref, recorded_at=record.recorded_at)
        if isinstance(record.facts, PenaltyFacts):
            bars = await store.restrictions_of_record(record.record_id)
            found = found._replace(bars=_bars(bars))
        if isinstance(record.facts, RemovalFacts):
            entry = await lookup.record(record.facts.entry_id)
            found = found._replace(entry=entry.listing if entry else None)
        state, on = _state(record)
        return found._replace(state=state, state_on=on)

    async def _shown(self, record: Record, item: Item, since: int) -> bool:
        """Whether a platform is told of what is not its own."""
        if item.kind is SubjectKind.NATURAL_PERSON:
            return False
        if isinstance(record.facts, RemovalFacts):  # told to whoever may hold the entry
            entry = await lookup.record(record.facts.entry_id)
            return entry is not None and entry.first_seq <= since
        if isinstance(record.facts, PenaltyFacts) and item.state is not State.IN_FORCE:
            return record.first_seq <= since
        entity, day, rules = await lookup.entity_by_id(record.entity_id), self._today(), self.book.current
        if entity is None or isinstance(record.facts, ConductFacts | MeritFacts):
            return False
        if isinstance(record.facts, ListFacts):
            return listing_view(record, entity, day, rules).published
        return view(record, entity, (), day, rules).published

    async def _grades(self, caller: Caller, span: lookup.Span, scheme: str) -> AsyncIterator[Grade]:
        codes: dict[str, str] = {}
        for kind in (RecordKind.PENALTY, RecordKind.LIST_ENTRY, RecordKind.MERIT, RecordKind.CONDUCT):
            async for _, item in self._items(kind, None, caller, span):
                if item.code is not None and len(codes) < MOST_ROWS:
                    codes[item.code] = item.name
        for code, name in sorted(codes.items()):
            yield await self.grade(code, name, scheme, self._today())

    async def grade(self, code: str, name: str, scheme: str, on: date) -> Grade:
        """A company's grade on a day. Raises UnknownScheme, SchemeNotInForce."""
        found = await self.standing.rating(code, scheme, on)
        return Grade(name, code, scheme, found.scheme.title, on, found.grade, found.value / 100)

    def _today(self) -> date:
        return business_day(self.clock())


_PUBLISHED = (RecordKind.PENALTY, RecordKind.LIST_ENTRY, RecordKind.REMOVAL)


def may_fetch(made: ExchangeSet, caller: Caller) -> None:
    """Raises Forbidden unless the set is one for the caller's role."""
    roles = _OFFICES if made.id == DOUBLE else _ALL
    if caller.role not in roles:
        raise Forbidden(f"“{made.title}”由{'、'.join(roles)}取得 not for this role")


def _sees_all(caller: Caller) -> bool:
    return caller.role is Role.AUDITOR or "push:any" in caller.scopes


def _own(record: Record, org_code: str) -> bool:
    facts = record.facts
    pushed_by = "" if isinstance(facts, MeritFacts) else facts.pushed_by
    return org_code in (facts.authority.code, pushed_by)


def _public(item: Item) -> Item:
    """As the public sees it: no prose, no persons, no later acts; the bars stay, as a platform is answered by them."""
    facts = item.facts
    if isinstance(facts, PenaltyFacts):
        facts = msgspec.structs.replace(facts, served_on=None, corrected_on=None, performed_on=None)
    elif isinstance(facts, ListFacts):
        facts = msgspec.structs.replace(facts, served_on=None, corrected_on=None)
    return item._replace(facts=facts, prose=Prose(subject_name=item.name))


def _current(record: Record, item: Item, made: ExchangeSet | None, since: int) -> bool:
    """Whether it stands in a file: decided, and in force, on the list, or ended since it may have been sent."""
    facts = record.facts
    if isinstance(facts, ListFacts):
        return facts.removed_on is None and not record.withdrawn
    if isinstance(facts, PenaltyFacts) and facts.stage is Stage.DRAFT:
        return False
    told = made is not None and made.id != DOUBLE and "state" in {f.name for f in made.fields}
    dropped = isinstance(facts, ConductFacts) and facts.upheld is False
    return (item.state is State.IN_FORCE and not dropped) or (told and record.first_seq <= since)


def _state(record: Record) -> tuple[State, date | None]:
    if record.withdrawn:
        return State.WITHDRAWN, record.withdrawn_on
    repaired = record.facts.repaired_on if isinstance(record.facts, PenaltyFacts | ConductFacts) else None
    return (State.REPAIRED, repaired) if repaired else (State.IN_FORCE, None)


def _bars(restrictions: tuple[Restriction, ...]) -> tuple[Bar, ...]:
    return tuple(Bar(r.scope.value, r.first_day, r.last_day, r.basis) for r in restrictions if not r.withdrawn)


def as_bars(command: PenaltyCommand) -> tuple[Bar, ...]:
    """The bars that a command states."""
    return tuple(Bar(r.scope.value, r.first_day, r.last_day, r.basis) for r in command.restrictions)
