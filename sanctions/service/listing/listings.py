"""Taking entries on lists in: the same entry again is the same record, other content is a conflict."""

from __future__ import annotations

import msgspec

from credit import lookup, names
from credit.accounts.model import Caller, Organisation
from credit.kernel import canonical
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import FieldError, Refusal
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from credit.model import Entity, ListFacts, Prose, RecordKind, SubjectKind
from credit.persons import name_token
from credit.service import open_entity, open_record, person_entity_id
from sanctions import checks
from sanctions.document_no import fold_document_no
from sanctions.entering import check_entry, check_entry_competence
from sanctions.events import ListingRecorded, Origin
from sanctions.model import ListingCommand
from sanctions.service.deciding.receive import DocumentExists, Faults, Seen, checked_code, deciding, refuse


class PreparedListing(msgspec.Struct, frozen=True):
    """An entry that passed every check that needs no lock."""

    command: ListingCommand
    natural_key: str
    digest: str
    facts: ListFacts
    prose: Prose
    subject_key: str  # code, or the entity id of a natural person
    representative: str | None = None

    @property
    def code(self) -> str | None:
        """The company's code; None for a natural person."""
        return None if self.command.subject.kind is SubjectKind.NATURAL_PERSON else self.subject_key


class Entered(msgspec.Struct, frozen=True):
    """Where an entry is: its ids, and whether it was there before."""

    record_id: str
    entity_id: str
    code: str | None
    seq: int
    duplicate: bool
    name_differs: bool = False


class Listings:
    """The service that enters companies on lists."""

    def __init__(self, book: Rulebook, clock: Clock, salt: bytes) -> None:
        self.book = book
        self.clock = clock
        self.salt = salt

    async def prepare(self, command: ListingCommand, caller: Caller) -> PreparedListing:
        """Checks form, sense, basis and competence. Raises a Refusal that names every fault at once."""
        command, seen = _trimmed(command), Seen()
        errors: Faults = []
        code = checked_code(command.subject, errors)
        authority = await deciding(command.authority, caller, errors, seen)
        known = await seen.entity(code) if code else None
        founded = known.founded_on if known else None
        errors += [(e, None) for e in checks.listing_faults(command, business_day(self.clock()), founded)]
        try:
            again = command.until is not None and known is not None and await _before(known, command)
            rule = check_entry(command, self.book.current, again=again)
            if authority is not None:
                check_entry_competence(rule, authority.field, authority.competences)
        except Refusal as exc:
            errors.append((FieldError("/list", exc.code, exc.detail), exc))
        refuse(errors)
        return self._prepared(command, caller, authority, code)

    def _prepared(
        self, command: ListingCommand, caller: Caller, authority: Organisation | None, code: str | None
    ) -> PreparedListing:
        subject_key = code or person_entity_id(command.subject.person_ref or "")
        authority_key = authority.code if authority else command.authority.code or names.fold(command.authority.name)
        number = fold_document_no(command.document_no)
        return PreparedListing(
            command=command, natural_key=listing_key(command.list, authority_key, number, subject_key),
            digest=_digest(command, number),
            facts=_facts(command, caller, authority), prose=_prose(command), subject_key=subject_key,
            representative=name_token(command.subject.legal_representative, self.salt),
        )

    async def foreseen(self, prepared: PreparedListing) -> Entered:
        """What `receive` would answer now; nothing is written. Raises DocumentExists."""
        taken = (await lookup.known_keys([prepared.natural_key])).get(prepared.natural_key)
        entity = (await lookup.entities_of([prepared.subject_key])).get(prepared.subject_key)
        if taken is not None and entity is not None:
            return _again(prepared, taken, entity)
        return Entered("", entity.entity_id if entity else "", prepared.code, -1, False, _differs(prepared, entity))

    async def receive(
        self, prepared: PreparedListing, *, by: str, origin: Origin = Origin.PUSH, request: Request | None = None
    ) -> Entered:
        """Enters one entry. The same again answers the same id; other content raises DocumentExists."""
        async with unit(by=by, now=self.clock(), request=request) as u:
            answer = await self.receive_in(u, prepared, origin)
            u.keep(answer)
        return answer

    async def receive_in(self, u: Unit, prepared: PreparedListing, origin: Origin = Origin.PUSH) -> Entered:
        """The same within an open unit, for acts that compose."""
        taken = (await lookup.known_keys([prepared.natural_key])).get(prepared.natural_key)
        entity = (await lookup.entities_of([prepared.subject_key])).get(prepared.subject_key)
        if taken is not None and entity is not None:
            return _again(prepared, taken, entity)
        return _write(u, prepared, entity, origin)


