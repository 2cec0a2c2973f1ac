"""Draws at the office by page: fixed first, drawn next, then findings and 监督指令, which the addressee answers."""

from __future__ import annotations

import re
from itertools import pairwise

import httpx
import msgspec

from api.wiring import Services
from credit.accounts.model import Role
from sanctions.draw_checks import check
from tests.api.web.firms import FIRM, NAME
from tests.api.web.people import at, enter, follow, page, person, send
from tests.factories import uscc

BUREAU, OTHER = uscc(61), uscc(63)
GRADES = {0: "D", 1: "D"}  # the rest unrated
FILES = "\n".join(f"示例招标-{n:02},{FIRM if n == 0 else uscc(100 + n)}{',' + GRADES[n] if n in GRADES else ''}"
                  for n in range(10))


def once(shown: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="once" value="([^"]+)"', shown.text)
    assert found
    return {"once": found[1]}


async def test_from_the_list_to_the_answer(services: Services, visitor: httpx.AsyncClient) -> None:
    await person(services, Role.AUTHORITY, BUREAU, "bureau", name="示例市公管局")
    await person(services, Role.ENTERPRISE, FIRM, name=NAME)
    await enter(visitor, "bureau")
    form = await visitor.get("/office/draws/new/tender_files")
    assert "不低于 20%" in page(form).text and "D 级 60%" in page(form).text
    body = {**once(form), "items": FILES}
    announced = await send(visitor, form, body)
    assert at(await send(visitor, form, body)) == at(announced)  # the button pressed twice
    fixed = await follow(visitor, announced)
    here = at(announced)
    digest = (await services.draws.read(here.rpartition("/")[2])).list_digest
    assert "待抽取" in page(fixed).text and digest in fixed.text and "登记检查结果" not in fixed.text
    drawn = await follow(visitor, await send(visitor, fixed, to=f"{here}/result"))
    made = await services.draws.read(here.rpartition("/")[2])
    assert len(made.result) == 4  # of two of grade D at 60 %: 1.2, rounded up to 2; of eight unrated at 25 %: 2
    assert made.seed and made.seed in drawn.text and "未评级" in page(drawn).text
    items = {d.item for d in made.result}
    assert {"示例招标-00", "示例招标-01"} <= items
    item = "示例招标-00"
    bad = await send(visitor, drawn, {"found": item, "outcome": "", "inspected_on": ""}, to=f"{here}/findings")
    assert "选择检查结果" in page(bad, 422).text
    late = {"found": item, "outcome": "corrected", "inspected_on": "2026-11-23", "note": "示例"}
    assert "不得晚于今天" in page(await send(visitor, drawn, late, to=f"{here}/findings"), 422).text
    await send(visitor, drawn, {**late, "inspected_on": "2026-11-22"}, to=f"{here}/findings")
    told = {"item": item, "words": "示例指令:改正资格条件", "due_on": "2026-12-01", "addressee": ""}
    past = await send(visitor, drawn, {**told, "due_on": "2026-11-21"}, to=f"{here}/instructions")
    assert "不早于今天" in page(past, 422).text
    wrong = await send(visitor, drawn, {**told, "item": "示例招标-99"}, to=f"{here}/instructions")
    assert wrong.status_code == 409
    sent = await follow(visitor, await send(visitor, drawn, told, to=f"{here}/instructions"))
    assert "代为登记" in page(sent).text and "发现问题，已责令改正" in page(sent).text
    visitor.cookies.clear()
    await enter(visitor, "enterprise")
    assert "/instructions" in [a["href"] for a in page(await visitor.get("/desk")).all("a")]
    mine = await visitor.get("/instructions")
    to = page(mine).all("form")[0]["action"]
    assert (await send(visitor, mine, {"text": " "}, to=to)).status_code == 422
    done = await follow(visitor, await send(visitor, mine, {"text": "示例答复 <b>"}, to=to))
    assert "示例答复 <b>" in page(done).text and page(done).all("form") == []
    assert (await send(visitor, mine, {"text": "再答"}, to=to)).status_code == 409
    assert (await visitor.get("/office/draws")).status_code == 403
    public = page(await visitor.get(here.replace("/office", "")))
    assert "示例答复 <b>" in public.text and "发现问题，已责令改正" in public.text and "未评级" not in public.text


async def test_two_inspectors_are_drawn_and_none_who_must_stay_away(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    await person(services, Role.COORDINATOR, BUREAU, "bureau")
    await person(services, Role.AUTHORITY, OTHER, "other")
    await enter(visitor, "bureau")
    form = await visitor.get("/office/draws/new/double_random")
    body = {"items": f"示例项\t{FIRM}\tD", "inspectors": "示例库:1、示例库:2 示例库:3", "avoid": "示例项，示例库:1"}
    few = page(await send(visitor, form, {**body, "avoid": "示例项,示例库:1\n\n示例项,示例库:2"}), 422)
    assert "第1行:回避之后不足2名检查人员".replace(":", "：") in few.text
    for wrong, field, words in (
        ({**body, "items": "示例项"}, "items", "第1行"),
        ({**body, "items": f"a,{FIRM}\n\na,91370199"}, "items", "第3行"),
        ({**body, "avoid": "示例项,无"}, "avoid", "第1行"), ({**body, "items": ""}, "items", "1至1000项"),
        ({**body, "inspectors": "110101199003074370 示例库:2"}, "inspectors", "110101199003074370"),
        ({**body, "items": f"示例项 {FIRM}", "scheme": "none"}, "scheme", "计分方案"),
    ):
        refused = page(await send(visitor, form, wrong), 422)
        assert f"#{field}" in [a["href"] for a in refused.all("a")] and words in refused.text, wrong
    fixed = await follow(visitor, await send(visitor, form, body))
    here = str(fixed.url.path)
    drawn = page(await follow(visitor, await send(visitor, fixed, to=f"{here}/result")))
    assert "检查人员编号：示例库:2、示例库:3" in drawn.text
    saved = (await services.draws.read(here.rpartition("/")[2]))
    assert check(msgspec.json.encode(saved), services.log.verifiers()).valid
    for answer in (fixed, await visitor.get(here), form, await visitor.get("/office/draws"),
                   await visitor.get("/instructions")):
        shown = page(answer)
        assert shown.headings().count(1) == 1
        assert all(b - a <= 1 for a, b in pairwise(shown.headings()[shown.headings().index(1):])), answer.url
        assert len(shown.ids()) == len(set(shown.ids())) and shown.referred() <= set(shown.ids()), answer.url
    visitor.cookies.clear()
    await enter(visitor, "other")
    assert at(await visitor.get(here)) == here.replace("/office", "")
    assert (await send(visitor, await visitor.get("/account"), {"found": "示例项", "outcome": "nothing",
            "inspected_on": "2026-11-22"}, to=f"{here}/findings")).status_code == 303  # another's: to the public page
    assert (await services.draws.read(here.rpartition("/")[2])).findings == ()
    assert (await visitor.get("/office/draws/new/none")).status_code == 404
