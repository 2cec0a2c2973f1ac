"""Later acts on a list entry: correct, enter the correction of the act, remove. Removal and closing are one act."""

from __future__ import annotations

from datetime import date

import msgspec

from credit import lookup
from credit.accounts.model import Caller
from credit.kernel import canonical
from credit.kernel.clock import Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from credit.model import Authority, ListFacts, Prose, Record, RecordKind, RemovalFacts, RemovalGround
from credit.service import open_record, revise_record
from sanctions.document_no import fold_document_no
from sanctions.events import ListingCorrected, ListingPerformed, ListingRemoved
from sanctions.model import CorrectionInput, ListingCommand, RemovalInput
from sanctions.removals import earliest_removal
from sanctions.service.deciding.change import Changed, IdentityChanged
from sanctions.service.listing.listings import Listings


class EntryRemoved(Conflict):
    code = "entry_removed"
    title = "已移出名单 The entry was removed from the list"


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """A removal: its own record, and the closing revision of the entry. `early`: before the list's own rule allows."""

    id: str
    entry_id: str
    revision: int
    removed_on: date
    seq: int
    duplicate: bool = False
    early: bool = False


class Removing:
    """The service of later acts on entries. Only the authority that entered, or a key with `push:any`, may act."""

    def __init__(self, book: Rulebook, clock: Clock, listings: Listings) -> None:
        self.book = book
        self.clock = clock
        self.listings = listings

    async def correct(
        self, record_id: str, command: ListingCommand, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Replaces content, the stated end included. Subject, authority, number and list stay, else IdentityChanged."""
        await self._mine(record_id, caller)
        prepared = await self.listings.prepare(command, caller)
        if prepared.natural_key != await lookup.natural_key(record_id):
            raise IdentityChanged(
                "更正只改内容;主体、机关、文号或名单有误的,请以 ground=revoked 移出后重新推送",
                errors=(FieldError("/document_no", "identity_changed", "保持原主体、机关、文号和名单"),),
            )
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            facts = msgspec.structs.replace(
                prepared.facts, served_on=prepared.facts.served_on or old.listing.served_on,
                corrected_on=prepared.facts.corrected_on or old.listing.corrected_on, pushed_by=old.listing.pushed_by,
            )
            seq = u.record(ListingCorrected(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                            code=prepared.code, list=facts.list))
            made = await revise_record(u, old, seq=seq, facts=facts, prose=prepared.prose, digest=prepared.digest)
            answer = Changed(record_id, made.revision, seq)
            u.keep(answer)
        return answer

    async def perform(
        self, record_id: str, given: CorrectionInput, caller: Caller, *, request: Request | None = None
    ) -> Changed:
        """Enters the day on which the act was corrected; early removal counts from it."""
        await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            old = await _open(record_id)
            if given.corrected_on > u.day:
                raise Invalid("纠正日期不得晚于今天",
                              errors=(FieldError("/corrected_on", "in_future", "核对纠正、履行的日期"),))
            facts = msgspec.structs.replace(old.listing, corrected_on=given.corrected_on)
            seq = u.record(ListingPerformed(subject=old.entity_id, record_id=record_id, revision=old.revision + 1,
                                            code=await _code(old), list=facts.list, corrected_on=given.corrected_on))
            made = await revise_record(u, old, seq=seq, facts=facts)
            answer = Changed(record_id, made.revision, seq)
            u.keep(answer)
        return answer

    async def remove(
        self, record_id: str, given: RemovalInput, caller: Caller, *, request: Request | None = None
    ) -> Removed:
        """Takes the entry off its list. The same removal again answers the same; another one raises EntryRemoved."""
        old = await self._mine(record_id, caller)
        async with unit(by=caller.key_id, now=self.clock(), request=request) as u:
            authority = old.listing.authority
            answer = await self.remove_in(u, record_id, given, authority=authority, pushed_by=caller.org_code)
            u.keep(answer)
        return answer

    async def foreseen(self, record_id: str, given: RemovalInput, caller: Caller) -> bool:
        """Whether the same removal was made before; nothing is written. Raises what `remove` would raise."""
        old = await self._mine(record_id, caller)
        _check(given, old.listing, business_day(self.clock()))
        return await _again(old, given) is not None

    async def remove_in(
        self, u: Unit, record_id: str, given: RemovalInput, *, authority: Authority, pushed_by: str
    ) -> Removed:
        """Writes the removal, the closing revision and one event into an open unit, for acts that compose.

        Raises Invalid for a day outside entry and today or a missing number or basis, EntryRemoved, NotFound.
        """
        old = await _entry(record_id)
        _check(given, old.listing, u.day)
        again = await _again(old, given)
        if again is not None:
            return again
        removal_id, facts = new_id("rem"), old.listing
        closed = msgspec.structs.replace(facts, removed_on=given.decided_on, removal_id=removal_id)
        seq = u.record(ListingRemoved(
            subject=old.entity_id, record_id=record_id, revision=old.revision + 1, code=await _code(old),
            list=facts.list, removal_id=removal_id, removed_on=given.decided_on, ground=given.ground))
        open_record(
            u, seq=seq, record_id=removal_id, entity_id=old.entity_id, natural_key=_key(old, given),
            digest=canonical.digest(given), prose=Prose(basis=given.basis), facts=RemovalFacts(
                authority=authority, entry_id=record_id, list=facts.list, document_no=given.document_no.strip(),
                decided_on=given.decided_on, ground=given.ground, pushed_by=pushed_by))
        revoked = given.decided_on if given.ground is RemovalGround.REVOKED else None
        made = await revise_record(u, old, seq=seq, facts=closed, withdrawn_on=revoked)
        return Removed(id=removal_id, entry_id=record_id, revision=made.revision, seq=seq,
                       removed_on=given.decided_on, early=self._early(old, given))

    def _early(self, old: Record, given: RemovalInput) -> bool:
        if given.ground is not RemovalGround.REPAIR:
            return False
        found = earliest_removal(old.listing, self.book.current)
        return found.day is None or given.decided_on < found.day

    async def _mine(self, record_id: str, caller: Caller) -> Record:
        old = await _entry(record_id)
        if "push:any" not in caller.scopes and old.listing.authority.code != caller.org_code:
            raise Forbidden("只有作出列入决定的机关可以办理 only the authority that entered may act on this entry")
        return old


async def _entry(record_id: str) -> Record:
    found = await lookup.record(record_id)
    if found is None or found.kind is not RecordKind.LIST_ENTRY:
        raise NotFound("没有这条名单记录 no such list entry")
    return found


async def _open(record_id: str) -> Record:
    found = await _entry(record_id)
    if found.listing.removed_on is not None:
        raise EntryRemoved(f"该主体已于{found.listing.removed_on}移出名单,不能再变更;再次列入请另行推送")
    return found


async def _again(old: Record, given: RemovalInput) -> Removed | None:
    """The removal already made by the same document; None where the entry still stands."""
    if old.listing.removed_on is None:
        return None
    known = (await lookup.known_keys([_key(old, given)])).get(_key(old, given))
    if known is None or canonical.digest(given) not in known.digests:
        raise EntryRemoved(f"该主体已于{old.listing.removed_on}移出名单", removal_id=old.listing.removal_id or "")
    return Removed(id=known.record_id, entry_id=old.record_id, revision=old.revision, seq=known.first_seq,
                   removed_on=old.listing.removed_on, duplicate=True)


def _check(given: RemovalInput, facts: ListFacts, today: date) -> None:
    errors = [FieldError(f"/{name}", "missing", "填写移出决定的文号和依据")
              for name in ("document_no", "basis") if not getattr(given, name).strip()]
    if not facts.decided_on <= given.decided_on <= today:
        errors.append(FieldError("/decided_on", "out_of_range", "移出日期须在列入日期与今天之间"))
    if errors:
        raise Invalid(";".join(f"{e.pointer} {e.detail}" for e in errors), errors=tuple(errors))


def _key(old: Record, given: RemovalInput) -> str:
    return f"removal|{old.record_id}|{fold_document_no(given.document_no)}"


async def _code(record: Record) -> str | None:
    entity = await lookup.entity_by_id(record.entity_id)
    return entity.code if entity else None
