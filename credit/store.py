"""The only SQL of credit: entities and records, now and as known at a log position."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

import msgspec

from credit import names
from credit.kernel import canonical, database
from credit.kernel.ids import derived_id, new_salt
from credit.kernel.periods import next_day
from credit.kernel.unit import Unit
from credit.model import (
    ConductFacts,
    Entity,
    Facts,
    ListFacts,
    MeritFacts,
    Prose,
    Record,
    RecordKind,
    SubjectKind,
)
from credit.packing import FACTS, EntityRow, RecordRow
from credit.tables import EntityRevision, Payload, RecordRevision

FOREVER = 2**62
_ENTITY = "SELECT e.* FROM credit_entity e WHERE {column} = {{}} AND seq <= {{}} ORDER BY revision DESC LIMIT 1"
_BY_CODE = _ENTITY.format(column="code")
_BY_ID = _ENTITY.format(column="entity_id")
_BY_PERSON = _ENTITY.format(column="person_ref")
_NAMED = """SELECT * FROM (SELECT e.*, row_number() OVER (PARTITION BY entity_id ORDER BY revision DESC) rn
    FROM credit_entity e WHERE entity_id IN (SELECT entity_id FROM credit_entity WHERE folded_name = {} AND seq <= {})
    AND seq <= {}) q WHERE rn = 1 ORDER BY code, entity_id"""
_FORMER = """SELECT DISTINCT e.code, e.folded_name
    FROM credit_entity n JOIN credit_entity e ON e.entity_id = n.entity_id
    WHERE e.code IS NOT NULL AND e.revision < n.revision AND n.seq > {} AND n.seq <= {}"""
_NAMES = "SELECT name FROM credit_entity WHERE code = {} AND seq <= {} ORDER BY revision DESC"
_NAMES_OF_ALL = "SELECT code, name FROM credit_entity WHERE code IN {marks} AND seq <= {{}} ORDER BY revision DESC"
_ALL_ENTITIES = """SELECT * FROM (SELECT e.*, row_number() OVER (PARTITION BY entity_id ORDER BY revision DESC) rn
    FROM credit_entity e) q WHERE rn = 1 AND entity_id > {} ORDER BY entity_id LIMIT {}"""
_OF_KEYS = """SELECT * FROM (SELECT e.*, row_number() OVER (PARTITION BY entity_id ORDER BY revision DESC) rn
    FROM credit_entity e WHERE code IN ({marks}) OR entity_id IN ({marks})) q WHERE rn = 1"""
_RECORDS = """SELECT * FROM (SELECT r.*, row_number() OVER (PARTITION BY record_id ORDER BY revision DESC) rn
    FROM credit_record r WHERE entity_id = {} AND seq <= {}) q WHERE rn = 1 ORDER BY first_seq, record_id"""
_ENTITIES_BY = """SELECT * FROM (SELECT e.*, row_number() OVER (PARTITION BY entity_id ORDER BY revision DESC) rn
    FROM credit_entity e WHERE {column} IN {marks} AND seq <= {{}}) q WHERE rn = 1 ORDER BY entity_id"""
_RECORDS_OF = """SELECT * FROM (SELECT r.*, row_number() OVER (PARTITION BY record_id ORDER BY revision DESC) rn
    FROM credit_record r WHERE entity_id IN {marks} AND seq <= {{}}) q WHERE rn = 1 ORDER BY first_seq, record_id"""
_RECORDS_BETWEEN = _RECORDS_OF.replace("IN {marks}", "> {{}} AND entity_id <= {{}}").format()
_KINDS = "SELECT entity_id, kind FROM credit_entity WHERE revision = 1 AND seq <= {} AND"
_KINDS_BETWEEN = _KINDS + " entity_id > {} AND entity_id <= {} ORDER BY entity_id"
_EVERY = """SELECT entity_id FROM (SELECT entity_id, row_number() OVER (ORDER BY entity_id) n, count(*) OVER () size
    FROM credit_entity WHERE revision = 1 AND seq <= {}) q WHERE n % {} = 0 OR n = size ORDER BY n"""
_EVERY_RECORDED = """SELECT entity_id FROM (SELECT entity_id, row_number() OVER (ORDER BY entity_id) n,
    count(*) OVER () size FROM (SELECT DISTINCT entity_id FROM credit_record WHERE seq <= {}) d) q
    WHERE n % {} = 0 OR n = size ORDER BY n"""
_RECORD = "SELECT r.* FROM credit_record r WHERE record_id = {} AND seq <= {} ORDER BY revision DESC LIMIT 1"
_BY_KEY = """SELECT r.* FROM credit_record r WHERE record_id = (SELECT record_id FROM credit_record
    WHERE natural_key = {} AND revision = 1 LIMIT 1) ORDER BY revision DESC LIMIT 1"""
_RECORDS_BY_KEY = """SELECT natural_key, record_id, content_digest, first_seq, withdrawn FROM credit_record
    WHERE record_id IN (SELECT record_id FROM credit_record WHERE revision = 1 AND natural_key IN ({keys}))"""
_ALL_RECORDS = """SELECT * FROM (SELECT r.*, row_number() OVER (PARTITION BY record_id ORDER BY revision DESC) rn
    FROM credit_record r) q WHERE rn = 1 AND record_id > {} ORDER BY record_id LIMIT {}"""
_CONDUCT = """SELECT r.* FROM (SELECT record_id, first_seq FROM credit_record WHERE kind = 'conduct' AND revision = 1
    AND {of} first_seq > {{}} ORDER BY first_seq LIMIT {{}}) p JOIN credit_record r ON r.record_id = p.record_id
    WHERE r.revision = (SELECT max(n.revision) FROM credit_record n WHERE n.record_id = p.record_id)
    ORDER BY p.first_seq"""
_CONDUCT_OF_ALL = _CONDUCT.format(of="")
_CONDUCT_OF = _CONDUCT.format(of="substr(natural_key, 1, 26) = {} AND")  # conduct| and the recorder's code: indexed
_CHANGED_RECORDS = """SELECT r.* FROM credit_record r WHERE kind = {} AND seq > {} AND seq <= {} AND first_seq > {}
    AND first_seq <= {} AND facts LIKE {} AND revision = (SELECT max(n.revision) FROM credit_record n
    WHERE n.record_id = r.record_id) ORDER BY seq, record_id LIMIT {}"""
_CHANGED = "SELECT DISTINCT entity_id FROM credit_record WHERE seq > {} AND seq <= {}"
_SINCE = "SELECT max(revision) AS most FROM {table} WHERE seq > {{}}"
_NEW_ENTITIES = "SELECT DISTINCT entity_id FROM credit_entity WHERE seq > {} AND seq <= {}"
_STATED = """SELECT DISTINCT e.entity_id FROM credit_entity e JOIN credit_entity_fact f ON f.code = e.code
    WHERE f.seq > {} AND f.seq <= {}"""
_REVISED = "SELECT {key}, max(revision) FROM {table} WHERE revision > 1 AND seq <= {{}} GROUP BY {key}"
_STREAM = "SELECT {columns} FROM {table} WHERE seq <= {{}}"
_STREAM_ENTITIES = _STREAM.format(
    columns=", ".join((*EntityRow.__struct_fields__, "folded_name")), table="credit_entity",
).replace("revision,", "+revision,").replace(" seq,", " +seq,")  # SQLite converts no number of an expression
_STREAM_RECORDS = _STREAM.format(columns=", ".join(RecordRow.__struct_fields__), table="credit_record")
_PAYLOAD = "SELECT salt, body FROM credit_payload WHERE id = {}"
_ERASE = "UPDATE credit_payload SET salt = NULL, body = NULL WHERE owner = {} AND body IS NOT NULL RETURNING id"


def _entity(row: dict[str, Any]) -> Entity:
    return Entity(
        entity_id=row["entity_id"], kind=SubjectKind(row["kind"]), name=row["name"], code=row["code"],
        person_ref=row["person_ref"], founded_on=row["founded_on"], branch_of=row["branch_of"],
        merged_into=row["merged_into"], representative=row["representative"], revision=row["revision"], seq=row["seq"],
    )


def _record(row: dict[str, Any]) -> Record:
    kind = RecordKind(row["kind"])
    facts: Facts = msgspec.json.decode(row["facts"], type=FACTS[kind])
    return Record(
        record_id=row["record_id"], revision=row["revision"], kind=kind, entity_id=row["entity_id"],
        seq=row["seq"], first_seq=row["first_seq"], recorded_at=row["recorded_at"], facts=facts,
        withdrawn_on=row["withdrawn_on"], withdrawn=row["withdrawn"], payload_id=row["payload_id"],
    )


async def entity_by_code(code: str, seq: int = FOREVER) -> Entity | None:
    rows = await database.fetch(_BY_CODE, code, seq)
    return _entity(rows[0]) if rows else None


async def entity_by_id(entity_id: str, seq: int = FOREVER) -> Entity | None:
    rows = await database.fetch(_BY_ID, entity_id, seq)
    return _entity(rows[0]) if rows else None


async def entity_by_person(person_ref: str, seq: int = FOREVER) -> Entity | None:
    rows = await database.fetch(_BY_PERSON, person_ref, seq)
    return _entity(rows[0]) if rows else None


async def entities_named(folded: str, seq: int = FOREVER) -> list[Entity]:
    """Entities that bear or bore this folded name, as known at `seq`, by code."""
    return [_entity(r) for r in await database.fetch(_NAMED, folded, seq, seq)]


async def former_names(after: int, upto: int) -> list[tuple[str, str]]:
    """Code and earlier folded names of companies changed in the log positions (after, upto]."""
    return [(r["code"], r["folded_name"]) for r in await database.fetch(_FORMER, after, upto)]


async def names_of(code: str, seq: int = FOREVER) -> tuple[str, ...]:
    """Every name a company has borne, the present one first, each once."""
    return tuple(dict.fromkeys(r["name"] for r in await database.fetch(_NAMES, code, seq)))


async def names_of_all(codes: Sequence[str], seq: int = FOREVER) -> dict[str, tuple[str, ...]]:
    """As `names_of`, for many companies in one query; those not known at `seq` are left out."""
    found: dict[str, dict[str, None]] = {}
    if codes:
        marks, values = database.anyof(codes)
        for row in await database.fetch(_NAMES_OF_ALL.format(marks=marks), *values, seq):
            found.setdefault(row["code"], {})[row["name"]] = None
    return {code: tuple(names) for code, names in found.items()}


async def entities_of(keys: Sequence[str]) -> dict[str, Entity]:
    """Entities by code, or by their id for natural persons: one query for a batch."""
    if not keys:
        return {}
    marks = ", ".join(["{}"] * len(keys))
    rows = await database.fetch(_OF_KEYS.format(marks=marks), *keys, *keys)
    return {r["code"] or r["entity_id"]: _entity(r) for r in rows}


async def all_entities(after: str, limit: int) -> list[Entity]:
    return [_entity(r) for r in await database.fetch(_ALL_ENTITIES, after, limit)]


async def records_of(entity_id: str, seq: int = FOREVER) -> tuple[Record, ...]:
    """The newest revision known at `seq` of every record of an entity, withdrawn ones included."""
    return tuple(_record(r) for r in await database.fetch(_RECORDS, entity_id, seq))


async def entities_by(column: Literal["entity_id", "code"], keys: Sequence[str], seq: int = FOREVER) -> list[Entity]:
    """The newest revision known at `seq` of the entities with these ids or codes: one query for hundreds."""
    if not keys:
        return []
    marks, values = database.anyof(keys)
    return [_entity(r) for r in await database.fetch(_ENTITIES_BY.format(column=column, marks=marks), *values, seq)]


async def records_of_all(entity_ids: Sequence[str], seq: int = FOREVER) -> list[Record]:
    """As `records_of`, for hundreds of entities in one query."""
    if not entity_ids:
        return []
    marks, values = database.anyof(entity_ids)
    return [_record(r) for r in await database.fetch(_RECORDS_OF.format(marks=marks), *values, seq)]


async def entity_marks(step: int, seq: int) -> list[str]:
    """Every `step`-th entity id known at `seq`, and the last: where ranges of entities end."""
    return [r["entity_id"] for r in await database.fetch(_EVERY, seq, step)]


async def recorded_marks(step: int, seq: int) -> list[str]:
    """As `entity_marks`, of the entities on which something is recorded."""
    return [r["entity_id"] for r in await database.fetch(_EVERY_RECORDED, seq, step)]


async def kinds_between(after: str, upto: str, seq: int) -> dict[str, SubjectKind]:
    """The entities of the range (after, upto] of ids known at `seq`, each with its kind."""
    return {r["entity_id"]: SubjectKind(r["kind"]) for r in await database.fetch(_KINDS_BETWEEN, seq, after, upto)}


async def records_between(after: str, upto: str, seq: int) -> list[Record]:
    """As `records_of`, for the entities of the range (after, upto] of ids."""
    return [_record(r) for r in await database.fetch(_RECORDS_BETWEEN, after, upto, seq)]


async def record(record_id: str, seq: int = FOREVER) -> Record | None:
    rows = await database.fetch(_RECORD, record_id, seq)
    return _record(rows[0]) if rows else None


async def record_by_key(natural_key: str) -> tuple[Record, str] | None:
    """The record with this natural key and the content digest of its newest revision."""
    rows = await database.fetch(_BY_KEY, natural_key)
    return (_record(rows[0]), rows[0]["content_digest"]) if rows else None


def conduct_key(recorder: str, *parts: str) -> str:
    """The natural key of conduct; it begins so that a recorder's own are found."""
    return "|".join(("conduct", recorder, *parts))


