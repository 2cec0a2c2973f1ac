"""The demo's samples: all in, through the services, and no second time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from api import demo, samples
from api.running import lifespan
from api.samples import Samples
from api.seed import IsADemo, NotADemo, Seeded, is_demo, refuse_demo, seed
from api.wiring import Services, build
from credit import lookup
from credit.accounts import service as accounts
from credit.accounts import sessions
from credit.accounts.model import Caller, OrganisationInput, Role
from credit.kernel import database, ledger
from credit.kernel.errors import Unauthenticated
from credit.kernel.settings import Settings
from repair.model import CaseState
from sanctions.service.answering.ask import Answered, Ask
from sanctions.verdicts import Reason, Subject, Tender, TenderRegime, TenderType
from tests.factories import uscc
from tests.fakes import FakeClock

TODAY = date(2026, 11, 22)
WORKS = Tender(type=TenderType.CONSTRUCTION, regimes=(TenderRegime.TENDERING,), mandatory=True)


@pytest.fixture
async def services(engine: database.Engine, tender_settings: Settings, clock: FakeClock) -> AsyncIterator[Services]:
    """The services of a demo over an empty database."""
    chosen = demo.settings_of(tender_settings, tender_settings.data, "http://127.0.0.1:8000")
    made = build(chosen, clock)
    await made.log.open(by=lifespan.SYSTEM)
    await made.book.activate(by=lifespan.SYSTEM, now=clock())
    yield made
    made.renderer.close()


@pytest.fixture
def examples() -> Samples:
    return Samples(samples.folder())


async def entries(kind: str) -> int:
    return len(await ledger.of_kind(kind))


async def everything() -> dict[str, int]:
    """Entries of the log by kind, as far as samples make them."""
    kinds = ("organisation_registered", "source_declared", "entity_registered", "merit_recorded", "penalty_recorded",
             "row_parked", "listing_recorded", "entity_stated", "conduct_recorded", "conduct_stated",
             "conduct_replied", "demo_opened", "demo_seeded")
    return {kind: await entries(kind) for kind in kinds}


# examples/README.md: ten departments and five others; 75 firms; 13 pushes, 1 listing, 8 repairs, 9 statements,
# 56 accepted rows; 8 records of conduct, to four of which something was stated, three of those answered
WHOLE = {
    "organisation_registered": 15, "source_declared": 8, "entity_registered": 75, "merit_recorded": 5,
    "penalty_recorded": 13 + 8 + 56, "row_parked": 18, "listing_recorded": 1, "entity_stated": 9,
    "conduct_recorded": 8, "conduct_stated": 4, "conduct_replied": 3, "demo_opened": 1, "demo_seeded": 1,
}


async def test_every_sample_is_in(services: Services, examples: Samples) -> None:
    done = await seed(services, examples)
    assert (done.organisations, done.entities, done.merits, done.pushes, done.duplicates) == (15, 75, 5, 13, 0)
    report = done.file
    assert (report.accepted, report.duplicates, len(report.parked), len(report.rejected)) == (56, 1, 18, 8)
    assert await everything() == WHOLE | {"source_declared": done.sources}


async def test_a_second_start_adds_nothing(services: Services, examples: Samples) -> None:
    await seed(services, examples)
    size = (await ledger.head()).size
    assert await seed(services, examples) == Seeded(again=True)
    assert (await ledger.head()).size == size


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 6])
async def test_a_start_that_was_broken_off_is_continued(services: Services, examples: Samples, steps: int) -> None:
    told = 0

    def stop(said: str) -> None:
        nonlocal told
        told += 1
        if told == steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed(services, examples, stop)
    done = await seed(services, examples)
    assert not done.again
    assert await everything() == WHOLE | {"source_declared": done.sources}


async def test_what_people_changed_in_a_demo_stays(services: Services, examples: Samples) -> None:
    await seed(services, examples)
    office = examples.organisations()[0]
    changed = OrganisationInput(code=office.code, name=office.name, phone="000-0000-9999")
    await accounts.register_organisation(changed, by="test", now=services.clock())
    await seed(services, examples)
    assert (await accounts.organisation(office.code)).phone == "000-0000-9999"


async def test_the_named_samples_are_what_they_are_called(services: Services, examples: Samples) -> None:
    await seed(services, examples)
    await services.register.load()
    named = examples.named()
    asked = Ask(subjects=(Subject(code=named["clean"]), Subject(code=named["barred"])), tender=WORKS, on=TODAY)
    clean, barred = services.asking.now(asked).answers
    assert (clean.outcome, barred.outcome) == ("eligible", "ineligible")
    assert [r.until for r in _bars(barred)] == [date(2027, 5, 19)]
    of_repairable = await services.standing.penalties(named["repairable"], TODAY)
    assert any(found.earliest.day is not None and found.earliest.day <= TODAY for found in of_repairable)
    firms = {o.code for o in examples.organisations()}
    assert named["enterprise"] in firms


def _bars(answer: Answered) -> list[Reason]:
    return [reason for reason in answer.reasons if reason.bars]


async def test_conduct_shows_in_scores_and_everybodys_score_is_computed_at_once(
    services: Services, examples: Samples
) -> None:
    await seed(services, examples)
    code = examples.named()["enterprise"]
    entity = await lookup.entity_by_code(code)
    assert entity is not None
    states = [view.followed.state for view in await services.hearings.of_entity(entity)]
    assert states == ["counts", "stated"]
    lines = (await services.standing.rating(code, "sample_construction", TODAY)).score.lines
    # 5 points for the one to which nothing was said; the other waits for its reply
    assert sorted(line.points for line in lines if line.rule.endswith("contract_performance")) == [-500, 0]
    assert await services.recomputing.first(60) == len(services.recomputing.schemes()) > 5
    found = await services.recomputing.distribution("sample_construction")
    assert (found.left, sum(n for _, _, n in found.grades)) == (0, 84)  # 75 firms of the file, 9 that others brought
    assert await services.recomputing.first(60) == 0


async def test_samples_never_mix_with_real_data(services: Services, examples: Samples) -> None:
    given = OrganisationInput(code=uscc(7), name="真实机关的样本")
    await accounts.register_organisation(given, by="operator", now=services.clock())
    size = (await ledger.head()).size
    with pytest.raises(NotADemo):
        await seed(services, examples)
    assert (await ledger.head()).size == size
    assert not await is_demo()
    await refuse_demo()


async def test_a_demo_is_known_by_its_log_from_its_first_act_on(services: Services, examples: Samples) -> None:
    def stop(said: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await seed(services, examples, stop)
    with pytest.raises(IsADemo):
        await refuse_demo()


async def test_there_is_an_application_in_each_state(services: Services, examples: Samples) -> None:
    done = await seed(services, examples)
    office = Caller(key_id="test", org_code=demo.holder(examples, Role.REVIEWER), role=Role.REVIEWER)
    found = [line.state for line in await services.repairs.reading.listing(office)]
    assert done.repairs == len(found) == 8
    assert set(found) == set(CaseState) - {CaseState.PARTLY_GRANTED, CaseState.ENDED_PREFILLED}


async def test_sign_ins_are_new_at_every_start_and_the_old_ones_end(services: Services, examples: Samples) -> None:
    await seed(services, examples)
    first = await demo.new_logins(services, examples)
    entered = first["enterprise"]
    now = services.clock()
    token, person = await sessions.sign_in(entered["name"], entered["password"], address="a", now=now)
    assert (person.org_code, person.initial) == (examples.named()["enterprise"], False)
    second = await demo.new_logins(services, examples)
    assert await sessions.recognise(token, now) is None
    assert set(second) == {"authority", "reviewer", "coordinator", "enterprise", "platform", "operator"}
    for role, given in second.items():
        _, person = await sessions.sign_in(given["name"], given["password"], address="a", now=now)
        assert person.role.value == role
        assert given["password"] != first[role]["password"]


async def test_keys_are_new_at_every_start_and_the_old_ones_end(services: Services, examples: Samples) -> None:
    await seed(services, examples)
    first = await demo.new_keys(services, examples)
    second = await demo.new_keys(services, examples)
    assert set(first) == {"authority", "reviewer", "coordinator", "platform", "enterprise", "auditor", "operator"}
    assert not set(first.values()) & set(second.values())
    for secret in first.values():
        with pytest.raises(Unauthenticated):
            await accounts.recognise(secret, TODAY)
    callers = {role: await accounts.recognise(secret, TODAY) for role, secret in second.items()}
    assert {role: caller.role.value for role, caller in callers.items()} == {role: role for role in second}
    assert {role for role, caller in callers.items() if "push:any" in caller.scopes} == {"authority"}
    assert callers["enterprise"].org_code == examples.named()["enterprise"]


async def test_the_demo_has_no_limits_and_all_letters(services: Services) -> None:
    settings = services.settings
    assert (settings.demo, settings.web.rate_limit, settings.letters.locality) == (True, 0, "sample")
    kept = replace(settings, letters=replace(settings.letters, locality=""))
    assert demo.settings_of(kept, settings.data, "http://127.0.0.1:1").letters.locality == "sample"


async def test_the_listed_sample_is_barred_and_due_for_repair(services: Services, examples: Samples) -> None:
    # decided 2025-09-15, corrected 2026-01-10: six months since correction end 2026-07-10, by the strict reading
    # a year shown ends 2026-09-15
    await seed(services, examples)
    code = examples.listings()[0].listing.subject.code
    assert code is not None
    plan = (await services.repairs.reading.plan_of(code)).records[0]
    assert (str(plan.earliest), str(plan.earliest_strict)) == ("2026-07-11", "2026-09-16")
