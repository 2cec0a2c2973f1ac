"""Sample firms and penalties pushed through the service; the pusher is no registered office, so no letter follows."""

from __future__ import annotations

from datetime import date
from typing import Any

from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.model import Authority, Field, PenaltyKind, Severity, Stage, SubjectKind
from sanctions.model import PenaltyCommand, RestrictionInput, Scope, SubjectInput
from sanctions.service.deciding.receive import Received
from tests.factories import uscc

PUSHER = Caller(key_id="key_sample", org_code=uscc(900), role=Role.AUTHORITY, scopes=frozenset({"push:any"}))
FIRM = uscc(7)
NAME = "示例市远桥建筑工程有限公司"
COLLUSION = RestrictionInput(scope=Scope.MANDATORY_TENDER, first_day=date(2026, 5, 20), last_day=date(2027, 5, 19),
                             basis="招标投标法 第五十三条")


def command(**given: Any) -> PenaltyCommand:
    """A fine of 2026-05-20, class 一般 by the authority: shown until 2026-08-20 at least, 2027-05-20 at most."""
    subject = given.pop("subject", None) or SubjectInput(
        name=given.pop("name", NAME), code=given.pop("code", FIRM), legal_representative="赵样本")
    values: dict[str, Any] = {
        "document_no": "示建罚〔2026〕18号", "act_type": "示例违法行为", "facts": "示例违法事实全文",
        "basis": "示例处罚依据", "content": "示例处罚内容", "field": Field.CONSTRUCTION, "kinds": (PenaltyKind.FINE,),
        "fine_fen": 2_334_050, "decided_on": date(2026, 5, 20), "severity": Severity.GENERAL,
        "authority": Authority(name="示例市住房和城乡建设局"), "note": "示例备注",
        "contacts": ({"channel": "email", "address": "someone@firm.example"},),
    }
    return PenaltyCommand(subject=subject, **(values | given))


async def push(services: Services, stage: Stage = Stage.DECIDED, **given: Any) -> Received:
    """A penalty of the sample firm enters the log."""
    prepared = await services.receiving.prepare(command(**given), PUSHER, stage=stage)
    return await services.receiving.receive(prepared, by=PUSHER.key_id)


def expert(name: str) -> SubjectInput:
    """A natural person by library number."""
    return SubjectInput(kind=SubjectKind.NATURAL_PERSON, name=name, person_ref="示例专家库-0001")
