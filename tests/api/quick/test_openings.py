"""Openings answered in front of the framework say what the framework's route says, byte for byte of their meaning."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.quick.front import Front
from api.quick.openings import Openings
from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.service import EntityInput, register_entity
from tests.api.conftest import KeyMaker, visiting
from tests.api.quick.test_hot import OFFICE, banned, hold
from tests.factories import uscc

FULL = {"type": "construction", "regimes": ["tendering"], "mandatory": True}
BIDDERS: list[dict[str, Any]] = [
    {"code": uscc(1)}, {"code": uscc(2)}, {"code": uscc(3)}, {"code": uscc(4), "name": "示例乙公司"},
    {"code": uscc(4), "name": "另一公司"}, {"code": uscc(5), "name": "50%公司"}, {"code": "12345"},
    {"name": "示例乙公司"}, {"code": uscc(6)}, {"person_ref": "示例库1"},
]


@pytest.fixture
async def both(app: Litestar, services: Services) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """The application behind the hot path, and alone."""
    served: Any = Front(app, services.hot)
    async with visiting(served) as front, visiting(app) as framework:
        yield front, framework


async def some_firms(services: Services, front: httpx.AsyncClient, key: KeyMaker) -> None:
    """The first is barred, the third only penalised, the fourth plain, the sixth with a known representative."""
    office = await key(Role.AUTHORITY, org=OFFICE)
    competent = OrganisationInput(code=OFFICE, name="示例市住建局", competences=("mandatory_tender",))
    await accounts.register_organisation(competent, by="test", now=services.clock())
    for n, bars in ((1, banned(uscc(1))["restrictions"]), (3, [])):
        pushed = await front.post("/v1/penalties", json={**banned(uscc(n)), "restrictions": bars,
                                                         "document_no": f"示建罚〔2026〕{n}号"}, headers=office)
        assert pushed.status_code == 201, pushed.text
    for n, person in ((4, None), (6, "示例人")):
        given = EntityInput(code=uscc(n), name="示例乙公司", legal_representative=person)
        await register_entity(given, by="test", now=services.clock(), salt=bytes(32))


QUESTIONS: list[dict[str, Any]] = [
    {"subjects": BIDDERS, "tender": FULL},
    {"subjects": BIDDERS[:6], "tender": {}},
    {"subjects": BIDDERS[1:2]},
    {"subjects": [{**b, "bid": f"B{i // 2}"} for i, b in enumerate(BIDDERS)], "tender": FULL},
    {"subjects": BIDDERS[:4], "tender": {**FULL, "conditions": [{"code": "no_serious_record"}], "phase": "opening"}},
    {"subjects": BIDDERS[:4], "tender": FULL, "on": "2027-06-01"},
    {"subjects": BIDDERS[:2], "tender": {**FULL, "query_cutoff": "2026-11-22T09:00:00"}},
    {"subjects": BIDDERS[:2], "tender": {**FULL, "region": "37", "amount_fen": -5}},
    {"subjects": [{**BIDDERS[1], "role": "agency"}, {**BIDDERS[3], "role": "bidder"}], "tender": FULL},
    {"subjects": [{**BIDDERS[0], "bid": "B1 "}, {**BIDDERS[3], "bid": " B1", "lot": " "}], "tender": FULL},
    {"subjects": []},
    {"subjects": [{}]},
    {"subjects": BIDDERS[:2], "tender": {"type": "land", "regimes": ["tendering"]}},
    {"subjects": [{"code": uscc(1), "colour": "red"}]},
    {"subjects": BIDDERS[:2], "min_seq": 10**9},
    {"subjects": [{"code": uscc(1)}] * 1001},
]


def timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer without its age, which a second may pass between."""
    answer.get("as_of", {}).pop("data_age_s", None)
    return answer


