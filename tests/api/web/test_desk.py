"""The desks by role: what a company sees of itself and nobody else does, and what an office and a coordinator see."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import httpx
import pytest

from api.seed_repairs import receipt
from api.web.chart import HEIGHT, WIDTH, chart
from api.wiring import Services
from credit.accounts.model import Caller, Role
from credit.model import Authority, Severity
from credit.scores import Score
from repair.service import FileInput, OpenInput
from tests.api.web.firms import COLLUSION, FIRM, NAME, push
from tests.api.web.people import at, enter, follow, page, person, send
from tests.factories import uscc

OFFICE, ELSEWHERE, COORDINATOR = uscc(31), uscc(32), uscc(33)
DUTY: dict[str, Any] = {"corrected_on": date(2026, 6, 1), "performed_on": date(2026, 6, 1)}
BUREAU = Authority(name="示例市住房和城乡建设局", code=OFFICE)


async def case_of(services: Services, record: str) -> str:
    """An application handed in."""
    firm, repairs = Caller(key_id="test", org_code=FIRM, role=Role.ENTERPRISE), services.repairs
    case = await repairs.cases.open_case(OpenInput(records=(record,)), firm)
    paper = FileInput(name="示例.pdf", content=receipt("1"), paper="performance")
    case = await repairs.papers.attach(case.case_id, case.version, paper, firm)
    case = await repairs.papers.sign(case.case_id, case.version, None, "赵样本", date(2026, 11, 20), firm)
    return (await repairs.cases.submit(case.case_id, case.version, firm)).case_id


async def test_the_desk_tells_bars_repair_and_publication_apart(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    made = await push(services, restrictions=(COLLUSION,), severity=Severity.SERIOUS, authority=BUREAU, **DUTY)
    found = page(await follow(visitor, await enter(visitor, "enterprise")))
    assert NAME in found.text
    assert "依法必须招标的工程 查见限制情形" in found.text
    assert "政府采购 查见限制情形" not in found.text
    assert "招标投标法" in found.text
    assert "至2027年5月19日" in found.text
    assert "等待期限届满，信用修复不缩短这个期限" in found.text
    record = page(await visitor.get(f"/desk/records/{made.record_id}"))
    assert "信用修复不缩短、不消除的" in record.text
    assert "最长公示至" in record.text
    assert "示例违法事实全文" in record.text


async def test_every_page_of_a_desk_is_sound(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.ENTERPRISE, FIRM)
    made = await push(services, authority=BUREAU, **DUTY)
    case = await case_of(services, made.record_id)
    await push(services, document_no="示建罚〔2026〕19号", authority=BUREAU)
    await enter(visitor, "enterprise")
    paths = ["/desk", "/desk/repair", f"/desk/records/{made.record_id}", f"/desk/repair/{case}", "/desk/letters",
             "/desk/score", "/desk/asked", "/desk/bots", "/account", "/account/password",
             f"/desk/repair/{case}/withdrawal"]
    for path in paths:
        found = page(await visitor.get(path))
        assert found.headings().count(1) == 1, path
        below = found.headings()[found.headings().index(1):]
        assert all(b - a <= 1 for a, b in pairwise(below)), (path, below)
        assert len(found.ids()) == len(set(found.ids())), path
        assert found.referred() <= set(found.ids()), path
        named = {t["id"] for k in ("input", "select", "textarea") for t in found.all(k) if t.get("type") != "hidden"}
        assert named <= {label["for"] for label in found.all("label")}, path
        assert found.all("script") == found.all("style") == []
        assert not any(k.startswith("on") or k == "style" for _, tag in found.tags for k in tag)


async def test_a_company_is_offered_the_schemes_for_companies_and_told_that_they_are_samples(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    await person(services, Role.ENTERPRISE, FIRM)
    await push(services, authority=BUREAU, **DUTY)
    await enter(visitor, "enterprise")
    shown = page(await visitor.get("/desk/score?scheme=sample_comprehensive"))
    offered = {a["href"].partition("/desk/score?scheme=")[2] for a in shown.all("a")}
    assert {"sample_construction", "sample_agencies", "sample_suppliers"} <= offered
    assert "sample_comprehensive" not in offered  # the one that is shown is no link to itself
    assert not {"sample_expert_points", "sample_expert_cycle", "sample_practitioners"} & offered
    assert "这是示例方案" in shown.text


async def test_another_companys_records_and_cases_are_nowhere(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await push(services, authority=BUREAU, **DUTY)
    case = await case_of(services, made.record_id)
    await person(services, Role.ENTERPRISE, uscc(8), "stranger")
    await enter(visitor, "stranger")
    (evidence,) = (await services.repairs.reading.case(case, Caller(
        key_id="t", org_code=FIRM, role=Role.ENTERPRISE))).evidence
    for path in (f"/desk/records/{made.record_id}", f"/desk/repair/{case}", f"/desk/repair/{case}/papers",
                 f"/desk/repair/{case}/check", f"/desk/repair/{case}/files/{evidence.evidence_id}",
                 f"/desk/repair/{case}/commitment/{made.record_id}/pdf"):
        answer = await visitor.get(path)
        assert answer.status_code == 404, path
        assert "示建罚" not in answer.text
    token = await visitor.get("/desk/bots")
    for path in (f"/desk/repair/{case}/check", f"/desk/repair/{case}/withdrawal", f"/desk/repair/{case}/papers",
                 f"/desk/repair/{case}/commitment"):
        answer = await send(visitor, token, {"version": "4", "signed_by": "x", "signed_on": "2026-11-20",
                                                                "agreed": "1"}, to=path)
        assert answer.status_code == 404, path


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.ENTERPRISE])
async def test_the_companys_desk_is_the_companys(services: Services, visitor: httpx.AsyncClient, role: Role) -> None:
    await person(services, role, FIRM, "somebody")
    await enter(visitor, "somebody")
    for path in ("/desk", "/desk/repair", "/desk/letters", "/desk/score", "/desk/asked", "/desk/bots"):
        assert (await visitor.get(path)).status_code == 403, path


async def test_the_reviewers_desk_is_the_deciding_offices(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await push(services, authority=BUREAU, **DUTY)
    await person(services, Role.REVIEWER, OFFICE, "office", region="370100")
    case = await case_of(services, made.record_id)
    await person(services, Role.REVIEWER, ELSEWHERE, "elsewhere", region="370200")
    here = f"/review/cases/{case}"
    found = page(await follow(visitor, await enter(visitor, "office")))
    assert NAME in found.text
    assert here in [a["href"] for a in found.all("a")]
    shown = await visitor.get(here)
    (file,) = [a["href"] for a in page(shown).all("a") if "/files/" in a["href"]]
    paper = await visitor.get(file)
    assert paper.headers["content-disposition"].startswith("attachment")
    assert paper.content == receipt("1")
    visitor.cookies.clear()
    found = page(await follow(visitor, await enter(visitor, "elsewhere")))
    assert NAME not in found.text
    assert (await visitor.get(here)).status_code == 404
    assert (await visitor.get(file)).status_code == 404
    refused = await send(visitor, await visitor.get("/account"), {"version": "4"}, to=f"{here}/acceptance")
    assert refused.status_code in (403, 404)


async def test_a_coordinator_sees_its_regions_clocks_and_changes_nothing(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    made = await push(services, authority=BUREAU, **DUTY)
    await person(services, Role.REVIEWER, OFFICE, "office", region="370102")
    case = await case_of(services, made.record_id)
    await person(services, Role.COORDINATOR, COORDINATOR, "region", region="370100")
    await person(services, Role.COORDINATOR, ELSEWHERE, "other-region", region="370200")
    answer = await enter(visitor, "region")
    assert at(answer) == "/review/region"
    found = page(await follow(visitor, answer))
    assert NAME in found.text
    assert "2026年11月25日（含当日）" in found.text  # three working days from Sunday, 22 November
    case_page = page(await visitor.get(f"/review/cases/{case}"))
    assert case_page.all("form") == []
    token = await visitor.get("/account")
    for act in ("acceptance", "decline", "supplement", "extension", "decision"):
        assert (await send(visitor, token, {"version": "4"}, to=f"/review/cases/{case}/{act}")).status_code == 403
    visitor.cookies.clear()
    found = page(await follow(visitor, await enter(visitor, "other-region")))
    assert NAME not in found.text
    assert (await visitor.get(f"/review/cases/{case}")).status_code == 404


async def test_a_binding_code_is_shown_once_and_new_each_time(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.ENTERPRISE, FIRM)
    await enter(visitor, "enterprise")
    shown = await visitor.get("/desk/bots")
    codes = set()
    for _ in range(2):
        found = page(await send(visitor, shown))
        codes |= {w for w in found.text.split() if len(w) == 11 and w[5] == "-"}
    assert len(codes) == 2
    later = (await visitor.get("/desk/bots")).text
    assert not any(code in later for code in codes)


async def test_who_asked_is_counted_by_kind(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.ENTERPRISE, FIRM)
    services.counting.add("platform", (FIRM, FIRM))
    services.counting.add("public", (FIRM, uscc(8)))
    await enter(visitor, "enterprise")
    found = page(await visitor.get("/desk/asked"))
    assert "2026年11月22日 交易平台 2 次" in found.text
    assert "2026年11月22日 公众 1 次" in found.text


def score(day: date, value: int) -> Score:
    return Score(scheme="示例", on=day, value=value, grade="B", lines=())


def test_a_score_over_time_is_drawn_in_steps() -> None:
    """Ten days, 80 points, from the fifth day 70: the line falls in the middle, by 10 of the 20 points shown."""
    made = chart([score(date(2026, 1, 1), 8000), score(date(2026, 1, 6), 7000)], date(2026, 1, 1), date(2026, 1, 11))
    assert made is not None
    assert made.path == f"0,{HEIGHT // 4} {WIDTH // 2},{HEIGHT // 4} {WIDTH // 2},{HEIGHT * 3 // 4} " \
                        f"{WIDTH},{HEIGHT * 3 // 4}"
    assert "2026年1月6日70分（B级）" in made.alternative
    assert chart([], date(2026, 1, 1), date(2026, 1, 2)) is None
