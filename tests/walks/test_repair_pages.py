"""The whole repair by page: a person with a browser and no script, eight pages at most from sign-in to handed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from credit.accounts.model import Role
from tests.api.web.people import at, enter, follow, page, person, send
from tests.walks.house import HOUSING, House
from tests.walks.repairs import PDF, general

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
MOST_PAGES = 8
SIGNED = {"signed_by": "赵样本", "signed_on": "2026-11-22", "agreed": "1"}


@asynccontextmanager
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own over the served house."""
    async with httpx.AsyncClient(transport=house.client._transport, base_url="http://house") as client:
        client.headers.update(BROWSER)
        yield client


async def test_a_repair_by_page_from_sign_in_to_clean(house: House) -> None:
    """sign-in, desk, record, papers, 承诺书, check, status: seven pages."""
    desk, record = await general(house)
    await house.enterprise(desk.code)
    await person(house.services, Role.ENTERPRISE, desk.code, f"firm-{desk.code}")
    await person(house.services, Role.REVIEWER, HOUSING, f"office-{desk.code}")
    async with browser(house) as firm, browser(house) as office:
        seen = 1
        shown = await follow(firm, await enter(firm, f"firm-{desk.code}"))
        assert (seen := seen + 1) and "可以申请修复" in page(shown).text
        (way,) = {a["href"] for a in page(shown).all("a") if a["href"] == f"/desk/records/{record}"}
        shown = await firm.get(way)
        assert (seen := seen + 1) and "开始申请修复" in page(shown).text
        shown = await follow(firm, await send(firm, shown, {"contact": "000-0000-0007"}))
        assert (seen := seen + 1) and "上传材料" in page(shown).text
        shown = await follow(firm, await send(
            firm, shown, {"on": "1"}, [("paper_performance", ("缴款凭证.pdf", PDF))]))
        assert (seen := seen + 1) and "签署信用承诺书" in page(shown).text
        shown = await follow(firm, await send(firm, shown, SIGNED, [("file", ("", b""))]))
        assert (seen := seen + 1) and "核对并提交" in page(shown).text
        shown = await follow(firm, await send(firm, shown))
        assert (seen := seen + 1) <= MOST_PAGES
        assert "已提交，待受理" in page(shown).text
        status = str(shown.url.path)

        shown = await follow(office, await enter(office, f"office-{desk.code}"))
        case = status.rsplit("/", 1)[1]
        assert f"/review/cases/{case}" in [a["href"] for a in page(shown).all("a")]
        shown = await office.get(f"/review/cases/{case}")
        shown = await follow(office, await send(office, shown, to=f"/review/cases/{case}/acceptance"))
        assert "已受理，办理中" in page(shown).text
        shown = await office.get(f"/review/cases/{case}/decision?record={record}")
        shown = await follow(office, await send(
            office, shown, {"record_id": record, "outcome": "granted", "reason": ""}, [("file", ("", b""))]))
        assert "准予修复" in page(shown).text

        found = page(await firm.get(status))
        assert "公示、得分、限制和对外答复已同时更新" in found.text
        assert "已终止公示" in page(await firm.get("/desk")).text
    public = (await house.get(f"/v1/entities/{desk.code}/records")).json()["items"]
    assert public == []


async def test_nothing_is_lost_on_the_way(house: House) -> None:
    """A wrong file beside a right one, an unsigned promise, the back button, and a second tab."""
    desk, record = await general(house)
    await house.enterprise(desk.code)
    await person(house.services, Role.ENTERPRISE, desk.code, f"firm-{desk.code}")
    async with browser(house) as firm:
        await enter(firm, f"firm-{desk.code}")
        papers = await follow(firm, await send(firm, await firm.get(f"/desk/records/{record}")))
        case = str(papers.url.path).rsplit("/", 1)[0]
        both = [("paper_performance", ("缴款.pdf", b"not a pdf")), ("paper_identity", ("执照.pdf", PDF))]
        shown = await send(firm, papers, {"on": "1"}, both)
        found = page(shown, 422)
        assert "#paper_performance" in [a["href"] for a in found.all("a")]
        assert found.title.startswith("请改正：")
        assert "已保存 PDF" in found.text  # the right one was taken

        stale = page(await send(firm, papers, {"on": "1"}, both), 409)  # back, and sent again from the old page
        assert "这一页已经过时" in stale.text
        assert f"{case}/papers" in [a["href"] for a in stale.all("a")]

        promise = await follow(firm, await send(
            firm, shown, {"on": "1"}, [("paper_performance", ("缴款.pdf", PDF))]))
        unsigned = await send(firm, promise, {"signed_by": "赵样本", "signed_on": "2026-11-22"}, [("file", ("", b""))])
        found = page(unsigned, 422)
        assert "#agreed" in [a["href"] for a in found.all("a")]
        (field,) = [t for t in found.all("input") if t.get("id") == "signed_by"]
        assert field["value"] == "赵样本"
        early = await firm.get(f"{case}/check")
        found = page(await send(firm, early), 422)
        assert "#commitment" in [a["href"] for a in found.all("a")]

        check = await follow(firm, await send(firm, unsigned, SIGNED, [("file", ("", b""))]))
        late = await send(firm, promise, {**SIGNED, "signed_by": "钱样本"}, [("file", ("", b""))])
        found = page(late, 409)
        assert "钱样本" in found.text  # what was typed can be copied
        assert at(await send(firm, check)) == case
        page(await send(firm, check), 409)  # the button pressed twice
        assert at(await firm.get(f"{case}/papers")) == case  # back: nothing to fill any more


