"""Scores of everybody: as one by one, nothing lost or repeated by a kill, and a day touches only whom it must."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import httpx
import pytest

from api.wiring import Services
from benchmarks.data import code
from benchmarks.house import CALLER, commands
from credit import lookup
from credit.accounts.model import Role
from credit.kernel.clock import business_day
from credit.kernel.database import Engine
from sanctions.events import Origin
from sanctions.service.scoring import store as store_scores
from sanctions.service.scoring.model import Cached
from sanctions.service.scoring.recomputing import Recomputing
from tests.api.conftest import KeyMaker
from tests.fakes import FakeClock
from tests.scored_firms import FIRMS, LEASE, filled

SCHEME = "sample_construction"


@pytest.fixture
async def recomputing(engine: Engine, services: Services, clock: FakeClock) -> Recomputing:
    """A process over a database with the firms, outside of the application."""
    return await filled(services, clock)


async def held() -> dict[str, Cached]:
    """Every cached score."""
    pages = [await store_scores.page(SCHEME, grade, "", 1000) for grade in "ABCD"]
    return {one.entity_id: one for page in pages for one in page}


async def one_by_one(services: Services, day: date) -> dict[str, tuple[int, str]]:
    """Value and grade of a random third of the firms as somebody who asks is answered."""
    found = {}
    for n in random.Random(7).sample(range(FIRMS), FIRMS // 3):
        entity = await lookup.entity_by_code(code(n))
        assert entity is not None
        rating = await services.standing.rating(code(n), SCHEME, day)
        found[entity.entity_id] = (rating.value, rating.grade)
    return found


async def same_as_asked(services: Services) -> bool:
    cached, asked = await held(), await one_by_one(services, business_day(services.clock()))
    return all((cached[who].value, cached[who].grade) == told for who, told in asked.items())


async def test_all_at_once_gives_the_same_as_one_by_one(recomputing: Recomputing, services: Services) -> None:
    await recomputing.begin(SCHEME)
    assert await recomputing.work() == 5  # 45 firms in tens
    assert len(await held()) == FIRMS
    assert await same_as_asked(services)
    assert sum(n for _, _, n in (await recomputing.distribution(SCHEME)).grades) == FIRMS


async def test_a_killed_worker_loses_and_repeats_nothing(
    recomputing: Recomputing, services: Services, clock: FakeClock
) -> None:
    begun = await recomputing.begin(SCHEME)
    now = clock()
    killed = await store_scores.claim("tok_killed", now, now + LEASE)
    assert killed is not None
    assert await recomputing.work() == 4  # the others; the range of the killed worker is held for a minute
    assert await recomputing.progress([SCHEME]) == (4, 5)
    clock.advance(seconds=61)
    other = Recomputing(services.book, clock, LEASE, chunk=10)
    assert await other.begin(SCHEME, resume=True) == begun
    assert await other.work() == 1
    assert not await store_scores.complete(killed, [])  # the dead do not come back
    assert (len(await held()), await other.progress([SCHEME])) == (FIRMS, (5, 5))
    assert await same_as_asked(services)


async def test_a_worker_killed_before_the_end_is_told_leaves_it_to_the_next(recomputing: Recomputing) -> None:
    await recomputing.begin(SCHEME)
    ticks = iter(range(100))
    assert await recomputing.work(5, lambda: next(ticks)) == 4  # its time is over after four
    found = await store_scores.run(SCHEME)
    assert found is not None
    assert not found.finished
    assert await recomputing.work() == 1
    found = await store_scores.run(SCHEME)
    assert found is not None
    assert found.finished


async def test_a_day_touches_only_those_whose_lines_start_or_end(
    recomputing: Recomputing, services: Services, clock: FakeClock
) -> None:
    await recomputing.begin(SCHEME)
    await recomputing.work()
    before, day = await held(), date(2027, 4, 30)
    assert await recomputing.refresh() == 0  # the same day and log: nobody
    clock.advance(days=159)  # from 2026-11-22
    due = {who for who, one in before.items() if one.next_change and one.next_change <= day}
    # six months of decisions up to 2026-10-29 are over: of these 23 firms 6 were fined by the market bureau, not scored
    assert len(due) == 17
    assert await recomputing.refresh() == len(due)
    after = await held()
    assert {who for who in after if after[who] != before[who]} == due
    assert {after[who].on_day for who in due} == {day}
    assert await same_as_asked(services)


async def test_an_act_touches_its_own_company(recomputing: Recomputing, services: Services) -> None:
    await recomputing.begin(SCHEME)
    await recomputing.work()
    before = await held()
    more = [await services.receiving.prepare(c, CALLER) for c in commands(services.settings.data, FIRMS + 1)]
    await services.receiving.receive_many(more, by="test", origin=Origin.IMPORT, letters=False)
    assert await recomputing.refresh() == 1  # the 46th firm; the others were there already
    new = await lookup.entity_by_code(code(FIRMS))
    assert new is not None
    assert set(await held()) - set(before) == {new.entity_id}


async def test_grades_are_counted_listed_and_drawn(
    client: httpx.AsyncClient, key: KeyMaker, services: Services, clock: FakeClock
) -> None:
    recomputing = await filled(services, clock)
    url = f"/v1/schemes/{SCHEME}/distribution"
    none = await client.get(url)
    assert (none.status_code, none.json()["code"]) == (404, "scores_not_computed")
    assert "尚未统计" in (await client.get(f"/rules/schemes/{SCHEME}")).text
    await recomputing.begin(SCHEME)
    await recomputing.work()
    told = (await client.get(url)).json()
    counts = {g["grade"]: g["count"] for g in told["grades"]}
    assert (told["complete"], told["total"], told["on"], list(counts)) == (True, FIRMS, "2026-11-22", list("ABCD"))
    assert {grade: n for grade, n in counts.items() if n} == Counter(one.grade for one in (await held()).values())
    page = (await client.get(f"/rules/schemes/{SCHEME}")).text
    assert f"共 {FIRMS} 个主体" in page
    assert page.count("<meter") == 4
    grade = max(counts, key=lambda g: counts[g])
    assert (await client.get("/v1/scores", params={"scheme": SCHEME, "grade": grade})).status_code == 401
    await recomputing.begin("sample_expert_points")
    await recomputing.work()
    persons = "/v1/schemes/sample_expert_points/distribution"
    assert (await client.get(persons)).json()["code"] == "forbidden"
    assert (await client.get(persons, headers=await key(Role.COORDINATOR))).json()["total"] == 0
    assert "自然人的记分不公开" in (await client.get("/rules/schemes/sample_expert_points")).text
    assert (await client.get("/v1/schemes/nosuch/distribution")).json()["code"] == "scheme_unknown"
    assert (await client.get("/rules/schemes/nosuch")).status_code == 404
    asker, seen, cursor = await key(Role.COORDINATOR), [], None
    while True:
        params = {"scheme": SCHEME, "grade": grade, "limit": "7"} | ({"cursor": cursor} if cursor else {})
        part = (await client.get("/v1/scores", params=params, headers=asker)).json()
        seen += [line["entity_id"] for line in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert (len(seen), len(set(seen))) == (counts[grade], counts[grade])
