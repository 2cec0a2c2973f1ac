"""A score over time, why it changed, and what if: the same words on call and page, and what was supposed comes true."""

from __future__ import annotations

from typing import Any

import pytest

from api.web.words import zh
from credit.accounts.model import Role
from tests.api.web.people import enter, follow, page, person
from tests.walks.cases import collusion, firm
from tests.walks.house import House
from tests.walks.repairs import auditor, general
from tests.walks.test_listings import enter as enter_list
from tests.walks.test_listings import entry
from tests.walks.test_repair_pages import browser

SCHEME = "scheme=sample_construction"
TODAY = "2026-11-22"


async def asked(house: House, code: str, *changes: Any, on: str = TODAY, status: int = 200) -> Any:
    """What if, as the auditor asks it."""
    body = {"scheme": "sample_construction", "on": on, "changes": list(changes)}
    answer = await house.post(f"/v1/entities/{code}/score/what-if", body, await auditor(house))
    assert answer.status_code == status, answer.text
    return answer.json()


async def score(house: House, code: str, on: str = TODAY) -> Any:
    answer = await house.get(f"/v1/entities/{code}/score?{SCHEME}&on={on}", await auditor(house))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def recorded(house: House, code: str, number: str) -> str:
    """A contract not performed well, nobody stated anything; the id."""
    made = await house.post("/v1/conduct-records", {
        "subject": {"name": "示例", "code": code}, "scheme": "sample_construction", "item": "contract_performance",
        "happened_on": "2026-09-01", "notice_served_on": "2026-09-02", "document_no": number,
    }, await house.office())
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def test_what_was_supposed_of_a_repair_is_the_score_after_the_repair(house: House) -> None:
    desk, record = await general(house, decided_on="2026-06-01")
    before = await score(house, desk.code)
    await house.settled()
    size = await house.log_size()
    supposed = await asked(house, desk.code, {"repair": record, "on": TODAY})
    nothing = await asked(house, desk.code)
    assert (nothing["before"], nothing["gain"]) == (nothing["after"], 0)
    assert nothing["lines"] == before["lines"] and nothing["after"]["value"] == before["value"]
    assert await house.log_size() == size
    # base 70, a general penalty takes 10 for six months to 2026-12-01
    assert (supposed["before"]["value"], supposed["after"]["value"], supposed["gain"]) == (60, 70, 10)
    assert "不是承诺" in supposed["promise"] and "假设" in supposed["assumes"][0]

    (step,) = (await desk.plan())["best_order"]
    assert (step["record_id"], step["on"], step["score_after"], step["gain"]) == (record, TODAY, 70.0, 10.0)
    assert step["document_no"].startswith("示样罚") and "得分由60分变为70分" in step["why"]

    await desk.handed_in(record)
    await desk.do("acceptance", by=await desk.reviewer())
    await desk.decide(record_id=record)
    for on in (TODAY, "2026-12-05", "2027-06-01"):
        real = await score(house, desk.code, on)
        assert (real["value"], real["grade"]) == (70, supposed["after"]["grade"])
    assert (await score(house, desk.code))["lines"] == supposed["lines"]

    path = f"/v1/entities/{desk.code}"
    found = (await house.get(f"{path}/history?{SCHEME}&from=2026-05-01&to={TODAY}", await auditor(house))).json()
    assert [(e["on"], e["what"], e["points"]) for e in found["events"]] == [
        ("2026-06-01", "started", -10), (TODAY, "repaired", 10)]
    why = (await house.get(f"{path}/score/changes?{SCHEME}&from=2026-06-01&to={TODAY}", await auditor(house))).json()
    assert why["sentences"][0] == "得分由60分变为70分(上升10分)。"
    assert [line["record_id"] for line in why["gone"]] == [record] and why["come"] == []


async def test_the_page_says_the_same_words_and_draws_what_happened(house: House) -> None:
    desk, record = await general(house, decided_on="2026-06-01")
    await house.enterprise(desk.code)
    await person(house.services, Role.ENTERPRISE, desk.code, f"score-{desk.code}")
    path = f"/v1/entities/{desk.code}/score/changes?{SCHEME}&from=2026-05-01&to={TODAY}"
    told = (await house.get(path, await desk.company())).json()["sentences"]
    async with browser(house) as firm:
        await follow(firm, await enter(firm, f"score-{desk.code}"))
        shown = page(await firm.get(f"/desk/score?{SCHEME}&from=2026-05-01&to=2026年11月22日"))
        assert [sentence for sentence in told if zh(sentence) not in shown.text] == []
        assert "期间发生的事" in shown.text and "开始计入" in shown.text
        guess = page(await firm.get(f"/desk/score/what-if?{SCHEME}&record={record}&on={TODAY}&repaired_on={TODAY}"))
        assert "60 分，C 级 → 70 分，C 级" in guess.text and "不是承诺" in guess.text
        assert "今天扣10分" in guess.text
        for item, after in (("collusion", "30 分"), ("contract_performance", "55 分"), ("general_penalty", "50 分")):
            address = f"/desk/score/what-if?{SCHEME}&fault={item}&on=2026-11-30&repaired_on={TODAY}"
            worse = page(await firm.get(address))
            assert f"60 分，C 级 → {after}" in worse.text
            assert ("一项新的行政处罚（串通投标）" in worse.text) is (item == "collusion")
        plan = page(await firm.get("/desk/repair"))
        assert "建议第 1 个办" in plan.text and "得分由60分变为70分" in plan.text
        for query in ("from=2026-13-45", "from=2026-06-02&to=2026-06-01", "to=1999-01-01", "from=9999-12-31"):
            assert "请改正" in page(await firm.get(f"/desk/score?{query}"), 422).text
        for query in ("on=1-2-3", "on=2026-13-45", "record=other", "merit=none", "fault=none",
                      "repaired_on=9999-12-31"):
            assert "请改正" in page(await firm.get(f"/desk/score/what-if?{query}"), 422).text


