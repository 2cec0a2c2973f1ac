"""Every error is a problem with a page; nothing that comes in from outside is ever a 500."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from litestar import Litestar, get, post

from api.app import CONTROLLERS, create_app
from api.auth import anyone
from api.bodies import json_body
from api.limits import RateLimiter
from api.problems import MEDIA_TYPE, kinds
from api.wiring import Services, build
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel.errors import Conflict
from credit.kernel.settings import Settings, Web
from sanctions.model import PenaltyCommand
from tests.api.conftest import OFFICE, KeyMaker, lifespan, visiting


class TooEarly(Conflict):
    code = "sample_too_early"


@get("/failing", guards=[anyone])
async def failing() -> str:
    """Fails as nobody foresaw."""
    raise RuntimeError("the secret inside")


@get("/early", guards=[anyone])
async def early() -> str:
    """Refuses with more to say."""
    raise TooEarly("示例:还早", earliest="2026-12-01", status="never this")


@post("/echo", guards=[anyone], dto=json_body(PenaltyCommand))
async def echo(data: PenaltyCommand) -> dict[str, str]:
    """Takes a body."""
    return {"document_no": data.document_no}


SAMPLES = [*CONTROLLERS, failing, early, echo]


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application with three sample routes and no database: what is refused here reaches none."""
    chosen = Settings(data=tmp_path_factory.mktemp("bare"), web=Web(rate_limit=0))
    return create_app(build(chosen), controllers=SAMPLES)


