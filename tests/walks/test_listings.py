"""A wage-arrears entry told by HTTP: entered, barring, corrected, removed; the past keeps its answer."""

from __future__ import annotations

from typing import Any

import pytest

from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.kernel import database
from credit.model import Field
from tests.factories import uscc
from tests.walks.cases import firm
from tests.walks.house import CENTRE, FINANCE, HOUSING, SUPPLIES, WORKS, House

LABOUR, TAX = uscc(29_001), uscc(29_002)
LAND = "type=land"
_REVISIONS = """SELECT r.kind, count(*) AS n FROM credit_record r JOIN credit_entity e ON e.entity_id = r.entity_id
    WHERE e.code = {} GROUP BY r.kind ORDER BY r.kind"""


def entry(code: str, **facts: Any) -> dict[str, Any]:
    """Wage arrears decided 2025-09-15, not yet corrected; keywords replace members."""
    return {
        "subject": {"name": "示例市样本工程有限公司", "code": code}, "list": "wage_arrears",
        "document_no": "示人社列〔2025〕3号", "facts": "示例事实。", "basis": "保障农民工工资支付条例第四十八条",
        "decided_on": "2025-09-15", "authority": {"name": "示例市人力资源和社会保障局", "code": LABOUR}, **facts,
    }


def removal(**facts: Any) -> dict[str, Any]:
    return {"document_no": "示人社移〔2026〕1号", "decided_on": "2026-11-20", "ground": "repair",
            "basis": "人社部令第45号", **facts}


async def labour(house: House) -> dict[str, str]:
    office = OrganisationInput(code=LABOUR, name="示例市人力资源和社会保障局", field=Field.LABOUR)
    await accounts.register_organisation(office, by="test", now=house.clock())
    return await house.key(Role.AUTHORITY, LABOUR)


async def enter(house: House, body: dict[str, Any], *, status: int = 201) -> Any:
    answer = await house.post("/v1/listings", body, await labour(house))
    assert answer.status_code == status, answer.text
    return answer.json()


