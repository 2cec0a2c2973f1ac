"""Entities and records as rows of the database hold them: what memory keeps of them until somebody asks."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from credit.model import (
    ConductFacts,
    Entity,
    Facts,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    Record,
    RecordKind,
    RemovalFacts,
    SubjectKind,
)
from credit.profiles.model import FACTS as STATED
from credit.profiles.model import StatedBy, Statement, StatementKind

FACTS: dict[RecordKind, type[Facts]] = {
    RecordKind.PENALTY: PenaltyFacts, RecordKind.MERIT: MeritFacts,
    RecordKind.LIST_ENTRY: ListFacts, RecordKind.REMOVAL: RemovalFacts,
    RecordKind.CONDUCT: ConductFacts,
}


class EntityRow(msgspec.Struct, array_like=True, frozen=True):
    """An entity by its columns, in this order, which is also the order of a bulk read."""

    entity_id: str
    kind: SubjectKind
    name: str
    code: str | None
    person_ref: str | None
    founded_on: date | None
    branch_of: str | None
    merged_into: str | None
    representative: str | None
    revision: int
    seq: int


class RecordRow(msgspec.Struct, array_like=True, frozen=True):
    """A record by its columns, in this order; `facts` stays the canonical JSON it is stored as."""

    record_id: str
    revision: int
    kind: RecordKind
    entity_id: str
    seq: int
    first_seq: int
    recorded_at: datetime
    withdrawn_on: date | None
    withdrawn: bool
    payload_id: str | None
    facts: str


class StatementRow(msgspec.Struct, array_like=True, frozen=True):
    """A statement by its fields; `facts` as JSON."""

    statement_id: str
    revision: int
    code: str
    kind: StatementKind
    stated_by: StatedBy
    org_code: str
    seq: int
    sourced: bool
    first_day: date | None
    last_day: date | None
    withdrawn: bool
    payload_id: str | None
    facts: str


def entity(row: EntityRow) -> Entity:
    """The entity of a row."""
    return Entity(
        entity_id=row.entity_id, kind=row.kind, name=row.name, code=row.code, person_ref=row.person_ref,
        founded_on=row.founded_on, branch_of=row.branch_of, merged_into=row.merged_into,
        representative=row.representative, revision=row.revision, seq=row.seq,
    )


def record(row: RecordRow) -> Record:
    """The record of a row, its facts read."""
    return Record(
        record_id=row.record_id, revision=row.revision, kind=row.kind, entity_id=row.entity_id, seq=row.seq,
        first_seq=row.first_seq, recorded_at=row.recorded_at, withdrawn_on=row.withdrawn_on, withdrawn=row.withdrawn,
        payload_id=row.payload_id, facts=msgspec.json.decode(row.facts, type=FACTS[row.kind]),
    )


def entity_row(made: Entity) -> EntityRow:
    """The row of an entity."""
    return EntityRow(*(getattr(made, name) for name in EntityRow.__struct_fields__))


def record_row(made: Record) -> RecordRow:
    """The row of a record; its facts as JSON."""
    return RecordRow(
        record_id=made.record_id, revision=made.revision, kind=made.kind, entity_id=made.entity_id, seq=made.seq,
        first_seq=made.first_seq, recorded_at=made.recorded_at, withdrawn_on=made.withdrawn_on,
        withdrawn=made.withdrawn, payload_id=made.payload_id, facts=msgspec.json.encode(made.facts).decode(),
    )


def statement(row: StatementRow) -> Statement:
    """The statement of a row, its facts read."""
    fields = msgspec.structs.asdict(row)
    return Statement(**fields | {"facts": msgspec.json.decode(row.facts, type=STATED[row.kind])})


def statement_row(made: Statement) -> StatementRow:
    """The row of a statement; its facts as JSON."""
    fields = {name: getattr(made, name) for name in StatementRow.__struct_fields__}
    return StatementRow(**fields | {"facts": msgspec.json.encode(made.facts).decode()})
