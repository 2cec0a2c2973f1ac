"""Rows of a file coming in, each as if pushed: taken, recognised, parked or given back, and told so row by row.

A row that says what the record here would say is a duplicate, whichever way the record came in. An act that ends
something elsewhere (撤销, 信用修复) is told to a person and never done by a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from credit import lookup, names, uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import Clock
from credit.kernel.errors import FieldError, Forbidden, Refusal
from credit.model import Prose
from credit.schemes import Scheme
from credit.service import MeritInput, add_merit, merit_foreseen, person_entity_id
from sanctions.conduct import ReplyInput, StatementInput
from sanctions.document_no import fold_document_no
from sanctions.exchange.fields import ExchangeSet, Records, exchange_set
from sanctions.exchange.reading import DOUBLE, ConductRow, EndedRow, GradeRow, MeritRow, Read, RemovalRow
from sanctions.exchange.rows import Item, State, differing, row_of
from sanctions.intake.outcomes import Accepted, Outcome, Parked, Rejected
from sanctions.model import ListingCommand
from sanctions.service.deciding.conduct import ConductTaken
from sanctions.service.deciding.files import Importing
from sanctions.service.deciding.hearings import Hearings
from sanctions.service.deciding.receive import DocumentExists, Prepared, Seen, penalty_key
from sanctions.service.exchange.outgoing import Outgoing, as_bars
from sanctions.service.listing.listings import Listings, listing_key
from sanctions.service.listing.removing import EntryRemoved, Removing

_CHUNK = 200
_PARKED_BEFORE = "这一行此前已送入并待补正,不再重复登记"
_FOR_PLATFORMS = (Records.MERIT, Records.CONDUCT, Records.GRADE)


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a row: accepted, duplicate, parked or rejected; where and why, and the record it is."""

    row: int
    outcome: str
    column: str = ""
    code: str = ""
    detail: str = ""
    id: str = ""


