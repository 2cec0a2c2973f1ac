"""An ID number that slips into a field comes back in no answer and is kept nowhere, over HTTP as in files."""

from __future__ import annotations

from typing import Any

import pytest

from credit.kernel import database
from tests.walks.cases import BAN_53, firm, penalty
from tests.walks.house import HOUSING, House
from tests.walks.test_listings import enter, entry

ID = "370102199003071238"  # an invented number with the right check digit
FULL_WIDTH = "".join(chr(ord(c) + 0xFEE0) for c in ID)


@pytest.mark.parametrize("number", [ID, FULL_WIDTH])
async def test_names_and_numbers_with_an_id_number_are_refused_without_it(house: House, number: str) -> None:
    code = firm()
    bodies: list[tuple[dict[str, Any], str]] = [
        (penalty(code, subject={"kind": "legal_person", "name": f"示例人{number}", "code": code}), "/subject/name"),
        (penalty(code, document_no=f"示罚〔2026〕{number}"), "/document_no"),
        (penalty(code, authority={"name": f"示例局{number}", "code": HOUSING}), "/authority/name"),
        (penalty(code, restrictions=[{**BAN_53, "basis": f"示例{number}"}]), "/restrictions/0"),
    ]
    for body, pointer in bodies:
        answer = await house.post("/v1/penalties", body, await house.office())
        assert answer.status_code == 422, answer.text
        assert number not in answer.text
        assert pointer in {e["pointer"] for e in answer.json()["errors"]}


async def test_prose_is_kept_without_it(house: House) -> None:
    code, office = firm(), await house.office()
    made = await house.push(penalty(code, facts=f"法定代表人示例人,身份证{ID}。", content=f"{ID}", note=ID))
    await enter(house, entry(code, facts=f"示例人{ID}"))
    told = (await house.get(f"/v1/penalties/{made['id']}", office)).json()
    assert "[证件号码未保留]" in told["prose"]["facts"] and ID not in str(told)
    for table in ("credit_payload", "log_payload", "log_entry"):
        text = f"SELECT count(*) AS n FROM {table} WHERE body LIKE '%{ID}%'"
        assert (await database.fetch(text))[0]["n"] == 0


async def test_questions_do_not_bring_it_back(house: House) -> None:
    question = {
        "subjects": [{"code": ID, "name": f"示例人{ID}"}, {"name": f"示例人{ID}"}, {"person_ref": ID, "name": ID}],
        "tender": {"type": "land", "conditions": [{"code": ID, "clause": ID, "text": f"示例{ID}"}]},
    }
    assert ID not in str(await house.ask(question))
    assert ID not in (await house.post("/v1/eligibility", {ID: 1}, await house.platform())).text
    for address in (f"/query?q=示例人{ID}", f"/query?q={ID}", f"/companies/{ID}", f"/v1/entities?name=示例人{ID}",
                    f"/v1/eligibility/{ID}", f"/verify/{ID}?t=x", f"/v1/rules/{ID}"):
        assert ID not in (await house.get(address)).text, address
