"""Statements about companies as calls and pages show them: names of persons masked, what expires soon marked."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from credit import lookup
from credit.model import SubjectKind
from credit.persons import mask_name
from credit.profiles.model import (
    INCOMING_TITLES,
    POST_TITLES,
    RELATION_TITLES,
    ROLE_TITLES,
    SOURCE_TITLES,
    STATUS_TITLES,
    EntityRole,
    Post,
    QualificationFacts,
    RegistrationFacts,
    RelationFacts,
    RelationKind,
    RoleFacts,
    StaffFacts,
    StatedBy,
    Statement,
    StatementKind,
    Status,
    StatusFacts,
    Words,
    in_order,
)

SOON = timedelta(days=60)  # a certificate that ends within this time is marked


class StatementLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True,
                    rename={"first_day": "from", "last_day": "to"}):
    """Something stated about a company. `label` says who vouches: 自行填报 or 机关登记. Days are inclusive."""

    id: str
    title: str
    stated_by: StatedBy
    label: str
    first_day: date | None
    last_day: date | None
    in_force: bool
    source: str = ""
    expires_soon: bool = False
    withdrawn: bool = False
    role: EntityRole | None = None
    name: str = ""  # of a certificate; of a person, masked
    grade: str = ""
    number: str = ""
    issuer: str = ""
    post: Post | None = None
    person_ref: str | None = None
    relation: RelationKind | None = None
    direction: str = ""  # out: this company to the other; in: the other to this one
    other_code: str = ""
    other_name: str = ""
    share: float | None = None  # percent
    status: Status | None = None
    seq: int | None = None
    org_code: str = ""


async def lines(code: str, kind: StatementKind, day: date, *, whole: bool, ended: bool) -> list[StatementLine]:
    """What is stated of this kind about `code`, in force on `day`, or with `ended` at any time; in order.

    `whole` adds what only public bodies and the company see: references of persons, who stated it, what was withdrawn.
    """
    found = [s for s in await lookup.statements_of(code) if s.kind is kind]
    found = [s for s in found if s.holds(day) or (ended and (whole or not s.withdrawn))]
    made = [await _line(s, day, whole=whole) for s in in_order(found)]
    if kind is StatementKind.RELATION:
        made += await _incoming(code, day, whole=whole, ended=ended)
    return made


async def _incoming(code: str, day: date, *, whole: bool, ended: bool) -> list[StatementLine]:
    """What public bodies say of others towards this company; a merger stands at both and is shown once."""
    mirrored = (RelationKind.MERGED_INTO, RelationKind.SUCCESSOR_OF)
    towards = [
        s for s in await lookup.statements_towards(code)
        if s.stated_by is StatedBy.REGISTRY and isinstance(s.facts, RelationFacts) and s.facts.relation not in mirrored
        and (s.holds(day) or (ended and (whole or not s.withdrawn)))
    ]
    return [await _turned(s, day, whole=whole) for s in in_order(towards)]


async def _turned(found: Statement, day: date, *, whole: bool) -> StatementLine:
    line, facts = await _line(found, day, whole=whole), found.facts
    assert isinstance(facts, RelationFacts)
    return msgspec.structs.replace(
        line, title=INCOMING_TITLES[facts.relation], direction="in", other_code=found.code,
        other_name=await _name_of(found.code))


async def _line(found: Statement, day: date, *, whole: bool) -> StatementLine:
    words = await lookup.words(found)
    firm = found.stated_by is StatedBy.REGISTRY
    line = StatementLine(
        id=found.statement_id, title="", stated_by=found.stated_by, label=SOURCE_TITLES[found.stated_by],
        first_day=found.first_day, last_day=found.last_day, in_force=found.holds(day),
        source=words.origin if firm or whole else "", withdrawn=found.withdrawn,
        seq=found.seq if whole else None, org_code=found.org_code if whole else "",
    )
    return await _told(line, found, words, day, whole=whole)


async def _told(line: StatementLine, found: Statement, words: Words, day: date, *, whole: bool) -> StatementLine:
    facts, told = found.facts, msgspec.structs.replace
    match facts:
        case RoleFacts():
            return told(line, title=ROLE_TITLES[facts.role], role=facts.role)
        case QualificationFacts():
            soon = found.holds(day) and found.last_day is not None and found.last_day - day <= SOON
            return told(line, title=f"{facts.name}{facts.grade}", name=facts.name, grade=facts.grade,
                        number=facts.number, issuer=facts.issuer, expires_soon=soon)
        case StaffFacts():
            return told(line, title=POST_TITLES[facts.post], post=facts.post, name=mask_name(words.name),
                        person_ref=facts.person_ref if whole else None)
        case RelationFacts():
            share = None if facts.share is None else facts.share / 100
            return told(line, title=RELATION_TITLES[facts.relation], relation=facts.relation, direction="out",
                        other_code=facts.other_code, other_name=await _name_of(facts.other_code), share=share)
        case StatusFacts():
            return told(line, title=STATUS_TITLES[facts.status], status=facts.status)
    return told(line, title="法定代表人", name=mask_name(words.name))


async def _name_of(code: str) -> str:
    found = await lookup.entity_by_code(code)
    return found.name if found else ""


async def self_registered(code: str) -> str:
    """The name under which a company has entered itself; empty where it has not."""
    found = [s for s in await lookup.statements_of(code) if s.kind is StatementKind.REGISTRATION]
    return (await lookup.words(found[0])).name if found else ""


async def self_kind(code: str) -> SubjectKind:
    """The kind under which a company has entered itself."""
    for found in await lookup.statements_of(code):
        if isinstance(found.facts, RegistrationFacts):
            return found.facts.subject
    return SubjectKind.LEGAL_PERSON