class Incoming:
    """The service that takes rows in."""

    def __init__(
        self, importing: Importing, listings: Listings, removing: Removing, hearings: Hearings, outgoing: Outgoing,
        schemes: Mapping[str, Scheme], clock: Clock,
    ) -> None:
        self.importing = importing
        self.listings = listings
        self.removing = removing
        self.hearings = hearings
        self.outgoing = outgoing
        self.schemes = schemes
        self.clock = clock

    async def take(
        self, made: ExchangeSet, rows: Sequence[Read], caller: Caller, *, dry_run: bool = False,
        progress: Callable[[int], None] = lambda done: None,
    ) -> list[Line]:
        """One line per row, in order; with `dry_run` the same lines and nothing written. Raises Forbidden."""
        may_bring(made, caller)
        lines: list[Line] = []
        for start in range(0, len(rows), _CHUNK):
            chunk = rows[start : start + _CHUNK]
            if made.records is Records.PENALTY:
                lines += await self._penalties(made, chunk, caller, dry_run=dry_run)
            else:
                lines += [await self._one(made, read, caller, dry_run=dry_run) for read in chunk]
            progress(start + len(chunk))
        return sorted(lines, key=lambda line: line.row)

    async def _one(self, made: ExchangeSet, read: Read, caller: Caller, *, dry_run: bool) -> Line:
        got = read.got
        try:
            match got:
                case ListingCommand():
                    return await self._listing(made, read.row, got, caller, dry_run=dry_run)
                case RemovalRow():
                    return await self._removal(made, read, got, caller, dry_run=dry_run)
                case MeritRow():
                    return await self._merit(made, read, got, caller, dry_run=dry_run)
                case ConductRow():
                    return await self._conduct(made, read, got, caller, dry_run=dry_run)
                case GradeRow():
                    return await self._grade(read.row, got)
                case EndedRow():
                    return _ended(read.row, got, await self._stored(await _conduct_key(read.cells)))
            assert isinstance(got, Rejected)  # nothing else is read from these sets
            return _given_back(made, got)
        except Refusal as exc:
            return refused(read.row, exc, made)

    async def _penalties(
        self, made: ExchangeSet, rows: Sequence[Read], caller: Caller, *, dry_run: bool
    ) -> list[Line]:
        """Rows that are not whole are compared first: what is here as they say need not wait for a person."""
        lines, outcomes, seen = [], list[Outcome](), Seen()
        by_row = {read.row: read for read in rows}
        for read in rows:
            if isinstance(read.got, Accepted):
                outcomes.append(read.got)
                continue
            known = await self._held(made, read, seen)
            if isinstance(read.got, EndedRow):
                lines.append(_ended(read.row, read.got, known))
            elif known is not None and not differing(made, read.cells, row_of(made, known[1])):
                lines.append(Line(row=read.row, outcome="duplicate", id=known[0]))
            elif isinstance(read.got, Parked | Rejected):
                outcomes.append(read.got)
        report = await self.importing.take(outcomes, caller, dry_run=dry_run)
        lines += [await self._again(made, by_row[refusal.row], refusal, caller, seen) for refusal in report.rejected]
        faults = {o.row: o.faults for o in outcomes if isinstance(o, Parked)}
        for parked in report.parked:
            if parked.duplicate:
                lines.append(Line(row=parked.row, outcome="duplicate", id=parked.id or "", detail=_PARKED_BEFORE))
                continue
            first = faults[parked.row][0]
            lines.append(Line(row=parked.row, outcome="parked", column=first.column, id=parked.id or "",
                              code=" ".join(parked.missing), detail=first.detail))
        told = {line.row for line in lines}
        duplicates = set(report.duplicate_rows)
        return lines + [Line(row=o.row, outcome="duplicate" if o.row in duplicates else "accepted")
                        for o in outcomes if o.row not in told]

    async def _again(
        self, made: ExchangeSet, read: Read, refusal: Rejected, caller: Caller, seen: Seen
    ) -> Line:
        """A row refused: where it only says otherwise what is here in other words, it is a duplicate after all."""
        if refusal.code != DocumentExists.code or not isinstance(read.got, Accepted):
            return _given_back(made, refusal)
        prepared = await self.importing.receiving.prepare(read.got.command, caller, seen=seen)
        known = await self._stored(prepared.natural_key)
        if known is None:
            return Line(row=read.row, outcome="duplicate")  # of a row before it in a dry run, in other words
        return _compared(made, read.row, known[0], known[1], _penalty_item(prepared), refusal.detail)

    async def _held(self, made: ExchangeSet, read: Read, seen: Seen) -> tuple[str, Item] | None:
        """The penalty here that the cells name, as they stand."""
        authority, subject = await _parties(read.cells, seen)
        number = fold_document_no(read.cells.get("document_no", ""))
        return await self._stored(penalty_key(authority, number, subject))

    async def _stored(self, natural_key: str) -> tuple[str, Item] | None:
        known = (await lookup.known_keys([natural_key])).get(natural_key)
        item = await self.outgoing.item(known.record_id) if known else None
        return (known.record_id, item) if known and item else None

    async def _listing(
        self, made: ExchangeSet, row: int, command: ListingCommand, caller: Caller, *, dry_run: bool
    ) -> Line:
        prepared = await self.listings.prepare(command, caller)
        try:
            if dry_run:
                entered = await self.listings.foreseen(prepared)
            else:
                entered = await self.listings.receive(prepared, by=caller.key_id)
        except DocumentExists as exc:
            known = await self._stored(prepared.natural_key)
            if known is None:
                raise
            subject = prepared.command.subject
            item = Item(prepared.facts, prepared.prose, subject.kind, subject.name, prepared.code, subject.person_ref)
            return _compared(made, row, known[0], known[1], item, exc.detail)
        return _taken(row, entered.record_id, duplicate=entered.duplicate)

    async def _removal(
        self, made: ExchangeSet, read: Read, got: RemovalRow, caller: Caller, *, dry_run: bool
    ) -> Line:
        entry = await self._entry(got)
        try:
            if dry_run:
                return _taken(read.row, "", duplicate=await self.removing.foreseen(entry, got.given, caller))
            done = await self.removing.remove(entry, got.given, caller)
            return _taken(read.row, done.id, duplicate=done.duplicate)
        except EntryRemoved as exc:
            held = await lookup.record(entry)
            removal = held.listing.removal_id if held else None
            item = await self.outgoing.item(removal) if removal else None
            if removal is None or item is None or differing(made, read.cells, row_of(made, item)):
                raise exc
            return _taken(read.row, removal, duplicate=True)

    async def _entry(self, got: RemovalRow) -> str:
        """The entry that a removal names. Raises EntryUnknown."""
        if got.code is not None:
            uscc.check(got.code)
        named = {"authority": got.authority.name, "authority_code": got.authority.code or "",
                 "person_ref": got.person_ref or "", "code": got.code or ""}
        authority, subject = await _parties(named, Seen())
        key = listing_key(got.list, authority, fold_document_no(got.entry_document_no), subject)
        known = (await lookup.known_keys([key])).get(key)
        if known is None:
            raise EntryUnknown("本系统没有这条列入,无可移出;如确已列入,请先送 17.2", errors=(
                FieldError("/entry_document_no", EntryUnknown.code, "核对名单、主体、机关和原列入文号"),))
        return known.record_id

    async def _merit(self, made: ExchangeSet, read: Read, got: MeritRow, caller: Caller, *, dry_run: bool) -> Line:
        given = MeritInput(**msgspec.structs.asdict(got))
        try:
            if dry_run:
                return _taken(read.row, "", duplicate=await merit_foreseen(given, self.schemes))
            now = self.clock()
            record_id, duplicate = await add_merit(given, self.schemes, by=caller.key_id, now=now)
            return _taken(read.row, record_id, duplicate=duplicate)
        except Refusal as exc:
            held = exc.extra.get("record_id")
            item = await self.outgoing.item(held) if isinstance(held, str) else None
            if item is None or differing(made, read.cells, row_of(made, item)):
                raise
            return _taken(read.row, str(held), duplicate=True)

    async def _conduct(
        self, made: ExchangeSet, read: Read, got: ConductRow, caller: Caller, *, dry_run: bool
    ) -> Line:
        """The record, then statement and reply where they are not here yet: a broken file goes on where it stopped."""
        conducting = self.hearings.conducting
        prepared = await conducting.prepare(got.command, caller)
        if dry_run:
            found = (await conducting.foreseen([prepared]))[0]
            taken: ConductTaken | Refusal = found
        else:
            taken = (await conducting.receive_many([prepared], by=caller.key_id))[0]
        if isinstance(taken, Refusal):
            known = await self._stored(prepared.natural_key)
            if known is None or differing(made, read.cells, row_of(made, known[1])):
                raise taken
            return _taken(read.row, known[0], duplicate=True)
        added = await self._heard(taken.record_id, got, caller, dry_run=dry_run) if taken.record_id else False
        return _taken(read.row, taken.record_id, duplicate=taken.duplicate and not added)

    async def _heard(self, record_id: str, got: ConductRow, caller: Caller, *, dry_run: bool) -> bool:
        """Enters what the record lacks of statement and reply; whether it lacked anything."""
        held = await lookup.record(record_id)
        state = got.stated_on is not None and (held is None or held.conduct.stated_on is None)
        reply = got.replied_on is not None and (held is None or held.conduct.replied_on is None)
        if state and not dry_run:
            said = StatementInput(text=got.statement, stated_on=got.stated_on)
            await self.hearings.state(record_id, said, caller)
        if reply and not dry_run:
            assert got.replied_on is not None  # else nothing is lacking
            answer = ReplyInput(replied_on=got.replied_on, upheld=bool(got.upheld), reason=got.reply)
            await self.hearings.reply(record_id, answer, caller)
        return state or reply

    async def _grade(self, row: int, got: GradeRow) -> Line:
        """A grade is computed, never taken in: the same is recognised, another is told."""
        ours = await self.outgoing.grade(uscc.check(got.code), "", got.scheme, got.on)
        if (ours.grade, f"{ours.value:g}") == (got.grade, got.value or f"{ours.value:g}"):
            return Line(row=row, outcome="duplicate")
        told = f"本系统按同一方案算得{ours.grade}({ours.value:g}分);外来等级不入库,请核对双方的记录"
        return Line(row=row, outcome="rejected", column="信用等级", code="grade_differs", detail=told)


