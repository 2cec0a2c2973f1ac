"""Lifting a penalty after a granted repair: one revision and one event, into an open unit of the act that grants."""

from __future__ import annotations

from datetime import date

import msgspec

from credit import lookup
from credit.kernel.errors import Conflict, NotFound
from credit.kernel.unit import Unit
from credit.model import RecordKind, Stage
from credit.service import revise_record
from sanctions.events import PenaltyRepaired
from sanctions.service.deciding.change import Changed
from sanctions.service.deciding.receive import Withdrawn


class AlreadyRepaired(Conflict):
    code = "already_repaired"
    title = "该记录已修复 Already repaired"


async def lift_penalty(u: Unit, record_id: str, *, repaired_on: date, corrected_on: date | None = None) -> Changed:
    """Ends display, sharing and score of a penalty from `repaired_on`; bans and look-back stay as they are.

    `corrected_on` is entered where the record has none. Raises NotFound, Withdrawn, AlreadyRepaired.
    """
    old = await lookup.record(record_id)
    if old is None or old.kind is not RecordKind.PENALTY or old.penalty.stage is not Stage.DECIDED:
        raise NotFound("没有这条处罚记录 no such penalty")
    if old.withdrawn:
        raise Withdrawn("该处罚决定已撤销,无需修复 this penalty was withdrawn")
    if old.penalty.repaired_on is not None:
        raise AlreadyRepaired(f"该记录已于{old.penalty.repaired_on}修复")
    entity = await lookup.entity_by_id(old.entity_id)
    facts = msgspec.structs.replace(
        old.penalty, repaired_on=repaired_on, corrected_on=old.penalty.corrected_on or corrected_on)
    seq = u.record(PenaltyRepaired(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                   code=entity.code if entity else None, repaired_on=repaired_on))
    made = await revise_record(u, old, seq=seq, facts=facts)
    return Changed(record_id, made.revision, seq)
