"""A record → the cells of its row, and whether two rows say the same. Pure.

Amounts are 万元 as exact decimals, days ISO, a missing value the empty text. A natural person is named by the library
number, the name masked wherever it stands; no row holds an ID number or a contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from credit.kernel import canonical
from credit.model import (
    Authority,
    ConductFacts,
    Facts,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    Prose,
    RemovalFacts,
    SubjectKind,
)
from credit.persons import mask_name
from sanctions.exchange.fields import ExchangeSet, words

Row = dict[str, str]  # by the fields' names; a field that is not there is empty
OPEN_END = "长期"  # the authority states that there is no last day
_FEN = 6  # digits of 万元 after the point
_PERSONAL_PROSE = ("facts", "content", "note", "licence", "evidence", "statement", "reply", "act_type")


class State(StrEnum):
    """Where a penalty stands, as the receiver must know it."""

    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"
    REPAIRED = "repaired"


class Bar(NamedTuple):
    """A bar that a decision states: inclusive days, no last day = open."""

    scope: str
    first_day: date
    last_day: date | None
    basis: str


class Item(NamedTuple):
    """A record with all that its row may tell. `entry`: of a removal, the entry it closes."""

    facts: Facts
    prose: Prose
    kind: SubjectKind
    name: str
    code: str | None
    person_ref: str | None = None
    bars: tuple[Bar, ...] = ()
    state: State = State.IN_FORCE
    state_on: date | None = None
    entry: ListFacts | None = None
    recorded_at: datetime | None = None


class Grade(NamedTuple):
    """A company's grade under a scheme on a day; `value` in points."""

    name: str
    code: str
    scheme: str
    scheme_title: str
    on: date
    grade: str
    value: float


def row_of(made: ExchangeSet, item: Item) -> Row:
    """The row of a record in a set; every field of the set is in it."""
    state = {"state": words("state")[item.state.value], "state_on": _day(item.state_on)}
    cells = {**_subject(item), **state, **_cells(item)}
    if item.kind is SubjectKind.NATURAL_PERSON:
        cells = _masked(cells, item.name)
    if item.recorded_at is not None:
        cells["data_time"] = canonical.moment(item.recorded_at)
    return {f.name: "" if f.personal else cells.get(f.name) or "" for f in made.fields}


def grade_row(grade: Grade) -> Row:
    """The row of a grade."""
    return {"name": grade.name, "code": grade.code, "scheme": grade.scheme, "scheme_title": grade.scheme_title,
            "rated_on": grade.on.isoformat(), "grade": grade.grade, "value": f"{grade.value:g}"}


def differing(made: ExchangeSet, a: Mapping[str, str], b: Mapping[str, str]) -> tuple[str, ...]:
    """The titles of the columns in which two rows differ, those left out that only tell."""
    return tuple(f.title for f in made.fields
                 if not (f.told or f.personal) and a.get(f.name, "").strip() != b.get(f.name, "").strip())


def wan(fen: int | None) -> str:
    """An amount of fen in 万元, exact and without needless zeros; empty for none."""
    if not fen:
        return ""
    whole, part = divmod(fen, 10**_FEN)
    return f"{whole}.{part:0{_FEN}d}".rstrip("0").rstrip(".")


def bars_text(bars: Iterable[Bar]) -> str:
    """Bars in one cell: a line each, scope|first day|last day|basis, an open end empty."""
    lines = sorted(f"{b.scope}|{b.first_day}|{b.last_day or ''}|{' '.join(b.basis.split())}" for b in bars)
    return "\n".join(lines)


def _subject(item: Item) -> Row:
    return {"name": item.name, "category": words("category")[item.kind.value], "code": item.code or "",
            "person_ref": item.person_ref or "", "legal_representative": item.prose.legal_representative or ""}


def _masked(cells: Row, name: str) -> Row:
    hidden = mask_name(name)
    shown = {f: cells[f].replace(name, hidden) if name else cells[f] for f in _PERSONAL_PROSE if cells.get(f)}
    return {**cells, **shown, "name": hidden, "legal_representative": "", "code": ""}


def _cells(item: Item) -> Row:
    match item.facts:
        case PenaltyFacts() as facts:
            return _penalty(facts, item)
        case ListFacts() as facts:
            return _listing(facts, item.prose)
        case RemovalFacts() as facts:
            return _removal(facts, item)
        case MeritFacts() as facts:
            return _merit(facts)
        case ConductFacts() as facts:
            return _conduct(facts, item.prose)


def _penalty(facts: PenaltyFacts, item: Item) -> Row:
    prose = item.prose
    return {
        "document_no": facts.document_no, "act_type": prose.act_type, "facts": prose.facts, "basis": prose.basis,
        "kinds": ";".join(words("kinds")[kind.value] for kind in facts.kinds),
        "kind_codes": ";".join(kind.value for kind in facts.kinds), "content": prose.content,
        "fine": wan(facts.fine_fen), "confiscated": wan(facts.confiscated_fen), "licence": prose.licence or "",
        "procedure": words("procedure")[facts.procedure.value],
        "severity": words("severity")[facts.severity.value] if facts.severity else "",
        "field": facts.field.value if facts.field else "", "decided_on": _day(facts.decided_on),
        "served_on": _day(facts.served_on), "corrected_on": _day(facts.corrected_on),
        "performed_on": _day(facts.performed_on), "valid_until": _day(facts.valid_until),
        "publish_until": _day(facts.publish_until), "restrictions": bars_text(item.bars), **_body(facts.authority),
        **_source(facts.source), "note": prose.note or "",
    }


def _listing(facts: ListFacts, prose: Prose) -> Row:
    return {
        "list": facts.list, "document_no": facts.document_no, "facts": prose.facts, "basis": prose.basis,
        "decided_on": _day(facts.decided_on), "served_on": _day(facts.served_on),
        "corrected_on": _day(facts.corrected_on), "until": OPEN_END if facts.open_end else _day(facts.until),
        **_body(facts.authority), **_source(facts.source),
    }


def _removal(facts: RemovalFacts, item: Item) -> Row:
    entry = item.entry
    return {
        "list": facts.list, "entry_document_no": entry.document_no if entry else "",
        **_body(entry.authority if entry else facts.authority), "document_no": facts.document_no,
        "decided_on": _day(facts.decided_on), "ground": words("ground")[facts.ground.value],
        "basis": item.prose.basis,
    }


def _merit(facts: MeritFacts) -> Row:
    return {"scheme": facts.scheme, "item": facts.item, "document_no": facts.document_no,
            "granted_on": _day(facts.granted_on), "valid_until": _day(facts.valid_until), **_body(facts.authority)}


def _conduct(facts: ConductFacts, prose: Prose) -> Row:
    upheld = "" if facts.upheld is None else words("upheld")[str(facts.upheld).lower()]
    return {
        "scheme": facts.scheme, "item": facts.item, "project": facts.project or "",
        "happened_on": _day(facts.happened_on), "document_no": facts.document_no,
        "notice_served_on": _day(facts.notice_served_on), "evidence": prose.evidence,
        "stated_on": _day(facts.stated_on), "statement": prose.statement, "replied_on": _day(facts.replied_on),
        "upheld": upheld, "reply": prose.reply, "valid_until": _day(facts.valid_until), **_body(facts.authority),
    }


def _body(body: Authority) -> Row:
    return {"authority": body.name, "authority_code": body.code or ""}


def _source(source: Authority | None) -> Row:
    return {"source": source.name if source else "", "source_code": (source.code if source else None) or ""}


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