async def conduct_records(recorder: str | None, after: int, limit: int) -> list[Record]:
    """Records of conduct entered after log position `after`, of one recorder's code or of all, oldest first."""
    if recorder is None:
        rows = await database.fetch(_CONDUCT_OF_ALL, after, limit)
    else:
        rows = await database.fetch(_CONDUCT_OF, conduct_key(recorder), after, limit)
    return [_record(r) for r in rows]


async def all_records(after: str, limit: int) -> list[Record]:
    return [_record(r) for r in await database.fetch(_ALL_RECORDS, after, limit)]


class Span(NamedTuple):
    """Log positions: records changed in (after, upto] that were entered in (first_after, first_upto]."""

    after: int
    upto: int
    first_after: int = -1
    first_upto: int = FOREVER


async def records_changed(kind: RecordKind, span: Span, mentioning: str, limit: int) -> list[Record]:
    """The newest revisions of the records of a kind that changed in a span, in the order of the log; only those whose
    facts hold the text `mentioning`, all where it is empty."""
    rows = await database.fetch(_CHANGED_RECORDS, kind.value, *span, f"%{mentioning}%", limit)
    return [_record(r) for r in rows]


async def stream_entities(seq: int) -> AsyncIterator[tuple[Sequence[Any], str, bool]]:
    """Every revision of every entity known at `seq`, in no order: its EntityRow columns, its folded name, and whether
    it is the newest. For reading millions: no objects are made."""
    newest = await _revised("credit_entity", "entity_id", seq)
    number = EntityRow.__struct_fields__.index("revision")
    async for part in database.stream(_STREAM_ENTITIES, seq):
        for row in part:
            yield row[:-1], row[-1], row[number] == newest.get(row[0], 1)


