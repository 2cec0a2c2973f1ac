"""The past is for the entitled, means one log position, and shows nobody else what has been repaired or ended."""

from __future__ import annotations

from typing import Any

import pytest

from credit.kernel import ledger
from tests.walks.cases import firm, penalty
from tests.walks.house import House
from tests.walks.test_listings import act, enter, entry, removal

SCORE = "score?scheme=sample_construction&"


async def pushed(house: House, code: str) -> tuple[int, str]:
    """The log position and the moment just before a penalty that is shown."""
    await house.settled()
    house.clock.set((await ledger.head()).recorded_at)  # another story may have been later in the day
    before, moment = await house.log_size() - 1, house.clock.advance(minutes=5).isoformat()
    house.clock.advance(minutes=5)
    await house.push(penalty(code, severity="serious"))
    await house.settled()
    return before, moment


@pytest.mark.parametrize("call", ["standing?", SCORE])
async def test_seq_and_moment_lead_to_the_same_past(house: House, call: str) -> None:
    code = firm()
    before, moment = await pushed(house, code)
    auditor = await house.auditor()  # a new key is an entry as well
    size = await house.log_size()
    seen = []
    for known_at in (before, moment, moment.replace("+", "%2B")):
        answer = await house.get(f"/v1/entities/{code}/{call}known_at={known_at}", auditor)
        assert answer.status_code == 200, answer.text
        seen.append(answer.json())
    assert seen[0] == seen[1] == seen[2]
    assert seen[0]["known_seq"] == before
    assert await house.log_size() == size + 3  # each question is in the log
    now = (await house.get(f"/v1/entities/{code}/{call}", auditor)).json()
    assert now != seen[0]


@pytest.mark.parametrize("call", ["standing?", SCORE])
async def test_others_do_not_look_back(house: House, call: str) -> None:
    code = firm()
    before, _ = await pushed(house, code)
    address = f"/v1/entities/{code}/{call}known_at={before}"
    for who in (await house.platform(), await house.office(), await house.enterprise(firm())):
        assert (await house.get(address, who)).status_code == 403
    assert (await house.get(address)).status_code in (401, 403)
    assert (await house.get(address, await house.enterprise(code))).status_code == 200
    complaint = await house.get(f"{address}&ground=示投〔2026〕1号", await house.office())
    assert complaint.status_code == 200


@pytest.mark.parametrize("known_at", ["abc", "-1", "2026-05-20", "2026-05-20T09:00:00", "9" * 40])
async def test_a_malformed_past_is_named(house: House, known_at: str) -> None:
    answer = await house.get(f"/v1/entities/{firm()}/standing?known_at={known_at}", await house.auditor())
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/known_at"


async def test_what_is_to_come_is_no_past(house: House) -> None:
    question: dict[str, Any] = {"subjects": [{"code": firm()}], "tender": {"type": "land"}}
    coming = house.clock.advance(minutes=1)
    house.clock.advance(minutes=-1)
    for known_at in (await house.log_size() + 1000, coming.isoformat()):
        answer = await house.ask(question | {"known_at": known_at}, await house.auditor(), status=409)
        assert answer["code"] == "not_yet_known"


async def test_a_question_about_the_newest_position_keeps_its_answer(house: House) -> None:
    await house.settled()
    auditor = await house.auditor()
    newest = await house.log_size() - 1
    question = {"subjects": [{"code": firm()}], "tender": {"type": "land"}, "known_at": newest}
    first = await house.ask(question, auditor)
    house.clock.advance(days=3)
    await house.push(penalty(firm()))
    again = await house.ask(question, auditor)
    for part in ("answers", "rules"):
        assert again[part] == first[part]
    for part in ("valid_at", "known_seq", "known_at"):
        assert again["as_of"][part] == first["as_of"][part]


async def test_nobody_reads_what_has_ended_by_asking_about_an_earlier_day(house: House) -> None:
    code = firm()
    made = await enter(house, entry(code))
    address = f"/v1/entities/{code}/standing?on=2026-06-01"
    shown = (await house.get(address)).json()
    assert (len(shown["listings"]), len(shown["published_restrictions"])) == (1, 1)
    await act(house, made["id"], "removal", removal(), status=201)  # of 2026-11-20: it stood on that day
    for stranger in ({}, await house.platform(), await house.enterprise(firm())):
        ended = (await house.get(address, stranger)).json()
        assert (ended["listings"], ended["published_restrictions"]) == ([], [])
    own = (await house.get(address, await house.enterprise(code))).json()
    assert len(own["listings"]) == 1
