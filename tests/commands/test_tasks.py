"""Tasks that were given up: an operator sees them with their reason and puts them back in line."""

from __future__ import annotations

import json

from credit.kernel import database, tasks
from credit.kernel.settings import Settings
from credit.kernel.tables import Task
from tests.demo_process import command
from tests.fakes import FakeClock


async def give_up(settings: Settings, clock: FakeClock, count: int) -> None:
    """Leaves dead tasks in this test's database."""
    async with database.opened(database.make_engine(settings.database.url, settings.data)):
        rows = [
            {"id": f"letters/{n}", "subscriber": "letters", "subject": "ent_1", "seq": n, "kind": "penalty_recorded",
             "lane": 0, "state": "dead", "attempts": 12, "due_at": clock(), "error": "示例原因"}
            for n in range(count)
        ]
        await database.insert(Task, rows)


async def test_given_up_tasks_are_listed_and_put_back_in_line(
    place: dict[str, str], tender_settings: Settings, clock: FakeClock
) -> None:
    await give_up(tender_settings, clock, 2)
    listed = command("tasks", "list", "--json", **place)
    assert [(t["id"], t["error"]) for t in json.loads(listed.stdout)["dead"]] == [
        ("letters/0", "示例原因"), ("letters/1", "示例原因")]
    assert "示例原因" in command("tasks", "list", **place).stdout
    one = command("tasks", "retry", "letters/1", "letters/9", "--json", **place)
    assert one.returncode == 3
    assert json.loads(one.stdout) == {"revived": ["letters/1"], "unknown": ["letters/9"]}
    assert command("tasks", "retry", "--all", **place).returncode == 0
    async with database.opened(database.make_engine(tender_settings.database.url, tender_settings.data)):
        assert await tasks.dead() == []
        assert {(c["state"], c["n"]) for c in await tasks.counts()} == {("ready", 1), ("waiting", 1)}


def test_a_call_that_names_nothing_is_wrong_use(place: dict[str, str]) -> None:
    assert command("tasks", "retry", **place).returncode == 2
    assert command("tasks", "retry", "letters/1", "--all", **place).returncode == 2
