"""Errors for people: a page that says what to do in a browser, problem details for programs."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from litestar import get

from api.app import create_app
from api.auth import anyone
from api.problem_pages import ProblemPages
from api.v1.rules import Rules
from api.web import site
from api.wiring import Services, build
from credit.kernel.errors import Refusal
from credit.kernel.settings import Settings, Web
from tests.api.conftest import visiting
from tests.api.web.conftest import BROWSER
from tests.api.web.reading import read


class Gone(Refusal):
    """A sample of what is no longer public."""

    code = "sample_gone"
    status = 410


@get("/failing", guards=[anyone])
async def failing() -> str:
    """Fails as nobody foresaw."""
    raise RuntimeError("the secret inside")


@get("/gone", guards=[anyone])
async def gone() -> str:
    """Was here."""
    raise Gone("示例:已终止公示")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    """Services over no database: errors need none."""
    return build(Settings(data=tmp_path_factory.mktemp("data"), web=Web(rate_limit=0)))


async def ask(services: Services, path: str, headers: dict[str, str], times: int = 1) -> httpx.Response:
    app = create_app(services, migrate=False, controllers=[*site.ROUTES, ProblemPages, Rules, failing, gone])
    async with visiting(app) as client:
        for _ in range(times):
            answer = await client.get(path, headers=headers)
    return answer


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [("/nowhere", 404, "没有这个页面"), ("/gone", 410, "已依法停止公开"), ("/failing", 500, "服务出了故障"),
     ("/problems/nowhere", 404, "没有这个页面")],
)
async def test_a_browser_gets_a_page_that_says_what_to_do(
    services: Services, path: str, status: int, said: str
) -> None:
    answer = await ask(services, path, BROWSER)
    page = read(answer)
    assert (answer.status_code, said in page.text, page.faults) == (status, True, [])
    assert "/" in [a["href"] for a in page.all("a")]
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_failure_shows_its_number_and_nothing_of_the_inside(services: Services) -> None:
    answer = await ask(services, "/failing", BROWSER)
    assert "urn:tendercredit:failure:" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_too_many_requests_say_when_to_come_again(services: Services) -> None:
    """Ten a minute and key is one a minute for an address."""
    limited = replace(services, settings=replace(services.settings, web=Web(rate_limit=10)))
    answer = await ask(limited, "/", BROWSER, times=2)
    assert answer.status_code == 429
    assert f"请在 {answer.headers['retry-after']} 秒后再试" in read(answer).text


async def test_the_style_sheet_is_never_limited(services: Services) -> None:
    limited = replace(services, settings=replace(services.settings, web=Web(rate_limit=10)))
    assert (await ask(limited, "/static/site.css", BROWSER, times=5)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Accept": "*/*"}, {"Accept": "application/json"}])
async def test_programs_keep_problem_details(
    services: Services, headers: dict[str, str]
) -> None:
    answer = await ask(services, "/nowhere", headers)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/v1/nowhere", "/v1/rules/nowhere", "/static/nowhere.css", "/healthz/nowhere"])
async def test_the_interface_answers_problems_to_browsers_too(services: Services, path: str) -> None:
    answer = await ask(services, path, BROWSER)
    assert answer.headers["content-type"] == "application/problem+json"
