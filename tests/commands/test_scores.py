"""`tendercredit scores`, as an operator runs it."""

from __future__ import annotations

import json

from api.running import lifespan
from api.wiring import build
from credit.kernel.settings import Settings
from tests.demo_process import command
from tests.fakes import FakeClock
from tests.scored_firms import FIRMS, filled


async def test_two_processes_score_everybody(
    place: dict[str, str], tender_settings: Settings, clock: FakeClock
) -> None:
    services = build(tender_settings, clock)
    async with lifespan.opened(services, migrate=False):
        await filled(services, clock)
    services.renderer.close()
    done = command("scores", "recompute", "--scheme", "sample_construction", "--workers", "2", "--json", **place)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["left"], sum(told["schemes"]["sample_construction"].values())) == (0, FIRMS)
    again = command("scores", "recompute", "--scheme", "nosuch", "--json", **place)
    assert (again.returncode, json.loads(again.stderr)["code"]) == (3, "scheme_unknown")
