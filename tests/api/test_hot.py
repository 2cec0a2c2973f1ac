"""The hot path answers what the register says now: after an act at once, and never longer than a list stays fresh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.hot import Front
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from sanctions.service.sources import SourceInput
from tests.api.conftest import KeyMaker, visiting
from tests.factories import uscc
from tests.fakes import FakeClock

OFFICE = uscc(900)
WORKS = "type=construction&regimes=tendering&mandatory=true"
LISTS = ("government_procurement", "judgment_defaulter", "tax", "wage_arrears")


@pytest.fixture
async def front(app: Litestar, services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The application behind the hot path."""
    served: Any = Front(app, services.hot)
    async with visiting(served) as somebody:
        yield somebody


async def hold(services: Services, *, static: bool) -> None:
    """Declares every list as held now."""
    for name in LISTS:
        held = SourceInput(list=name, official_channel="示例渠道", fetched_at=services.clock(), static=static)
        await services.sources.declare(held, by="test")


def banned(code: str) -> dict[str, Any]:
    return {
        "subject": {"kind": "legal_person", "name": "示例甲公司", "code": code}, "document_no": "示建罚〔2026〕1号",
        "kinds": ["fine"], "fine_fen": 100, "decided_on": "2026-11-20",
        "authority": {"name": "示例市住建局", "code": OFFICE},
        "restrictions": [{"scope": "mandatory_tender", "from": "2026-11-20", "to": "2027-11-19",
                          "basis": "招标投标法 第五十三条"}],
    }


async def test_who_pushed_reads_the_ban_in_the_next_request(
    front: httpx.AsyncClient, services: Services, key: KeyMaker
) -> None:
    await hold(services, static=True)
    platform, office = await key(Role.PLATFORM), await key(Role.AUTHORITY, org=OFFICE)
    competent = OrganisationInput(code=OFFICE, name="示例市住建局", competences=("mandatory_tender",))
    await accounts.register_organisation(competent, by="test", now=services.clock())
    for n in range(1, 6):
        address = f"/v1/eligibility/{uscc(n)}?{WORKS}"
        before = (await front.get(address, headers=platform)).json()
        assert before["answers"][0]["outcome"] == "eligible"
        pushed = await front.post("/v1/penalties", json=banned(uscc(n)), headers=office)
        assert pushed.status_code == 201, pushed.text
        after = (await front.get(address, headers=platform)).json()
        assert after["answers"][0]["outcome"] == "ineligible"
        assert after["as_of"]["known_seq"] >= pushed.json()["entry"]["seq"]
        public = (await front.get(f"/v1/eligibility/{uscc(n)}")).json()
        assert len(public["published_restrictions"]) == 1


async def test_an_answer_kept_in_memory_ends_with_the_freshness_of_its_lists(
    front: httpx.AsyncClient, services: Services, key: KeyMaker, clock: FakeClock
) -> None:
    await hold(services, static=False)
    hours = services.book.current.at("list_fresh_hours.default", clock().date()).value
    fetched = clock()
    address, platform = f"/v1/eligibility/{uscc(1)}?type=government_procurement", await key(Role.PLATFORM)
    clock.set(fetched + timedelta(hours=hours))
    fresh = (await front.get(address, headers=platform)).json()["answers"][0]
    assert fresh["outcome"] == "eligible"
    clock.set(fetched + timedelta(hours=hours, seconds=1))  # the same day, nothing entered since
    stale = (await front.get(address, headers=platform)).json()["answers"][0]
    assert stale["outcome"] == "undetermined"
    assert "source_stale" in {r["code"] for r in stale["reasons"]}


async def test_addresses_made_up_by_strangers_fill_no_memory(
    front: httpx.AsyncClient, services: Services, key: KeyMaker
) -> None:
    for n in range(20):
        answer = await front.get(f"/v1/eligibility/{uscc(1)}?x={n}{'y' * 1000}")
        assert answer.status_code == 200
    assert services.hot.kept() == 1
    twice = await front.get(f"/v1/eligibility/{uscc(1)}?type=land&type=land", headers=await key(Role.PLATFORM))
    assert twice.status_code == 422
    assert twice.json()["errors"][0]["code"] == "repeated"