async def stream_records(seq: int) -> AsyncIterator[Sequence[Any]]:
    """The newest revision known at `seq` of every record, in no order, by its RecordRow columns."""
    newest = await _revised("credit_record", "record_id", seq)
    async for part in database.stream(_STREAM_RECORDS, seq):
        for row in part:
            if row[1] == newest.get(row[0], 1):
                yield tuple(row)


async def _revised(table: str, key: str, seq: int) -> dict[str, int]:
    """The newest revision of whatever has more than one."""
    found: dict[str, int] = {}
    async for part in database.stream(_REVISED.format(table=table, key=key), seq):
        found.update((row[0], row[1]) for row in part)
    return found


async def count_entities() -> int:
    """How many revisions of entities there are: at least as many as entities."""
    return int((await database.fetch("SELECT count(*) AS n FROM credit_entity"))[0]["n"])


async def changed_entities(after: int, upto: int) -> set[str]:
    """Entities of which something was written or stated in the log positions (after, upto]."""
    found = set()
    for text in (_CHANGED, _NEW_ENTITIES, _STATED):
        found |= {r["entity_id"] for r in await database.fetch(text, after, upto)}
    return found


async def written_since(seq: int) -> int:
    """The highest revision of a record or entity written in positions after `seq`: 0 nothing, 1 only new ones."""
    found = [await database.fetch(_SINCE.format(table=table), seq) for table in ("credit_record", "credit_entity")]
    return max(rows[0]["most"] or 0 for rows in found)


