"""The company card: what is published with its days, honest about what is not known, and nothing beyond."""

from __future__ import annotations

from datetime import date, timedelta

import httpx
import pytest

from api.wiring import Services
from credit.kernel import ledger
from credit.model import PenaltyKind, Severity, Stage
from credit.service import EntityInput, register_entity
from sanctions.service.deciding.change import WithdrawalInput
from sanctions.service.listing.sources import SourceInput
from tests.api.web.firms import COLLUSION, FIRM, NAME, PUSHER, push
from tests.api.web.reading import Page, read
from tests.factories import uscc
from tests.fakes import FakeClock


async def card(visitor: httpx.AsyncClient, code: str = FIRM) -> Page:
    answer = await visitor.get(f"/companies/{code}")
    assert answer.status_code == 200
    return read(answer)


async def test_a_published_penalty_is_shown_with_its_days(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    page = await card(visitor)
    assert page.title.startswith(NAME)
    for said in ("示建罚〔2026〕18号", "作出机关 示例市住房和城乡建设局", "决定日期 2026年5月20日", "处罚种类 罚款",
                 "罚款 23,340.50元", "失信类别 一般", "最短公示至 2026年8月20日（含当日）",
                 "最长公示至 2027年5月20日（含当日）"):
        assert said in page.text
    assert "2026-05-20" in [t["datetime"] for t in page.all("time")]


async def test_the_window_is_drawn_with_a_text_alternative(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    page = await card(visitor)
    (drawing,) = page.all("svg")
    assert (drawing["role"], drawing["aria-labelledby"] in page.ids()) == ("img", True)
    assert "自2026年5月20日起公示，最短公示至2026年8月20日" in page.text
    assert not any("style" in attributes for _, attributes in page.tags)


async def test_without_a_bar_the_card_says_only_what_it_saw(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    page = await card(visitor)
    assert "未查见公示中的限制情形" in page.text
    assert "不代替资格审查" in page.text
    assert not any(word in page.text for word in ("可以投标", "eligible", "undetermined", "无法判定"))


async def test_a_running_ban_is_shown_with_basis_and_last_day(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services, severity=Severity.SERIOUS, kinds=(PenaltyKind.FINE, PenaltyKind.OTHER),
               restrictions=(COLLUSION,))
    page = await card(visitor)
    assert "查见公示中的限制情形" in page.text
    assert "未查见公示中的限制情形" not in page.text
    assert "依据 招标投标法 第五十三条 自 2026年5月20日 至 2027年5月19日（含当日）" in page.text


async def test_a_ban_is_gone_the_day_after_its_last(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    await push(services, restrictions=(COLLUSION,))
    clock.advance(days=(date(2027, 5, 19) - date(2026, 11, 22)).days)
    assert "查见公示中的限制情形" in (await card(visitor)).text.replace("未查见公示", "")
    clock.advance(days=1)
    assert "未查见公示中的限制情形" in (await card(visitor)).text


async def test_a_provisional_class_is_not_told(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services, severity=None)
    page = await card(visitor)
    assert "失信类别" not in page.text
    assert "类别尚待认定机关确认" in page.text


@pytest.mark.parametrize("given", [{"severity": Severity.MINOR}, {"stage": Stage.DRAFT}])
async def test_what_is_not_published_is_not_there(
    services: Services, visitor: httpx.AsyncClient, given: dict[str, object]
) -> None:
    """Minor penalties under 令第36号, and drafts not yet served."""
    await push(services, **given)  # type: ignore[arg-type]
    page = await card(visitor)
    assert "示建罚〔2026〕18号" not in page.text
    assert "没有正在公示的行政处罚" in page.text


async def test_after_withdrawal_the_card_is_silent(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await push(services, restrictions=(COLLUSION,))
    given = WithdrawalInput(withdrawn_on=date(2026, 11, 20), document_no="示建撤〔2026〕1号")
    await services.changing.withdraw(made.record_id, given, PUSHER)
    page = await card(visitor)
    assert "示建罚〔2026〕18号" not in page.text
    assert "未查见公示中的限制情形" in page.text


async def test_no_prose_no_person_no_id_leaves(services: Services, visitor: httpx.AsyncClient) -> None:
    made = await push(services, restrictions=(COLLUSION,))
    html = (await visitor.get(f"/companies/{FIRM}")).text
    hidden = ["示例违法", "示例处罚依据", "示例处罚内容", "示例备注", "赵样本", "someone@firm.example", PUSHER.org_code,
              made.record_id, made.entity_id, *made.restriction_ids]
    assert [word for word in hidden if word in html] == []


async def test_a_code_never_seen_is_said_to_be_that(visitor: httpx.AsyncClient) -> None:
    page = await card(visitor, uscc(500))
    assert "本系统未见这个代码的记录" in page.text
    assert "未见记录，不是没有问题" in page.text
    assert "未查见公示中的限制情形" not in page.text


async def test_a_malformed_code_in_the_address_is_refused_with_its_cure(visitor: httpx.AsyncClient) -> None:
    for code in ("91370199MAEX0001", "x", "%E7%A4%BA%E4%BE%8B", "91370199maex00010w", "%ff", "%ED%A0%80"):
        answer = await visitor.get(f"/companies/{code}")
        assert answer.status_code == 422, code
        assert "请先改正" in read(answer).text


async def test_branch_and_successor_are_linked(services: Services, visitor: httpx.AsyncClient) -> None:
    given = EntityInput(code=FIRM, name=NAME, branch_of=uscc(8), merged_into=uscc(9))
    parent = EntityInput(code=uscc(8), name="示例市总部建设有限公司", legal_representative="赵样本")
    for firm in (given, parent):
        await register_entity(firm, by="test", now=services.clock(), salt=services.salt)
    page = await card(visitor)
    assert f"分支机构，隶属于 示例市总部建设有限公司 已合并入 {uscc(9)}" in page.text
    assert {f"/companies/{uscc(8)}", f"/companies/{uscc(9)}"} <= {a["href"] for a in page.all("a")}


async def test_the_state_of_the_data_is_told(
    services: Services, visitor: httpx.AsyncClient, clock: FakeClock
) -> None:
    """A fixed copy, a list older than its 24 hours, a fresh one, and lists that are not held."""
    for name, hours, static in (("judgment_defaulter", 900, True), ("tax", 25, False), ("wage_arrears", 1, False)):
        given = SourceInput(list=name, official_channel="示例官方渠道", static=static,
                            fetched_at=clock() - timedelta(hours=hours))
        await services.sources.declare(given, by="test")
    page = await card(visitor, uscc(500))
    head = await ledger.head()
    assert f"日志 {head.origin} 第 {head.size - 1} 条" in page.text
    assert "失信被执行人名单 示例官方渠道 固定副本，不更新 取于" in page.text
    assert "重大税收违法失信主体名单 示例官方渠道 超过 24 小时未更新 取于" in page.text
    assert "拖欠农民工工资失信联合惩戒对象名单 示例官方渠道 持续更新 取于" in page.text
    assert "政府采购严重违法失信行为记录名单 中国政府采购网 未接入" in page.text


async def test_looking_at_a_card_is_counted(services: Services, visitor: httpx.AsyncClient) -> None:
    await push(services)
    await card(visitor)
    assert [(row["asker"], row["count"]) for row in await services.counting.of(FIRM)] == [("public", 1)]
