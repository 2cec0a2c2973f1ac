"""Score, report and conduct by chat: the sentences of the page, a right that is told in time, nothing of others'."""

from __future__ import annotations

from datetime import date

import pytest

from api.wiring import Services
from credit.accounts import service as accounts
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.explain import sentence
from credit.scheme_rules import first_choice, for_companies, schemes_on
from sanctions.conduct import ConductCommand, ReplyInput
from sanctions.model import SubjectInput
from tests.bots.conftest import COMPANY, OTHER, enterprise
from tests.bots.people import Person
from tests.bots.records import HOUSING
from tests.bots.telegram_stand_in import StandIn
from tests.fakes import FakeClock

TODAY = date(2026, 11, 22)


@pytest.fixture
def person(services: Services, telegram: StandIn) -> Person:
    return Person(services, telegram)


async def recorder(services: Services) -> Caller:
    """The office that may record conduct under the scheme that companies are scored by."""
    scheme = first_choice(for_companies(schemes_on(services.book.current, TODAY)).values())
    given = OrganisationInput(code=HOUSING.code or "", name=HOUSING.name, competences=(f"conduct:{scheme}",))
    await accounts.register_organisation(given, by="test", now=services.clock())
    return Caller(key_id="key_test", org_code=given.code, role=Role.AUTHORITY)


async def recorded(services: Services, by: Caller) -> str:
    """A contract not performed well; the 告知书 was served on Friday 20 November."""
    command = ConductCommand(
        subject=SubjectInput(name="示例建设有限公司", code=COMPANY), scheme="sample_construction",
        item="contract_performance", happened_on=date(2026, 11, 16), notice_served_on=date(2026, 11, 20))
    prepared = await services.conducting.prepare(command, by)
    return (await services.conducting.receive(prepared, by=by.key_id)).record_id


async def test_conduct_is_told_with_the_right_to_state_which_is_used_by_chat(
    services: Services, company: Caller, person: Person, telegram: StandIn, clock: FakeClock
) -> None:
    stranger = Person(services, telegram, chat=78)
    await stranger.binds(await enterprise(OTHER, clock))
    await person.binds(company)
    office, before = await recorder(services), len(telegram.to(77))
    made, runner = await recorded(services, office), services.runner()
    await runner.drain()
    (told,) = [s.text for s in telegram.to(77)[before:]]
    assert "【提醒】贵单位有一条新的行为记录" in told and "还有5天" in told and "不是送达" in told
    assert "可以陈述申辩至2026年11月27日" in told and "自2026年11月28日起计分" in told
    assert "请用一条消息写明" in await person.presses("陈述申辩")
    assert "没有提交" in await person.says("知道了")
    assert "请用文字回复" in await person.hands("材料.pdf")
    sent = await person.says("示例申辩:已按合同约定履行,验收记录第1号可查。")
    assert "已提交陈述申辩" in sent and "答复期限2026年12月4日" in sent
    assert (await services.hearings.view(made, company)).facts.stated_on == TODAY
    assert "已经不能陈述申辩" in await person.says(f"行为 {made}")
    answer = ReplyInput(replied_on=TODAY, upheld=False, reason="申辩成立")
    await services.hearings.reply(made, answer, office)
    before = len(telegram.to(77))
    await runner.drain()
    (told,) = [s.text for s in telegram.to(77)[before:]]
    assert "已答复贵单位的陈述申辩" in told and "不予记录" in told
    assert all("行为记录" not in s.text or "没有" in s.text for s in telegram.to(78))
    assert "没有可以为您办理" in await stranger.says(f"行为 {made}")
    assert "没有行为记录" in await stranger.says("行为")


async def test_the_score_is_told_line_by_line_in_the_words_of_the_page(
    services: Services, company: Caller, person: Person
) -> None:
    await recorded(services, await recorder(services))
    await person.binds(company)
    told = await person.says("/score")
    found = await services.standing.rating(COMPANY, "sample_construction", TODAY)
    assert len(found.score.lines) == 2 and "处于陈述申辩期" in told
    for line in found.score.lines:
        assert f"· {sentence(line)}" in told
    assert "信用得分(" in told and "70分" in told and "示例" in told


async def test_a_report_is_issued_once_and_opened_after_signing_in(
    services: Services, company: Caller, person: Person, telegram: StandIn
) -> None:
    await person.binds(company)
    update = telegram.text(77, "核查报告")
    told = "".join(s.text for s in await person.does(update))
    await person.does(update)  # Telegram says it again
    (made,) = await services.notices.reporting.listing(COMPANY, company)
    assert made.whole and made.number in told and "非专项信用报告" in told
    for address in (f"/reports/{COMPANY}/{made.report_id}/pdf", f"/report/{made.report_id}"):
        assert services.settings.web.base_url + address in told
    assert (await services.notices.reporting.pdf(made.report_id, company)).startswith(b"%PDF")
    services.renderer.close()
