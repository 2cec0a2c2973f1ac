"""The hot path answers what the register says now: after an act at once, and never longer than a list stays fresh."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.limits import RateLimiter
from api.quick.front import Front
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel.clock import SHANGHAI
from sanctions.service.listing.sources import SourceInput
from tests.api.conftest import OFFICE as TEST_OFFICE
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
    assert "时效" not in (await front.get(f"/v1/eligibility/{uscc(1)}")).json()["notice"]
    clock.set(fetched + timedelta(hours=hours, seconds=1))  # the same day, nothing entered since
    public = (await front.get(f"/v1/eligibility/{uscc(1)}")).json()
    assert public["published_restrictions"] == [] and "重大税收违法" in public["notice"]  # no silent all-clear
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


async def test_codes_that_nobody_has_named_are_answered_alike_but_for_the_code(
    front: httpx.AsyncClient, services: Services, key: KeyMaker
) -> None:
    platform = await key(Role.PLATFORM)
    for headers in ({}, platform):
        told = []
        for n in (501, 502, 503):  # the first is worked out, the others are made from it
            answer = await front.get(f"/v1/eligibility/{uscc(n)}?{WORKS}", headers=headers)
            assert uscc(n) in answer.text
            assert int(answer.headers["content-length"]) == len(answer.content)
            told.append(answer.text.replace(uscc(n), "X"))
        assert told[0] == told[1] == told[2]
    wrong = uscc(501)[:-1] + ("0" if uscc(501)[-1] != "0" else "1")
    assert (await front.get(f"/v1/eligibility/{wrong}")).status_code == 422


async def test_an_answer_kept_of_one_company_is_told_of_its_new_log_position(
    front: httpx.AsyncClient, services: Services, key: KeyMaker
) -> None:
    address, office = f"/v1/eligibility/{uscc(1)}?{WORKS}", await key(Role.AUTHORITY, org=OFFICE)
    platform = await key(Role.PLATFORM)
    before = (await front.get(address, headers=platform)).json()
    pushed = await front.post("/v1/penalties", json={**banned(uscc(2)), "restrictions": []}, headers=office)
    after = (await front.get(address, headers=platform)).json()
    assert before["answers"] == after["answers"]
    assert after["as_of"]["known_seq"] >= pushed.json()["entry"]["seq"] > before["as_of"]["known_seq"]


async def test_min_seq_is_seen_or_refused(front: httpx.AsyncClient, services: Services, key: KeyMaker) -> None:
    platform = await key(Role.PLATFORM)
    newest = services.register.committed
    seen = await front.get(f"/v1/eligibility/{uscc(1)}?{WORKS}&min_seq={newest}", headers=platform)
    assert seen.json()["as_of"]["known_seq"] >= newest
    for headers in ({}, platform):
        early = await front.get(f"/v1/eligibility/{uscc(1)}?min_seq={newest + 1000}", headers=headers)
        assert (early.status_code, early.json()["code"]) == (409, "not_yet_known")
        for bad in ("min_seq=x", "min_seq=-1", "min_seq=1&min_seq=2"):
            refused = await front.get(f"/v1/eligibility/{uscc(1)}?{bad}", headers=headers)
            assert refused.json()["errors"][0]["pointer"] == "/min_seq"


async def test_an_act_of_another_process_is_read_by_whoever_names_its_position(
    front: httpx.AsyncClient, services: Services, key: KeyMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = await key(Role.PLATFORM)
    await front.get(f"/v1/eligibility/{uscc(1)}", headers=platform)
    monkeypatch.setattr("credit.kernel.unit.after_commit", [])  # this process does not hear of it
    await hold(services, static=True)
    newest = (await services.sources.all())[-1].seq
    answer = await front.get(f"/v1/eligibility/{uscc(1)}?{WORKS}&min_seq={newest}", headers=platform)
    assert answer.json()["answers"][0]["outcome"] == "eligible"


async def test_limits_are_spent_on_the_hot_path_and_told(app: Litestar, services: Services, key: KeyMaker) -> None:
    app.state.limiter = RateLimiter(20, lambda: 0.0)
    served: Any = Front(app, services.hot)
    platform = await key(Role.PLATFORM)
    async with visiting(served) as somebody:
        address = f"/v1/eligibility/{uscc(1)}?{WORKS}"
        told = [(await somebody.get(address, headers=platform)).headers["RateLimit-Remaining"] for _ in range(20)]
        assert told == [str(n) for n in range(19, -1, -1)]
        spent = await somebody.get(address, headers=platform)
        assert (spent.status_code, spent.headers["Retry-After"]) == (429, "3")
        public = [(await somebody.get(f"/v1/eligibility/{uscc(n)}")).status_code for n in range(1, 4)]
        assert public == [200, 200, 429]  # a tenth of it without a key
    app.state.limiter = RateLimiter(20, lambda: 0.0)
    async with visiting(Front(app, services.hot)) as other:  # type: ignore[arg-type]
        first = await other.get("/v1/eligibility/12345", headers=platform)  # refused, and paid for once
        assert (first.status_code, first.headers["RateLimit-Remaining"]) == (422, "19")


async def test_a_revoked_key_is_refused_in_the_next_request_whatever_is_kept(
    front: httpx.AsyncClient, services: Services, key: KeyMaker
) -> None:
    platform, operator = await key(Role.PLATFORM), await key(Role.OPERATOR)
    address = f"/v1/eligibility/{uscc(1)}?{WORKS}"
    for _ in range(3):
        assert (await front.get(address, headers=platform)).status_code == 200
    held = (await accounts.recognise(platform["Authorization"].removeprefix("Bearer "), services.clock().date()))
    assert (await front.delete(f"/v1/keys/{held.key_id}", headers=operator)).status_code == 204
    assert (await front.get(address, headers=platform)).status_code == 401


async def test_a_key_works_through_its_last_day(
    front: httpx.AsyncClient, services: Services, key: KeyMaker, clock: FakeClock
) -> None:
    await key(Role.OPERATOR)
    clock.set(datetime(2026, 11, 22, 23, 59, 59, tzinfo=SHANGHAI))
    secret, _ = await accounts.create_key(
        org_code=TEST_OFFICE, role=Role.PLATFORM, name="示例", by="test", now=clock(), expires_on=clock().date())
    bearer = {"Authorization": f"Bearer {secret}"}
    for _ in range(2):
        assert (await front.get(f"/v1/eligibility/{uscc(1)}", headers=bearer)).status_code == 200
    clock.set(datetime(2026, 11, 23, 0, 0, 0, tzinfo=SHANGHAI))
    assert (await front.get(f"/v1/eligibility/{uscc(1)}", headers=bearer)).status_code == 401


async def test_only_a_demo_holds_lists_that_never_go_stale(front: httpx.AsyncClient, key: KeyMaker) -> None:
    source = {"list": "tax", "official_channel": "示例渠道", "fetched_at": "2020-01-01T00:00:00+08:00", "static": True}
    refused = await front.post("/v1/sources", json=source, headers=await key(Role.OPERATOR))
    assert (refused.status_code, refused.json()["code"]) == (422, "static_outside_demo")
    taken = await front.post("/v1/sources", json={**source, "static": False}, headers=await key(Role.OPERATOR))
    assert taken.status_code == 201
