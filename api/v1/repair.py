"""Repair over HTTP: the plan of a company, and an application from opening to decision."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, QueryParameter
from litestar.types import Guard

from api import decoding
from api.auth import needs
from api.auth import request_key as request_key_of
from api.bodies import json_body
from api.paging import Cursor, Limit, cut
from api.papers.repair_letters import RepairLetters
from api.v1.penalties import Key
from api.v1.repair_body import SignedByName, SignedOperation, form_key, read_file
from api.v1.repair_views import CaseAnswer, CasePage, DuePage, PlanAnswer, case_answer
from api.wiring import Services
from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.errors import NotFound
from notices import letters
from notices.model import LetterKind, Stamp
from repair.acts import AskSupplement, Decide, Decline, Extend, Withdraw
from repair.model import Case, CaseState, Outcome
from repair.service import OpenInput
from repair.uploads import EXTENSIONS

READERS = (Role.ENTERPRISE, Role.REVIEWER, Role.AUTHORITY, Role.COORDINATOR, Role.AUDITOR, Role.OPERATOR)
Short = Annotated[str, msgspec.Meta(max_length=200)]
Prose = Annotated[str, msgspec.Meta(max_length=2000)]
OFFERS: list[Guard] = [needs(Role.ENTERPRISE, Role.REVIEWER)]
OFFICES: list[Guard] = [needs(Role.REVIEWER)]


class Acceptance(StrEnum):
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the application that the caller has seen."""

    version: int


class AcceptanceInput(Seen, frozen=True, kw_only=True):
    """受理, or 不予受理 with its reason."""

    outcome: Acceptance = Acceptance.ACCEPTED
    reason_code: Short = ""
    reason: Prose = ""


class DefectInput(msgspec.Struct, frozen=True):
    paper: Short
    detail: Prose


class SupplementInput(Seen, frozen=True, kw_only=True):
    """一次性告知: every defect at once, and the last day to mend them."""

    defects: Annotated[tuple[DefectInput, ...], msgspec.Meta(max_length=30)]
    until: date


class ExtensionInput(Seen, frozen=True, kw_only=True):
    until: date
    reason: Prose


class DecisionInput(Seen, frozen=True, kw_only=True):
    """准予 or 不予. Who is not the 认定单位 names its decision: number, organ, and where the document is."""

    outcome: Outcome
    record_id: str | None = None
    reason_code: Short | None = None
    reason: Prose = ""
    decision_no: Short = ""
    decided_by: Short = ""
    external_no: Short = ""


class WithdrawalInput(Seen, frozen=True, kw_only=True):
    reason: Prose = ""


class PaperForm(msgspec.Struct, kw_only=True):
    """A paper: PDF, PNG, JPEG or OFD. `paper` is a code of the plan, or `decision_document` of the office."""

    file: UploadFile
    paper: str
    version: int
    record_id: str | None = None


class RepairPlans(Controller):
    """信用修复方案。"""

    path = "/v1/entities"
    tags = ["repair"]
    guards = [needs(*READERS)]

    @get("/{code:str}/repair-plan", summary="修复方案 Repair plan")
    async def plan(
        self, code: str, services: Services, caller: Caller,
        scheme: Annotated[str | None, QueryParameter(name="scheme", description="计分方案")] = None,
    ) -> PlanAnswer:
        """Per record from when, before whom, with what, to what effect; and which repair to take up first."""
        checked = uscc.check(code)
        found = await services.repairs.reading.plan(checked, caller, scheme_id=scheme)
        day = business_day(services.clock())
        caution: str = services.book.current.at("repair.caution", day).value
        return PlanAnswer(code=checked, on=day, records=found.records, best_order=found.best_order, caution=caution)


