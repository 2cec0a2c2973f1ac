"""Days that count: the limits of a case when nobody acts, and the first day of an application."""

from __future__ import annotations

from datetime import datetime

from credit.accounts.model import Role
from credit.kernel.clock import SHANGHAI
from tests.walks.house import HOUSING, House
from tests.walks.repairs import general


async def test_silence_is_shown_and_never_decides(house: House) -> None:
    desk, record = await general(house)
    await desk.handed_in(record)
    await house.turn_to(datetime(2026, 12, 7, 9, tzinfo=SHANGHAI))
    due = (await house.get("/v1/repair-cases/due", await desk.reviewer())).json()["items"]
    mine = [(d["clock"]["code"], d["clock"]["due_on"], d["overdue"]) for d in due if d["case_id"] == desk.case["id"]]
    assert mine == [("accept", "2026-11-25", True), ("feedback", "2026-12-04", True)]
    region = await house.key(Role.COORDINATOR, HOUSING)
    queue = await house.get("/v1/repair-cases?limit=500&state=submitted", region)
    assert desk.case["id"] in [c["id"] for c in queue.json().get("items", [])], queue.text
    assert (await house.get(f"/v1/repair-cases/{desk.case['id']}", await desk.company())).json()["state"] == "submitted"


async def test_too_early_names_the_day(house: House) -> None:
    # general, decided 2026-09-15: shown until 2026-12-15 at least, so from the 16th
    desk, record = await general(house, decided_on="2026-09-15", corrected_on="2026-09-20", performed_on="2026-09-20")
    await house.turn_to(datetime(2026, 12, 15, 23, 59, tzinfo=SHANGHAI))
    refused = await desk.open(record, status=409)
    assert (refused["code"], refused["earliest"]) == ("too_early", "2026-12-16")
    await house.turn_to(datetime(2026, 12, 16, 0, 0, tzinfo=SHANGHAI))
    await desk.open(record)
