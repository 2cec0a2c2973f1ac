"""Guided repair: plan, papers, 承诺书, check, hand in, status. Each page carries the version it shows, so that a second
tab or the back button never overwrites what was done since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any

import msgspec
from litestar import Controller, Response, get, post
from litestar.di import Provide
from litestar.response import Redirect, Template

from api.papers.promises import promises
from api.papers.repair_letters import RepairLetters
from api.v1.repair import promise_pdf
from api.v1.repair_views import CaseAnswer, case_answer
from api.web import overview
from api.web.desk import download
from api.web.forms import NOTHING, Fault, Sent, faults_of, provide_sent
from api.web.pages import PRIVATE
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound, Refusal, Stale
from repair.acts import Withdraw
from repair.model import Case, CaseState
from repair.refusals import AlreadyOpen, CommitmentUnsigned, PapersMissing, TooEarly
from repair.repairable import RecordView
from repair.service import FileInput, OpenInput
from repair.steps import PaperState
from repair.uploads import EXTENSIONS
from repair.workflow import COMMITMENT

Page = Template | Redirect
FILLING = (CaseState.DRAFT, CaseState.SUPPLEMENT_REQUESTED)
_WANTING = (PaperState.MISSING, PaperState.TO_MEND)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A case as its pages show it: with its records, and what is still wanting."""

    answer: CaseAnswer
    entries: tuple[overview.Entry, ...]
    today: date

    @property
    def filling(self) -> bool:
        return self.answer.state in FILLING

    @property
    def wanting(self) -> tuple[str, ...]:
        """Codes of papers still to be handed in, the 承诺书 aside."""
        return tuple(p.code for p in self.answer.papers if p.state in _WANTING and p.code != COMMITMENT)

    @property
    def signed(self) -> bool:
        """Whether every record has its 承诺书, and none was asked for anew."""
        asked = any(p.code == COMMITMENT and p.state is PaperState.TO_MEND for p in self.answer.papers)
        return not asked and all(r.signed_on for r in self.answer.records)

    @property
    def address(self) -> str:
        return f"/desk/repair/{self.answer.id}"

    def next_page(self) -> str:
        """Where the applicant goes on."""
        if not self.filling:
            return self.address
        if self.wanting:
            return f"{self.address}/papers"
        return f"{self.address}/check" if self.signed else f"{self.address}/commitment"


