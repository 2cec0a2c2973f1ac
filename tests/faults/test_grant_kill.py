"""kill -9 while a repair is granted: record, answer, case and log show all of it or nothing."""

from __future__ import annotations

import asyncio
import json
import random
import time
from pathlib import Path
from typing import Any

import httpx

from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel import database
from credit.kernel.clock import system_clock
from credit.model import Field
from tests.factories import uscc
from tests.faults.service import BUREAU, Service, serving

CASES = 3  # decided at once, before each kill
MOMENTS = ((0, 0.6, 1.2), (1, 0.0, 0.05))  # answers heard, then from and to: shares of an undisturbed round
PDF = b"%PDF-1.4\n1 0 obj<</Type/Pages/Count 1>>endobj\n2 0 obj<</Type/Page>>endobj\ntrailer<<>>\n%%EOF\n"
LABOUR = OrganisationInput(code=uscc(29_001), name="示例市人力资源和社会保障局", field=Field.LABOUR, region="370199",
                           short_code="示人社")
WORKS = "type=construction&regimes=tendering&mandatory=true"
Json = dict[str, Any]


async def test_a_grant_killed_at_any_moment_is_whole_or_was_not(data: Path, database_url: str | None) -> None:
    chance = random.Random(20261122)
    async with serving(data, database_url) as service:
        offices = Offices(service, await service.furnish())
        await offices.furnish()
        await service.up()
        cases = [await offices.handed_in(n) for n in range(len(MOMENTS) * CASES + 2)]
        begun = time.monotonic()
        await asyncio.gather(*[offices.grant(case) for case in cases[-2:]])
        took = time.monotonic() - begun  # undisturbed
        for nth, (answers, least, most) in enumerate(MOMENTS):
            struck = cases[nth * CASES:(nth + 1) * CASES]
            acknowledged = await offices.killed_while_deciding(struck, answers, took * chance.uniform(least, most))
            await service.up()
            for case in struck:
                whole = await offices.effects(case)
                assert len(set(whole.values())) == 1, whole
                assert all(whole.values()) or case.n not in acknowledged
            for case in struck:
                await offices.grant(case)
        await service.settled()
        for case in cases:
            await offices.check(case)
        service.stop()
        verified = service.command("verify", "--json")
        assert verified.returncode == 0 and json.loads(verified.stdout)["ok"] is True, verified.stdout


