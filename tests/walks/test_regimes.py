"""Which repair rule a decision falls under, what it says of class and window, and which letters follow."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.walks.cases import firm, penalty
from tests.walks.house import FINANCE, HOUSING, MARKET, SAFETY, House

REPAIR, BOTH = ["repair_notice"], ["dishonesty_notice", "repair_notice"]


class Case(NamedTuple):
    org: str
    kind: str
    decided: str
    severity: str | None
    window: tuple[str | None, str | None]  # min_until, max_until; the window begins with the decision
    letters: list[str]


CASES = {
    # decided before 2023-05-01: no rule, no class, no window, no letter
    "before": Case(FINANCE, "fine", "2023-04-30", None, (None, None), []),
    # 令第58号: no classes, 3 months to 3 years; the window of 2023 is over, so no letter goes out
    "ndrc58 past": Case(HOUSING, "fine", "2023-05-01", None, ("2023-08-01", "2026-05-01"), []),
    "ndrc58": Case(HOUSING, "fine", "2026-03-31", None, ("2026-06-30", "2029-03-31"), BOTH),
    "ndrc58 work safety": Case(SAFETY, "fine", "2026-03-31", None, ("2027-03-31", "2029-03-31"), BOTH),
    # 令第36号 from 2026-04-01: a fine without threshold is general, 3 months to 1 year
    "ndrc36": Case(HOUSING, "fine", "2026-04-01", "general", ("2026-07-01", "2027-04-01"), BOTH),
    "ndrc36 minor": Case(HOUSING, "warning", "2026-09-01", "minor", (None, None), REPAIR),
    "ndrc36 serious": Case(HOUSING, "downgrade_qualification", "2026-04-01", "serious",
                           ("2027-04-01", "2029-04-01"), BOTH),
    # 总局令第107号 for market regulation from 2025-12-25
    "market before": Case(MARKET, "fine", "2025-12-24", None, ("2026-03-24", "2028-12-24"), BOTH),
    "samr107": Case(MARKET, "fine", "2025-12-25", "general", ("2026-03-25", "2026-12-25"), BOTH),
    "samr107 minor": Case(MARKET, "circulated_criticism", "2026-09-01", "minor", ("2026-12-01", "2026-12-01"), REPAIR),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_class_window_and_letters(house: House, case: Case) -> None:
    code = firm()
    made = await house.push(penalty(code, case.org, kinds=[case.kind], decided_on=case.decided), case.org)
    assert made["severity"] == case.severity
    assert made["severity_provisional"] is (case.severity is not None)
    shown = made["publication"] or {"min_until": None, "max_until": None}
    assert (shown["min_until"], shown["max_until"]) == case.window
    letters = await house.letters(code)
    assert sorted(letter["kind"] for letter in letters) == case.letters
    for letter in letters:
        assert letter["issuer_code"] == case.org


async def test_a_provisional_class_is_not_shown_to_the_public(house: House) -> None:
    code = firm()
    await house.push(penalty(code))
    public = (await house.get(f"/v1/entities/{code}/records")).json()["items"]
    assert [(r["severity"], r["severity_provisional"]) for r in public] == [(None, True)]
    own = (await house.get(f"/v1/entities/{code}/records", await house.enterprise(code))).json()["items"]
    assert [r["severity"] for r in own] == ["general"]


async def test_a_natural_person_is_kept_but_shown_to_nobody(house: House) -> None:
    name, reference = "示例评委甲乙", "示例专家库-0007"
    subject = {"kind": "natural_person", "name": name, "person_ref": reference}
    made = await house.push(penalty(
        "", subject=subject, kinds=["warning", "other"], content="警告,取消担任评标委员会成员的资格。",
        restrictions=[{"scope": "evaluation_work", "from": "2026-05-20", "to": None, "basis": "招标投标法 第五十六条"}],
    ))
    assert (made["subject_code"], made["publication"], made["notices_url"]) == (None, None, None)
    await house.settled()
    letters = await house.get(f"/v1/notices?record={made['id']}", await house.auditor())
    assert letters.json()["items"] == []
    kept = await house.get(f"/v1/penalties/{made['id']}", await house.office())
    assert kept.json()["prose"]["subject_name"] == name
    seq = made["entry"]["seq"]
    public = [
        await house.get("/v1/entities", None), await house.client.get("/v1/entities", params={"name": name}),
        await house.get(f"/v1/ledger/entries/{seq}"), await house.get("/"), await house.get(f"/?q={name}"),
    ]
    for page in public:
        assert page.status_code < 500
        assert reference not in page.text
    assert public[1].json()["items"] == []
    body = (await house.get(f"/v1/ledger/entries/{seq}", await house.auditor())).text
    assert name not in body and reference not in body  # the log holds no personal data


async def test_an_id_number_is_refused_as_a_reference_of_a_person(house: House) -> None:
    number = "110101199003070054"  # invented; the form of an ID-card number with a right check digit
    subject = {"kind": "natural_person", "name": "示例评委丙", "person_ref": number}
    refused = await house.push(penalty("", subject=subject, kinds=["warning"]), status=422)
    assert [e["pointer"] for e in refused["errors"]] == ["/subject/person_ref"]
    assert number not in str(refused)