class EntryUnknown(Refusal):
    code = "entry_unknown"
    title = "没有这条列入 No such entry"


def may_bring(made: ExchangeSet, caller: Caller) -> None:
    """Raises Forbidden unless rows of this set may come from the caller's role."""
    if caller.role is Role.AUTHORITY or (caller.role is Role.PLATFORM and made.records in _FOR_PLATFORMS):
        return
    raise Forbidden(f"“{made.title}”由作出决定的机关送入;交易平台可送 17.4、17.5、17.6 not for this role")


def refused(row: int, refusal: Refusal, made: ExchangeSet) -> Line:
    """A refusal of one row: its first fault, at the column of the set."""
    first = next(iter(refusal.errors), None)
    if first is None:
        return Line(row=row, outcome="rejected", code=refusal.code, detail=refusal.detail)
    name = first.pointer.removeprefix("/subject/").strip("/").replace("authority/name", "authority")
    name = {"authority/code": "authority_code", "restrictions/0": "restrictions"}.get(name, name)
    title = next((f.title for f in made.fields if f.name == name), first.pointer)
    return Line(row=row, outcome="rejected", column=title, code=first.code, detail=first.detail)


def _given_back(made: ExchangeSet, refusal: Rejected) -> Line:
    """A row that cannot be read, at the column as this set calls it."""
    name = next((f.name for f in exchange_set(DOUBLE).fields if f.title == refusal.column), "")
    column = next((f.title for f in made.fields if f.name == name), refusal.column)
    return Line(row=refusal.row, outcome="rejected", column=column, code=refusal.code, detail=refusal.detail)