class Offices:
    """The bureau with penalties and the labour office with its list, each filling in and deciding at its own window."""

    def __init__(self, service: Service, bureau: dict[str, str]) -> None:
        self.service = service
        self.keys = {(BUREAU.code, Role.AUTHORITY): bureau}

    async def furnish(self) -> None:
        """Registers the labour office; keys for all who act."""
        now = system_clock()
        async with database.opened(database.make_engine(self.service.url, self.service.data)):
            await accounts.register_organisation(LABOUR, by="test", now=now)
            for org, role in ((LABOUR.code, Role.AUTHORITY), (LABOUR.code, Role.REVIEWER),
                              (BUREAU.code, Role.REVIEWER), (BUREAU.code, Role.PLATFORM)):
                key, _ = await accounts.create_key(org_code=org, role=role, name="示例", by="test", now=now)
                self.keys[org, role] = {"Authorization": f"Bearer {key}"}

    def client(self, org: str, role: Role = Role.REVIEWER) -> httpx.AsyncClient:
        return self.service.client(self.keys[org, role])

    async def handed_in(self, n: int) -> Case:
        """The n-th application, accepted: of a penalty where n is even, of a listing where it is odd."""
        org, path, body = (LABOUR.code, "/v1/listings", listed(n)) if n % 2 else (
            BUREAU.code, "/v1/penalties", fined(n))
        async with self.client(org, Role.AUTHORITY) as client:
            record = said(await client.post(path, json=body), 201)["id"]
        async with self.client(org) as client:
            made = said(await client.post("/v1/repair-cases", json={
                "records": [record], "contact": "示例联系人", "channel": "offline_window"}), 201)
            here = f"/v1/repair-cases/{made['id']}"
            form = {"version": str(made["version"]), "paper": "performance"}
            made = said(await client.post(f"{here}/evidence", data=form, files={"file": ("示例.pdf", PDF)}))
            for verb, more in (("commitment", {"signed_by": "示例法人", "signed_on": "2026-11-20"}),
                               ("submission", {}), ("acceptance", {})):
                made = said(await client.post(f"{here}/{verb}", json={"version": made["version"], **more}))
        return Case(n, org, record, made["id"], made["version"])

    async def decided(self, case: Case) -> httpx.Response:
        """准予, by the same words under the same key however often it is said."""
        body = {"version": case.version, "outcome": "granted", "record_id": case.record}
        async with self.client(case.org) as client:
            return await client.post(f"/v1/repair-cases/{case.id}/decision", json=body,
                                     headers={"Idempotency-Key": f"decision-{case.n}"})

    async def grant(self, case: Case) -> None:
        """Says the decision, again or for the first time, and is answered with the granted case."""
        made = said(await self.decided(case))
        assert (made["state"], made["records"][0]["outcome"]) == ("granted", "granted")
        assert made["version"] == case.version + 1

    async def killed_while_deciding(self, cases: list[Case], answers: int, pause: float) -> set[int]:
        """Sends all decisions at once; the process dies `pause` seconds after so many answers. Who was answered."""
        saying = [asyncio.create_task(self.decided(case)) for case in cases]
        while sum(one.done() for one in saying) < answers:
            await asyncio.wait([one for one in saying if not one.done()], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait(saying, timeout=pause)
        self.service.kill()
        heard = await asyncio.gather(*saying, return_exceptions=True)
        assert all(isinstance(one, httpx.Response | httpx.HTTPError) for one in heard), heard
        return {c.n for c, one in zip(cases, heard, strict=True) if isinstance(one, httpx.Response) and said(one)}

    async def effects(self, case: Case) -> dict[str, bool]:
        """Each effect of a grant, and whether it is there."""
        code = uscc(case.n)
        async with self.client(case.org) as client:
            state = said(await client.get(f"/v1/repair-cases/{case.id}"))["state"]
            assert state in ("accepted", "granted")
            kind = "listings" if case.listing else "penalties"
            record = said(await client.get(f"/v1/{kind}/{case.record}"))
            plan = said(await client.get(f"/v1/entities/{code}/repair-plan"))["records"]
        async with self.client(BUREAU.code, Role.PLATFORM) as client:
            shown = said(await client.get(f"/v1/entities/{code}/records"))["items"]
            answer = said(await client.get(f"/v1/eligibility/{code}?{WORKS}"))["answers"][0]
        (able,) = [one for one in plan if one["record_id"] == case.record]
        lifted, rows = await self._rows(case)
        found = {
            "case": state == "granted", "plan": not able["repairable"], "record": record["revision"] > 1,
            "event": lifted == 1, "case revision": rows == case.version + 1,
        }
        barred = any(reason["bars"] for reason in answer["reasons"] if reason["record_id"] == case.record)
        return {**found, **({"answer": not barred} if case.listing else {"display": not shown})}

    async def _rows(self, case: Case) -> tuple[int, int]:
        """How often the log says the record was lifted, and how many revisions the case has."""
        kind = "listing_removed" if case.listing else "penalty_repaired"
        events = await self.service.rows(
            f"SELECT count(*) AS n FROM log_entry WHERE kind = '{kind}' AND subject IN"
            f" (SELECT entity_id FROM credit_record WHERE record_id = '{case.record}')")
        versions = await self.service.rows(
            f"SELECT max(revision) AS n FROM repair_case WHERE case_id = '{case.id}'")
        return int(events[0]["n"]), int(versions[0]["n"])

    async def check(self, case: Case) -> None:
        """In the end everything is there once, and the company has one letter of it."""
        assert all((await self.effects(case)).values())
        async with self.client(case.org) as client:
            letters = said(await client.get(f"/v1/notices?subject={uscc(case.n)}"))["items"]
        assert [x["state"] for x in letters if x["kind"] == "repair_grant"] == ["issued"]


class Case:
    """An accepted application, as the office saw it last."""

    def __init__(self, n: int, org: str, record: str, case_id: str, version: int) -> None:
        self.n, self.org, self.record, self.id, self.version = n, org, record, case_id, version
        self.listing = org == LABOUR.code


def said(answer: httpx.Response, status: int = 200) -> Json:
    """The answer, which must have this status."""
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def fined(n: int) -> Json:
    """A general penalty that may be repaired since 2026-08-21."""
    return {
        "subject": {"kind": "legal_person", "name": f"示例市第{n}样本公司", "code": uscc(n)},
        "document_no": f"示修罚〔2026〕{n + 1}号", "kinds": ["fine"], "fine_fen": 2_000_000,
        "content": "罚款人民币2万元。", "act_type": "示例行为", "facts": "示例事实。", "basis": "示例依据(条款从略)",
        "decided_on": "2026-05-20", "corrected_on": "2026-06-15", "performed_on": "2026-06-10",
        "severity": "general", "authority": {"name": BUREAU.name, "code": BUREAU.code},
    }


def listed(n: int) -> Json:
    """An entry of the wage arrears list that may be repaired since 2026-07-11."""
    return {
        "subject": {"name": f"示例市第{n}样本公司", "code": uscc(n)}, "list": "wage_arrears",
        "document_no": f"示人社列〔2025〕{n + 1}号", "facts": "示例事实。",
        "basis": "保障农民工工资支付条例第四十八条", "decided_on": "2025-09-15", "corrected_on": "2026-01-10",
        "authority": {"name": LABOUR.name, "code": LABOUR.code},
    }
