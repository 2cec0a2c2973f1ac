"""What other folders may read of credit: entities, records, prose, natural keys; now and as known at a position."""

from __future__ import annotations

from credit.store import (
    FOREVER,
    KnownKey,
    all_entities,
    all_records,
    changed_entities,
    entities_by,
    entities_named,
    entities_of,
    entity_by_code,
    entity_by_id,
    entity_by_person,
    former_names,
    known_keys,
    natural_key,
    payload,
    prose,
    record,
    records_of,
    records_of_all,
)

__all__ = [
    "FOREVER",
    "KnownKey",
    "all_entities",
    "all_records",
    "changed_entities",
    "entities_by",
    "entities_named",
    "entities_of",
    "entity_by_code",
    "entity_by_id",
    "entity_by_person",
    "former_names",
    "known_keys",
    "natural_key",
    "payload",
    "prose",
    "record",
    "records_of",
    "records_of_all",
]