def listing_key(list_code: str, authority: str, number: str, subject: str) -> str:
    """What makes an entry one: list, authority (code or folded name), folded number, subject (code or id)."""
    return f"list.{list_code}|{authority}|{number}|{subject}"


async def _before(entity: Entity, command: ListingCommand) -> bool:
    """Whether the company was on this list before, by a decision that was not revoked."""
    return any(
        record.kind is RecordKind.LIST_ENTRY and not record.withdrawn and record.listing.list == command.list
        and record.listing.decided_on < command.decided_on
        for record in await lookup.records_of(entity.entity_id))


def _trimmed(command: ListingCommand) -> ListingCommand:
    subject = msgspec.structs.replace(command.subject, name=command.subject.name.strip())
    authority = msgspec.structs.replace(command.authority, name=command.authority.name.strip())
    number = command.document_no.strip()
    prose = checks.without_ids(command)
    return msgspec.structs.replace(command, subject=subject, authority=authority, document_no=number, **prose)


def _facts(command: ListingCommand, caller: Caller, authority: Organisation | None) -> ListFacts:
    named = command.authority
    return ListFacts(
        authority=named if authority is None else msgspec.structs.replace(named, code=authority.code),
        list=command.list.value, document_no=command.document_no, decided_on=command.decided_on,
        authority_field=authority.field if authority else None, source=command.source, pushed_by=caller.org_code,
        served_on=command.served_on, corrected_on=command.corrected_on, until=command.until,
        open_end=command.open_end, competence_unknown=authority is None,
    )


def _digest(command: ListingCommand, number: str) -> str:
    """Over what an entry says; an end not stated to be open is left out, as before there was the word for it."""
    content = msgspec.to_builtins(msgspec.structs.replace(command, document_no=number, contacts=()))
    return canonical.digest(content if command.open_end else {k: v for k, v in content.items() if k != "open_end"})


def _prose(command: ListingCommand) -> Prose:
    subject = command.subject
    return Prose(subject_name=subject.name, facts=command.facts, basis=command.basis, contacts=command.contacts,
                 legal_representative=subject.legal_representative)


def _again(prepared: PreparedListing, taken: lookup.KnownKey, entity: Entity) -> Entered:
    if prepared.digest not in taken.digests:
        url = f"/v1/listings/{taken.record_id}/corrections"
        raise DocumentExists(
            f"该机关的文号“{prepared.command.document_no}”已将该主体列入同一名单且内容不同;更正请用 POST {url}",
            record_id=taken.record_id, corrections_url=url,
        )
    return Entered(taken.record_id, entity.entity_id, entity.code, taken.first_seq, True)


def _write(u: Unit, item: PreparedListing, entity: Entity | None, origin: Origin) -> Entered:
    record_id, fresh = new_id("lst"), new_id("ent") if item.code else item.subject_key
    entity_id = entity.entity_id if entity else fresh
    seq = u.record(ListingRecorded(subject=entity_id, record_id=record_id, code=item.code, list=item.facts.list,
                                   decided_on=item.facts.decided_on, origin=origin,
                                   letters=origin is Origin.PUSH))
    if entity is None:
        subject = item.command.subject
        open_entity(u, Entity(entity_id=entity_id, kind=subject.kind, name=subject.name, code=item.code,
                              person_ref=subject.person_ref, representative=item.representative, seq=seq))
    open_record(u, seq=seq, record_id=record_id, entity_id=entity_id, natural_key=item.natural_key,
                digest=item.digest, facts=item.facts, prose=item.prose)
    return Entered(record_id, entity_id, item.code, seq, False, _differs(item, entity))


def _differs(item: PreparedListing, entity: Entity | None) -> bool:
    return entity is not None and not names.same(entity.name, item.command.subject.name)