@pytest.fixture
async def sample(bare: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a key at the application with sample routes."""
    async with visiting(bare) as somebody:
        yield somebody


async def operator_key(services: Services) -> str:
    """A key of the sample office."""
    office = OrganisationInput(code=OFFICE, name="示例运营方")
    await accounts.register_organisation(office, by="test", now=services.clock())
    made = await accounts.create_key(
        org_code=OFFICE, role=Role.OPERATOR, name="示例", by="test", now=services.clock()
    )
    return made[0]


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith(MEDIA_TYPE)
    problem: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail", "code"} <= set(problem)
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"/problems/{code}")
    return problem


async def test_a_refusal_carries_its_members_and_none_of_the_standard_ones_twice(sample: httpx.AsyncClient) -> None:
    problem = assert_problem(await sample.get("/early"), 409, "sample_too_early")
    assert problem["earliest"] == "2026-12-01"


async def test_a_failure_shows_an_id_and_nothing_of_the_inside(
    sample: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, logger="tendercredit.problems"):
        answer = await sample.get("/failing")
    problem = assert_problem(answer, 500, "internal")
    assert "secret" not in answer.text
    assert problem["instance"] in caplog.text


async def test_unknown_addresses_and_methods_are_problems(sample: httpx.AsyncClient) -> None:
    assert_problem(await sample.get("/v1/nothing"), 404, "route_unknown")
    answer = await sample.put("/v1/keys")
    assert_problem(answer, 405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


async def test_arguments_are_named(sample: httpx.AsyncClient) -> None:
    missing = assert_problem(await sample.get("/v1/ledger/proof/inclusion"), 422, "invalid")
    assert missing["errors"][0]["pointer"] == "/seq"
    wrong = assert_problem(await sample.get("/v1/ledger/proof/inclusion?seq=first"), 422, "invalid")
    assert (wrong["errors"][0]["pointer"], wrong["errors"][0]["detail"]) == ("/seq", "查询参数不符:应为数字")
    renamed = assert_problem(await sample.get("/v1/ledger/proof/consistency?from=-1&to=2"), 422, "invalid")
    assert (renamed["errors"][0]["pointer"], renamed["errors"][0]["detail"]) == (
        "/from", "查询参数不符:应为不小于 0 的数字")


@pytest.mark.parametrize(
    ("body", "media", "status", "code"),
    [
        (b"", "application/json", 400, "malformed_body"),
        (b"{", "application/json", 400, "malformed_body"),
        (b"\xff\xfe", "application/json", 400, "malformed_body"),
        (b"[" * 200_000, "application/json", 400, "malformed_body"),
        (b"<a/>", "text/xml", 415, "media_type_unsupported"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "media_type_unsupported"),
        (b"{}", "application/json", 422, "invalid"),
        (b"[]", "application/json", 422, "invalid"),
        (b"null", "application/json; charset=utf-8", 422, "invalid"),
        (b" " * (9 * 1024 * 1024), "application/json", 413, "body_too_large"),
    ],
)
async def test_bodies_that_cannot_be_taken(
    sample: httpx.AsyncClient, body: bytes, media: str, status: int, code: str
) -> None:
    answer = await sample.post("/echo", content=body, headers={"Content-Type": media})
    assert_problem(answer, status, code)


async def test_all_faults_of_a_penalty_come_in_one_answer(sample: httpx.AsyncClient) -> None:
    body = {"subject": {"name": 1}, "kinds": ["fin"], "decided_on": "2026-13-01", "restrictions": [{"scope": "x"}]}
    problem = assert_problem(await sample.post("/echo", json=body), 422, "invalid")
    assert {e["pointer"] for e in problem["errors"]} == {
        "/subject/name", "/document_no", "/kinds/0", "/decided_on", "/authority", "/restrictions/0/scope",
        "/restrictions/0/from", "/restrictions/0/basis",
    }


@pytest.mark.parametrize("path", ["/v1/rules/%00", "/v1/rules?prefix=%00", "/v1/ledger/entries/" + "9" * 5000])
async def test_hostile_addresses(sample: httpx.AsyncClient, path: str) -> None:
    assert (await sample.get(path)).status_code in {400, 404, 422}


async def test_every_code_has_its_page(sample: httpx.AsyncClient) -> None:
    assert len(kinds()) > 15
    for code in kinds():
        page = await sample.get(f"/problems/{code}")
        assert page.status_code == 200
        assert code in page.text
    assert_problem(await sample.get("/problems/nothing"), 404, "not_found")


async def test_every_answer_carries_the_security_headers(sample: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/v1/nothing", "/problems"):
        headers = (await sample.get(path)).headers
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


async def test_limits_are_told_and_kept(app: Litestar, client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = await key(Role.OPERATOR)
    app.state.limiter = RateLimiter(20, lambda: 0.0)
    first = await client.get("/v1/rules?prefix=x", headers=operator)
    assert first.headers["RateLimit-Limit"] == "20"
    assert first.headers["RateLimit-Remaining"] == "19"
    answers = [await client.get("/v1/rules?prefix=x") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert_problem(answers[2], 429, "too_many_requests")
    assert int(answers[2].headers["Retry-After"]) > 0
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/v1/rules?prefix=x", headers=operator)).status_code == 200


async def test_guessing_keys_is_slow(app: Litestar, client: httpx.AsyncClient) -> None:
    app.state.limiter = RateLimiter(20, lambda: 0.0)
    guesses = [await client.get("/v1/rules", headers={"Authorization": f"Bearer tc_{n}"}) for n in range(3)]
    assert [g.status_code for g in guesses] == [401, 401, 429]


HOSTILE = ["\x00", "\ud800", "9" * 40, "-1", "2026-02-30", "../..", "%ff", "'\"--"]
TEXTS = st.text(max_size=30) | st.sampled_from(HOSTILE)
BODIES = st.one_of(
    st.binary(max_size=60),
    st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda v: st.lists(v) | st.dictionaries(TEXTS, v),
                 max_leaves=8).map(lambda v: httpx.Request("POST", "http://x", json=_encodable(v)).content),
)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_encodable(v) for v in value]
    if isinstance(value, dict):
        return {_encodable(k): _encodable(v) for k, v in value.items()}
    return value


PATHS = st.sampled_from(["/echo", "/v1/keys", "/v1/organisations"])
ADDRESSES = st.sampled_from(
    ["/v1/rules/{}", "/v1/rules?prefix={}", "/v1/rules?on={}", "/v1/ledger/entries/{}", "/problems/{}", "/v1/{}",
     "/v1/ledger/proof/inclusion?seq={}&size={}", "/v1/ledger/proof/consistency?from={}&to={}",
     "/v1/organisations?limit={}&cursor={}"]
)


async def test_no_input_is_ever_a_500(services: Services) -> None:
    """The requests are drawn first and sent afterwards, so that the client stays on this test's loop."""
    drawn: list[tuple[str, str, bytes]] = []

    @hypothesis_settings(max_examples=120, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(PATHS, BODIES, ADDRESSES, TEXTS)
    def draw(path: str, body: bytes, address: str, text: str) -> None:
        drawn.append(("POST", path, body))
        quoted = httpx.URL("http://x/", params={"q": text.encode("utf-8", "replace").decode()}).query.decode()[2:]
        drawn.append(("GET", address.replace("{}", quoted), b""))

    await asyncio.to_thread(draw)
    app = create_app(services, migrate=False, controllers=SAMPLES)
    async with lifespan(app), visiting(app) as client:
        sent = {"Authorization": f"Bearer {await operator_key(services)}", "Content-Type": "application/json"}
        for method, address, body in drawn:
            answer = await client.request(method, address, content=body, headers=sent)
            assert answer.status_code < 500, (method, address, body, answer.text)
