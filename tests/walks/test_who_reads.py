"""Who may read a single penalty, and that an answer's score is the one the score call explains."""

from __future__ import annotations

import pytest

from credit.accounts.model import Role
from tests.walks.cases import firm, penalty
from tests.walks.house import HOUSING, WATER, House


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.COORDINATOR, Role.REVIEWER, Role.OPERATOR])
async def test_oversight_reads_a_penalty_in_full(house: House, role: Role) -> None:
    made = await house.push(penalty(firm()))
    answer = await house.get(f"/v1/penalties/{made['id']}", await house.key(role, WATER))
    assert answer.status_code == 200
    assert answer.json()["prose"]["facts"] == "示例事实。"


async def test_another_authority_and_a_platform_do_not(house: House) -> None:
    made = await house.push(penalty(firm()))
    for asker in (await house.key(Role.AUTHORITY, WATER), await house.platform()):
        assert (await house.get(f"/v1/penalties/{made['id']}", asker)).status_code == 403


async def test_good_conduct_counts_in_the_answer_as_in_the_score(house: House) -> None:
    code = firm()
    merit = {"code": code, "name": "示例市样本工程有限公司", "scheme": "sample_construction", "item": "quality_award",
             "document_no": f"示样奖〔2026〕{code[-4:]}号", "granted_on": "2026-03-18",
             "authority": {"name": "示例市住房和城乡建设局", "code": HOUSING}}
    assert (await house.post("/v1/merits", merit, await house.office())).status_code == 201
    score = (await house.get(f"/v1/entities/{code}/score?scheme=sample_construction", await house.platform())).json()
    assert score["value"] > 70  # the base of the sample scheme
    tender = {"type": "construction", "mandatory": True, "regimes": ["tendering"],
              "credit_weight": {"scheme": "sample_construction", "points": 5}}
    answer = await house.ask({"subjects": [{"code": code}], "tender": tender})
    assert answer["answers"][0]["score"]["value"] == score["value"]
