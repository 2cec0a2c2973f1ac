"""The house as callers see it: everything through HTTP, a clock that is set, letters really drawn."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from litestar import Litestar
from pypdf import PdfReader

from api.quick.front import Front
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel import database, ledger, tasks
from credit.kernel.settings import Letters, Settings, Web, Webhooks
from sanctions.service.listing.sources import SourceInput
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer, sharing

EXAMPLES = Path(__file__).parents[2] / "examples"
HOUSING = "1137019900EX00014E"  # 示例市住房和城乡建设局: mandatory_tender
WATER = "1137019900EX000229"
FINANCE = "1137019900EX000491"  # government_procurement
MARKET = "1137019900EX00057U"
SAFETY = "1137019900EX00065N"
CENTRE = "1237019900EX00129H"
AUDIT = "1137019900EX00137F"
OPERATION = "1237019900EX001457"
LISTS = ("government_procurement", "judgment_defaulter", "tax", "wage_arrears")
WORKS = "type=construction&regimes=tendering&mandatory=true"
SUPPLIES = "type=government_procurement"
_PATIENCE = 30.0  # seconds for the tasks of a walk


class House:
    """A served application with its organisations, and somebody of each role to call it."""

    def __init__(self, services: Services, clock: FakeClock) -> None:
        self.services = services
        self.clock = clock
        self.keys: dict[tuple[str, Role, frozenset[str]], str] = {}
        self.client = httpx.AsyncClient()

    def serve(self, app: Litestar) -> None:
        """Calls go to `app` behind the hot path."""
        wire = httpx.ASGITransport(Front(app, self.services.hot), raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=wire, base_url="http://house")

    async def furnish(self) -> None:
        """Enters the sample organisations and declares the lists that answers depend on, fresh for good."""
        now = self.clock()
        for given in json.loads((EXAMPLES / "organisations.json").read_text(encoding="utf-8")):
            given.pop("role")
            await accounts.register_organisation(msgspec.convert(given, OrganisationInput), by="test", now=now)
        for name in LISTS:
            held = SourceInput(list=name, official_channel="示例渠道", fetched_at=now, static=True)
            await self.services.sources.declare(held, by="test")

    async def key(self, role: Role, org: str, *scopes: str) -> dict[str, str]:
        """The Authorization header of a role in an organisation."""
        which = (org, role, frozenset(scopes))
        if which not in self.keys:
            made, _ = await accounts.create_key(
                org_code=org, role=role, name="示例", by="test", now=self.clock(), scopes=frozenset(scopes))
            self.keys[which] = made
        return {"Authorization": f"Bearer {self.keys[which]}"}

    async def enterprise(self, code: str) -> dict[str, str]:
        """The key of a company, which becomes an organisation for it."""
        mine = OrganisationInput(code=code, name=f"示例企业{code}")
        await accounts.register_organisation(mine, by="test", now=self.clock())
        return await self.key(Role.ENTERPRISE, code)

    async def office(self, org: str = HOUSING) -> dict[str, str]:
        return await self.key(Role.AUTHORITY, org)

    async def platform(self) -> dict[str, str]:
        return await self.key(Role.PLATFORM, CENTRE)

    async def auditor(self) -> dict[str, str]:
        return await self.key(Role.AUDITOR, AUDIT)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return await self.client.get(path, headers=headers or {})

    async def post(self, path: str, body: object, headers: dict[str, str] | None = None, **more: str) -> httpx.Response:
        return await self.client.post(path, json=body, headers={**(headers or {}), **more})

    async def push(self, body: object, org: str = HOUSING, *, status: int = 201, query: str = "") -> Any:
        """Pushes as `org` and gives the answer, which must have this status."""
        answer = await self.post(f"/v1/penalties{query}", body, await self.office(org))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def act(self, record: str, verb: str, body: object, org: str = HOUSING, *, status: int = 200) -> Any:
        """A later act of `org` on a record."""
        answer = await self.post(f"/v1/penalties/{record}/{verb}", body, await self.office(org))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def upload(self, content: bytes, *, query: str = "", org: str = HOUSING, scopes: tuple[str, ...] = ()) -> Any:
        """Imports a file and gives the report."""
        key = await self.key(Role.AUTHORITY, org, *scopes)
        files = {"file": ("示例.csv", content)}
        answer = await self.client.post(f"/v1/penalties/import{query}", files=files, headers=key, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def now(self, code: str, query: str = WORKS) -> Any:
        """The platform's answer about one company now."""
        await self.services.register.follow()
        answer = await self.get(f"/v1/eligibility/{code}?{query}", await self.platform())
        assert answer.status_code == 200, answer.text
        return answer.json()["answers"][0]

    async def ask(self, question: dict[str, Any], headers: dict[str, str] | None = None, *, status: int = 200) -> Any:
        """The answer to `POST /v1/eligibility`, asked by the platform unless told."""
        answer = await self.post("/v1/eligibility", question, headers or await self.platform())
        assert answer.status_code == status, answer.text
        return answer.json()

    async def settled(self) -> None:
        """Returns when every task of the log so far is worked; what was given up is an error."""
        deadline = time.monotonic() + _PATIENCE
        while await _behind():
            assert time.monotonic() < deadline, await tasks.counts()
            await asyncio.sleep(0.02)
        assert await tasks.dead() == []

    async def turn_to(self, moment: datetime) -> None:
        """Sets the clock, once nothing is left that would be due by the old one."""
        await self.settled()
        self.clock.set(moment)

    async def letters(self, code: str, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """The letters of a company as the auditor, or whoever is named, sees them."""
        await self.settled()
        answer = await self.get(f"/v1/notices?subject={code}", headers or await self.auditor())
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def letter_text(self, notice_id: str, headers: dict[str, str]) -> str:
        """The words of the issued PDF without blanks and line ends."""
        answer = await self.get(f"/v1/notices/{notice_id}/pdf", headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        pages = PdfReader(BytesIO(answer.content)).pages
        return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))

    async def printed_address(self, notice_id: str, headers: dict[str, str]) -> str:
        """Path and query of the address that a letter prints beside its QR code."""
        page = (await self.get(f"/v1/notices/{notice_id}/html", headers)).text
        found = re.search(r"https?://[^\s\"'<]+/verify/[^\s\"'<]+", page)
        assert found is not None
        parts = urlsplit(found[0].replace("&amp;", "&"))
        return f"{parts.path}?{parts.query}"

    async def log_size(self) -> int:
        return (await ledger.head()).size


def furnished(settings: Settings, clock: FakeClock, renderer: SharedRenderer, pool: SharedPool) -> Services:
    """Services as built for the sample locality, but with the shared drawing and reading processes."""
    inner = Webhooks(allow_private=True)  # receivers of the tests are on this machine
    chosen = replace(settings, web=Web(rate_limit=0), letters=Letters(locality="sample"), webhooks=inner)
    return sharing(build(chosen, clock), renderer, pool)


async def _behind() -> bool:
    """Whether a subscriber has entries before it or a task is not ended; a task that ends may have written entries."""
    return await _unread() or any(c["state"] != "dead" for c in await tasks.counts()) or await _unread()


async def _unread() -> bool:
    return bool(await database.fetch("SELECT 1 FROM task_cursor c, log_head h WHERE c.seq < h.size - 1"))
