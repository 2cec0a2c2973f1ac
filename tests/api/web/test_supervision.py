"""约谈 and 抽查 by page, without a script."""

from __future__ import annotations

from itertools import pairwise

import httpx

from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from sanctions.draws import DrawInput, DrawKind, ItemInput
from sanctions.service.supervising.draws import InstructionInput
from sanctions.talks import TalkInput
from tests.api.web.firms import FIRM, NAME
from tests.api.web.people import at, enter, follow, page, person, send
from tests.factories import uscc
from tests.fakes import START, FakeClock

CENTRE, BUREAU = uscc(60), uscc(61)
FORM = {"subject": FIRM, "held_on": "2026-11-20", "reason": "示例事由", "demand": "示例要求", "deadline": "2026-11-24",
        "document": ""}


async def people(services: Services) -> None:
    bureau = OrganisationInput(code=BUREAU, name="示例市公管局", short_code="示公")
    await accounts.register_organisation(bureau, by="test", now=services.clock())
    await person(services, Role.PLATFORM, CENTRE, "centre", name="示例交易中心")
    await person(services, Role.AUTHORITY, BUREAU, "bureau")
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)


async def test_from_the_talk_to_the_departments_answer(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    await people(services)
    await enter(visitor, "centre")
    form = await visitor.get("/office/talks/new")
    bad = await send(visitor, form, {**FORM, "subject": "x", "demand": ""}, to="/office/talks/new")
    assert "写明要求" in page(bad, 422).text
    bad = await send(visitor, form, {**FORM, "subject": "x"}, to="/office/talks/new")
    assert "请改正" in page(bad, 422).text
    made = await follow(visitor, await send(visitor, form, FORM, to="/office/talks/new"))
    here = str(made.url.path)
    assert "待落实" in page(made).text and "移送监督部门" not in page(made).text.replace("，移送行政监督部门", "")
    visitor.cookies.clear()
    desk = page(await follow(visitor, await enter(visitor, "enterprise")))
    own = here.replace("/office", "/desk")
    assert own in [a["href"] for a in desk.all("a")] and "至 2026年11月24日" in desk.text
    shown = await visitor.get(own)
    assert "示例要求" in page(shown).text and "约谈不限制参加交易" in page(shown).text
    assert (await send(visitor, shown, {"text": " "}, to=own)).status_code == 422
    stated = await follow(visitor, await send(visitor, shown, {"text": "示例落实"}, to=own))
    assert "待核实" in page(stated).text and "示例落实" in page(stated).text
    clock.advance(days=3)
    visitor.cookies.clear()
    await enter(visitor, "centre")
    late = await visitor.get(here)
    empty = await send(visitor, late, {"department": "", "note": "x"}, to=f"{here}/referral")
    assert "选择监督部门" in page(empty, 422).text
    sent = await send(visitor, late, {"department": BUREAU, "note": "示例移送"}, to=f"{here}/referral")
    assert "已移送监督部门" in page(await follow(visitor, sent)).text
    again = await send(visitor, late, {"finding": "x"}, to=f"{here}/closure")
    assert "已移送" in page(again, 409).text
    visitor.cookies.clear()
    await enter(visitor, "bureau")
    assert here in [a["href"] for a in page(await visitor.get("/office/talks")).all("a")]
    answer = await send(visitor, await visitor.get(here), {"text": "示例立案"}, to=f"{here}/answer")
    assert at(answer) == here and "监督部门已答复" in page(await follow(visitor, answer)).text


async def test_closing_from_the_page(services: Services, visitor: httpx.AsyncClient) -> None:
    await people(services)
    await enter(visitor, "centre")
    form = await visitor.get("/office/talks/new")
    made = await follow(visitor, await send(visitor, form, FORM, to="/office/talks/new"))
    here = str(made.url.path)
    closed = await send(visitor, made, {"finding": "示例核实"}, to=f"{here}/closure")
    found = page(await follow(visitor, closed))
    assert "已落实，办结" in found.text and found.all("form") == []


async def test_a_draw_is_shown_to_everybody(services: Services, visitor: httpx.AsyncClient) -> None:
    caller = Caller(key_id="test", org_code=BUREAU, role=Role.AUTHORITY)
    assert "还没有抽查" in page(await visitor.get("/draws")).text
    told = DrawInput(kind=DrawKind.TENDER_FILES, items=tuple(
        ItemInput(id=f"示例招标-{n}", subject_code=FIRM, grade="D") for n in range(5)))
    draw_id = await services.draws.announce(told, caller)
    assert "尚未抽取" in page(await visitor.get(f"/draws/{draw_id}")).text
    made = await services.draws.draw(draw_id, caller)
    given = InstructionInput(item=made.result[0].item, text="示例指令 <b>", due_on=START.date())
    await services.draws.instruct(draw_id, given, caller)
    found = page(await visitor.get(f"/draws/{draw_id}"))
    assert made.seed and made.seed in found.text and made.list_digest in found.text
    assert "60%" in found.text and "示例指令 <b>" in found.text and "没有另设见证方" in found.text
    assert f"/draws/{draw_id}" in [a["href"] for a in page(await visitor.get("/draws")).all("a")]
    assert (await visitor.get("/draws/drw_none")).status_code == 404


async def test_every_page_is_sound(services: Services, visitor: httpx.AsyncClient) -> None:
    await people(services)
    caller = Caller(key_id="test", org_code=CENTRE, role=Role.PLATFORM)
    day = START.date()
    given = TalkInput(subject=FIRM, reason="示例", demand="示例", deadline=day, held_on=day)
    made = (await services.talks.hold(given, caller)).id
    await enter(visitor, "centre")
    pages = [await visitor.get(p) for p in ("/office/talks", "/office/talks/new", f"/office/talks/{made}", "/draws")]
    visitor.cookies.clear()
    await enter(visitor, "enterprise")
    pages += [await visitor.get(p) for p in ("/desk", "/desk/talks", f"/desk/talks/{made}")]
    for answer in pages:
        found = page(answer)
        assert found.headings().count(1) == 1
        below = found.headings()[found.headings().index(1):]
        assert all(b - a <= 1 for a, b in pairwise(below)), (answer.url, below)
        assert len(found.ids()) == len(set(found.ids())), answer.url
        assert found.referred() <= set(found.ids()), answer.url
        assert found.all("script") == found.all("style") == []
    assert (await visitor.get("/office/talks")).status_code == 403
    visitor.cookies.clear()
    await person(services, Role.ENTERPRISE, uscc(8), "stranger")
    await enter(visitor, "stranger")
    assert (await visitor.get(f"/desk/talks/{made}")).status_code == 404


async def test_a_talk_is_called_and_then_held_by_page(services: Services, visitor: httpx.AsyncClient) -> None:
    await people(services)
    await enter(visitor, "centre")
    form, new = await visitor.get("/office/talks/call"), "/office/talks/call"
    call = {"subject": FIRM, "meets_on": "2026-11-22", "meets_at": "上午9时", "place": "示例地点",
            "attendee": "法定代表人", "reason": "示例事由", "bring": "", "basis": ""}
    assert "填写地点" in page(await send(visitor, form, {**call, "place": ""}, to=new), 422).text
    assert "今天或者以后" in page(await send(visitor, form, {**call, "meets_on": "2026-11-21"}, to=new), 422).text
    made = await follow(visitor, await send(visitor, form, call, to=new))
    here = str(made.url.path)
    assert "待约谈" in page(made).text and "示例地点" in page(made).text
    assert "示例事由" in page(await visitor.get("/office/talks")).text
    meeting = {"held_on": "2026-11-22", "absent": "1", "demand": "示例要求", "deadline": "2026-11-24", "document": ""}
    assert "写明要求" in page(await send(visitor, made, {**meeting, "demand": ""}, to=f"{here}/meeting"), 422).text
    held = await follow(visitor, await send(visitor, made, meeting, to=f"{here}/meeting"))
    assert "企业未到场" in page(held).text and "待落实" in page(held).text
