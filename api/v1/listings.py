"""Entries on lists over HTTP: enter, correct, say when the act was corrected, remove."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import date
from typing import Annotated, TypeVar

import msgspec
from litestar import Controller, Response, get, post
from litestar.params import Parameter
from litestar.types import Guard

from api.auth import needs
from api.bodies import json_body
from api.v1.views import EntryRef, ListingLine, NoLetterLine, Window, full_listing, no_letter, window
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel import ledger, unit
from credit.kernel.clock import business_day
from credit.kernel.errors import Forbidden
from credit.model import Severity
from sanctions.events import ListingRecorded
from sanctions.lists import known_list
from sanctions.model import CorrectionInput, ListingCommand, RemovalInput
from sanctions.removals import earliest_removal
from sanctions.service.deciding.change import Changed
from sanctions.service.listing.listings import Entered, PreparedListing
from sanctions.service.listing.removing import Removed
from sanctions.terms import classify_listing, listing_window, term

T = TypeVar("T")
OFFICES: list[Guard] = [needs(Role.AUTHORITY)]
Key = unit.Request | None
DryRun = Annotated[bool, Parameter(description="只检查,不登记 check only, write nothing")]


class ListingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to an entry; the same again answers the same with `duplicate`. `earliest` and `earliest_strict` are
    the first days of leaving early under both readings."""

    id: str
    subject_code: str | None
    list: str
    severity: Severity | None
    severity_source: str | None
    severity_provisional: bool
    publication: Window | None
    until: date | None
    until_verified: bool
    open_end: bool
    effect_verified: bool
    earliest: date | None
    earliest_strict: date | None
    earliest_why: str | None
    restriction_ids: tuple[str, ...] = ()
    notices_url: str | None = None
    no_letter: NoLetterLine | None = None
    entry: EntryRef
    duplicate: bool = False
    name_differs: bool = False


class RemovalAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The removal's own record and the closed entry; `early`: before the day that the list's own rule names."""

    id: str
    listing_id: str
    revision: int
    removed_on: date
    early: bool
    duplicate: bool
    entry: EntryRef


class ListEntries(Controller):
    """严重失信主体名单等:列入、更正、登记纠正日期、移出。"""

    path = "/v1/listings"
    tags = ["listings"]

    @post("/", guards=OFFICES, dto=json_body(ListingCommand), status_code=201, summary="列入名单 Enter on a list")
    async def enter(
        self, data: ListingCommand, services: Services, caller: Caller, request_key: Key, dry_run: DryRun = False,
    ) -> Response[ListingAnswer]:
        """An entry answers 201, the same again 200 with the same id, other content 409."""
        prepared = await services.listings.prepare(data, caller)
        if dry_run:
            found = await services.listings.foreseen(prepared)
            return Response(await _answer(services, prepared, found), status_code=200)
        made = await _once(services.listings.receive(prepared, by=caller.key_id, request=request_key), Entered)
        answer = msgspec.structs.replace(
            await _answer(services, prepared, made), no_letter=await without_letter(services, made))
        return Response(answer, status_code=200 if made.duplicate else 201)

    @get("/{record_id:str}", guards=[needs(Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR)],
         summary="一条名单记录 One entry")
    async def read(self, record_id: str, services: Services, caller: Caller) -> ListingLine:
        """An entry with its class, days, both readings of leaving early, and prose."""
        found = await services.standing.listing(record_id, business_day(services.clock()))
        owners = (found.record.listing.authority.code, found.record.listing.pushed_by)
        if caller.role is Role.AUTHORITY and "push:any" not in caller.scopes and caller.org_code not in owners:
            raise Forbidden("只能查看本机关作出或推送的列入 this entry is another authority's")
        return full_listing(found, await services.standing.prose(found.record))

    @post("/{record_id:str}/corrections", guards=OFFICES, dto=json_body(ListingCommand), status_code=200,
          summary="更正 Correct")
    async def correct(
        self, record_id: str, data: ListingCommand, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Replaces content, the stated last day included; subject, authority, number and list stay."""
        return await _once(services.removing.correct(record_id, data, caller, request=request_key), Changed)

    @post("/{record_id:str}/performance", guards=OFFICES, dto=json_body(CorrectionInput), status_code=200,
          summary="登记纠正日期 Correction")
    async def perform(
        self, record_id: str, data: CorrectionInput, services: Services, caller: Caller, request_key: Key
    ) -> Changed:
        """Enters when the act was corrected and the duty done; early removal counts from it."""
        return await _once(services.removing.perform(record_id, data, caller, request=request_key), Changed)

    @post("/{record_id:str}/removal", guards=OFFICES, dto=json_body(RemovalInput), status_code=201,
          summary="移出名单 Remove")
    async def remove(
        self, record_id: str, data: RemovalInput, services: Services, caller: Caller, request_key: Key
    ) -> Response[RemovalAnswer]:
        """The removal is its own record, written in one act with the closing of the entry; the same again 200."""
        made = await _once(services.removing.remove(record_id, data, caller, request=request_key), Removed)
        leaf = (await ledger.entry(made.seq)).leaf
        answer = RemovalAnswer(id=made.id, listing_id=made.entry_id, revision=made.revision, early=made.early,
                               removed_on=made.removed_on, duplicate=made.duplicate, entry=EntryRef(made.seq, leaf))
        return Response(answer, status_code=200 if made.duplicate else 201)


async def _once(act: Awaitable[T], kind: type[T]) -> T:
    """The act's answer, or the one kept for the same request."""
    try:
        return await act
    except unit.Replayed as exc:
        return msgspec.json.decode(exc.answer, type=kind)


async def without_letter(services: Services, made: Entered) -> NoLetterLine | None:
    """Why no letter follows an entry; null where they do."""
    event = {"kind": ListingRecorded.kind, "letters": True}
    found = await services.notices.issuing.foreseen(made.record_id, event, made.seq)
    return no_letter(found.reason)


async def _answer(services: Services, prepared: PreparedListing, made: Entered) -> ListingAnswer:
    facts, rules = prepared.facts, services.book.current
    of, last, early = classify_listing(facts, rules), term(facts, rules), earliest_removal(facts, rules)
    known = known_list(facts.list, facts.decided_on, rules)
    leaf = (await ledger.entry(made.seq)).leaf if made.seq >= 0 else ""
    return ListingAnswer(
        id=made.record_id, subject_code=made.code, list=facts.list, severity=of.severity,
        severity_source=of.severity_source, severity_provisional=of.severity_provisional,
        publication=window(listing_window(facts, rules, subject=prepared.command.subject.kind)),
        until=last.until, until_verified=last.verified, open_end=last.open_end,
        effect_verified=known is not None and known.effect_verified,
        earliest=early.day, earliest_strict=early.strict, earliest_why=early.title,
        notices_url=f"/v1/notices?subject={made.code}" if made.code else None,
        entry=EntryRef(made.seq, leaf), duplicate=made.duplicate, name_differs=made.name_differs,
    )
