"""Conduct by page, without a script: an office records, the company states, the office replies."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

import httpx
import pytest

from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.model import SubjectKind
from sanctions.conduct import ConductCommand
from sanctions.model import SubjectInput
from tests.api.web.firms import FIRM, NAME
from tests.api.web.people import at, enter, follow, page, person, send
from tests.factories import uscc
from tests.fakes import FakeClock

OFFICE = uscc(31)
ITEM = "sample_construction|contract_performance"
FORM = {"kind": "legal_person", "name": NAME, "code": FIRM, "person_ref": "", "item": ITEM, "happened_on": "2026-11-16",
        "project": "示例河道治理工程", "document_no": "示样告〔2026〕1号", "notice_served_on": "2026-11-20",
        "evidence": "示例履约评价表"}


async def office(services: Services, role: Role = Role.AUTHORITY) -> Caller:
    """Somebody of an office that may record conduct under the sample scheme."""
    given = OrganisationInput(code=OFFICE, name="示例市水利局", competences=("conduct:sample_construction",))
    await accounts.register_organisation(given, by="test", now=services.clock())
    return (await person(services, role, OFFICE, "office")).caller()


async def recorded(services: Services, caller: Caller, subject: SubjectInput | None = None) -> str:
    command = ConductCommand(
        subject=subject or SubjectInput(name=NAME, code=FIRM), scheme="sample_construction",
        item="contract_performance", happened_on=date(2026, 11, 16),
        notice_served_on=date(2026, 11, 20))
    prepared = await services.conducting.prepare(command, caller)
    return (await services.conducting.receive(prepared, by="test")).record_id


async def test_from_recording_to_a_reply_that_drops_it(services: Services, visitor: httpx.AsyncClient) -> None:
    await office(services)
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    answer = await enter(visitor, "office")
    assert at(answer) == "/office/conduct"
    assert "没有这样的记录" in page(await follow(visitor, answer)).text
    made = await follow(visitor, await send(visitor, await visitor.get("/office/conduct/new"), FORM))
    here = str(made.url.path)
    found = page(made)
    assert "陈述申辩期内" in found.text and "2026年11月27日（含当日）" in found.text
    assert "自 2026年11月28日 起" in found.text
    visitor.cookies.clear()
    desk = page(await follow(visitor, await enter(visitor, "enterprise")))
    assert "对“合同履约评价不合格”的记录陈述申辩至 2026年11月27日" in desk.text
    own = here.replace("/office", "/desk")
    assert own in [a["href"] for a in desk.all("a")]
    empty = await send(visitor, await visitor.get(own), {"text": " "}, to=own)
    assert empty.status_code == 422 and "写明陈述申辩的内容" in page(empty, 422).text
    form = await visitor.get(own)
    stated = await follow(visitor, await send(visitor, form, {"text": "示例申辩"}, to=own))
    assert "已陈述申辩，待答复" in page(stated).text and "答复之前不计分" in page(stated).text
    assert "已提交过陈述申辩" in page(await send(visitor, form, {"text": "再次"}, to=own), 409).text
    assert (await send(visitor, form, {"text": "再次", "form_token": ""}, to=own)).status_code == 403
    visitor.cookies.clear()
    waiting = page(await follow(visitor, await enter(visitor, "office")))
    assert here in [a["href"] for a in waiting.all("a")] and "答复期限 2026年12月4日" in waiting.text
    shown = await visitor.get(here)
    wanting = await send(visitor, shown, {"replied_on": "2026-11-22", "reason": ""}, to=f"{here}/reply")
    assert wanting.status_code == 422 and "选择维持或者不予记录" in page(wanting, 422).text
    reply = {"upheld": "no", "replied_on": "2026-11-22", "reason": "示例理由"}
    done = await follow(visitor, await send(visitor, shown, reply, to=f"{here}/reply"))
    assert "申辩成立，不计分" in page(done).text and "示例理由" in page(done).text
    again = await send(visitor, done, reply, to=f"{here}/reply")
    assert again.status_code == 409 and "已经答复" in page(again, 409).text


async def test_every_page_is_sound(services: Services, visitor: httpx.AsyncClient, clock: FakeClock) -> None:
    caller = await office(services)
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    made = await recorded(services, caller)
    await enter(visitor, "office")
    pages = [await visitor.get(p) for p in ("/office/conduct", "/office/conduct?stands=open", "/office/conduct/new",
                                            f"/office/conduct/{made}")]
    pages.append(await send(visitor, pages[2], {**FORM, "code": "x", "name": ""}, to="/office/conduct/new"))
    pages.append(await send(visitor, pages[2], {}, to="/office/conduct/new"))
    pages.append(await send(visitor, pages[3], {"text": "示例"}, to=f"/office/conduct/{made}/statement"))
    visitor.cookies.clear()
    await enter(visitor, "enterprise")
    pages += [await visitor.get("/desk/conduct"), await visitor.get(f"/desk/conduct/{made}")]
    for answer in pages:
        found = page(answer, 422 if "请改正" in answer.text else 200)
        assert found.headings().count(1) == 1
        below = found.headings()[found.headings().index(1):]
        assert all(b - a <= 1 for a, b in pairwise(below)), (answer.url, below)
        assert len(found.ids()) == len(set(found.ids())), answer.url
        assert found.referred() <= set(found.ids()), answer.url
        named = {t["id"] for k in ("input", "select", "textarea") for t in found.all(k) if t.get("type") != "hidden"}
        assert named <= {label["for"] for label in found.all("label")}, answer.url
        assert found.all("script") == found.all("style") == []


async def test_a_withdrawn_record_has_no_forms(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await recorded(services, await office(services))
    await enter(visitor, "office")
    here = f"/office/conduct/{made}"
    shown = await visitor.get(here)
    assert (await send(visitor, shown, {"why": ""}, to=f"{here}/withdrawal")).status_code == 422
    done = await follow(visitor, await send(visitor, shown, {"why": "登记有误"}, to=f"{here}/withdrawal"))
    assert "已撤回" in page(done).text and "登记有误" in page(done).text
    assert page(done).all("form") == []
    late = await send(visitor, shown, {"text": "示例", "stated_on": "2026-11-22"}, to=f"{here}/statement")
    assert late.status_code == 409


async def test_a_statement_on_paper_is_entered_by_the_office(services: Services, visitor: httpx.AsyncClient) -> None:
    expert = SubjectInput(kind=SubjectKind.NATURAL_PERSON, name="张三丰", person_ref="experts_sample:E9001")
    made = await recorded(services, await office(services), expert)
    await enter(visitor, "office")
    here = f"/office/conduct/{made}"
    shown = await visitor.get(here)
    assert "张**" in page(shown).text and "三丰" not in shown.text
    given = {"text": "示例申辩", "stated_on": "2026/11/21"}
    done = await follow(visitor, await send(visitor, shown, given, to=f"{here}/statement"))
    assert "2026年11月21日" in page(done).text and "已陈述申辩，待答复" in page(done).text
    wanting = await send(visitor, done, {"repaired_on": "2026-11-22", "proof": ""}, to=f"{here}/repair")
    assert "写明整改完成的证明" in page(wanting, 422).text
    mended = {"repaired_on": "2026-11-22", "proof": "示例验收记录"}
    done = await follow(visitor, await send(visitor, done, mended, to=f"{here}/repair"))
    assert "已修复" in page(done).text and "示例验收记录" in page(done).text and "登记整改完成" not in page(done).text


async def test_nobody_else_sees_or_acts(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await recorded(services, await office(services))
    await person(services, Role.ENTERPRISE, uscc(8), "stranger")
    await person(services, Role.AUTHORITY, uscc(32), "elsewhere")
    for login, path, status in (("stranger", f"/desk/conduct/{made}", 404), ("stranger", "/office/conduct", 403),
                                ("elsewhere", f"/office/conduct/{made}", 404), ("elsewhere", "/desk/conduct", 403)):
        visitor.cookies.clear()
        await enter(visitor, login)
        answer = await visitor.get(path)
        assert answer.status_code == status, path
        assert NAME not in answer.text


@pytest.mark.parametrize("role", [Role.PLATFORM])
async def test_a_platform_records_where_the_scheme_says_so(
    services: Services, visitor: httpx.AsyncClient, role: Role
) -> None:
    await office(services, role)
    await enter(visitor, "office")
    found = page(await visitor.get("/office/conduct/new"))
    assert [o["value"] for o in found.all("option")] == ["", ITEM]


async def test_after_the_time_the_company_is_told_what_a_statement_still_does(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    made = await recorded(services, await office(services))
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    clock.set(datetime(2026, 11, 28, 1, tzinfo=UTC))
    await enter(visitor, "enterprise")
    found = page(await visitor.get(f"/desk/conduct/{made}"))
    assert "计入得分" in found.text and "陈述申辩的期限已过" in found.text
    assert "的记录陈述申辩" not in page(await visitor.get("/desk")).text
