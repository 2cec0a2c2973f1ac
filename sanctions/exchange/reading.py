"""Rows of a file → the commands that a push would bring. Nothing is guessed; a row is taken, parked or goes back. Pure.

A penalty whose kinds stand as codes is read as a push; any other as a row of a 双公示 table, with all its care. A row
that is a penalty but lacks something is parked; in the other sets it goes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from credit import uscc
from credit.model import Authority, Field, PenaltyKind, Procedure, RemovalGround, Severity, SubjectKind
from sanctions.conduct import ConductCommand
from sanctions.exchange.carriers import Given, form_of, rows_in, unguard
from sanctions.exchange.cells import RowCells, RowFault
from sanctions.exchange.fields import ExchangeSet, Records
from sanctions.exchange.rows import Row, State
from sanctions.intake.bans import speaks_of_ban
from sanctions.intake.headers import Column, Header
from sanctions.intake.outcomes import Accepted, Limits, Outcome
from sanctions.intake.reading import RawRow
from sanctions.intake.rows import read_row
from sanctions.intake.table import Table
from sanctions.model import ListCode, ListingCommand, PenaltyCommand, RemovalInput, RestrictionInput, Scope

MOST_ROWS = 50_000
DOUBLE = "double_publicity"
_INTAKE = (  # fields whose meaning is that of a 双公示 column
    "name", "category", "code", "legal_representative", "document_no", "act_type", "facts", "basis", "kinds", "content",
    "fine", "confiscated", "licence", "decided_on", "valid_until", "publish_until", "severity", "authority",
    "authority_code", "source", "source_code", "note",
)


class RemovalRow(msgspec.Struct, frozen=True, kw_only=True):
    """A removal and the entry that it closes."""

    list: str
    code: str | None
    person_ref: str | None
    entry_document_no: str
    authority: Authority
    given: RemovalInput


class MeritRow(msgspec.Struct, frozen=True, kw_only=True):
    """Good conduct, field by field as `POST /v1/merits` takes it."""

    code: str
    name: str
    scheme: str
    item: str
    document_no: str
    granted_on: date
    authority: Authority
    valid_until: date | None


class ConductRow(msgspec.Struct, frozen=True, kw_only=True):
    """Conduct with its statement and reply, where there are any."""

    command: ConductCommand
    stated_on: date | None
    statement: str
    replied_on: date | None
    upheld: bool | None
    reply: str


class GradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grade that somebody else computed."""

    code: str
    scheme: str
    on: date
    grade: str
    value: str


class EndedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A penalty or conduct that is no longer in force where the row comes from."""

    state: State


Got = Outcome | ListingCommand | RemovalRow | MeritRow | ConductRow | GradeRow | EndedRow


class Read(msgspec.Struct, frozen=True):
    """A row by its number, its cells as written, and what was read from them."""

    row: int
    cells: Row
    got: Got


def read_file(made: ExchangeSet, data: bytes | Path, *, today: date, limits: Limits) -> Iterator[Read]:
    """One outcome per row that holds anything, in order. Raises a FileRefused for the file as a whole."""
    bounds = msgspec.structs.replace(limits, max_rows=min(limits.max_rows, MOST_ROWS))
    if made.id == DOUBLE:
        return _double(data, today, bounds)
    return (Read(given.row, given.cells, read_one(made, given, today)) for given in rows_in(made, data, bounds))


def read_one(made: ExchangeSet, given: Given, today: date) -> Got:
    """What one row of a set other than the 双公示 file says."""
    try:
        return _READERS[made.records](made, RowCells(made, given), given, today)
    except RowFault as fault:
        return fault.at(given.row)


def _double(data: bytes | Path, today: date, limits: Limits) -> Iterator[Read]:
    table, form = Table(data, limits), form_of(data)

    def rows() -> Iterator[Read]:
        for raw in table.rows():
            row = raw._replace(cells=[unguard(cell, form) for cell in raw.cells])
            got = read_row(table.header, row, today=today, shift=table.date_shift, max_cell=limits.max_cell)
            cells = {c.meaning: row.cells[c.place].strip() for c in table.header.columns
                     if c.meaning and c.place < len(row.cells)}
            yield Read(raw.number, cells, got)

    return rows()


def _penalty(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    if (ended := _ended(cells)) is not None:
        return ended
    more = _more(cells)
    if _whole(cells):
        return Accepted(given.row, msgspec.structs.replace(_pushed(cells), **more))
    outcome = read_row(*_as_table(made, given), today=today)
    if isinstance(outcome, Accepted):
        return msgspec.structs.replace(outcome, command=msgspec.structs.replace(outcome.command, **more))
    return outcome


def _ended(cells: RowCells) -> EndedRow | None:
    state = State(cells.word("state", "state") or State.IN_FORCE)
    return None if state is State.IN_FORCE else EndedRow(state=state)


def _whole(cells: RowCells) -> bool:
    """Whether the row states all that a push must: then its kinds count as stated, whatever the prose says."""
    if any(not cells.text(name) for name in ("kind_codes", "document_no", "decided_on", "authority", "name")):
        return False
    if cells.word("category", "category") == SubjectKind.NATURAL_PERSON:
        return bool(cells.text("person_ref")) and "*" not in cells.text("name")
    return uscc.is_valid(cells.text("code"))


def _pushed(cells: RowCells) -> PenaltyCommand:
    severity, prose = cells.word("severity", "severity"), ("content", "licence", "note")
    return PenaltyCommand(
        subject=cells.subject(), document_no=cells.need("document_no"), act_type=cells.text("act_type"),
        facts=cells.text("facts"), basis=cells.text("basis"), kinds=cells.codes(PenaltyKind, "kind_codes"),
        content=cells.text("content"), fine_fen=cells.amount("fine"), confiscated_fen=cells.amount("confiscated"),
        licence=cells.text("licence") or None, decided_on=cells.needed_day("decided_on"),
        valid_until=cells.day("valid_until"), publish_until=cells.day("publish_until"),
        severity=Severity(severity) if severity else None, authority=cells.authority(), source=cells.source(),
        note=cells.text("note") or None, ban_unread=speaks_of_ban("\n".join(map(cells.text, prose))),
    )


def _more(cells: RowCells) -> dict[str, Any]:
    """What a 双公示 table has no column for."""
    bars = cells.bars("restrictions")
    known = {scope.value for scope in Scope}
    if any(bar.scope not in known for bar in bars):
        raise cells.fault("restrictions", "unknown_code", f"限制的范围请写{'、'.join(known)}")
    return {
        "field": cells.code(Field, "field"), "served_on": cells.day("served_on"),
        "procedure": Procedure(cells.word("procedure", "procedure") or Procedure.ORDINARY),
        "corrected_on": cells.day("corrected_on"), "performed_on": cells.day("performed_on"),
        "restrictions": tuple(RestrictionInput(scope=Scope(b.scope), first_day=b.first_day, last_day=b.last_day,
                                               basis=b.basis) for b in bars),
    }


def _as_table(made: ExchangeSet, given: Given) -> tuple[Header, RawRow]:
    return _table_header(made), RawRow(given.row, [given.cells.get(f.name, "") for f in made.fields])


@cache
def _table_header(made: ExchangeSet) -> Header:
    columns = tuple(Column(place, f.title, f.name if f.name in _INTAKE else "", f.length)
                    for place, f in enumerate(made.fields))
    return Header(0, columns, (), ())


def _listing(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    cells.need("list")
    of_list = cells.code(ListCode, "list")
    assert of_list is not None  # a filled cell is a list or a fault
    return ListingCommand(
        subject=cells.subject(), list=of_list, document_no=cells.need("document_no"), facts=cells.text("facts"),
        basis=cells.need("basis"), decided_on=cells.needed_day("decided_on"), served_on=cells.day("served_on"),
        corrected_on=cells.day("corrected_on"), until=cells.end("until"), open_end=cells.endless("until"),
        authority=cells.authority(), source=cells.source())


def _removal(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    cells.need("ground")
    person = cells.text("person_ref") or None
    decided = RemovalInput(document_no=cells.need("document_no"), decided_on=cells.needed_day("decided_on"),
                           ground=RemovalGround(cells.word("ground", "ground") or ""), basis=cells.need("basis"))
    return RemovalRow(list=cells.need("list"), code=None if person else cells.need("code"), person_ref=person,
                      entry_document_no=cells.need("entry_document_no"), authority=cells.authority(), given=decided)


def _merit(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    granted = cells.needed_day("granted_on")
    if granted > today:
        raise cells.fault("granted_on", "in_future", f"{granted}晚于今天{today};请核对")
    return MeritRow(code=cells.need("code"), name=cells.need("name"), scheme=cells.need("scheme"),
                    item=cells.need("item"), document_no=cells.need("document_no"), granted_on=granted,
                    authority=cells.authority(), valid_until=cells.day("valid_until"))


def _conduct(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    if (ended := _ended(cells)) is not None:
        return ended
    stated, replied, upheld = cells.day("stated_on"), cells.day("replied_on"), cells.word("upheld", "upheld")
    for name, day, words in (("statement", stated, True), ("reply", replied, True), ("upheld", replied, False)):
        if (day is not None) != bool(cells.text(name)):
            raise cells.fault(name, "missing", "陈述申辩、答复的日期、内容和结论须一并填写,或都不填" if words else
                              "填了答复日期的须写明维持或者不予记录")
    command = ConductCommand(
        subject=cells.subject(), scheme=cells.need("scheme"), item=cells.need("item"),
        happened_on=cells.needed_day("happened_on"), notice_served_on=cells.needed_day("notice_served_on"),
        evidence=cells.text("evidence"), document_no=cells.text("document_no"), project=cells.text("project") or None,
        valid_until=cells.day("valid_until"), authority=cells.authority())
    return ConductRow(command=command, stated_on=stated, statement=cells.text("statement"), replied_on=replied,
                      upheld=None if upheld is None else upheld == "true", reply=cells.text("reply"))


def _grade(made: ExchangeSet, cells: RowCells, given: Given, today: date) -> Got:
    rated = cells.needed_day("rated_on")
    if rated > today:
        raise cells.fault("rated_on", "in_future", f"{rated}晚于今天{today};请核对")
    return GradeRow(code=cells.need("code"), scheme=cells.need("scheme"), on=rated,
                    grade=cells.need("grade"), value=cells.text("value"))


_READERS = {
    Records.PENALTY: _penalty, Records.LIST_ENTRY: _listing, Records.REMOVAL: _removal, Records.MERIT: _merit,
    Records.CONDUCT: _conduct, Records.GRADE: _grade,
}
