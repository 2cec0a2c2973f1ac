"""Taking penalties in: one, up to a thousand, or the rows of a file, by the same path in short locked units."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import msgspec

from credit import lookup, names, uscc
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Organisation
from credit.kernel import canonical
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Refusal
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from credit.model import Authority, Entity, PenaltyFacts, Prose, Stage, SubjectKind
from credit.persons import name_token
from credit.service import DRAFT, open_entity, open_record, person_entity_id
from sanctions import bans, checks, store
from sanctions.document_no import fold_document_no
from sanctions.events import Origin, PenaltyRecorded
from sanctions.intake.bans import speaks_of_ban
from sanctions.model import PenaltyCommand, Restriction, SubjectInput

_MOST_ROWS = 50  # a locked unit takes at most this many records
_FEWEST_ROWS = 8  # fewer would not hold the lock noticeably shorter: a commit costs more than they do
_UNIT_SECONDS = 0.012  # and aims at this long, so that a single push never waits for an import


class DocumentExists(Conflict):
    code = "document_exists"
    title = "同一决定书已有不同内容 Same document, other content"


class Withdrawn(Conflict):
    code = "withdrawn"
    title = "该记录已撤销 The record was withdrawn"


class UnknownAuthority(Forbidden):
    code = "authority_unknown"
    title = "处罚机关未登记或非本机关 Authority unknown or not yours"


Faults = list[tuple[FieldError, Refusal | None]]


class Prepared(msgspec.Struct, frozen=True):
    """A command that passed every check that needs no lock."""

    command: PenaltyCommand
    natural_key: str
    digest: str
    facts: PenaltyFacts
    prose: Prose
    bases: tuple[str, ...]  # rule id of each stated restriction
    subject_key: str  # code, or the entity id of a natural person
    representative: str | None = None


class Received(msgspec.Struct, frozen=True):
    """Where a penalty is: its ids, and whether it was there before."""

    record_id: str
    entity_id: str
    code: str | None
    seq: int
    duplicate: bool
    restriction_ids: tuple[str, ...]
    name_differs: bool = False


class Seen:
    """What was looked up while preparing: a file names the same few authorities ten thousand times."""

    def __init__(self) -> None:
        self._organisations: dict[tuple[str | None, str], Organisation | None] = {}
        self._entities: dict[str, Entity | None] = {}

    async def organisation(self, code: str | None, name: str) -> Organisation | None:
        """The registered organisation of a code, else of exactly this name."""
        key = (code, name)
        if key not in self._organisations:
            find = accounts.find_organisation(code) if code else accounts.organisation_named(name)
            self._organisations[key] = await find
        return self._organisations[key]

    async def entity(self, code: str) -> Entity | None:
        if code not in self._entities:
            self._entities[code] = await lookup.entity_by_code(code)
        return self._entities[code]

    async def load(self, codes: Sequence[str]) -> None:
        """Looks many entities up at once."""
        found = await lookup.entities_of(codes)
        self._entities |= {code: found.get(code) for code in codes}


class Receiving:
    """The service that takes penalties in."""

    def __init__(self, book: Rulebook, clock: Clock, salt: bytes) -> None:
        self.book = book
        self.clock = clock
        self.salt = salt  # of the tokens by which equal names of representatives are told

    async def prepare(
        self, command: PenaltyCommand, caller: Caller, *, stage: Stage = Stage.DECIDED, seen: Seen | None = None
    ) -> Prepared:
        """Checks form, sense, competence and legal basis. Raises a Refusal that names every fault at once."""
        seen = seen or Seen()
        command = checks.blank_to_none(command)
        errors: Faults = []
        code = checked_code(command.subject, errors)
        authority = await deciding(command.authority, caller, errors, seen)
        known = await seen.entity(code) if code else None
        today = business_day(self.clock())
        errors += [(e, None) for e in checks.faults(command, today, known.founded_on if known else None)]
        bases = tuple(self._restrictions(command, caller, authority, errors))
        refuse(errors)
        return self._prepared(command, caller, authority, stage, code, bases)

    def _prepared(
        self, command: PenaltyCommand, caller: Caller, authority: Organisation | None, stage: Stage,
        code: str | None, bases: tuple[str, ...],
    ) -> Prepared:
        subject_key = code or person_entity_id(command.subject.person_ref or "")
        authority_key = authority.code if authority else command.authority.code or names.fold(command.authority.name)
        number = fold_document_no(command.document_no)
        facts = _facts(command, caller, authority, stage)
        digest = canonical.digest(msgspec.structs.replace(command, document_no=number, contacts=(), note=None))
        if stage is Stage.DRAFT:
            digest = DRAFT + digest
        return Prepared(
            command=command, natural_key=penalty_key(authority_key, number, subject_key), digest=digest, facts=facts,
            prose=_prose(command), bases=bases, subject_key=subject_key,
            representative=name_token(command.subject.legal_representative, self.salt),
        )

    def _restrictions(
        self, command: PenaltyCommand, caller: Caller, authority: Organisation | None,
        errors: Faults,
    ) -> Iterator[str]:
        for i, stated in enumerate(command.restrictions):
            try:
                ban = bans.check_restriction(stated, command.decided_on, self.book.current)
                if authority is not None:
                    bans.check_competence(ban, stated.scope, authority.competences)
            except Refusal as exc:
                errors.append((FieldError(f"/restrictions/{i}", exc.code, exc.detail), exc))
            else:
                yield ban.basis_id

    async def receive(
        self, prepared: Prepared, *, by: str, origin: Origin = Origin.PUSH, request: Request | None = None
    ) -> Received:
        """Enters one penalty. The same again answers the same ids; other content raises DocumentExists."""
        async with unit(by=by, now=self.clock(), request=request) as u:
            taken = (await _enter(u, [prepared], origin=origin, letters=True, bulk=False))[0]
            if isinstance(taken, Refusal):
                raise taken
            u.keep(taken)
        return taken

    async def receive_many(
        self, batch: Sequence[Prepared], *, by: str, origin: Origin, letters: bool
    ) -> list[Received | Refusal]:
        """Enters many penalties in short units, so that others get the lock in between; one answer per item."""
        answers: list[Received | Refusal] = []
        size = 10
        while len(answers) < len(batch):
            chunk = batch[len(answers) : len(answers) + size]
            async with unit(by=by, now=self.clock()) as u:
                started = time.perf_counter()  # the lock is held from here on
                answers += await _enter(u, chunk, origin=origin, letters=letters, bulk=True)
            spent = max(time.perf_counter() - started, 1e-4)
            size = max(_FEWEST_ROWS, min(_MOST_ROWS, int(len(chunk) * _UNIT_SECONDS / spent)))
        return answers


def penalty_key(authority: str, number: str, subject: str) -> str:
    """What makes a penalty one: the authority's code or folded name, the folded number, the subject's code or id."""
    return f"{authority}|{number}|{subject}"


async def deciding(given: Authority, caller: Caller, errors: Faults, seen: Seen) -> Organisation | None:
    """The deciding organisation as registered; the caller's own unless it holds `push:any`. Faults go to `errors`."""
    if given.code:
        try:
            uscc.check(given.code)
        except Refusal as exc:
            errors.append((FieldError("/authority/code", exc.code, exc.detail), exc))
            return None
    found = await seen.organisation(given.code, given.name)
    if "push:any" in caller.scopes:
        return found
    if found is None or found.code != caller.org_code:
        refusal = UnknownAuthority(
            f"密钥属于{caller.org_code},只能推送本机关作出的决定;代推须由运营方授予 push:any"
        )
        errors.append((FieldError("/authority", refusal.code, refusal.detail), refusal))
        return None
    return found


