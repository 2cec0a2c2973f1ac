"""Taking conduct in: one record or up to a thousand; the same again is the same record, other content a conflict."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from credit import lookup, names, uscc
from credit.accounts.model import Caller, Organisation
from credit.conduct import Hearing
from credit.kernel import canonical
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Refusal
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from credit.model import Authority, ConductFacts, Entity, Prose, SubjectKind
from credit.persons import name_token
from credit.scheme_rules import versions_of
from credit.service import open_entity, open_record, person_entity_id
from sanctions.conduct import ConductCommand, check_recorder, check_subject, conduct_item, faults, trimmed
from sanctions.document_no import fold_document_no
from sanctions.events import ConductRecorded
from sanctions.service.deciding.receive import (
    DocumentExists,
    Faults,
    Seen,
    UnknownAuthority,
    Withdrawn,
    checked_code,
    refuse,
)

_MOST_ROWS = 50  # a locked unit takes at most this many records


class PreparedConduct(msgspec.Struct, frozen=True):
    """A record that passed every check that needs no lock."""

    command: ConductCommand
    natural_key: str
    digest: str
    facts: ConductFacts
    hearing: Hearing
    prose: Prose
    subject_key: str  # code, or the entity id of a natural person
    representative: str | None = None

    @property
    def code(self) -> str | None:
        """The company's code; None for a natural person."""
        return None if self.command.subject.kind is SubjectKind.NATURAL_PERSON else self.subject_key


class ConductTaken(msgspec.Struct, frozen=True):
    """Where a record of conduct is: its ids, and whether it was there before."""

    record_id: str
    code: str | None
    seq: int
    duplicate: bool
    name_differs: bool = False


class Conducting:
    """The service that records conduct."""

    def __init__(self, book: Rulebook, clock: Clock, salt: bytes) -> None:
        self.book = book
        self.clock = clock
        self.salt = salt

    async def prepare(self, command: ConductCommand, caller: Caller, *, seen: Seen | None = None) -> PreparedConduct:
        """Checks form, sense, scheme, item and competence. Raises a Refusal that names every fault at once."""
        command, seen = trimmed(command), seen or Seen()
        errors: Faults = []
        code = checked_code(command.subject, errors)
        recorder = await _recorder(command.authority, caller, errors, seen)
        known = await seen.entity(code) if code else None
        today = business_day(self.clock())
        errors += [(e, None) for e in faults(command, today, known.founded_on if known else None)]
        hearing = self._hearing(command, caller, recorder, errors)
        refuse(errors)
        assert recorder is not None and hearing is not None  # else refused
        return self._prepared(command, caller, recorder, code, hearing)

    def _hearing(
        self, command: ConductCommand, caller: Caller, recorder: Organisation | None, errors: Faults
    ) -> Hearing | None:
        """The clocks of the scheme, once scheme, item and competence are right; faults go to `errors`."""
        try:
            versions = versions_of(self.book.current, command.scheme)
        except Refusal as exc:
            errors.append((FieldError("/scheme", exc.code, exc.detail), exc))
            return None
        used = versions[-1]
        try:
            conduct_item(used, versions[0].since, command.item, command.happened_on)
        except Refusal as exc:
            errors.append((FieldError("/item", exc.code, exc.detail), exc))
        try:
            check_subject(used, command.subject.kind)
            if recorder is not None:
                check_recorder(used, caller.role, recorder.competences)
        except Refusal as exc:
            errors.append((FieldError("/scheme", exc.code, exc.detail), exc))
        return used.hearing.clocks if used.hearing else None

    def _prepared(
        self, command: ConductCommand, caller: Caller, recorder: Organisation, code: str | None, hearing: Hearing
    ) -> PreparedConduct:
        subject_key = code or person_entity_id(command.subject.person_ref or "")
        number = fold_document_no(command.document_no)
        key = lookup.conduct_key(recorder.code, command.scheme, command.item, command.happened_on.isoformat(), number,
                                 command.project or "", subject_key)
        facts = ConductFacts(
            scheme=command.scheme, item=command.item, authority=Authority(name=recorder.name, code=recorder.code),
            document_no=command.document_no, happened_on=command.happened_on,
            notice_served_on=command.notice_served_on, pushed_by=caller.org_code, project=command.project,
            valid_until=command.valid_until,
        )
        prose = Prose(subject_name=command.subject.name, evidence=command.evidence,
                      legal_representative=command.subject.legal_representative)
        return PreparedConduct(
            command=command, natural_key=key, facts=facts, hearing=hearing, prose=prose, subject_key=subject_key,
            digest=canonical.digest(msgspec.structs.replace(command, document_no=number, authority=facts.authority)),
            representative=name_token(command.subject.legal_representative, self.salt),
        )

    async def foreseen(self, batch: Sequence[PreparedConduct]) -> list[ConductTaken | Refusal]:
        """What `receive_many` would answer now; nothing is written."""
        known = await lookup.known_keys([p.natural_key for p in batch])
        entities = await lookup.entities_of([p.subject_key for p in batch])
        answers: list[ConductTaken | Refusal] = []
        for item in batch:
            taken = known.get(item.natural_key)
            if taken is None:
                taken = known[item.natural_key] = lookup.KnownKey("", -1)
                taken.digests.add(item.digest)
                answers.append(ConductTaken("", item.code, -1, False, _differs(item, entities.get(item.subject_key))))
            else:
                answers.append(_again(item, taken))
        return answers

    async def receive(
        self, prepared: PreparedConduct, *, by: str, request: Request | None = None
    ) -> ConductTaken:
        """Records one. The same again answers the same id; other content raises DocumentExists."""
        async with unit(by=by, now=self.clock(), request=request) as u:
            taken = (await _enter(u, [prepared]))[0]
            if isinstance(taken, Refusal):
                raise taken
            u.keep(taken)
        return taken

    async def receive_many(self, batch: Sequence[PreparedConduct], *, by: str) -> list[ConductTaken | Refusal]:
        """Records many in short units, so that others get the lock in between; one answer per item."""
        answers: list[ConductTaken | Refusal] = []
        for start in range(0, len(batch), _MOST_ROWS):
            async with unit(by=by, now=self.clock()) as u:
                answers += await _enter(u, batch[start : start + _MOST_ROWS])
        return answers