async def _parties(cells: Mapping[str, str], seen: Seen) -> tuple[str, str]:
    """The deciding body and the subject of a row, as natural keys name them."""
    name, code = cells.get("authority", ""), cells.get("authority_code") or None
    office = await seen.organisation(code, name) if name or code else None
    ref = cells.get("person_ref", "")
    return office.code if office else code or names.fold(name), person_entity_id(ref) if ref else cells.get("code", "")


async def _conduct_key(cells: Mapping[str, str]) -> str:
    """The natural key of the conduct that a row names."""
    recorder, subject = await _parties(cells, Seen())
    parts = [cells.get(name, "") for name in ("scheme", "item", "happened_on")]
    number = fold_document_no(cells.get("document_no", ""))
    return lookup.conduct_key(recorder, *parts, number, cells.get("project", ""), subject)


def _taken(row: int, record_id: str, *, duplicate: bool) -> Line:
    return Line(row=row, outcome="duplicate" if duplicate else "accepted", id=record_id)


def _compared(made: ExchangeSet, row: int, record_id: str, held: Item, given: Item, detail: str) -> Line:
    """A duplicate, or a row that tells which columns differ from the record here."""
    columns = differing(made, row_of(made, given), row_of(made, held))
    if not columns:
        return _taken(row, record_id, duplicate=True)
    return Line(row=row, outcome="rejected", column="、".join(columns[:5]), code=DocumentExists.code, detail=detail,
                id=record_id)


def _ended(row: int, got: EndedRow, known: tuple[str, Item] | None) -> Line:
    word = "撤销" if got.state is State.WITHDRAWN else "修复"
    if known is None:
        return Line(row=row, outcome="rejected", column="当前状态", code="nothing_to_end",
                    detail=f"对方登记为已{word},本系统没有这条记录,无需办理")
    if known[1].state is not State.IN_FORCE:
        return _taken(row, known[0], duplicate=True)
    return Line(row=row, outcome="rejected", column="当前状态", code="ended_elsewhere", id=known[0],
                detail=f"对方登记为已{word},本系统仍有效:请核对文书后在本系统办理{word},文件不代办")


def _penalty_item(prepared: Prepared) -> Item:
    command = prepared.command
    prose: Prose = prepared.prose
    code = None if command.subject.person_ref else prepared.subject_key
    return Item(prepared.facts, prose, command.subject.kind, command.subject.name, code, command.subject.person_ref,
                bars=as_bars(command))