def checked_code(subject: SubjectInput, errors: Faults) -> str | None:
    """The code of a company; a malformed one is added to `errors`."""
    if subject.kind is SubjectKind.NATURAL_PERSON or not subject.code:
        return None
    try:
        return uscc.check(subject.code)
    except Refusal as exc:
        errors.append((FieldError("/subject/code", exc.code, exc.detail), exc))
        return None


def refuse(errors: Faults) -> None:
    """Raises what was found: a single typed refusal as it is, several as one Invalid that names each."""
    if not errors:
        return
    fields = tuple(field for field, _ in errors)
    first = errors[0][1]
    if len(errors) == 1 and first is not None:
        first.errors = fields
        raise first
    raise Invalid(";".join(f"{f.pointer} {f.detail}" for f in fields), errors=fields)


def _facts(command: PenaltyCommand, caller: Caller, authority: Organisation | None, stage: Stage) -> PenaltyFacts:
    served = command.served_on if stage is Stage.DECIDED else None
    return PenaltyFacts(
        authority=command.authority if authority is None else msgspec.structs.replace(
            command.authority, code=authority.code),
        document_no=command.document_no, decided_on=command.decided_on, kinds=command.kinds,
        kind_source=command.kind_source, field=command.field or (authority.field if authority else None),
        authority_field=authority.field if authority else None, source=command.source, pushed_by=caller.org_code,
        fine_fen=command.fine_fen, confiscated_fen=command.confiscated_fen, procedure=command.procedure,
        severity=command.severity, severity_by=command.authority.name if command.severity else None, stage=stage,
        served_on=served, corrected_on=command.corrected_on, performed_on=command.performed_on,
        valid_until=command.valid_until, publish_until=command.publish_until, ban_unread=_ban_unread(command),
        competence_unknown=authority is None,
    )


