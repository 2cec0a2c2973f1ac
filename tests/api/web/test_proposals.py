"""列入告知 by page, without a script: intended, served, stated, answered, decided."""

from __future__ import annotations

import httpx

from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput, Role
from credit.model import Field
from tests.api.web.firms import FIRM, NAME
from tests.api.web.people import enter, follow, page, person, send
from tests.factories import uscc

OFFICE = uscc(62)
FORM = {"code": FIRM, "name": NAME, "list": "wage_arrears", "facts": "示例拟列事实", "reason": "", "basis": "示例依据",
        "answer_by": "", "until": ""}


async def test_intended_stated_answered_and_decided(services: Services, visitor: httpx.AsyncClient) -> None:
    office = OrganisationInput(code=OFFICE, name="示例市人社局", short_code="示人社", field=Field.LABOUR)
    await accounts.register_organisation(office, by="test", now=services.clock())
    await person(services, Role.AUTHORITY, OFFICE, "office")
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    await enter(visitor, "office")
    form, new = await visitor.get("/office/proposals/new"), "/office/proposals/new"
    assert "写明依据" in page(await send(visitor, form, {**FORM, "basis": ""}, to=new), 422).text
    for wrong in ({"code": "x"}, {"list": "no_such"}, {"list": "tax"}):
        assert "请改正" in page(await send(visitor, form, {**FORM, **wrong}, to=new), 422).text
    made = await follow(visitor, await send(visitor, form, FORM, to=new))
    here = str(made.url.path)
    assert "待送达" in page(made).text
    assert "填写送达日期" in page(await send(visitor, made, {"served_on": ""}, to=f"{here}/service"), 422).text
    served = await follow(visitor, await send(visitor, made, {"served_on": "2026-11-22"}, to=f"{here}/service"))
    assert "至 2026年11月27日（含当日）（系统推算，未经核对）" in page(served).text
    visitor.cookies.clear()
    desk = page(await follow(visitor, await enter(visitor, "enterprise")))
    own = here.replace("/office", "/desk")
    assert own in [a["href"] for a in desk.all("a")]
    shown = await visitor.get(own)
    assert "示例拟列事实" in page(shown).text and "不予列入" not in page(shown).text
    stated = await follow(visitor, await send(visitor, shown, {"text": "示例申辩"}, to=own))
    assert "待复核" in page(stated).text
    visitor.cookies.clear()
    await enter(visitor, "office")
    seen = await visitor.get(here)
    told = await follow(visitor, await send(visitor, seen, {"text": "不成立", "upheld": "yes"}, to=f"{here}/reply"))
    assert "复核后仍拟列入" in page(told).text
    decision = {"document_no": "示人社列〔2026〕1号", "decided_on": "2026-11-22"}
    done = await follow(visitor, await send(visitor, told, decision, to=f"{here}/decision"))
    assert "已列入" in page(done).text
    assert (await visitor.get(f"{here[:-3]}xyz")).status_code == 404
    assert NAME in page(await visitor.get("/office/proposals")).text
