"""What the walks of repair share: who acts, the papers, and one call per act on a case."""

from __future__ import annotations

from typing import Any

from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.model import Field
from tests.factories import uscc
from tests.walks.cases import firm, penalty
from tests.walks.house import AUDIT, HOUSING, House

PDF = b"%PDF-1.4\n1 0 obj<</Type/Pages/Count 1>>endobj\n2 0 obj<</Type/Page>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(25)
LABOUR = uscc(29_001)
Json = dict[str, Any]


class Desk:
    """A case seen by the company and by the office that decides."""

    def __init__(self, house: House, code: str, office: str = HOUSING) -> None:
        self.house, self.code, self.office = house, code, office
        self.case: Json = {}

    async def company(self) -> dict[str, str]:
        return await self.house.enterprise(self.code)

    async def reviewer(self, org: str | None = None) -> dict[str, str]:
        return await self.house.key(Role.REVIEWER, org or self.office)

    async def plan(self) -> Json:
        answer = await self.house.get(f"/v1/entities/{self.code}/repair-plan", await self.company())
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def plan_of(self, record: str) -> Json:
        return next(r for r in (await self.plan())["records"] if r["record_id"] == record)

    async def open(self, *records: str, status: int = 201, who: dict[str, str] | None = None, **more: Any) -> Json:
        body = {"records": list(records), "contact": "示例联系人", **more}
        answer = await self.house.post("/v1/repair-cases", body, who or await self.company())
        assert answer.status_code == status, answer.text
        if status == 201:
            self.case = answer.json()
        found: Json = answer.json()
        return found

    async def do(
        self, verb: str, body: Json | None = None, *, by: dict[str, str] | None = None, status: int = 200,
        key: str = "",
    ) -> Json:
        """An act on the version seen last, as the company unless told."""
        sent = {"version": self.case["version"], **(body or {})}
        path = f"/v1/repair-cases/{self.case['id']}/{verb}"
        headers = (by or await self.company()) | ({"Idempotency-Key": key} if key else {})
        answer = await self.house.post(path, sent, headers)
        return self._seen(answer, status)

    async def upload(
        self, paper: str = "performance", content: bytes = PDF, name: str = "示例.pdf", *, status: int = 200,
        by: dict[str, str] | None = None, to: str = "evidence", **fields: str,
    ) -> Json:
        data = {"version": str(self.case["version"]), "paper": paper, **fields}
        path = f"/v1/repair-cases/{self.case['id']}/{to}"
        answer = await self.house.client.post(
            path, data=data, files={"file": (name, content)}, headers=by or await self.company())
        return self._seen(answer, status)

    async def sign(self, **more: Any) -> Json:
        return await self.do("commitment", {"signed_by": "示例法人", "signed_on": "2026-11-20", **more})

    async def handed_in(self, *records: str, **more: Any) -> Json:
        """Opened, filled, signed and submitted."""
        await self.open(*records, **more)
        await self.upload()
        for record in records:
            await self.sign(record_id=record)
        return await self.do("submission")

    async def decide(
        self, outcome: str = "granted", *, status: int = 200, org: str | None = None, **more: Any
    ) -> Json:
        return await self.do("decision", {"outcome": outcome, **more}, by=await self.reviewer(org), status=status)

    def _seen(self, answer: Any, status: int) -> Json:
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        if status == 200:
            self.case = found
        return found


async def general(house: House, **facts: Any) -> tuple[Desk, str]:
    """A general penalty of 2026-05-20, corrected and paid: repair from 2026-08-21."""
    code = firm()
    done = {"corrected_on": "2026-06-15", "performed_on": "2026-06-10", "severity": "general"}
    made = await house.push(penalty(code, **{**done, **facts}))
    return Desk(house, code), made["id"]


async def wage_arrears(house: House, code: str | None = None) -> tuple[Desk, str]:
    """On the list of wage arrears since 2025-09-15, corrected 2026-01-10."""
    office = OrganisationInput(code=LABOUR, name="示例市人力资源和社会保障局", field=Field.LABOUR, region="370199",
                               short_code="示人社")
    await accounts.register_organisation(office, by="test", now=house.clock())
    code = code or firm()
    body = {
        "subject": {"name": "示例市样本工程有限公司", "code": code}, "list": "wage_arrears",
        "document_no": f"示人社列〔2025〕{code[-6:-1]}号", "facts": "示例事实。",
        "basis": "保障农民工工资支付条例第四十八条", "decided_on": "2025-09-15", "corrected_on": "2026-01-10",
        "authority": {"name": office.name, "code": LABOUR},
    }
    answer = await house.post("/v1/listings", body, await house.key(Role.AUTHORITY, LABOUR))
    assert answer.status_code == 201, answer.text
    return Desk(house, code, LABOUR), answer.json()["id"]


async def auditor(house: House) -> dict[str, str]:
    return await house.key(Role.AUDITOR, AUDIT)
