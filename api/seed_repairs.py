"""Sample applications for repair, one in each state, led there through the services as company and office would."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

from api.samples import RepairSample
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from repair.acts import AskSupplement, Decide, Decline, Withdraw
from repair.model import Case, CaseState, Outcome
from repair.service import FileInput, OpenInput

BY = "demo"
_MENDED_IN = timedelta(days=14)
_OFFICE_ACTS = frozenset({CaseState.SUPPLEMENT_REQUESTED, CaseState.ACCEPTED, CaseState.GRANTED, CaseState.REFUSED,
                          CaseState.NOT_ACCEPTED, CaseState.WITHDRAWN})


async def seed_repair(services: Services, sample: RepairSample) -> bool:
    """Pushes the sample's penalty and leads an application for it to its state; False where one is there already."""
    office = Caller(key_id=BY, org_code=sample.org_code, role=Role.AUTHORITY)
    prepared = await services.receiving.prepare(sample.penalty, office)
    record = (await services.receiving.receive(prepared, by=BY)).record_id
    firm = Caller(key_id=BY, org_code=sample.penalty.subject.code or "", role=Role.ENTERPRISE)
    if any(record in line.records for line in await services.repairs.reading.listing(firm)):
        return False
    case = await services.repairs.cases.open_case(OpenInput(records=(record,)), firm)
    paper = FileInput(name="performance.pdf", content=receipt(sample.penalty.document_no), paper="performance")
    case = await services.repairs.papers.attach(case.case_id, case.version, paper, firm)
    if sample.state is not CaseState.DRAFT:
        signer = sample.penalty.subject.legal_representative or ""
        case = await services.repairs.papers.sign(
            case.case_id, case.version, None, signer, business_day(services.clock()), firm)
        case = await services.repairs.cases.submit(case.case_id, case.version, firm)
    if sample.state in _OFFICE_ACTS:
        await _lead(services, case, sample, firm)
    return True


async def _lead(services: Services, case: Case, sample: RepairSample, firm: Caller) -> None:
    office, cases = Caller(key_id=BY, org_code=sample.org_code, role=Role.REVIEWER), services.repairs.cases
    match sample.state:
        case CaseState.SUPPLEMENT_REQUESTED:
            asked = AskSupplement(defects=(("performance", "缴款凭证看不清金额,请重新拍照上传"),),
                                  until=business_day(services.clock()) + _MENDED_IN)
            await cases.ask_supplement(case.case_id, case.version, asked, office)
        case CaseState.NOT_ACCEPTED:
            told = Decline(reason_code="evidence", reason="示例:所附材料与本案无关,请取得整改验收意见后重新申请。")
            await cases.decline(case.case_id, case.version, told, office)
        case CaseState.WITHDRAWN:
            await cases.withdraw(case.case_id, case.version, Withdraw(reason="示例:材料拿错了"), firm)
        case _:
            case = await cases.accept(case.case_id, case.version, office)
            await _decide(services, case, sample, office)


async def _decide(services: Services, case: Case, sample: RepairSample, office: Caller) -> None:
    outcome = {CaseState.GRANTED: Outcome.GRANTED, CaseState.REFUSED: Outcome.REFUSED}.get(sample.state)
    if outcome is not None:
        reason = "示例:整改尚未完成,现场复查不合格。" if outcome is Outcome.REFUSED else ""
        act = Decide(record_id=case.items[0].record_id, outcome=outcome, reason=reason)
        await services.repairs.deciding.decide(case.case_id, case.version, act, office)


def receipt(document_no: str) -> bytes:
    """A sheet that says it is a sample, as PDF; the same for the same document."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    sheet = Canvas(out, invariant=True)
    sheet.drawString(72, 720, f"SAMPLE receipt {''.join(c for c in document_no if c.isascii())}")
    sheet.save()
    return out.getvalue()
