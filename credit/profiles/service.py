"""The verbs of profiles: a company enters itself, somebody states something about it, a statement ends."""

from __future__ import annotations

from datetime import datetime

import msgspec

from credit import store as credit_store
from credit import uscc
from credit.accounts import service as accounts
from credit.accounts.model import Caller, Role
from credit.kernel import canonical
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from credit.kernel.ids import derived_id
from credit.kernel.unit import Request, Unit, unit
from credit.profiles import store
from credit.profiles.competence import check_relation
from credit.profiles.events import EntityStated, EntityStatementEnded
from credit.profiles.inputs import AnyInput, Ending, RegistrationInput, facts_of
from credit.profiles.model import (
    KINDS,
    RelationFacts,
    RelationKind,
    StatedBy,
    Statement,
    StatementFacts,
    StatementKind,
    Words,
)
from credit.service import keep_payload

REGISTRARS = (Role.AUTHORITY, Role.REVIEWER, Role.OPERATOR)
PUBLIC = "public"  # the actor of what somebody without a key enters
_MIRRORS = {
    RelationKind.MERGED_INTO: RelationKind.SUCCESSOR_OF, RelationKind.SUCCESSOR_OF: RelationKind.MERGED_INTO,
}


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it stands; `duplicate`: it was in already."""

    statement: Statement
    duplicate: bool = False


class NotEntered(Conflict):
    """A public body enters the company first: `POST /v1/entities`."""

    code = "entity_not_entered"
    title = "主体尚未登记 Enter the entity first"


class AlreadyEnded(Conflict):
    code = "statement_ended"
    title = "该项已终止 Ended before"


async def register_self(
    code: str, given: RegistrationInput, *, now: datetime, proved_by: str | None = None
) -> Stated:
    """A company's own entry, free and unreviewed: its name as 自行填报. Raises BadCode, Invalid.

    It makes no entity, so that no answer about the code changes. The first name entered stays until somebody who is
    proved to act for the company (`proved_by`, the actor) enters another.
    """
    code = uscc.check(code)
    facts, words = facts_of(given, code, b"")
    statement_id = derived_id("stm", code, StatementKind.REGISTRATION.value)
    async with unit(by=proved_by or PUBLIC, now=now) as u:
        known = await store.statement(statement_id)
        if known is not None and (proved_by is None or await _unchanged(known, facts, words)):
            return Stated(statement=known, duplicate=True)
        revision = known.revision + 1 if known else 1
        made = Statement(statement_id=statement_id, revision=revision, code=code, kind=StatementKind.REGISTRATION,
                         stated_by=StatedBy.SELF, org_code=code, seq=u.next_seq, facts=facts, first_day=u.day)
        return Stated(statement=_write(u, made, words))


async def state(
    code: str, given: AnyInput, caller: Caller, *, now: datetime, salt: bytes, request: Request | None = None
) -> Stated:
    """Enters a statement about a company; the same again answers the same. Raises BadCode, Forbidden, Invalid,
    RelationNotCompetent, NotEntered (a public body states nothing about a company that nobody has entered)."""
    code = uscc.check(code)
    by = _voucher(caller, code)
    facts, words = facts_of(given, code, salt)
    if by is StatedBy.REGISTRY:
        check_relation(facts, await accounts.find_organisation(caller.org_code))
    whole = canonical.digest([facts, words, given.first_day, given.last_day])
    statement_id = derived_id("stm", code, by.value, caller.org_code, whole)
    async with unit(by=caller.key_id, now=now, request=request) as u:
        known = await store.statement(statement_id)
        if known is not None:
            u.keep((statement_id, True))
            return Stated(statement=known, duplicate=True)
        if by is StatedBy.REGISTRY and await credit_store.entity_by_code(code) is None:
            raise NotEntered(f"尚未登记{code},请先登记主体再录入 enter the company first: POST /v1/entities")
        made = Statement(
            statement_id=statement_id, revision=1, code=code, kind=KINDS[type(facts)], stated_by=by,
            org_code=caller.org_code, seq=u.next_seq, facts=facts, sourced=bool(words.origin),
            first_day=given.first_day, last_day=given.last_day,
        )
        written = _write(u, made, words)
        if by is StatedBy.REGISTRY:
            _mirror(u, written, words)
        u.keep((statement_id, False))
    return Stated(statement=written)


async def again(statement_id: str, *, duplicate: bool) -> Stated:
    """The answer to a repeated request: the statement as it stands now. Raises NotFound."""
    found = await store.statement(statement_id)
    if found is None:
        raise NotFound("没有这一项 no such statement")
    return Stated(statement=found, duplicate=duplicate)


async def end(statement_id: str, code: str, ending: Ending, caller: Caller, *, now: datetime) -> Statement:
    """Ends a statement on a day, or says that it never held; nothing is removed.

    Who stated it may end it, and the operator. Raises NotFound, Forbidden, Invalid, AlreadyEnded.
    """
    if (ending.on is None) is not ending.mistaken:
        raise Invalid("填写最后一日,或标明系误填", errors=(
            FieldError("/on", "missing", "最后一日(on)与系误填(mistaken)填一项,且只填一项"),))
    async with unit(by=caller.key_id, now=now) as u:
        old = await store.statement(statement_id)
        if old is None or old.code != code or old.kind is StatementKind.REGISTRATION:
            raise NotFound("没有这一项 no such statement")
        if caller.org_code != old.org_code and caller.role is not Role.OPERATOR:
            raise Forbidden("由填报单位或运营方终止 only who stated it, or the operator, ends it")
        if old.withdrawn or (ending.on is not None and old.last_day is not None and old.last_day <= ending.on):
            raise AlreadyEnded("该项已在此日之前终止 it had ended by then")
        if ending.on is not None and old.first_day is not None and ending.on < old.first_day:
            fault = FieldError("/on", "before_start", "最后一日不得早于起始日期;系误填的请用 mistaken")
            raise Invalid("最后一日有误", errors=(fault,))
        ended = _ended(u, old, ending)
        mirror = await store.statement(_mirror_id(statement_id))
        if mirror is not None and not mirror.withdrawn:
            _ended(u, mirror, ending)
    return ended


async def _unchanged(known: Statement, facts: StatementFacts, words: Words) -> bool:
    return known.facts == facts and await store.words(known) == words


def _voucher(caller: Caller, code: str) -> StatedBy:
    if caller.role is Role.ENTERPRISE and caller.org_code == code:
        return StatedBy.SELF
    if caller.role in REGISTRARS:
        return StatedBy.REGISTRY
    raise Forbidden("企业只能填报本单位;其他由机关录入 a company states its own, public bodies state the rest")


def _write(u: Unit, made: Statement, words: Words) -> Statement:
    seq = u.record(EntityStated(subject=made.code, statement_id=made.statement_id, what=made.kind,
                                stated_by=made.stated_by))
    kept = keep_payload(u, seq=seq, owner=made.statement_id, body=words) if words != Words() else None
    made = msgspec.structs.replace(made, seq=seq, payload_id=kept)
    store.write_statement(u, made)
    return made


def _mirror(u: Unit, made: Statement, words: Words) -> None:
    """A merger concerns both: what is stated of the one is stated of the other in the same act."""
    facts = made.facts
    if not isinstance(facts, RelationFacts) or facts.relation not in _MIRRORS:
        return
    seen = RelationFacts(relation=_MIRRORS[facts.relation], other_code=made.code)
    other = msgspec.structs.replace(
        made, statement_id=_mirror_id(made.statement_id), code=facts.other_code, facts=seen, payload_id=None)
    _write(u, other, words)


def _mirror_id(statement_id: str) -> str:
    return derived_id("stm", statement_id, "mirror")


def _ended(u: Unit, old: Statement, ending: Ending) -> Statement:
    seq = u.record(EntityStatementEnded(subject=old.code, statement_id=old.statement_id, on=ending.on,
                                        mistaken=ending.mistaken))
    made = msgspec.structs.replace(
        old, revision=old.revision + 1, seq=seq, last_day=ending.on or old.last_day, withdrawn=ending.mistaken)
    store.write_statement(u, made)
    return made