async def _recorder(given: Authority | None, caller: Caller, errors: Faults, seen: Seen) -> Organisation | None:
    """The recording organisation: the caller's own, or with `push:any` the one named. Faults go to `errors`."""
    code, name = (given.code, given.name) if given else (caller.org_code, "")
    if given is not None and given.code:
        try:
            uscc.check(given.code)
        except Refusal as exc:
            errors.append((FieldError("/authority/code", exc.code, exc.detail), exc))
            return None
    found = await seen.organisation(code, name)
    if found is not None and (found.code == caller.org_code or "push:any" in caller.scopes):
        return found
    refusal = UnknownAuthority("只能记录本单位的行为记录,且本单位须由运营方登记;代其他机关记录须有 push:any")
    errors.append((FieldError("/authority", refusal.code, refusal.detail), refusal))
    return None


async def _enter(u: Unit, batch: Sequence[PreparedConduct]) -> list[ConductTaken | Refusal]:
    """Writes a batch inside the open unit; duplicates and conflicts within the batch count as well."""
    known = await lookup.known_keys([p.natural_key for p in batch])
    entities = await lookup.entities_of([p.subject_key for p in batch])
    answers: list[ConductTaken | Refusal] = []
    for item in batch:
        taken = known.get(item.natural_key)
        if taken is not None:
            answers.append(_again(item, taken))
            continue
        made = _write(u, item, entities)
        known[item.natural_key] = lookup.KnownKey(made.record_id, made.seq)
        known[item.natural_key].digests.add(item.digest)
        answers.append(made)
    return answers


def _again(item: PreparedConduct, taken: lookup.KnownKey) -> ConductTaken | Refusal:
    if taken.withdrawn:
        return Withdrawn("该行为记录已撤回,不能再次登记;确需重新记录的,请重新告知并以新的告知书文号记录",
                         record_id=taken.record_id)
    if item.digest not in taken.digests:
        url = f"/v1/conduct-records/{taken.record_id}/correction"
        return DocumentExists(f"同一主体、项目、日期和文号的行为已登记且内容不同;更正请用 POST {url}",
                              record_id=taken.record_id, corrections_url=url)
    return ConductTaken(taken.record_id, item.code, taken.first_seq, True)


def _write(u: Unit, item: PreparedConduct, entities: dict[str, Entity]) -> ConductTaken:
    record_id, entity = new_id("con"), entities.get(item.subject_key)
    fresh = new_id("ent") if item.code else item.subject_key
    entity_id = entity.entity_id if entity else fresh
    facts = item.facts
    seq = u.record(ConductRecorded(
        subject=entity_id, record_id=record_id, code=item.code, scheme=facts.scheme, item=facts.item,
        happened_on=facts.happened_on, notice_served_on=facts.notice_served_on,
    ))
    if entity is None:
        subject = item.command.subject
        entity = entities[item.subject_key] = Entity(
            entity_id=entity_id, kind=subject.kind, name=subject.name, code=item.code, person_ref=subject.person_ref,
            representative=item.representative, seq=seq)
        open_entity(u, entity)
    open_record(u, seq=seq, record_id=record_id, entity_id=entity_id, natural_key=item.natural_key,
                digest=item.digest, facts=facts, prose=item.prose)
    return ConductTaken(record_id, item.code, seq, False, _differs(item, entity))


def _differs(item: PreparedConduct, entity: Entity | None) -> bool:
    return entity is not None and not names.same(entity.name, item.command.subject.name)
