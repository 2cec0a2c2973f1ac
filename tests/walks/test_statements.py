"""What is stated about companies: by whom, seen by whom, ended how, and what it does to an opening, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

from api.wiring import witnessed
from credit.accounts.model import Role
from credit.kernel.verify import verify
from tests.factories import uscc
from tests.walks.house import CENTRE, HOUSING, MARKET, OPERATION, SAFETY, House

TENDER = {"id": "示例标", "type": "construction", "regimes": ["tendering"], "mandatory": True}
REGISTER = "示例登记系统,2026-11-20查"


async def enter(house: House, n: int, **given: Any) -> str:
    """A company that the market authority has entered."""
    facts = {"code": uscc(n), "name": f"示例陈述{n}有限公司"} | given
    made = await house.post("/v1/entities", facts, await house.office(MARKET))
    assert made.status_code == 201, made.text
    return uscc(n)


async def state(house: House, code: str, what: str, body: Any, key: Any = None, *, status: int = 201) -> Any:
    answer = await house.post(f"/v1/entities/{code}/{what}", body, key or await house.office(MARKET))
    assert answer.status_code == status, answer.text
    return answer.json()


async def listed(house: House, code: str, what: str, query: str = "", key: Any = None) -> Any:
    answer = await house.get(f"/v1/entities/{code}/{what}{query}", key)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def opening(house: House, *codes: str, known_at: int | None = None) -> list[str]:
    """The outcomes of bidders of one lot, now, and that the past of the same position says the same."""
    subjects = [{"code": c, "bid": f"B{i}", "lot": "1"} for i, c in enumerate(codes)]
    now = await house.ask({"subjects": subjects, "tender": TENDER})
    seq = now["as_of"]["known_seq"] if known_at is None else known_at
    past = await house.ask({"subjects": subjects, "tender": TENDER, "known_at": seq}, await house.auditor())
    if known_at is None:
        assert past["answers"] == now["answers"]
    return [a["outcome"] for a in past["answers"]]


async def test_a_relation_that_bars_others_is_for_the_competent_to_state(house: House) -> None:
    """Neither an office without the right, nor its reviewer, nor who runs the service; the operator may register it."""
    mother, daughter = await enter(house, 18_021), await enter(house, 18_022)
    body = {"relation": "controls", "other_code": daughter, "from": "2024-01-01", "source": REGISTER}
    strangers = [await house.office(SAFETY), await house.key(Role.REVIEWER, SAFETY),
                 await house.key(Role.OPERATOR, OPERATION)]
    for key in strangers:
        for relation in ("controls", "directly_controls", "manages"):
            refused = await state(house, mother, "relations", body | {"relation": relation}, key, status=403)
            assert (refused["code"], "relations" in refused["detail"]) == ("relation_not_competent", True)
    await state(house, mother, "relations", body | {"relation": "holds", "share": 60}, strangers[0])  # bars nobody
    assert await opening(house, mother, daughter) == ["undetermined", "undetermined"]
    own = {"code": SAFETY, "name": "示例市应急管理局", "field": "work_safety", "competences": ["relations"]}
    assert (await house.post("/v1/organisations", own, strangers[-1])).is_success
    await state(house, mother, "relations", body, strangers[0])
    assert await opening(house, mother, daughter) == ["ineligible", "ineligible"]


async def test_two_rivals_of_whom_one_controls_the_other(house: House) -> None:
    mother, daughter = await enter(house, 18_001), await enter(house, 18_002)
    assert await opening(house, mother, daughter) == ["eligible", "eligible"]
    body = {"relation": "controls", "other_code": daughter, "from": "2024-01-01", "source": REGISTER}
    made = await state(house, mother, "relations", body)
    assert (made["stated_by"], made["duplicate"]) == ("registry", False)
    assert await opening(house, mother, daughter) == ["ineligible", "ineligible"]
    before = made["seq"] - 1
    assert await opening(house, mother, daughter, known_at=before) == ["eligible", "eligible"]  # not known then
    again = await state(house, mother, "relations", body, status=200)
    assert (again["id"], again["duplicate"]) == (made["id"], True)
    (seen,) = await listed(house, daughter, "relations")
    assert (seen["direction"], seen["title"], seen["other_code"]) == ("in", "被控股于", mother)
    await state(house, mother, f"statements/{made['id']}/end", {"on": "2026-11-21"}, status=200)
    assert await opening(house, mother, daughter) == ["eligible", "eligible"]
    assert await listed(house, mother, "relations") == []
    (kept,) = await listed(house, mother, "relations", "?all=true")
    assert (kept["to"], kept["in_force"]) == ("2026-11-21", False)


async def test_a_company_states_its_own_and_changes_no_answer(house: House) -> None:
    one, other = await enter(house, 18_003), await enter(house, 18_004)
    own = await house.enterprise(one)
    body = {"relation": "directly_controls", "other_code": other, "source": REGISTER}
    made = await state(house, one, "relations", body, own)
    assert made["stated_by"] == "self"
    assert await opening(house, one, other) == ["eligible", "eligible"]
    (seen,) = await listed(house, one, "relations")
    assert (seen["label"], seen["title"]) == ("自行填报", "直接控股")
    assert await listed(house, other, "relations") == []  # nor does it stand on somebody else's page
    await state(house, other, "relations", body, own, status=403)
    await state(house, one, "relations", body, await house.platform(), status=403)
    await state(house, one, f"statements/{made['id']}/end", {"mistaken": True}, await house.office(MARKET), status=403)
    await state(house, one, f"statements/{made['id']}/end", {"mistaken": True}, own, status=200)
    await state(house, one, f"statements/{made['id']}/end", {"mistaken": True}, own, status=409)
    assert await listed(house, one, "relations", "?all=true") == []
    assert [s["withdrawn"] for s in await listed(house, one, "relations", "?all=true", own)] == [True]


async def test_staff_is_masked_for_everybody_and_erasable(house: House) -> None:
    code, name = await enter(house, 18_005), "示例人员某某"
    person = {"name": name, "post": "project_leader", "person_ref": "人员库-0042", "from": "2026-01-01"}
    await state(house, code, "staff", person)
    await state(house, code, "representatives", {"name": "示例代表", "from": "2026-01-01", "source": REGISTER})
    for key in (None, await house.enterprise(code), await house.auditor()):
        (seen,) = await listed(house, code, "staff", key=key)
        assert (seen["title"], seen["name"]) == ("项目负责人", "示*****")
        assert seen.get("person_ref") == (None if key is None else "人员库-0042")
        (lead,) = await listed(house, code, "representatives", key=key)
        assert lead["name"] == "示***"
    entry = await house.get(f"/v1/ledger/entries/{await house.log_size() - 1}", await house.auditor())
    assert "示例代表" not in entry.text
    assert not (await verify(witnessed())).faults


async def test_qualifications_by_day_and_page(house: House) -> None:
    code = await enter(house, 18_006)
    given = [("建筑工程施工总承包", "2021-12-01", "2026-12-31"), ("市政公用工程施工总承包", "2024-01-01", "2028-12-31"),
             ("钢结构工程专业承包", "2018-01-01", "2022-12-31")]
    for i, (name, first, last) in enumerate(given):
        body = {"name": name, "grade": "一级", "number": f"D23700{i}", "issuer": "示例市住建局"}
        body |= {"from": first, "to": last}
        await state(house, code, "qualifications", body, await house.office(HOUSING))
    now = await listed(house, code, "qualifications")
    # 2026-12-31 is 39 days after 2026-11-22; the third ended in 2022
    assert [(q["name"], q.get("expires_soon", False)) for q in now] == [
        ("建筑工程施工总承包", True), ("市政公用工程施工总承包", False)]
    assert [q["name"] for q in await listed(house, code, "qualifications", "?on=2022-12-31")] == [
        "钢结构工程专业承包", "建筑工程施工总承包"]
    first = (await house.get(f"/v1/entities/{code}/qualifications?all=true&limit=2")).json()
    rest = (await house.get(
        f"/v1/entities/{code}/qualifications?all=true&limit=2&cursor={first['next_cursor']}")).json()
    assert [q["name"] for q in first["items"] + rest["items"]] == [given[2][0], given[0][0], given[1][0]]
    assert rest["next_cursor"] is None


async def test_deregistration_and_merger_keep_the_history(house: House) -> None:
    gone, heir = await enter(house, 18_007), await enter(house, 18_008)
    made = await state(house, gone, "relations",
                       {"relation": "merged_into", "other_code": heir, "from": "2026-06-01", "source": REGISTER})
    await state(house, gone, "status", {"status": "merged", "from": "2026-06-01", "source": REGISTER})
    answer = await house.now(gone)
    assert answer["outcome"] == "undetermined"
    assert {r["code"] for r in answer["reasons"] if r["effect"] == "undetermined"} == {"merged_into", "dissolved"}
    own = await house.now(heir)
    assert (own["outcome"], [r["code"] for r in own["reasons"]]) == ("eligible", ["successor_of"])
    body = {"subject": {"kind": "legal_person", "name": "示例陈述18007有限公司", "code": gone},
            "document_no": "示建罚〔2026〕承继1号", "kinds": ["fine"], "fine_fen": 100_000, "content": "罚款",
            "decided_on": "2026-05-20", "authority": {"name": "示例市住房和城乡建设局", "code": HOUSING},
            "field": "construction", "facts": "示例", "basis": "招标投标法第五十三条", "restrictions": [
                {"scope": "mandatory_tender", "from": "2026-05-20", "to": "2027-05-19",
                 "basis": "招标投标法 第五十三条"}]}
    await house.push(body)
    own = await house.now(heir)
    assert own["outcome"] == "undetermined"
    assert [r["code"] for r in own["reasons"]] == ["predecessor_barred", "successor_of"]
    assert not any(r["bars"] for r in own["reasons"])
    far = await enter(house, 18_041)
    told = await state(house, far, "relations", {"relation": "branch_of", "other_code": heir, "source": REGISTER})
    works = {"type": "construction", "regimes": ["tendering"], "mandatory": True}
    asked = {"subjects": [{"code": far}], "tender": works}
    for more in ({}, {"known_at": told["seq"]}):  # from memory, and as of then from the database
        (two_steps,) = (await house.ask({**asked, **more}, await house.key(Role.AUDITOR, CENTRE)))["answers"]
        assert (two_steps["outcome"], two_steps["reasons"][0]["code"]) == ("undetermined", "predecessor_barred")
    assert len((await house.get(f"/v1/entities/{gone}/records")).json()["items"]) == 1  # nothing is cleared
    await state(house, gone, f"statements/{made['id']}/end", {"mistaken": True}, status=200)
    assert (await house.now(heir))["outcome"] == "eligible"  # the mirror ended with it


@pytest.mark.parametrize(("what", "body", "pointers"), [
    ("roles", {"role": "unheard_of"}, ["/role"]),
    ("qualifications", {"name": " ", "number": "", "issuer": "x" * 201}, ["/name", "/number", "/issuer"]),
    ("staff", {"name": "示例人", "post": "safety", "person_ref": "110101199003070054"}, ["/person_ref"]),
    ("staff", {"name": "110101199003070054", "post": "safety"}, ["/name"]),
    ("relations", {"relation": "holds", "other_code": "911"}, ["/other_code", "/share"]),
    ("relations", {"relation": "holds", "other_code": uscc(18_010), "share": 100.01}, ["/share"]),
    ("relations", {"relation": "controls", "other_code": uscc(18_009)}, ["/other_code"]),
    ("status", {"status": "deregistered"}, ["/from"]),
    ("roles", {"role": "bidder", "from": "2026-02-01", "to": "2026-01-31"}, ["/to"]),
])
async def test_what_is_wrong_is_named_field_by_field(house: House, what: str, body: Any, pointers: list[str]) -> None:
    code = await enter(house, 18_009)
    refused = await state(house, code, what, body, status=422)
    assert [e["pointer"] for e in refused["errors"]] == pointers
    assert "110101199003070054" not in str(refused)


async def test_a_public_body_enters_the_company_first(house: House) -> None:
    refused = await state(house, uscc(18_011), "roles", {"role": "bidder"}, status=409)
    assert refused["code"] == "entity_not_entered"
    await state(house, uscc(18_011)[:-1] + "*", "roles", {"role": "bidder"}, status=422)
    missing = await state(house, uscc(18_009), "statements/stm_none/end", {"mistaken": True}, status=404)
    assert missing["code"] == "not_found"


async def test_a_repeated_request_is_answered_alike(house: House) -> None:
    code = await enter(house, 18_012)
    key = {**await house.key(Role.OPERATOR, OPERATION), "Idempotency-Key": "示例".encode().hex()}
    first = await house.post(f"/v1/entities/{code}/roles", {"role": "agency"}, key)
    second = await house.post(f"/v1/entities/{code}/roles", {"role": "agency"}, key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