async def prose(payload_id: str | None) -> Prose | None:
    """The prose of a record; None where it was erased."""
    body = await payload(payload_id)
    return msgspec.json.decode(body, type=Prose) if body else None


async def payload(payload_id: str | None) -> str | None:
    rows = await database.fetch(_PAYLOAD, payload_id) if payload_id else []
    return rows[0]["body"] if rows else None


def write_entity(u: Unit, entity: Entity) -> None:
    u.write(
        EntityRevision,
        {"id": f"{entity.entity_id}/{entity.revision}", "entity_id": entity.entity_id,
         "revision": entity.revision, "seq": entity.seq, "kind": entity.kind.value, "code": entity.code,
         "person_ref": entity.person_ref, "name": entity.name, "folded_name": names.fold(entity.name),
         "founded_on": entity.founded_on, "branch_of": entity.branch_of, "merged_into": entity.merged_into,
         "representative": entity.representative},
    )


def write_record(u: Unit, made: Record, *, natural_key: str, content_digest: str) -> None:
    facts = made.facts
    start = _start(facts)
    u.write(
        RecordRevision,
        {"id": f"{made.record_id}/{made.revision}", "record_id": made.record_id, "revision": made.revision,
         "seq": made.seq, "first_seq": made.first_seq, "recorded_at": made.recorded_at,
         "entity_id": made.entity_id, "kind": made.kind.value, "natural_key": natural_key,
         "content_digest": content_digest, "valid_from": start, "valid_to": _end(facts),
         "withdrawn": made.withdrawn, "withdrawn_on": made.withdrawn_on,
         "facts": canonical.encode(facts), "payload_id": made.payload_id},
    )