async def test_front_and_framework_answer_alike(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], services: Services, key: KeyMaker
) -> None:
    front, framework = both
    platform = await key(Role.PLATFORM)
    await some_firms(services, front, key)
    await front.get(f"/v1/eligibility/{uscc(1)}", headers=platform)  # the key is remembered from here
    for question in QUESTIONS:
        one = await front.post("/v1/eligibility", json=question, headers=platform)
        two = await framework.post("/v1/eligibility", json=question, headers=platform)
        assert one.status_code == two.status_code
        assert timeless(one.json()) == timeless(two.json()), question


async def test_what_is_simple_is_answered_in_front(services: Services, app: Litestar, key: KeyMaker) -> None:
    platform = await key(Role.PLATFORM)
    caller = await app.state.keyring.caller(platform["Authorization"].removeprefix("Bearer "))
    body = b'{"subjects":[{"code":"%b"}],"tender":{"type":"construction"}}' % uscc(9).encode()
    found = Openings(services.asking).answer(body, caller)
    assert found is not None
    assert found[1] == [uscc(9)]
    assert Openings(services.asking).answer(body.replace(b"}]", b"}],\"receipt\":true"), caller) is None


async def test_a_question_in_front_is_counted(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], services: Services, key: KeyMaker
) -> None:
    platform = await key(Role.PLATFORM)
    for _ in range(3):
        await both[0].post("/v1/eligibility", json={"subjects": [{"code": uscc(9)}]}, headers=platform)
    assert [c["count"] for c in await services.counting.of(uscc(9))] == [3]


async def test_nothing_told_about_a_bidder_is_passed_over(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], services: Services, key: KeyMaker
) -> None:
    """Spaces make no other bid, an agency is not cleared as a bidder, a day to come is said to be one."""
    front = both[0]
    await hold(services, static=True)
    await some_firms(services, front, key)
    platform = await key(Role.PLATFORM)

    async def ask(subjects: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        body = {"subjects": subjects, "tender": FULL, **more}
        found = await front.post("/v1/eligibility", json=body, headers=platform)
        assert found.status_code == 200, found.text
        return dict(found.json())

    spaced = await ask([{"code": uscc(1), "bid": "B1 "}, {"code": uscc(4), "bid": " B1"}])
    assert [(b["bid"], b["outcome"]) for b in spaced["bids"]] == [("B1", "ineligible")]  # one consortium, barred
    apart = await ask([{"code": uscc(1), "bid": " "}, {"code": uscc(4), "bid": ""}])
    assert apart["bids"] == []  # no bid told, so no consortium
    agency = (await ask([{"code": uscc(4), "role": "agency"}]))["answers"][0]
    assert (agency["outcome"], agency["reasons"][0]["code"]) == ("undetermined", "role_not_asked")
    later = (await ask([{"code": uscc(4)}], on="2099-01-01"))["answers"][0]
    assert (later["outcome"], [r["code"] for r in later["reasons"]]) == ("eligible", ["day_to_come"])
    person = (await ask([{"person_ref": "示例库9"}]))["answers"][0]
    assert "编号" in person["reasons"][0]["title"] and "代码格式" not in person["reasons"][0]["title"]


async def test_a_wrong_tender_is_refused_with_every_fault(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], key: KeyMaker
) -> None:
    tender = {**FULL, "region": "37", "amount_fen": -5, "query_cutoff": "2026-11-22T09:00:00",
              "credit_weight": {"scheme": "sample_construction", "points": -1}}
    body = {"subjects": BIDDERS[:1], "tender": tender}
    answer = await both[0].post("/v1/eligibility", json=body, headers=await key(Role.PLATFORM))
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == {
        "/tender/region", "/tender/amount_fen", "/tender/query_cutoff", "/tender/credit_weight/points"}


async def test_a_scheme_for_persons_weighs_no_company(
    both: tuple[httpx.AsyncClient, httpx.AsyncClient], key: KeyMaker
) -> None:
    body = {"subjects": [{"code": uscc(1)}], "tender": {**FULL, "credit_weight": {"scheme": "sample_expert_points",
                                                                                  "points": 5}}}
    answer = await both[0].post("/v1/eligibility", json=body, headers=await key(Role.PLATFORM))
    assert (answer.status_code, answer.json()["code"]) == (422, "scheme_not_for_subject")
