"""An office's desk for conduct that is no penalty: what waits, recording, statements on paper, replies, ends."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any

from litestar import Controller, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.paging import Cursor, cursor_of, position
from api.web.conduct import MOST_SHOWN
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Role
from credit.conduct import ConductState
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal
from credit.model import SubjectKind
from credit.schemes import Scheme
from sanctions.conduct import ConductCommand, ConductRepair, ConductWithdrawal, ReplyInput, StatementInput, competence
from sanctions.model import SubjectInput

Page = Template | Redirect
_PLACES = {
    "/subject/name": "name", "/subject/code": "code", "/subject/person_ref": "person_ref", "/scheme": "item",
    "/item": "item", "/happened_on": "happened_on", "/notice_served_on": "notice_served_on",
    "/document_no": "document_no", "/project": "project", "/evidence": "evidence", "/authority": "item",
    "/text": "text", "/stated_on": "stated_on", "/replied_on": "replied_on", "/withdrawn_on": "withdrawn_on",
    "/repaired_on": "repaired_on",
}


class Recording(Controller):
    """办事机关、交易平台:行为记录。"""

    path = "/office/conduct"
    guards = [signed_in(Role.AUTHORITY, Role.PLATFORM)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def listing(
        self, signed: Signed, services: Services, stands: ConductState = ConductState.STATED,
        cursor: Cursor = None,
    ) -> Template:
        """The records of this office in one state; those that wait for a reply by their clock."""
        found, last = await services.hearings.listing(
            signed.caller, state=stands, after=position(cursor), limit=MOST_SHOWN)
        if stands is ConductState.STATED:
            found.sort(key=lambda v: (v.followed.reply_due.day if v.followed.reply_due else None, v.record.first_seq))
        return desk("office_conduct", signed, records=found, stands=stands, states=tuple(ConductState),
                    today=business_day(services.clock()), more=None if last is None else cursor_of(str(last)))

    @get("/new")
    async def form(self, signed: Signed, services: Services) -> Template:
        """The form."""
        return await _form(signed, services)

    @post("/new", status_code=303)
    async def add(self, signed: Signed, sent: Sent, services: Services) -> Page:
        """Records it; the same again leads to the record there is."""
        command, faults = _command(sent)
        if command is None:
            return await _form(signed, services, sent, faults, status=422)
        try:
            prepared = await services.conducting.prepare(command, signed.caller)
            taken = await services.conducting.receive(prepared, by=signed.caller.key_id)
        except Refusal as refusal:
            return await _form(signed, services, sent, _faults(refusal), status=refusal.status)
        return _to(taken.record_id)

    @get("/{record_id:str}")
    async def one(self, record_id: str, signed: Signed, services: Services) -> Template:
        """One record with its clocks, and what may be done now."""
        return await _page(record_id, signed, services)

    @post("/{record_id:str}/statement", status_code=303)
    async def state(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """A statement that came in on paper."""
        given, day = sent.text("text"), sent.day("stated_on")
        if not given or day is None:
            return await _page(record_id, signed, services, sent, _wanting(text=given, stated_on=day), status=422)
        act = services.hearings.state(record_id, StatementInput(text=given, stated_on=day), signed.caller)
        return await _doing(record_id, signed, sent, services, act)

    @post("/{record_id:str}/reply", status_code=303)
    async def reply(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """The answer to the statement."""
        outcome, day, reason = sent.text("upheld"), sent.day("replied_on"), sent.text("reason")
        if outcome not in ("yes", "no") or day is None or not reason:
            wanting = _wanting(upheld=outcome in ("yes", "no"), replied_on=day, reason=reason)
            return await _page(record_id, signed, services, sent, wanting, status=422)
        given = ReplyInput(replied_on=day, upheld=outcome == "yes", reason=reason)
        return await _doing(record_id, signed, sent, services, services.hearings.reply(
            record_id, given, signed.caller))

    @post("/{record_id:str}/withdrawal", status_code=303)
    async def withdraw(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Takes the record back, today."""
        reason = sent.text("why")
        if not reason:
            return await _page(record_id, signed, services, sent, _wanting(why=reason), status=422)
        given = ConductWithdrawal(withdrawn_on=business_day(services.clock()), reason=reason)
        return await _doing(record_id, signed, sent, services, services.hearings.withdraw(
            record_id, given, signed.caller))

    @post("/{record_id:str}/repair", status_code=303)
    async def repair(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """The conduct was put right."""
        day, proof = sent.day("repaired_on"), sent.text("proof")
        if day is None or not proof:
            return await _page(record_id, signed, services, sent, _wanting(repaired_on=day, proof=proof), status=422)
        given = ConductRepair(repaired_on=day, proof=proof)
        return await _doing(record_id, signed, sent, services, services.hearings.repair(
            record_id, given, signed.caller))


_CURES = {
    "item": "选择方案和行为项目", "happened_on": "填写行为发生日期", "notice_served_on": "填写告知书送达日期",
    "text": "写明陈述申辩的内容", "stated_on": "填写收到陈述申辩的日期", "upheld": "选择维持或者不予记录",
    "replied_on": "填写答复日期", "reason": "写明答复的理由,当事人有权知道", "why": "写明撤回的理由",
    "repaired_on": "填写整改完成日期", "proof": "写明整改完成的证明,如验收记录的名称和文号",
}


def _wanting(**given: object) -> tuple[Fault, ...]:
    return tuple(Fault(name, _CURES[name]) for name, value in given.items() if not value)


def _faults(refusal: Refusal) -> tuple[Fault, ...]:
    return faults_of(refusal, _PLACES) if refusal.errors else (Fault("", refusal.detail),)


def _to(record_id: str) -> Redirect:
    return Redirect(f"/office/conduct/{record_id}", status_code=303, headers=PRIVATE)


def _command(sent: Sent) -> tuple[ConductCommand | None, tuple[Fault, ...]]:
    scheme, _, item = sent.text("item").partition("|")
    happened, served = sent.day("happened_on"), sent.day("notice_served_on")
    person = sent.text("kind") == SubjectKind.NATURAL_PERSON
    if happened is None or served is None or not item:
        return None, _wanting(item=item, happened_on=happened, notice_served_on=served)
    who = {"person_ref": sent.text("person_ref") or None} if person else {"code": sent.text("code") or None}
    kind = SubjectKind.NATURAL_PERSON if person else SubjectKind.LEGAL_PERSON
    subject = SubjectInput(kind=kind, name=sent.text("name"), **who)
    return ConductCommand(
        subject=subject, scheme=scheme, item=item, happened_on=happened, notice_served_on=served,
        evidence=sent.text("evidence"), document_no=sent.text("document_no")[:128],
        project=sent.text("project")[:100] or None,
    ), ()


async def _form(
    signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), *, status: int = 200
) -> Template:
    own = await accounts.find_organisation(signed.person.org_code)
    held = own.competences if own else ()
    schemes = _mine(services.schemes, held, signed.person.role)
    return desk("office_conduct_new", signed, status=status, schemes=schemes, typed=sent.kept(), faults=faults)


def _mine(schemes: Mapping[str, Scheme], held: tuple[str, ...], role: Role) -> tuple[Scheme, ...]:
    """The schemes under which this office may record."""
    return tuple(s for s in schemes.values() if competence(s.scheme_id) in held and s.hearing is not None
                 and (role is not Role.PLATFORM or s.platforms_record))


async def _page(
    record_id: str, signed: Signed, services: Services, sent: Sent = NOTHING, faults: tuple[Fault, ...] = (), *,
    status: int = 200,
) -> Template:
    found = await services.hearings.view(record_id, signed.caller)
    return desk("office_conduct_record", signed, status=status, found=found, typed=sent.kept(), faults=faults,
                prose=await services.hearings.prose(found.record), today=business_day(services.clock()))


async def _doing(
    record_id: str, signed: Signed, sent: Sent, services: Services, act: Awaitable[Any]
) -> Page:
    """The act; a refusal leads back to the record with what was typed."""
    try:
        await act
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        return await _page(record_id, signed, services, sent, _faults(refusal), status=refusal.status)
    return _to(record_id)
