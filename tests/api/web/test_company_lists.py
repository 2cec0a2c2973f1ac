"""The company card shows an entry on a list with its days, says what is not verified, and is silent after removal."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from api.wiring import Services
from credit.model import Authority, RemovalGround
from sanctions.model import ListCode, ListingCommand, RemovalInput, SubjectInput
from sanctions.service.listing.listings import Entered
from tests.api.web.firms import FIRM, NAME, PUSHER
from tests.api.web.reading import read


async def enter(services: Services, **given: Any) -> Entered:
    values: dict[str, Any] = {
        "list": ListCode.TAX, "document_no": "示税列〔2026〕1号", "basis": "示例依据", "facts": "示例事实全文",
        "decided_on": date(2026, 2, 10), "authority": Authority(name="示例市税务局"),
    }
    command = ListingCommand(subject=SubjectInput(name=NAME, code=FIRM), **(values | given))
    return await services.listings.receive(await services.listings.prepare(command, PUSHER), by=PUSHER.key_id)


async def test_a_list_entry_is_shown_with_its_days_and_without_prose(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    made = await enter(services)
    page = read(await visitor.get(f"/companies/{FIRM}"))
    for said in ("重大税收违法失信主体名单", "列入机关 示例市税务局", "列入日期 2026年2月10日",
                 "至 2029年2月10日（含当日）", "期限未核实", "查见公示中的限制情形", "自移出名单之日起解除"):
        assert said in page.text
    assert made.record_id not in page.text and "示例事实全文" not in page.text


async def test_a_list_of_unverified_effect_is_told_as_that_and_is_no_restriction(
    services: Services, visitor: httpx.AsyncClient
) -> None:
    await enter(services, list=ListCode.WORK_SAFETY, decided_on=date(2026, 5, 20))
    page = read(await visitor.get(f"/companies/{FIRM}"))
    assert "未查见公示中的限制情形" in page.text
    assert "效果未核实" in page.text


async def test_after_the_removal_the_card_says_nothing_of_it(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await enter(services)
    gone = RemovalInput(document_no="示税移〔2026〕1号", decided_on=date(2026, 11, 20), ground=RemovalGround.REPAIR,
                        basis="示例依据")
    await services.removing.remove(made.record_id, gone, PUSHER)
    page = read(await visitor.get(f"/companies/{FIRM}"))
    assert "名单信息" not in page.text and "示例市税务局" not in page.text
