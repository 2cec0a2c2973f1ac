"""守信激励: what a grade earns, on call and page, and nothing named that no scheme knows."""

from __future__ import annotations

from pathlib import Path

from api.wiring import rules
from credit.accounts.model import Role
from credit.incentives import unknown_grades
from credit.scheme_files import as_rules, load_schemes
from tests.api.web.people import enter, page, person
from tests.walks.cases import firm
from tests.walks.house import HOUSING, House
from tests.walks.repairs import auditor
from tests.walks.test_repair_pages import browser

SCHEMES = Path(__file__).parent.parent.parent / "credit" / "rules" / "schemes"
MERIT = {"scheme": "sample_construction", "item": "quality_award", "document_no": "示例奖〔2026〕1号",
         "granted_on": "2026-05-01", "authority": {"name": "示例市住房和城乡建设局", "code": HOUSING}}


async def test_a_grade_names_what_it_earns_and_who_gives_it(house: House) -> None:
    code = firm()
    at = f"/v1/entities/{code}/incentives?scheme=sample_construction&points=5"
    plain = (await house.get(at, await auditor(house))).json()
    # base 70 of 100 is C, which earns nothing; 5 x 70 / 100 = 3.5
    assert (plain["value"], plain["grade"], plain["items"], plain["points"]) == (70, "C", [], 3.5)

    entered = await house.post("/v1/merits", {**MERIT, "code": code, "name": "示例建设有限公司"}, await house.office())
    assert entered.status_code == 201, entered.text
    better = (await house.get(at, await auditor(house))).json()
    # 70 + 5 for the award = 75 is B; 5 x 75 / 100 = 3.75, to a tenth 3.8
    assert (better["value"], better["grade"], better["points"]) == (75, "B", 3.8)
    assert [one["code"] for one in better["items"]] == ["deposit", "fewer_checks"]
    assert better["items"][0]["by"] == "招标人" and not better["items"][0]["verified"]

    await person(house.services, Role.ENTERPRISE, code)
    async with browser(house) as visitor:
        await enter(visitor, "enterprise")
        shown = page(await visitor.get("/desk/score?scheme=sample_construction"))
    assert "减免投标保证金" in shown.text and "绿色通道" not in shown.text


async def test_a_rival_does_not_see_what_another_earns(house: House) -> None:
    rival = await house.enterprise(firm())
    refused = await house.get(f"/v1/entities/{firm()}/incentives?scheme=sample_construction", rival)
    assert refused.status_code == 403


def test_every_incentive_names_grades_that_schemes_have() -> None:
    assert unknown_grades(rules().joined(as_rules(load_schemes(SCHEMES).values()))) == ()