async def act(house: House, record: str, verb: str, body: dict[str, Any], *, status: int = 200) -> Any:
    answer = await house.post(f"/v1/listings/{record}/{verb}", body, await labour(house))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_entry_is_answered_with_its_last_day_and_its_place_in_the_log(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    # three years, corresponding day inclusive; decided under 令第58号, so no class and no minimum of display
    assert (made["until"], made["until_verified"], made["effect_verified"]) == ("2028-09-15", True, True)
    assert made["publication"] == {"from": "2025-09-15", "min_until": None, "max_until": "2028-09-15"}
    assert (made["severity"], made["earliest"], made["earliest_strict"]) == (None, None, None)
    assert "日期" in made["earliest_why"]
    assert made["entry"]["leaf_hash"] and made["restriction_ids"] == []


async def test_the_entry_bars_where_the_law_says_and_nowhere_else(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    for query in (WORKS, SUPPLIES):
        answer = await house.now(code, query)
        assert answer["outcome"] == "ineligible"
        (reason,) = [r for r in answer["reasons"] if r["bars"]]
        assert (reason["code"], reason["source"], reason["record_id"]) == ("listed", "list", made["id"])
        assert (reason["from"], reason["until"], reason["until_verified"]) == ("2025-09-15", "2028-09-15", True)
        assert reason["remedy"] == {"kind": "repair", "earliest": None, "url": None}
    land = await house.now(code, LAND)
    assert (land["outcome"], [r["code"] for r in land["reasons"]]) == ("eligible", ["listed_elsewhere"])


async def test_the_correction_gives_both_first_days_and_the_removal_ends_all_at_once(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    await act(house, made["id"], "performance", {"corrected_on": "2026-01-10"})
    shown = (await house.get(f"/v1/listings/{made['id']}", await labour(house))).json()
    # six months since the correction; one year since the decision in the strict reading
    assert (shown["earliest"], shown["earliest_strict"]) == ("2026-07-11", "2026-09-16")
    assert (await house.now(code))["reasons"][0]["remedy"]["earliest"] == "2026-07-11"
    before = await house.log_size() - 1
    gone = await act(house, made["id"], "removal", removal(), status=201)
    assert (gone["removed_on"], gone["early"], gone["duplicate"]) == ("2026-11-20", False, False)
    assert await house.log_size() == before + 2  # one event for removal and closing
    after = await house.now(code)
    assert (after["outcome"], after["reasons"]) == ("eligible", [])
    public = (await house.get(f"/v1/eligibility/{code}")).json()
    assert public["published_restrictions"] == []
    assert (await house.get(f"/v1/entities/{code}/records")).json()["listings"] == []
    past = await house.ask({
        "subjects": [{"code": code}], "known_at": before,
        "tender": {"type": "construction", "regimes": ["tendering"], "mandatory": True},
    }, await house.auditor())
    assert past["answers"][0]["outcome"] == "ineligible"
    kinds = await database.fetch(_REVISIONS, code)
    assert [(k["kind"], k["n"]) for k in kinds] == [("list_entry", 3), ("removal", 1)]


async def test_the_public_sees_the_list_while_it_is_shown(house: House) -> None:
    code = firm()
    await enter(house, entry(code))
    await house.now(code)
    (shown,) = (await house.get(f"/v1/eligibility/{code}")).json()["published_restrictions"]
    assert (shown["from"], shown["until"]) == ("2025-09-15", "2028-09-15")
    assert "拖欠农民工工资" in shown["basis"]
    (line,) = (await house.get(f"/v1/entities/{code}/records")).json()["listings"]
    assert "id" not in line and "prose" not in line and line["published"]
    (full,) = (await house.get(f"/v1/entities/{code}/standing", await house.auditor())).json()["listings"]
    assert full["id"] and full["bars"] == ["government_procurement", "mandatory_tender"]
    assert (await house.get(f"/v1/entities/{code}")).json()["published_records"] == 1


async def test_the_same_entry_again_is_the_same_and_other_content_is_refused(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    again = await enter(house, entry(code, document_no="示人社列[2025]3号"), status=200)
    assert (again["id"], again["duplicate"], again["entry"]) == (made["id"], True, made["entry"])
    clash = await enter(house, entry(code, facts="另一事实。"), status=409)
    assert (clash["code"], clash["corrections_url"]) == ("document_exists", f"/v1/listings/{made['id']}/corrections")
    assert (await act(house, made["id"], "corrections", entry(code, facts="另一事实。")))["revision"] == 2
    moved = await act(house, made["id"], "corrections", entry(code, document_no="示人社列〔2025〕4号"), status=422)
    assert moved["code"] == "identity_changed"


async def test_one_document_may_enter_a_firm_on_two_lists(house: House) -> None:
    code = firm()
    body = entry(code, list="work_safety", basis="安全生产法第七十八条")
    await accounts.register_organisation(
        OrganisationInput(code=CENTRE, name="示例中心", competences=("list:work_safety", "list:wage_arrears")),
        by="test", now=house.clock())
    key = await house.key(Role.AUTHORITY, CENTRE)
    centre = {"name": "示例中心", "code": CENTRE}
    first = await house.post("/v1/listings", {**body, "authority": centre}, key)
    second = await house.post("/v1/listings", entry(code, authority=centre), key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]


async def test_a_request_repeated_gets_its_first_answer(house: House) -> None:
    code = firm()
    key, body = await labour(house), entry(code)
    first = await house.post("/v1/listings", body, key, **{"Idempotency-Key": "list-1"})
    again = await house.post("/v1/listings", body, key, **{"Idempotency-Key": "list-1"})
    assert (first.status_code, again.json()) == (201, first.json())
    made = first.json()["id"]
    one = await house.post(f"/v1/listings/{made}/removal", removal(), key, **{"Idempotency-Key": "list-2"})
    two = await house.post(f"/v1/listings/{made}/removal", removal(), key, **{"Idempotency-Key": "list-2"})
    assert one.json() == two.json()


async def test_a_dry_run_writes_nothing(house: House) -> None:
    code = firm()
    key, size = await labour(house), await house.log_size()
    answer = await house.post("/v1/listings?dry_run=true", entry(code), key)
    assert (answer.status_code, answer.json()["until"], answer.json()["id"]) == (200, "2028-09-15", "")
    assert await house.log_size() == size


@pytest.mark.parametrize("code", ["other", "agency", "expert"])
async def test_a_list_without_national_basis_is_refused(house: House, code: str) -> None:
    refused = await enter(house, entry(firm(), list=code), status=422)
    assert (refused["code"], refused["errors"][0]["pointer"]) == ("list_without_basis", "/list")


async def test_an_entry_before_its_list_had_a_basis_is_refused(house: House) -> None:
    code = firm()
    refused = await enter(house, entry(code, decided_on="2021-12-31"), status=422)
    assert refused["code"] == "list_without_basis" and "2022-01-01" in refused["detail"]


async def test_a_body_without_competence_is_refused(house: House) -> None:
    code = firm()
    housing = {"name": "示例市住房和城乡建设局", "code": HOUSING}
    answer = await house.post("/v1/listings", entry(code, authority=housing), await house.office(HOUSING))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_competent")
    for another in (housing, {"name": "无名示例机关"}):
        answer = await house.post("/v1/listings", entry(code, authority=another), await house.office(FINANCE))
        assert (answer.status_code, answer.json()["code"]) == (403, "authority_unknown")


async def test_an_unknown_authority_is_taken_from_a_trusted_pusher_and_flagged(house: House) -> None:
    code = firm()
    trusted = await house.key(Role.AUTHORITY, FINANCE, "push:any")
    answer = await house.post("/v1/listings", entry(code, authority={"name": "示例县人社局"}), trusted)
    assert answer.status_code == 201
    assert {r["code"] for r in (await house.now(code))["reasons"]} == {"listed", "competence_unknown"}


@pytest.mark.parametrize(("given", "pointer"), [
    ({"decided_on": "2026-11-23"}, "/decided_on"),
    ({"corrected_on": "2026-11-23"}, "/corrected_on"),
    ({"served_on": "2025-09-14"}, "/served_on"),
    ({"until": "2025-09-14"}, "/until"),
    ({"basis": " "}, "/basis"),
    ({"document_no": " "}, "/document_no"),
    ({"subject": {"name": "示例", "code": "91370100MA9A00010Z"}}, "/subject/code"),
    ({"until": "2028-09-17"}, "/list"),  # three years end 2028-09-15, one day tolerated
    ({"list": "blacklist"}, "/list"),
])
async def test_each_fault_is_named_with_its_field(house: House, given: dict[str, Any], pointer: str) -> None:
    code = firm()
    refused = await enter(house, entry(code, **given), status=422)
    assert pointer in [e["pointer"] for e in refused["errors"]]


@pytest.mark.parametrize("given", [
    {"decided_on": "2025-09-14"}, {"decided_on": "2026-11-23"}, {"document_no": " "}, {"basis": ""},
    {"ground": "kindness"},
])
async def test_a_faulty_removal_is_refused_and_the_entry_stands(house: House, given: dict[str, Any]) -> None:
    code = firm()
    made = await enter(house, entry(code))
    await act(house, made["id"], "removal", removal(**given), status=422)
    assert (await house.now(code))["outcome"] == "ineligible"


async def test_a_removal_is_made_once_and_closes_the_entry(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    first = await act(house, made["id"], "removal", removal(), status=201)
    assert first["early"]  # no correction is known
    again = await act(house, made["id"], "removal", removal())
    assert (again["id"], again["duplicate"], again["entry"]) == (first["id"], True, first["entry"])
    other = await act(house, made["id"], "removal", removal(document_no="示人社移〔2026〕2号"), status=409)
    assert other["code"] == "entry_removed"
    closed = await act(house, made["id"], "performance", {"corrected_on": "2026-01-10"}, status=409)
    assert closed["code"] == "entry_removed"


async def test_a_firm_removed_and_entered_again_is_barred_again(house: House) -> None:
    code = firm()
    first = await enter(house, entry(code))
    await act(house, first["id"], "removal", removal(), status=201)
    second = await enter(house, entry(code, document_no="示人社列〔2026〕9号", decided_on="2026-11-21"))
    answer = await house.now(code)
    assert (answer["outcome"], answer["reasons"][0]["record_id"]) == ("ineligible", second["id"])


async def test_a_revoked_entry_never_barred(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    await act(house, made["id"], "removal", removal(ground="revoked"), status=201)
    asked = {"subjects": [{"code": code}], "on": "2026-01-01",
             "tender": {"type": "government_procurement"}}
    assert (await house.ask(asked))["answers"][0]["outcome"] == "eligible"
    (line,) = (await house.get(f"/v1/entities/{code}/records", await house.auditor())).json()["listings"]
    assert (line["removed_on"], line["withdrawn_on"]) == ("2026-11-20", "2026-11-20")


async def test_after_an_unverified_end_the_authority_confirms(house: House) -> None:
    code = firm()
    office = OrganisationInput(code=TAX, name="示例税务局", field=Field.TAX)
    await accounts.register_organisation(office, by="test", now=house.clock())
    key = await house.key(Role.AUTHORITY, TAX)
    body = entry(code, list="tax", decided_on="2023-11-20", basis="税务总局令第54号",
                 authority={"name": "示例税务局", "code": TAX})
    made = (await house.post("/v1/listings", body, key)).json()
    assert (made["until"], made["until_verified"]) == ("2026-11-20", False)
    answer = await house.now(code, SUPPLIES)
    assert (answer["outcome"], answer["reasons"][0]["code"]) == ("undetermined", "duration_unverified")
    confirmed = await house.post(f"/v1/listings/{made['id']}/corrections", {**body, "until": "2026-11-20"}, key)
    assert confirmed.status_code == 200
    assert (await house.now(code, SUPPLIES))["outcome"] == "eligible"


async def test_only_the_authority_that_entered_may_act(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    for verb, body in (("performance", {"corrected_on": "2026-01-10"}), ("removal", removal())):
        answer = await house.post(f"/v1/listings/{made['id']}/{verb}", body, await house.office(FINANCE))
        assert answer.status_code == 403
    assert (await house.get(f"/v1/listings/{made['id']}", await house.office(FINANCE))).status_code == 403
    assert (await house.get("/v1/listings/lst_none", await house.auditor())).status_code == 404


async def test_no_letter_follows_yet_and_the_score_counts_the_entry_until_it_is_removed(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    assert await house.letters(code) == []
    path = f"/v1/entities/{code}/score?scheme=sample_construction"
    before = (await house.get(path, await house.platform())).json()
    assert (before["value"], before["grade"]) == (50.0, "D")  # 70 less 20 for the entry
    (line, veto) = [line for line in before["lines"] if line["record_id"] == made["id"]]
    assert (line["points"], line["from"], line["until"]) == (-20.0, "2025-09-15", "2028-09-15")
    assert (veto["points"], veto["rule"]) == (0.0, "sample_construction.serious_list")
    await act(house, made["id"], "removal", removal(), status=201)
    after = (await house.get(path, await house.platform())).json()
    assert (after["value"], [line["record_id"] for line in after["lines"]]) == (70.0, [None])


async def test_a_list_that_no_item_names_is_a_line_of_nought(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code, list="judgment_defaulter"), status=403)
    assert made["code"] == "not_competent"
    trusted = await house.key(Role.AUTHORITY, FINANCE, "push:any")
    court = {"name": "示例市示例区人民法院"}
    answer = await house.post("/v1/listings", entry(code, list="judgment_defaulter", authority=court), trusted)
    path = f"/v1/entities/{code}/score?scheme=sample_construction"
    lines = (await house.get(path, await house.platform())).json()["lines"]
    assert [line["points"] for line in lines if line["record_id"] == answer.json()["id"]] == [0]
