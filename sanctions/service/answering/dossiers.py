"""Reading a subject's file from the database, as known at a log position."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from credit import lookup
from credit.model import Entity, Record
from credit.profiles.model import Statement
from sanctions import store
from sanctions.dossiers import assemble, source
from sanctions.linked import MOST_REACHED, answering
from sanctions.model import ParkedRow, Restriction
from sanctions.packed import Parts
from sanctions.verdicts import Dossier, Source


async def dossier(code: str, seq: int = store.FOREVER) -> Dossier:
    """The file of a well-formed code as known at `seq`."""
    entity = await lookup.entity_by_code(code, seq)
    parked = await store.parked_of_code(code, seq)
    if entity is None:
        return assemble(code, None, (), (), parked)
    records = await lookup.records_of(entity.entity_id, seq)
    restrictions = await store.restrictions_of(entity.entity_id, seq)
    return assemble(code, entity, records, restrictions, parked, await lookup.weighty_of([code], seq))


async def dossiers(entity_ids: Sequence[str], codes: Sequence[str], seq: int = store.FOREVER) -> list[Dossier]:
    """The files of these entities and codes as known at `seq`, in six queries; each subject once."""
    return [found.file() for found in await parts(entity_ids, codes, seq)]


async def parts(entity_ids: Sequence[str], codes: Sequence[str], seq: int = store.FOREVER) -> list[Parts]:
    """What `dossiers` assembles, before it is."""
    named = [*await lookup.entities_by("entity_id", entity_ids, seq), *await lookup.entities_by("code", codes, seq)]
    entities = {e.entity_id: e for e in named}
    held = dict.fromkeys([*codes, *(e.code for e in entities.values() if e.code)])
    parked: dict[str, list[ParkedRow]] = defaultdict(list)
    records: dict[str, list[Record]] = defaultdict(list)
    restrictions: dict[str, list[Restriction]] = defaultdict(list)
    for row in await store.parked_of_codes(list(held), seq):
        parked[row.code or ""].append(row)
    for record in await lookup.records_of_all(list(entities), seq):
        records[record.entity_id].append(record)
    for bar in await store.restrictions_of_all(list(entities), seq):
        restrictions[bar.entity_id].append(bar)
    stated: dict[str, list[Statement]] = defaultdict(list)
    for statement in await lookup.weighty_of([e.code for e in entities.values() if e.code], seq):
        stated[statement.code].append(statement)
    found = [
        Parts(code=e.code, entity=e, records=records[e.entity_id], restrictions=restrictions[e.entity_id],
              parked=parked[e.code or ""], statements=stated[e.code or ""])
        for e in entities.values()
    ]
    strangers = held.keys() - {e.code for e in entities.values()}
    return found + [Parts(code=code, parked=parked[code]) for code in sorted(strangers)]


async def behind(files: Sequence[Dossier], seq: int = store.FOREVER) -> list[Dossier]:
    """The files of head offices and predecessors of `files`, and of theirs, as known at `seq`."""
    found: dict[str, Dossier] = {}
    seen, newest = {file.code for file in files}, list(files)
    for _ in range(MOST_REACHED):
        wanted = {code for file in newest for code in answering(file)} - seen
        if not wanted:
            break
        newest = await dossiers([], sorted(wanted), seq)
        found |= {file.code: file for file in newest if file.code}
        seen |= wanted
    return list(found.values())


async def person(person_ref: str, seq: int = store.FOREVER) -> Dossier:
    """The file of a natural person (expert, practitioner) as known at `seq`."""
    entity = await lookup.entity_by_person(person_ref, seq)
    if entity is None:
        return Dossier(known=False)
    records = await lookup.records_of(entity.entity_id, seq)
    return assemble(None, entity, records, await store.restrictions_of(entity.entity_id, seq), ())


async def sources(seq: int = store.FOREVER) -> tuple[Source, ...]:
    """The list sources as declared by `seq`."""
    return tuple(source(state) for state in await store.sources(seq))


async def named(folded: str, seq: int = store.FOREVER) -> list[Entity]:
    """Entities that bear or bore this folded name, as known at `seq`."""
    return await lookup.entities_named(folded, seq)