def _start(facts: Facts) -> date:
    if isinstance(facts, MeritFacts):
        return facts.granted_on
    return facts.happened_on if isinstance(facts, ConductFacts) else facts.decided_on


def _end(facts: Facts) -> date | None:
    """The first day on which a list entry no longer holds, as far as a document says so."""
    if not isinstance(facts, ListFacts):
        return None
    return facts.removed_on or (next_day(facts.until) if facts.until else None)


def write_payload(u: Unit, *, seq: int, owner: str, body: object) -> str:
    """Stores prose with a fresh salt; returns its id."""
    payload_id = derived_id("pay", owner, str(seq))
    text = canonical.encode(body)
    u.write(Payload, {"id": payload_id, "seq": seq, "owner": owner, "salt": new_salt(), "body": text})
    return payload_id


async def natural_key_of(record_id: str) -> tuple[str, str]:
    """Natural key and content digest of the newest revision."""
    rows = await database.fetch(_RECORD, record_id, FOREVER)
    return rows[0]["natural_key"], rows[0]["content_digest"]


async def natural_key(record_id: str) -> str:
    """Authority, document number and subject: what makes a record one."""
    return (await natural_key_of(record_id))[0]


async def erase(owner: str) -> Iterable[str]:
    """Drops prose and salt of an owner; the log still proves that something was there."""
    return [r["id"] for r in await database.fetch(_ERASE, owner)]


class KnownKey:
    """A natural key already taken: its record and the content digests of all its revisions."""

    def __init__(self, record_id: str, first_seq: int) -> None:
        self.record_id = record_id
        self.first_seq = first_seq
        self.digests: set[str] = set()
        self.withdrawn = False
        self.restriction_ids: tuple[str, ...] | None = None  # known where this unit wrote it


async def known_keys(keys: Sequence[str]) -> dict[str, KnownKey]:
    """Which of these natural keys are taken."""
    if not keys:
        return {}
    text = _RECORDS_BY_KEY.format(keys=", ".join(["{}"] * len(keys)))
    found: dict[str, KnownKey] = {}
    for row in await database.fetch(text, *keys):
        known = found.setdefault(row["natural_key"], KnownKey(row["record_id"], row["first_seq"]))
        known.digests.add(row["content_digest"])
        known.withdrawn = known.withdrawn or row["withdrawn"]  # a withdrawal is never taken back
    return found