def _ban_unread(command: PenaltyCommand) -> bool:
    """Whether the document speaks of a bar that nobody has entered as a restriction."""
    return not command.restrictions and (command.ban_unread or speaks_of_ban(command.content))


def _prose(command: PenaltyCommand) -> Prose:
    return Prose(
        subject_name=command.subject.name, act_type=command.act_type, facts=command.facts, basis=command.basis,
        content=command.content, licence=command.licence, legal_representative=command.subject.legal_representative,
        contacts=command.contacts, note=command.note,
    )


async def _enter(
    u: Unit, batch: Sequence[Prepared], *, origin: Origin, letters: bool, bulk: bool
) -> list[Received | Refusal]:
    """Writes a batch inside the open unit; duplicates and conflicts within the batch count as well."""
    known = await lookup.known_keys([p.natural_key for p in batch])
    entities = await lookup.entities_of([p.subject_key for p in batch])
    answers: list[Received | Refusal] = []
    for item in batch:
        taken = known.get(item.natural_key)
        if taken is not None:
            answers.append(await _again(item, taken, entities))
            continue
        made = _write(u, item, entities, origin=origin, letters=letters, bulk=bulk)
        fresh = known[item.natural_key] = lookup.KnownKey(made.record_id, made.seq)
        fresh.digests.add(item.digest)
        fresh.restriction_ids = made.restriction_ids
        answers.append(made)
    return answers


def was_withdrawn(item: Prepared, taken: lookup.KnownKey) -> Withdrawn:
    """What a decision that was withdrawn before is answered with: it is not in force and does not come back."""
    return Withdrawn(
        f"文号“{item.command.document_no}”的决定已登记撤销,不能再次登记;重新作出决定的,请以新文号推送",
        record_id=taken.record_id,
    )


async def _again(item: Prepared, taken: lookup.KnownKey, entities: dict[str, Entity]) -> Received | Refusal:
    if taken.withdrawn:
        return was_withdrawn(item, taken)
    if item.digest not in taken.digests:
        return DocumentExists(
            f"该机关的文号“{item.command.document_no}”对该主体已登记且内容不同;更正请用 "
            f"POST /v1/penalties/{taken.record_id}/corrections,拟稿送达生效请用 /service",
            record_id=taken.record_id, corrections_url=f"/v1/penalties/{taken.record_id}/corrections",
        )
    ids = taken.restriction_ids
    if ids is None:
        ids = tuple(r.restriction_id for r in await store.restrictions_of_record(taken.record_id))
    entity = entities[item.subject_key]
    return Received(taken.record_id, entity.entity_id, entity.code, taken.first_seq, True, ids)


def _write(
    u: Unit, item: Prepared, entities: dict[str, Entity], *, origin: Origin, letters: bool, bulk: bool
) -> Received:
    record_id, entity = new_id("pen"), entities.get(item.subject_key)
    entity_id = entity.entity_id if entity else _entity_id(item)
    ids = tuple(new_id("res") for _ in item.bases)
    seq = u.record(
        PenaltyRecorded(subject=entity_id, record_id=record_id, code=_code(item), decided_on=item.facts.decided_on,
                        stage=item.facts.stage, origin=origin, letters=letters, restriction_ids=ids, bulk=bulk)
    )
    if entity is None:
        entity = entities[item.subject_key] = _new_entity(item, entity_id, seq)
        open_entity(u, entity)
    open_record(u, seq=seq, record_id=record_id, entity_id=entity_id, natural_key=item.natural_key,
                digest=item.digest, facts=item.facts, prose=item.prose)
    for made in stated(item, record_id, entity_id, ids, seq):
        store.write_restriction(u, made)
    differs = not names.same(entity.name, item.command.subject.name)
    return Received(record_id, entity_id, _code(item), seq, False, ids, name_differs=differs)


def stated(
    item: Prepared, record_id: str, entity_id: str, ids: Sequence[str], seq: int
) -> Iterator[Restriction]:
    """The bars that a prepared penalty states, ready to be written."""
    for given, restriction_id, basis_id in zip(item.command.restrictions, ids, item.bases, strict=True):
        yield Restriction(
            restriction_id=restriction_id, record_id=record_id, entity_id=entity_id, scope=given.scope,
            first_day=given.first_day, last_day=given.last_day, basis_id=basis_id, basis=given.basis, seq=seq,
        )


def _code(item: Prepared) -> str | None:
    return None if item.command.subject.kind is SubjectKind.NATURAL_PERSON else item.subject_key


def _entity_id(item: Prepared) -> str:
    return new_id("ent") if _code(item) else item.subject_key


def _new_entity(item: Prepared, entity_id: str, seq: int) -> Entity:
    subject = item.command.subject
    return Entity(entity_id=entity_id, kind=subject.kind, name=subject.name, code=_code(item),
                  person_ref=subject.person_ref, representative=item.representative, seq=seq)

