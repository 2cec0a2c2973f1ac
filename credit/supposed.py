"""Suppositions about records: a repair, a merit, a penalty, conduct that has not happened (yet). Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated

import msgspec

from credit.explain import day_text
from credit.kernel.errors import FieldError
from credit.model import (
    Authority,
    ConductFacts,
    Facts,
    Field,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    PenaltyKind,
    Record,
    RecordKind,
    RemovalFacts,
    Severity,
)
from credit.schemes import Scheme
from credit.scores import cleared_on

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)  # days that may be supposed
_MEANT = Authority(name="假设")
_NUMBER = "假设"


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """A record is repaired, or removed from its list, on a day."""

    record_id: str
    on: date


class NewMerit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Good conduct under an item of the scheme."""

    item: str
    granted_on: date
    valid_until: date | None = None


class NewPenalty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A penalty decided and served on a day; without a `severity` the rules class it; `acts` are rule ids of bans."""

    kinds: tuple[PenaltyKind, ...]
    decided_on: date
    field: Field | None = None
    severity: Severity | None = None
    fine_fen: Annotated[int, msgspec.Meta(ge=0)] | None = None
    acts: tuple[str, ...] = ()


class NewConduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Conduct whose 告知书 is served on a day, that on which it happened by default, and that nobody answers."""

    item: str
    happened_on: date
    notice_served_on: date | None = None


Supposed = Repair | NewMerit | NewPenalty | NewConduct


def as_repaired(record: Record, on: date) -> Record:
    """The record as it stands once it is repaired, or removed from its list, on a day."""
    facts = record.facts
    if isinstance(facts, PenaltyFacts | ConductFacts):
        return msgspec.structs.replace(record, facts=msgspec.structs.replace(facts, repaired_on=on))
    if isinstance(facts, ListFacts):
        return msgspec.structs.replace(record, facts=msgspec.structs.replace(facts, removed_on=on))
    return record


def as_record(one: NewMerit | NewPenalty | NewConduct, number: int, scheme: Scheme) -> tuple[Record, tuple[str, ...]]:
    """The record that a supposition stands for and the codes of its acts; `number` tells it from the others."""
    kind, facts, acts = _facts(one, scheme)
    made = Record(record_id=f"supposed-{number + 1:02d}", revision=1, kind=kind, entity_id="", seq=0, first_seq=0,
                  recorded_at=datetime.min.replace(tzinfo=UTC), facts=facts)
    return made, acts


def _facts(one: NewMerit | NewPenalty | NewConduct, scheme: Scheme) -> tuple[RecordKind, Facts, tuple[str, ...]]:
    if isinstance(one, NewMerit):
        return RecordKind.MERIT, MeritFacts(
            scheme=scheme.scheme_id, item=one.item, authority=_MEANT, document_no=_NUMBER, granted_on=one.granted_on,
            valid_until=one.valid_until), ()
    if isinstance(one, NewConduct):
        return RecordKind.CONDUCT, ConductFacts(
            scheme=scheme.scheme_id, item=one.item, authority=_MEANT, document_no=_NUMBER,
            happened_on=one.happened_on, notice_served_on=one.notice_served_on or one.happened_on), ()
    return RecordKind.PENALTY, PenaltyFacts(
        authority=_MEANT, document_no=_NUMBER, decided_on=one.decided_on, served_on=one.decided_on, kinds=one.kinds,
        field=one.field, fine_fen=one.fine_fen, severity=one.severity), one.acts


def _days(one: Supposed) -> tuple[tuple[str, date | None], ...]:
    if isinstance(one, Repair):
        return (("on", one.on),)
    if isinstance(one, NewMerit):
        return ("merit/granted_on", one.granted_on), ("merit/valid_until", one.valid_until)
    if isinstance(one, NewPenalty):
        return (("penalty/decided_on", one.decided_on),)
    return ("conduct/happened_on", one.happened_on), ("conduct/notice_served_on", one.notice_served_on)


def faults(one: Supposed, at: str, records: Mapping[str, Record], scheme: Scheme) -> Iterator[FieldError]:
    """Why a supposition cannot be, with the pointer of its part below `at`; nothing where it can."""
    for name, day in _days(one):
        if day is not None and not FIRST <= day <= LAST:
            yield FieldError(f"{at}/{name}", "out_of_range", f"日期在{FIRST}至{LAST}之间")
    if isinstance(one, Repair):
        yield from _of_repair(one, at, records.get(one.record_id))
    elif isinstance(one, NewMerit):
        if one.item not in {m.item for m in scheme.merits}:
            items = "、".join(m.item for m in scheme.merits) or "无"
            yield FieldError(f"{at}/merit/item", "unknown_item", f"本方案的加分项目:{items}")
    elif isinstance(one, NewPenalty):
        if not one.kinds:
            yield FieldError(f"{at}/penalty/kinds", "missing", "写明至少一种处罚种类")
    elif scheme.hearing is None or scheme.conduct_item(one.item) is None:
        items = "、".join(f.item for f in scheme.faults if f.conduct) or "无"
        yield FieldError(f"{at}/conduct/item", "unknown_item", f"本方案的行为项目:{items}")


def _of_repair(one: Repair, at: str, record: Record | None) -> Iterator[FieldError]:
    if record is None or isinstance(record.facts, MeritFacts | RemovalFacts):
        yield FieldError(f"{at}/repair", "unknown_record", "填写该主体一条处罚、名单或行为记录的编号,见其记录")
    elif record.withdrawn or cleared_on(record) is not None:
        yield FieldError(f"{at}/repair", "nothing_to_repair", "该记录已撤回或者已修复、移出,不再影响得分")
    elif one.on < _happened(record.facts):
        yield FieldError(f"{at}/on", "out_of_range", f"修复日不早于{_happened(record.facts)}")


def _happened(facts: Facts) -> date:
    if isinstance(facts, MeritFacts):
        return facts.granted_on
    return facts.happened_on if isinstance(facts, ConductFacts) else facts.decided_on


def sentence(one: Supposed, records: Mapping[str, Record], scheme: Scheme) -> str:
    """What is assumed, in words."""
    if isinstance(one, Repair):
        facts = records[one.record_id].facts
        done = "被移出名单" if isinstance(facts, ListFacts) else "准予修复"
        return f"假设{facts.document_no}于{day_text(one.on)}{done}。"
    if isinstance(one, NewMerit):
        title = next(m.title for m in scheme.merits if m.item == one.item)
        return f"假设{day_text(one.granted_on)}新增守信记录“{title}”。"
    if isinstance(one, NewPenalty):
        by = "按所填类别" if one.severity else "按规则确定类别"
        return f"假设{day_text(one.decided_on)}作出并送达一项新的行政处罚{_stated(one, scheme)},{by}。"
    served = one.notice_served_on or one.happened_on
    title = next(f.title for f in scheme.faults if f.item == one.item)
    return f"假设{day_text(one.happened_on)}发生“{title}”,{day_text(served)}送达告知书,期内没有陈述申辩。"


def _stated(one: NewPenalty, scheme: Scheme) -> str:
    """The items that the acts of a supposed penalty mean: (串通投标)."""
    titles = [f.title for f in scheme.faults if set(f.match.acts) & set(one.acts)]
    return f"({'、'.join(titles)})" if titles else ""
