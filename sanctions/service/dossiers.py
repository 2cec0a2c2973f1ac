"""Reading a subject's file from the database, as known at a log position."""

from __future__ import annotations

from credit import lookup
from credit.model import Entity
from sanctions import store
from sanctions.dossiers import assemble, source
from sanctions.verdicts import Dossier, Source


async def dossier(code: str, seq: int = store.FOREVER) -> Dossier:
    """The file of a well-formed code as known at `seq`."""
    entity = await lookup.entity_by_code(code, seq)
    parked = await store.parked_of_code(code, seq)
    if entity is None:
        return assemble(code, None, (), (), parked)
    records = await lookup.records_of(entity.entity_id, seq)
    restrictions = await store.restrictions_of(entity.entity_id, seq)
    return assemble(code, entity, records, restrictions, parked)


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
