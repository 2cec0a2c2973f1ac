"""The verbs of credit: enter entities and merits, open and revise records. Services that compose pass their unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from credit import names, store, uscc
from credit.events import EntityRegistered, MeritCorrected, MeritRecorded, PayloadErased
from credit.kernel import canonical
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refusal
from credit.kernel.ids import derived_id, new_id
from credit.kernel.unit import Request, Unit, unit
from credit.model import (
    Authority,
    ConductFacts,
    Entity,
    Facts,
    ListFacts,
    MeritFacts,
    PenaltyFacts,
    Prose,
    Record,
    RecordKind,
    RemovalFacts,
    Stage,
    SubjectKind,
)
from credit.persons import name_token
from credit.schemes import Scheme

_KINDS = {
    PenaltyFacts: RecordKind.PENALTY, ListFacts: RecordKind.LIST_ENTRY, RemovalFacts: RecordKind.REMOVAL,
    ConductFacts: RecordKind.CONDUCT,
}
DRAFT = "draft:"  # before the content digest of a draft: the same content decided is another act


class EntityInput(msgspec.Struct, frozen=True, kw_only=True):
    """An entity as anybody entitled enters it. Days are inclusive."""

    code: str
    name: str
    kind: SubjectKind = SubjectKind.LEGAL_PERSON
    founded_on: date | None = None
    branch_of: str | None = None
    merged_into: str | None = None
    legal_representative: str | None = None


class MeritInput(msgspec.Struct, frozen=True, kw_only=True):
    """Good conduct as `POST /v1/merits` takes it; `item` is an item of the scheme."""

    code: str
    name: str
    scheme: str
    item: str
    document_no: str
    granted_on: date
    authority: Authority
    valid_until: date | None = None


async def register_entity(
    given: EntityInput, *, by: str, now: datetime, salt: bytes, request: Request | None = None
) -> Entity:
    """Enters or changes an entity; the same facts again change nothing. Raises BadCode, Invalid.

    The representative's name is kept as a token under `salt` only.
    """
    code = uscc.check(given.code)
    for other in (given.branch_of, given.merged_into):
        if other is not None:
            uscc.check(other)
    if not given.name.strip():
        raise Invalid("主体需有名称", errors=(FieldError("/name", "missing", "填写全称"),))
    if given.kind is SubjectKind.NATURAL_PERSON:
        raise Invalid("自然人不以统一社会信用代码登记", errors=(
            FieldError("/kind", "not_allowed", "有代码的主体填 legal_person 或 sole_trader"),))
    async with unit(by=by, now=now, request=request) as u:
        old = await store.entity_by_code(code)
        wanted = Entity(
            entity_id=old.entity_id if old else new_id("ent"), kind=given.kind, name=given.name.strip(), code=code,
            founded_on=given.founded_on, branch_of=given.branch_of, merged_into=given.merged_into,
            representative=name_token(given.legal_representative, salt),
            revision=old.revision + 1 if old else 1, seq=u.next_seq,
        )
        if old is not None and _same(old, wanted):
            u.keep(old)
            return old
        u.record(EntityRegistered(subject=wanted.entity_id, code=code, revision=wanted.revision))
        store.write_entity(u, wanted)
        u.keep(wanted)
    return wanted


def _same(a: Entity, b: Entity) -> bool:
    return msgspec.structs.replace(a, revision=0, seq=0) == msgspec.structs.replace(b, revision=0, seq=0)


class MeritUnknown(Refusal):
    code = "merit_unknown"
    title = "没有这个计分方案或加分项目 No such scheme or good item"


class MeritExists(Conflict):
    code = "merit_exists"
    title = "同一文号已有不同内容 Same document, other content"


class MeritIdentityChanged(Invalid):
    code = "identity_changed"
    title = "更正不得改变主体、机关、文号或项目 A correction keeps subject, authority, number and item"


async def add_merit(
    given: MeritInput, schemes: Mapping[str, Scheme], *, by: str, now: datetime, request: Request | None = None
) -> tuple[str, bool]:
    """Enters good conduct; answers the record's id and whether it was there already.

    Raises BadCode, MeritUnknown for a scheme or item that `schemes` lack, MeritExists for other content.
    """
    code, key = uscc.check(given.code), _merit_key(given, schemes)
    digest = canonical.digest(given)
    async with unit(by=by, now=now, request=request) as u:
        known = await _merit_there(given, key, digest)
        if known is not None:
            u.keep((known, True))
            return known, True
        entity = await store.entity_by_code(code)
        record_id = new_id("mer")
        entity_id = entity.entity_id if entity else new_id("ent")
        seq = u.record(MeritRecorded(subject=entity_id, record_id=record_id, code=code, granted_on=given.granted_on))
        if entity is None:
            store.write_entity(u, Entity(entity_id=entity_id, kind=SubjectKind.LEGAL_PERSON, name=given.name,
                                         code=code, seq=seq))
        made = Record(record_id=record_id, revision=1, kind=RecordKind.MERIT, entity_id=entity_id, seq=seq,
                      first_seq=seq, recorded_at=u.now, facts=_merit(given))
        store.write_record(u, made, natural_key=key, content_digest=digest)
        u.keep((record_id, False))
    return record_id, False


async def merit_foreseen(given: MeritInput, schemes: Mapping[str, Scheme]) -> bool:
    """Whether `add_merit` would find it there already; nothing is written. Raises what it would raise."""
    uscc.check(given.code)
    return await _merit_there(given, _merit_key(given, schemes), canonical.digest(given)) is not None


async def _merit_there(given: MeritInput, key: str, digest: str) -> str | None:
    """The record of the same good conduct, if it is there. Raises MeritExists for other content."""
    known = (await store.known_keys([key])).get(key)
    if known is not None and digest not in known.digests:
        url = f"/v1/merits/{known.record_id}/corrections"
        raise MeritExists(f"文号“{given.document_no}”对该主体已登记同一项目且内容不同;更正请用 POST {url}",
                          record_id=known.record_id, corrections_url=url)
    return known.record_id if known is not None else None


async def correct_merit(
    record_id: str, given: MeritInput, schemes: Mapping[str, Scheme], *, org: str | None, by: str, now: datetime,
    request: Request | None = None,
) -> int:
    """Replaces the days of good conduct; answers the revision. `org`: the organisation that corrects, null = any.

    Raises NotFound, Forbidden for another's, MeritUnknown, MeritIdentityChanged.
    """
    uscc.check(given.code)
    key = _merit_key(given, schemes)
    async with unit(by=by, now=now, request=request) as u:
        old = await store.record(record_id)
        if old is None or old.kind is not RecordKind.MERIT or not isinstance(old.facts, MeritFacts):
            raise NotFound("没有这条守信信息 no such record of good conduct")
        if org is not None and old.facts.authority.code != org:
            raise Forbidden("只有作出的机关可以更正 only the authority that granted it may correct it")
        if key != await store.natural_key(record_id):
            raise MeritIdentityChanged("更正只改日期;主体、机关、文号、方案或项目有误的,请另行登记", errors=(
                FieldError("/document_no", "identity_changed", "保持原主体、机关、文号、方案和项目"),))
        seq = u.record(MeritCorrected(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                      code=given.code))
        made = await revise_record(u, old, seq=seq, facts=_merit(given), digest=canonical.digest(given))
        u.keep(made.revision)
    return made.revision


def _merit_key(given: MeritInput, schemes: Mapping[str, Scheme]) -> str:
    """Authority, number, company, scheme and item. Raises MeritUnknown naming what is known."""
    used = schemes.get(given.scheme)
    if used is None:
        raise MeritUnknown(f"没有这个计分方案;可用方案:{'、'.join(schemes)}", known=list(schemes), errors=(
            FieldError("/scheme", "merit_unknown", "填写 GET /v1/rules 所列计分方案的编号"),))
    items = [item.item for item in used.merits]
    if given.item not in items:
        told = f"方案“{used.title}”没有这个加分项目;可用项目:{'、'.join(items) or '无'}"
        raise MeritUnknown(told, known=items, errors=(
            FieldError("/item", "merit_unknown", "填写该方案的加分项目"),))
    authority = given.authority.code or names.fold(given.authority.name)
    return f"merit|{authority}|{given.document_no}|{given.code}|{given.scheme}|{given.item}"


def _merit(given: MeritInput) -> MeritFacts:
    return MeritFacts(scheme=given.scheme, item=given.item, authority=given.authority,
                      document_no=given.document_no, granted_on=given.granted_on, valid_until=given.valid_until)


def open_entity(u: Unit, made: Entity) -> None:
    """Writes an entity first seen in the act of `made.seq`."""
    store.write_entity(u, made)


def keep_payload(u: Unit, *, seq: int, owner: str, body: object) -> str:
    """Stores prose or personal data of `owner`, salted and erasable; answers its id."""
    return store.write_payload(u, seq=seq, owner=owner, body=body)


def open_record(
    u: Unit, *, seq: int, record_id: str, entity_id: str, natural_key: str, digest: str,
    facts: PenaltyFacts | ListFacts | RemovalFacts | ConductFacts, prose: Prose,
) -> Record:
    """Writes the first revision of a penalty, list entry, removal or conduct, and its prose."""
    payload_id = store.write_payload(u, seq=seq, owner=record_id, body=prose)
    made = Record(record_id=record_id, revision=1, kind=_KINDS[type(facts)], entity_id=entity_id, seq=seq,
                  first_seq=seq, recorded_at=u.now, facts=facts, payload_id=payload_id)
    store.write_record(u, made, natural_key=natural_key, content_digest=digest)
    return made


async def revise_record(
    u: Unit, old: Record, *, seq: int, facts: Facts | None = None, prose: Prose | None = None,
    withdrawn_on: date | None = None, digest: str | None = None,
) -> Record:
    """Writes the next revision of a record; what is not given stays."""
    key, old_digest = await store.natural_key_of(old.record_id)
    payload_id = old.payload_id
    if prose is not None:
        payload_id = store.write_payload(u, seq=seq, owner=old.record_id, body=prose)
    made = msgspec.structs.replace(
        old, revision=old.revision + 1, seq=seq, recorded_at=u.now, facts=facts or old.facts, payload_id=payload_id,
        withdrawn=old.withdrawn or withdrawn_on is not None, withdrawn_on=withdrawn_on or old.withdrawn_on,
    )
    kept = digest or old_digest
    if isinstance(made.facts, PenaltyFacts) and made.facts.stage is Stage.DECIDED:
        kept = kept.removeprefix(DRAFT)  # served: the decided content again is now a repeat
    store.write_record(u, made, natural_key=key, content_digest=kept)
    return made


async def entity(code: str, seq: int = store.FOREVER) -> Entity:
    """The entity of a well-formed code as known at `seq`. Raises BadCode, NotFound."""
    found = await store.entity_by_code(uscc.check(code), seq)
    if found is None:
        raise NotFound(f"尚无{code}的信息 nothing is recorded about {code}")
    return found


async def erase_prose(owner: str, *, by: str, now: datetime) -> None:
    """Erases the prose and personal data of a record; ids, days and amounts stay. Raises NotFound."""
    async with unit(by=by, now=now) as u:
        erased = list(await store.erase(owner))
        if not erased:
            raise NotFound("没有可删除的内容 nothing to erase")
        u.record(PayloadErased(subject=owner, payload_ids=tuple(sorted(erased))))


def person_entity_id(person_ref: str) -> str:
    """The id of a natural person: the same reference, the same id."""
    return derived_id("per", person_ref)