class Records(Controller):
    """记录与修复方案。"""

    path = "/desk"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/repair")
    async def choose(self, signed: Signed, services: Services) -> Template:
        """Every record with what can be done about it, the best first."""
        today = business_day(services.clock())
        plan = await services.repairs.reading.plan(signed.person.org_code, signed.caller)
        found = await overview.entries(services, signed.caller, today)
        rank = {step.record_id: i for i, step in enumerate(plan.best_order)}
        ordered = sorted(found, key=lambda e: (not e.plan.repairable, rank.get(e.record_id, len(rank))))
        return desk("repair", signed, today=today, entries=ordered,
                    advised={step.record_id: step for step in plan.best_order},
                    cases=await services.repairs.reading.listing(signed.caller))

    @get("/records/{record_id:str}")
    async def record(self, record_id: str, signed: Signed, services: Services) -> Template:
        """One record: what happened, what runs until when, and the way out step by step."""
        return await _record(record_id, signed, services)

    @post("/records/{record_id:str}", status_code=303)
    async def begin(self, record_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Opens an application for this record and those ticked beside it."""
        given = OpenInput(records=(record_id, *(r for r in sent.all("with") if r != record_id)),
                          contact=sent.text("contact"), corrected_on=sent.day("corrected_on"))
        if sent.text("corrected_on") and given.corrected_on is None:
            fault = Fault("corrected_on", "日期写作 2026-01-10 这样的形式")
            return await _record(record_id, signed, services, faults=(fault,), sent=sent)
        try:
            case = await services.repairs.cases.open_case(given, signed.caller)
        except AlreadyOpen as refusal:
            return _to(f"/desk/repair/{refusal.extra['case_id']}")
        except Refusal as refusal:
            if refusal.status == NotFound.status:
                raise
            told = refusal.detail
            if isinstance(refusal, TooEarly):
                told = f"现在还不能申请：{refusal.detail}"
            places = {"/corrected_on": "corrected_on"} if "corrected_on" in sent.texts else {"": "begin"}
            found = faults_of(refusal, places) if refusal.errors else (Fault(next(iter(places.values())), told),)
            return await _record(record_id, signed, services, faults=found, sent=sent, status=refusal.status)
        return _to(f"/desk/repair/{case.case_id}/papers")


class Repairing(Controller):
    """信用修复申请。"""

    path = "/desk/repair/{case_id:str}"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False), "sent": Provide(provide_sent)}

    @get("/")
    async def status(self, case_id: str, signed: Signed, services: Services) -> Template:
        """How far it is, what comes next, and by when."""
        return desk("case", signed, shown=await shown(case_id, signed, services), faults=())

    @get("/papers")
    async def papers(self, case_id: str, signed: Signed, services: Services) -> Page:
        """The papers, handed in and wanting."""
        found = await shown(case_id, signed, services)
        return _papers(signed, found) if found.filling else _to(found.address)

    @post("/papers", opt={"takes_files": True}, status_code=303)
    async def upload(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Takes every file that is in order; those that are not stay named with their cure."""
        before = await shown(case_id, signed, services)
        if before.answer.version != sent.number("version"):
            return _stale(signed, before, sent)
        try:
            faults = await _attached(before, signed, sent, services)
        except Stale:
            return _stale(signed, await shown(case_id, signed, services), sent)
        found = await shown(case_id, signed, services)
        if not faults and sent.ticked("on"):
            faults += [Fault(f"paper_{code}", "请选择这项材料的文件") for code in found.wanting]
        if faults:
            return _papers(signed, found, tuple(faults), status=422)
        return _to(found.next_page() if sent.ticked("on") else f"{found.address}/papers")

    @get("/commitment")
    async def commitment(self, case_id: str, signed: Signed, services: Services) -> Page:
        """The 承诺书 with the fields to sign it."""
        found = await shown(case_id, signed, services)
        return await _commitment(signed, found, services) if found.filling else _to(found.address)

    @get("/commitment/{record_id:str}/pdf", media_type="application/pdf")
    async def promise(self, case_id: str, record_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """The 承诺书 as signed by name, or to be printed and signed."""
        case = await services.repairs.reading.case(case_id, signed.caller)
        return download(await promise_pdf(case, record_id, services), "application/pdf", "信用承诺书.pdf")

    @post("/commitment", opt={"takes_files": True}, status_code=303)
    async def sign(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Signs for every record of the application, by name and day or by the signed file."""
        before = await shown(case_id, signed, services)
        if before.answer.version != sent.number("version"):
            return _stale(signed, before, sent)
        faults = _unsigned(sent)
        if faults:
            return await _commitment(signed, before, services, faults, sent, status=422)

        async def act() -> Page:
            await _signed(before, signed, sent, services)
            return _to((await shown(case_id, signed, services)).next_page())

        return await _doing(act, case_id, signed, sent, services, _again_commitment)

    @get("/check")
    async def check(self, case_id: str, signed: Signed, services: Services) -> Page:
        """Everything once more before it is handed in."""
        found = await shown(case_id, signed, services)
        return desk("check", signed, shown=found, faults=()) if found.filling else _to(found.address)

    @post("/check", status_code=303)
    async def submit(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Hands it in."""
        async def act() -> Page:
            case = await services.repairs.cases.submit(case_id, sent.number("version"), signed.caller)
            return _to(f"/desk/repair/{case.case_id}")

        return await _doing(act, case_id, signed, sent, services, _again("check"))

    @get("/withdrawal")
    async def leave(self, case_id: str, signed: Signed, services: Services) -> Page:
        """What taking it back means."""
        found = await shown(case_id, signed, services)
        return desk("withdrawal", signed, shown=found, faults=()) if not found.answer.closed_on else _to(found.address)

    @post("/withdrawal", status_code=303)
    async def withdraw(self, case_id: str, signed: Signed, sent: Sent, services: Services) -> Page:
        """Takes it back; another may follow."""
        async def act() -> Page:
            taken = Withdraw(reason=sent.text("reason"))
            case = await services.repairs.cases.withdraw(case_id, sent.number("version"), taken, signed.caller)
            return _to(f"/desk/repair/{case.case_id}")

        return await _doing(act, case_id, signed, sent, services, _again("withdrawal"))

    @get("/files/{evidence_id:str}")
    async def file(self, case_id: str, evidence_id: str, signed: Signed, services: Services) -> Response[bytes]:
        """A file as it was handed in, to be saved."""
        evidence, content = await services.repairs.papers.read(case_id, evidence_id, signed.caller)
        return download(content, evidence.media_type, f"{evidence.paper}.{EXTENSIONS.get(evidence.media_type, 'bin')}")


async def shown(case_id: str, signed: Signed, services: Services) -> Shown:
    """The case for its pages. Raises NotFound where the person has no part in it."""
    case = await services.repairs.reading.case(case_id, signed.caller)
    today = business_day(services.clock())
    return Shown(answer=case_answer(case, today, services.book.current), today=today,
                 entries=await _entries(case, services, today))


async def _entries(case: Case, services: Services, today: date) -> tuple[overview.Entry, ...]:
    plans = {p.record_id: p for p in (await services.repairs.reading.plan_of(case.code)).records}
    views: list[RecordView] = [*await services.standing.penalties(case.code, today),
                                        *await services.standing.listings(case.code, today)]
    wanted = {item.record_id for item in case.items}
    return tuple(overview.entry(v, plans[v.record.record_id], today) for v in views if v.record.record_id in wanted)


async def _record(
    record_id: str, signed: Signed, services: Services, *, faults: tuple[Fault, ...] = (), sent: Sent | None = None,
    status: int = 422,
) -> Template:
    today = business_day(services.clock())
    found = await overview.entries(services, signed.caller, today)
    one = next((e for e in found if e.record_id == record_id), None)
    if one is None:
        raise NotFound("本单位没有这条记录 no such record of your company")
    beside = [e for e in found if e is not one and e.ready(today) and e.plan.decider == one.plan.decider]
    rules = services.book.current
    return desk(
        "record", signed, status=status if faults else 200, entry=one, prose=await overview.prose_of(services, one),
        today=today, beside=beside, faults=faults, typed=(sent or NOTHING).kept(),
        facts_stay=rules.at("repair.caution", today).value,
    )


async def _attached(before: Shown, signed: Signed, sent: Sent, services: Services) -> list[Fault]:
    """Attaches file by file; a file that is refused does not hold back the others. Raises Stale."""
    version, faults = before.answer.version, list[Fault]()
    for paper in before.answer.papers:
        for upload in sent.files.get(f"paper_{paper.code}", []):
            content = await upload.read()
            if not content and not upload.filename:
                continue
            given = FileInput(name=upload.filename or "", content=content, paper=paper.code)
            try:
                case = await services.repairs.papers.attach(before.answer.id, version, given, signed.caller)
            except Stale:
                raise
            except Refusal as refusal:
                faults.append(Fault(f"paper_{paper.code}", f"{upload.filename}：{refusal.detail}"))
            else:
                version = case.version
    return faults


async def _signed(before: Shown, signed: Signed, sent: Sent, services: Services) -> None:
    version, papers = before.answer.version, services.repairs.papers
    day = sent.day("signed_on")
    content, name = await _file(sent)
    for record in before.answer.records:
        if content:
            given = FileInput(name=name, content=content, record_id=record.record_id)
            case = await papers.sign_by_file(before.answer.id, version, given, day, signed.caller)
        else:
            assert day is not None
            case = await papers.sign(before.answer.id, version, record.record_id, sent.text("signed_by"), day,
                                     signed.caller)
        version = case.version


async def _file(sent: Sent) -> tuple[bytes, str]:
    for upload in sent.files.get("file", []):
        content = await upload.read()
        if content:
            return content, upload.filename or ""
    return b"", ""


def _unsigned(sent: Sent) -> tuple[Fault, ...]:
    by_file = any(f.filename for f in sent.files.get("file", []))
    found = []
    if not by_file and not sent.text("signed_by"):
        found.append(Fault("signed_by", "填写签署人姓名，或者上传已签署的承诺书"))
    if not by_file and sent.day("signed_on") is None:
        found.append(Fault("signed_on", "填写签署日期，写作 2026-01-10 这样的形式"))
    if not by_file and not sent.ticked("agreed"):
        found.append(Fault("agreed", "请勾选表示同意；未签署承诺书不能提交申请"))
    return tuple(found)


Again = Callable[[Signed, Shown, tuple[Fault, ...], Sent, Services, int], Awaitable[Template]]


async def _doing(
    act: Callable[[], Awaitable[Page]], case_id: str, signed: Signed, sent: Sent, services: Services, again: Again
) -> Page:
    """The act; a stale version leads to a page that says so, any other refusal back to the form with what was typed."""
    try:
        return await act()
    except Stale:
        return _stale(signed, await shown(case_id, signed, services), sent)
    except Refusal as refusal:
        if refusal.status == NotFound.status:
            raise
        found = await shown(case_id, signed, services)
        return await again(signed, found, _places(refusal), sent, services, refusal.status)


def _places(refusal: Refusal) -> tuple[Fault, ...]:
    if isinstance(refusal, PapersMissing):
        return tuple(Fault(f"paper_{e.pointer.rpartition('/')[2]}", e.detail) for e in refusal.errors)
    if isinstance(refusal, CommitmentUnsigned):
        return (Fault("commitment", refusal.detail),)
    return faults_of(refusal, {"/signed_by": "signed_by", "/signed_on": "signed_on", "/file": "file", "": ""}) \
        if refusal.errors else (Fault("", refusal.detail),)


def _papers(signed: Signed, found: Shown, faults: tuple[Fault, ...] = (), *, status: int = 200) -> Template:
    return desk("papers", signed, status=status, shown=found, faults=faults)


async def _commitment(
    signed: Signed, found: Shown, services: Services, faults: tuple[Fault, ...] = (), sent: Sent | None = None,
    *, status: int = 200,
) -> Template:
    case = await services.repairs.reading.case(found.answer.id, signed.caller)
    words = promises(RepairLetters(services.book, services.clock, services.standing))
    told = [(item.record_id, (await words(case, item.record_id)).split("\n")) for item in case.items]
    return desk("commitment", signed, status=status, shown=found, faults=faults, typed=(sent or NOTHING).kept(),
                promises=told)


async def _again_commitment(
    signed: Signed, found: Shown, faults: tuple[Fault, ...], sent: Sent, services: Services, status: int
) -> Template:
    return await _commitment(signed, found, services, faults, sent, status=status)


def _again(name: str) -> Again:
    async def shown_again(
        signed: Signed, found: Shown, faults: tuple[Fault, ...], sent: Sent, services: Services, status: int
    ) -> Template:
        return desk(name, signed, status=status, shown=found, faults=faults)

    return shown_again


def _stale(signed: Signed, found: Shown, sent: Sent) -> Template:
    return stale(signed, found.address, found.next_page(), found.answer.state_title, sent)


def stale(signed: Signed, address: str, onward: str, state: str, sent: Sent) -> Template:
    """Somebody was faster, or this page was sent twice: what stands now, and what was typed, to be copied."""
    typed: dict[str, Any] = {k: v for k, v in sent.kept().items() if v and k not in ("on", "agreed")}
    return desk("stale", signed, status=409, address=address, onward=onward, state=state, typed=typed)


def _to(address: str) -> Redirect:
    return Redirect(address, status_code=303, headers=PRIVATE)