async def test_too_early_says_the_day_and_another_companys_record_is_nowhere(house: House) -> None:
    desk, record = await general(house, corrected_on=None, performed_on=None, decided_on="2026-10-08",
                                 served_on="2026-10-08")
    other, _ = await general(house)
    for code in (desk.code, other.code):
        await house.enterprise(code)
        await person(house.services, Role.ENTERPRISE, code, f"firm-{code}")
    async with browser(house) as firm, browser(house) as stranger:
        await enter(firm, f"firm-{desk.code}")
        shown = await firm.get(f"/desk/records/{record}")
        found = page(await send(firm, shown, {"corrected_on": "2026-10-20", "contact": "000-1"}), 409)
        assert "2027-01-09" in found.text or "2027年1月9日" in found.text
        assert any(t.get("value") == "2026-10-20" for t in found.all("input"))
        await enter(stranger, f"firm-{other.code}")
        page(await stranger.get(f"/desk/records/{record}"), 404)
        page(await send(stranger, await stranger.get("/desk/bots"), to=f"/desk/records/{record}"), 404)


async def test_a_supplement_a_second_time_and_an_extension_by_page(house: House) -> None:
    desk, record = await general(house)
    await desk.handed_in(record)
    case = desk.case["id"]
    await person(house.services, Role.REVIEWER, HOUSING, f"office-{desk.code}")
    await person(house.services, Role.ENTERPRISE, desk.code, f"firm-{desk.code}")
    async with browser(house) as office, browser(house) as firm:
        await enter(office, f"office-{desk.code}")
        here = f"/review/cases/{case}"
        form = await office.get(f"{here}/supplement")
        empty = page(await send(office, form, {"until": "2026-12-04", "defect_performance": " "}), 422)
        assert empty.title.startswith("请改正：")
        asked = {"until": "2026-12-04", "defect_performance": "缴款凭证看不清金额"}
        shown = await follow(office, await send(office, form, asked))
        assert "待补正" in page(shown).text
        stale = page(await send(office, form, asked), 409)
        assert "缴款凭证看不清金额" in stale.text

        await enter(firm, f"firm-{desk.code}")
        told = page(await firm.get(f"/desk/repair/{case}"))
        assert "缴款凭证看不清金额" in told.text and "2026年12月4日" in told.text
        papers = await firm.get(f"/desk/repair/{case}/papers")
        check = await follow(firm, await send(firm, papers, {"on": "1"}, [("paper_performance", ("缴款.pdf", PDF))]))
        assert at(await send(firm, check)) == f"/desk/repair/{case}"

        shown = await office.get(here)
        assert f"{here}/supplement" not in [a["href"] for a in page(shown).all("a")]  # once
        await send(office, shown, to=f"{here}/acceptance")
        form = await office.get(f"{here}/extension")
        shown = await follow(office, await send(office, form, {"until": "2026-12-31", "reason": "需要现场复查"}))
        assert "已延期至 2026年12月31日（含当日）：需要现场复查" in page(shown).text
        form = await office.get(f"{here}/decision?record={record}")
        silent = page(await send(office, form, {"record_id": record, "outcome": "refused"}, [("file", ("", b""))]), 422)
        assert "#reason" in [a["href"] for a in silent.all("a")]
        refused = {"record_id": record, "outcome": "refused", "reason": "现场复查不合格"}
        shown = await follow(office, await send(office, form, refused, [("file", ("", b""))]))
        assert "不予修复" in page(shown).text
        assert "现场复查不合格" in page(await firm.get(f"/desk/repair/{case}")).text
