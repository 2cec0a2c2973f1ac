"""The first and the last day of the calendar, on every route that takes a day: a clear answer or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, product
from typing import Any, NamedTuple

import httpx

from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.scheme_rules import schemes_on
from tests.walks.cases import collusion, firm, penalty
from tests.walks.house import AUDIT, CENTRE, FINANCE, HOUSING, House

DAYS = ("0001-01-01", "1900-01-01", "2999-12-31", "9999-12-31")
PERSON = "experts_sample:E9731"
OFFICE = {"name": "示例市财政局", "code": FINANCE}


class Body(NamedTuple):
    """What a role writes to a path; `days` are the members that are days."""

    role: Role
    org: str
    path: str
    sent: dict[str, Any]
    days: tuple[str, ...]


def bodies(code: str) -> Iterator[Body]:
    """One good body of everything that says a day about a company or that asks about one."""
    subject = {"name": f"示例市样本工程有限公司{code[-4:]}", "code": code}
    person = {"kind": "natural_person", "name": "张三丰", "person_ref": PERSON}
    path, asks = f"/v1/entities/{code}", (Role.PLATFORM, CENTRE)
    states, lists = (Role.AUTHORITY, HOUSING), (Role.AUTHORITY, FINANCE)
    yield Body(*states, "/v1/penalties", penalty(code), (
        "decided_on", "served_on", "corrected_on", "performed_on", "valid_until", "publish_until"))
    yield Body(*lists, "/v1/listings", {
        "subject": subject, "list": "government_procurement", "document_no": "", "decided_on": "2026-05-20",
        "authority": OFFICE, "basis": "财办库〔2014〕526号"}, ("decided_on", "served_on", "corrected_on", "until"))
    yield Body(*lists, "/v1/merits", subject | {
        "scheme": "sample_construction", "item": "quality_award", "document_no": "", "authority": OFFICE,
        "granted_on": "2026-01-10"}, ("granted_on", "valid_until"))
    for who, scheme, item in ((subject, "construction", "contract_performance"), (person, "expert_points", "absent")):
        yield Body(*states, "/v1/conduct-records", {
            "subject": who, "scheme": f"sample_{scheme}", "item": item, "happened_on": "2026-11-16",
            "notice_served_on": "2026-11-20", "document_no": "", "evidence": "示例履约评价表",
        }, ("happened_on", "notice_served_on", "valid_until"))
    said = {"from": "2026-01-01", "to": "2026-12-31", "source": "示例"}
    yield Body(*states, f"{path}/roles", said | {"role": "bidder"}, ("from", "to"))
    yield Body(*states, f"{path}/status", said | {"status": "deregistered"}, ("from", "to"))
    yield Body(*asks, "/v1/eligibility", {
        "subjects": [{"code": code}], "on": "2026-11-22", "tender": {"type": "construction", "regimes": ["tendering"]},
    }, ("on",))
    yield Body(*asks, f"{path}/reports", {"on": "2026-11-22"}, ("on",))
    yield Body(Role.AUDITOR, AUDIT, f"{path}/score/what-if", {
        "scheme": "sample_construction_quarter", "on": "2026-11-22"}, ("on",))


def variants(body: Body) -> Iterator[dict[str, Any]]:
    """The body with each day at each extreme, and with all of them there."""
    for day in DAYS:
        yield body.sent | dict.fromkeys(body.days, day)
        for member in body.days:
            yield body.sent | {member: day}
    if body.path == "/v1/penalties":
        bar = collusion("0000")["restrictions"][0]
        for day, member in product(DAYS, ("from", "to")):
            yield body.sent | {"restrictions": [bar | {member: day}]}


def clear(answer: httpx.Response) -> None:
    """An answer, or a refusal with its code."""
    assert answer.status_code < 500, (answer.request.url, answer.request.content, answer.text)
    assert answer.is_success or answer.json()["code"], answer.text


def is_day(schema: dict[str, Any]) -> bool:
    return schema.get("format") == "date" or any(is_day(one) for one in schema.get("oneOf", []))


async def questions(house: House) -> list[tuple[str, list[str], bool]]:
    """Each path that is read with days in its address: the names of the days, and whether it takes a scheme."""
    paths, found = (await house.get("/schema/openapi.json")).json()["paths"], []
    for path, item in paths.items():
        asked = item.get("get", {}).get("parameters", [])
        days = [p["name"] for p in asked if p["in"] == "query" and is_day(p["schema"])]
        if days:
            found.append((path, days, any(p["name"] == "scheme" for p in asked)))
    return found


async def test_no_day_is_too_early_or_too_late_for_an_answer(house: House) -> None:
    """First everything is stated with such days, as far as they are taken; then everything is asked on such days."""
    code, number = firm(), count(1)

    def numbered(sent: dict[str, Any]) -> dict[str, Any]:
        return sent | ({"document_no": f"示样极〔2026〕{next(number)}号"} if "document_no" in sent else {})

    for body in bodies(code):
        by = await house.key(body.role, body.org)
        good = await house.post(body.path, numbered(body.sent), by)
        assert good.is_success, (body.path, good.text)
        for sent in variants(body):
            clear(await house.post(body.path, numbered(sent), by))
    await house.settled()
    by, schemes = await house.auditor(), schemes_on(house.services.book.current, business_day(house.clock()))
    asked = await questions(house)
    for path, days, rated in asked:
        place = path.format(code=code, person_ref=PERSON, rule_id="publication.ndrc36.general",
                            set_name="double_publicity")
        for day, member, scheme in product(DAYS, days, schemes if rated else [None]):
            question = {member: day} | ({"scheme": scheme} if scheme else {})
            clear(await house.client.get(place, params=question, headers=by))
    assert {f"/v1/entities/{{code}}/{what}" for what in ("score", "incentives", "standing", "roles", "history")} <= {
        path for path, _, _ in asked}