async def test_each_line_leads_to_the_page_of_its_record(house: House) -> None:
    desk, record = await general(house, decided_on="2026-06-01")
    listed = (await enter_list(house, entry(desk.code)))["id"]
    conduct = await recorded(house, desk.code, "示样告〔2026〕908号")
    await house.enterprise(desk.code)
    await person(house.services, Role.ENTERPRISE, desk.code, f"lines-{desk.code}")
    async with browser(house) as firm:
        await follow(firm, await enter(firm, f"lines-{desk.code}"))
        shown = page(await firm.get(f"/desk/score?{SCHEME}"))
        links = {a["href"] for a in shown.all("a") if a["href"].split("/")[-1] in (record, listed, conduct)}
        assert links == {f"/desk/records/{record}", f"/desk/records/{listed}", f"/desk/conduct/{conduct}"}
        for link in links:
            assert page(await firm.get(link)).text


async def test_a_platform_is_told_only_what_is_published(house: House) -> None:
    desk, record = await general(house, decided_on="2026-06-01")
    office = await house.office()
    conduct = await recorded(house, desk.code, "示样告〔2026〕907号")
    path, span = f"/v1/entities/{desk.code}", f"{SCHEME}&from=2026-05-01&to={TODAY}"
    whole, seen = [[(await house.get(f"{path}/{call}", who)).json() for call in (
        f"score?{SCHEME}", f"history?{span}", f"score/changes?{span}")] for who in (office, await house.platform())]
    assert (conduct in str(whole), record in str(whole), "示样告〔2026〕907号" in str(whole)) == (True, True, True)
    assert (conduct in str(seen), record in str(seen), "907号" in str(seen)) == (False, True, False)
    assert seen[0]["value"] == whole[0]["value"] == sum(line["points"] for line in seen[0]["lines"]) == 55
    assert seen[0]["lines"][-1]["sentence"] == "不在公示范围内的计分信息,合计-5分。"
    assert seen[1]["items"] == whole[1]["items"] and len(seen[1]["events"]) == len(whole[1]["events"]) - 1
    assert seen[2]["sentences"][-1] == "新计入:不在公示范围内的计分信息(-5分)。"
    await desk.handed_in(record)
    await desk.do("acceptance", by=await desk.reviewer())
    await desk.decide(record_id=record)
    events = (await house.get(f"{path}/history?{span}", await house.platform())).json()["events"]
    assert events == []  # repaired: no longer published, so no longer told to others


async def test_who_may_suppose(house: House) -> None:
    code = firm()
    await house.push(collusion(code))
    path, body = f"/v1/entities/{code}/score/what-if", {"scheme": "sample_construction"}
    for who, status in ((await house.enterprise(code), 200), (await house.enterprise(firm()), 403),
                        (await house.office(), 200), (await house.platform(), 403), ({}, 401)):
        assert (await house.post(path, body, who)).status_code == status
    for call in ("history", "score/changes"):
        assert (await house.get(f"/v1/entities/{code}/{call}?{SCHEME}", {})).status_code == 401
        other = await house.enterprise(firm())
        assert (await house.get(f"/v1/entities/{code}/{call}?{SCHEME}", other)).status_code == 403


@pytest.mark.parametrize(("changes", "pointer"), [
    ([{}], "/changes/0"),
    ([{"repair": "pen_x"}], "/changes/0"),
    ([{"repair": "pen_x", "on": TODAY, "merit": {"item": "commendation", "granted_on": TODAY}}], "/changes/0"),
    ([{"repair": "pen_x", "on": TODAY}], "/changes/0/repair"),
    ([{"merit": {"item": "none", "granted_on": TODAY}}], "/changes/0/merit/item"),
    ([{"penalty": {"kinds": [], "decided_on": TODAY}}], "/changes/0/penalty/kinds"),
    ([{"conduct": {"item": "x", "happened_on": TODAY}}], "/changes/0/conduct/item"),
    ([{"merit": {"item": "commendation", "granted_on": TODAY}}] * 21, "/changes"),
])
async def test_what_cannot_be_supposed_is_refused_at_its_place(
    house: House, changes: list[Any], pointer: str
) -> None:
    refused = await asked(house, firm(), *changes, status=422)
    assert refused["errors"][0]["pointer"] == pointer


async def test_a_company_has_no_score_under_a_scheme_for_persons(house: House) -> None:
    who, persons = await auditor(house), "scheme=sample_expert_points"
    for call in ("score", "history", "score/changes", "incentives"):
        refused = await house.get(f"/v1/entities/{firm()}/{call}?{persons}", who)
        assert (refused.status_code, refused.json()["code"]) == (422, "scheme_not_for_subject")


async def test_days_out_of_reach_are_refused(house: House) -> None:
    code, who = firm(), await auditor(house)
    for on in ("9999-12-31", "1999-01-01"):
        await asked(house, code, on=on, status=422)
    await asked(house, code, on="2020-01-01", status=422)  # before the scheme existed
    for query in ("from=9999-12-31", "to=0001-01-01", "from=2026-02-01&to=2026-01-01", "from=2010-01-01&to=2026-01-01"):
        for call in ("history", "score/changes"):
            assert (await house.get(f"/v1/entities/{code}/{call}?{SCHEME}&{query}", who)).status_code == 422