class RepairCases(Controller):
    """信用修复申请:提出、补正、受理、决定。"""

    path = "/v1/repair-cases"
    tags = ["repair"]
    guards = [needs(*READERS)]

    @post("/", dto=json_body(OpenInput), status_code=201, guards=OFFERS, summary="提出申请 Open")
    async def open_case(self, data: OpenInput, services: Services, caller: Caller, request_key: Key) -> CaseAnswer:
        """Opens an application; 409 `too_early` names the first day."""
        return _shown(await services.repairs.cases.open_case(data, caller, request=request_key), services)

    @get("/", summary="申请列表 Cases")
    async def listing(
        self, services: Services, caller: Caller,
        in_state: Annotated[CaseState | None, QueryParameter(name="state", description="所处环节")] = None,
        limit: Limit = 50, cursor: Cursor = None,
    ) -> CasePage:
        """Those the caller has a part in, what is due first first."""
        found = await services.repairs.reading.listing(caller, state=in_state)
        page, following = cut(found, lambda line: line.place, limit, cursor)
        return CasePage(tuple(page), following)

    @get("/due", summary="时限 Limits due and overdue")
    async def due(self, services: Services, caller: Caller) -> DuePage:
        """Every limit that runs or has passed in the caller's cases; nothing follows from silence."""
        return DuePage(tuple(await services.repairs.reading.due(caller)))

    @get("/{case_id:str}", summary="一件申请 One case")
    async def read(self, case_id: str, services: Services, caller: Caller) -> CaseAnswer:
        """State, task list, papers, limits and decisions."""
        return _shown(await services.repairs.reading.case(case_id, caller), services)

    @post("/{case_id:str}/evidence", status_code=200, guards=OFFERS, summary="上传材料 Add a paper",
          opt={"takes_files": True})
    async def evidence(
        self, case_id: str, data: Annotated[PaperForm, Body(media_type=RequestEncodingType.MULTI_PART)],
        request: Request[Any, Any, State], services: Services, caller: Caller,
    ) -> CaseAnswer:
        """The file is told by its content; one that is not what its name says is refused."""
        given = await read_file(data.file, data.paper, data.record_id)
        key = form_key(request, given, data.version)
        done = await services.repairs.papers.attach(case_id, data.version, given, caller, request=key)
        return _shown(done, services)

    @get("/{case_id:str}/evidence/{evidence_id:str}", summary="下载材料 A paper",
         media_type="application/octet-stream")
    async def paper(self, case_id: str, evidence_id: str, services: Services, caller: Caller) -> Response[bytes]:
        """The file as handed in, always as a download."""
        found, content = await services.repairs.papers.read(case_id, evidence_id, caller)
        named = f'attachment; filename="{found.evidence_id}.{EXTENSIONS[found.media_type]}"'
        headers = {"Content-Disposition": named, "X-Content-Type-Options": "nosniff"}
        return Response(content, media_type=found.media_type, headers=headers)

    @post("/{case_id:str}/commitment", status_code=200, guards=OFFERS, summary="签署承诺书 Sign the promise",
          operation_class=SignedOperation, opt={"takes_files": True})
    async def commitment(
        self, case_id: str, request: Request[Any, Any, State], services: Services, caller: Caller
    ) -> CaseAnswer:
        """By name and day as JSON, or as a signed file."""
        papers = services.repairs.papers
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            form = await SignedOperation.form(request)
            given = await read_file(form.file, "commitment", form.record_id)
            key = form_key(request, given, form.version)
            done = await papers.sign_by_file(case_id, form.version, given, form.signed_on, caller, request=key)
        else:
            body = await request.body()
            named, key = decoding.read(SignedByName, body), request_key_of(request, body)
            done = await papers.sign(case_id, named.version, named.record_id, named.signed_by, named.signed_on, caller,
                                     request=key)
        return _shown(done, services)

    @get("/{case_id:str}/commitment/{record_id:str}/pdf", summary="承诺书 The promise as PDF",
         media_type="application/pdf")
    async def promise(self, case_id: str, record_id: str, services: Services, caller: Caller) -> Response[bytes]:
        """The 承诺书 of one record, as signed by name, or to be printed and signed."""
        case = await services.repairs.reading.case(case_id, caller)
        content = await promise_pdf(case, record_id, services)
        headers = {"Content-Disposition": 'attachment; filename="commitment.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    @post("/{case_id:str}/submission", dto=json_body(Seen), status_code=200, guards=OFFERS, summary="提交 Submit")
    async def submit(
        self, case_id: str, data: Seen, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """Hands the application in, or in again after 补正."""
        done = await services.repairs.cases.submit(case_id, data.version, caller, request=request_key)
        return _shown(done, services)

    @post("/{case_id:str}/acceptance", dto=json_body(AcceptanceInput), status_code=200, guards=OFFICES,
          summary="受理或不予受理 Accept")
    async def accept(
        self, case_id: str, data: AcceptanceInput, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """受理; 不予受理 with its reason."""
        cases = services.repairs.cases
        if data.outcome is Acceptance.ACCEPTED:
            return _shown(await cases.accept(case_id, data.version, caller, request=request_key), services)
        act = Decline(reason_code=data.reason_code, reason=data.reason)
        return _shown(await cases.decline(case_id, data.version, act, caller, request=request_key), services)

    @post("/{case_id:str}/supplement-request", dto=json_body(SupplementInput), status_code=200,
          guards=OFFICES, summary="要求补正 Ask for papers")
    async def supplement(
        self, case_id: str, data: SupplementInput, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """补正, once, everything at once."""
        act = AskSupplement(defects=tuple((d.paper, d.detail) for d in data.defects), until=data.until)
        done = await services.repairs.cases.ask_supplement(case_id, data.version, act, caller, request=request_key)
        return _shown(done, services)

    @post("/{case_id:str}/extension", dto=json_body(ExtensionInput), status_code=200, guards=OFFICES,
          summary="延期 Extend")
    async def extend(
        self, case_id: str, data: ExtensionInput, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """延期, once, with its reason."""
        act = Extend(until=data.until, reason=data.reason)
        done = await services.repairs.cases.extend(case_id, data.version, act, caller, request=request_key)
        return _shown(done, services)

    @post("/{case_id:str}/decision", dto=json_body(DecisionInput), status_code=200, guards=OFFICES,
          summary="准予或不予 Decide")
    async def decide(
        self, case_id: str, data: DecisionInput, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """The 认定单位 decides; who only fills in shows its decision, else the case ends as 已代填."""
        act = Decide(record_id=data.record_id or "", outcome=data.outcome, reason_code=data.reason_code,
                     reason=data.reason, decision_no=data.decision_no, decided_by=data.decided_by,
                     external_no=data.external_no)
        done = await services.repairs.deciding.decide(case_id, data.version, act, caller, request=request_key)
        return _shown(done, services)

    @post("/{case_id:str}/withdrawal", dto=json_body(WithdrawalInput), status_code=200, guards=OFFERS,
          summary="撤回 Withdraw")
    async def withdraw(
        self, case_id: str, data: WithdrawalInput, services: Services, caller: Caller, request_key: Key
    ) -> CaseAnswer:
        """The applicant takes it back before the decision."""
        act = Withdraw(reason=data.reason)
        done = await services.repairs.cases.withdraw(case_id, data.version, act, caller, request=request_key)
        return _shown(done, services)


def _shown(case: Case, services: Services) -> CaseAnswer:
    return case_answer(case, business_day(services.clock()), services.book.current)


async def promise_pdf(case: Case, record_id: str, services: Services) -> bytes:
    """The 承诺书 of one record of a case as PDF. Raises NotFound."""
    if case.item(record_id) is None:
        raise NotFound("本申请不含这条记录 not a record of this case")
    signed = case.commitment(record_id)
    facts = await RepairLetters(services.book, services.clock, services.standing).commitment(case, record_id)
    stamp = Stamp(number="", issued_on=signed.signed_on if signed else None, verify_url="")
    return await services.renderer.render(letters.compose(LetterKind.COMMITMENT, facts, stamp))
