"""The guides are true: every example in them is run, top to bottom, against a service that holds the samples."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
import uvicorn

from api import demo, samples
from api.app import served
from api.commands.serve import addressed
from api.running import lifespan
from api.samples import Samples
from api.seed import seed
from api.wiring import build
from credit.kernel.settings import Settings
from tests.docs.guides import ROOT, check, followed, steps, workplace
from tests.fakes import FakeClock

GUIDES = ("first-steps", "department", "enterprise", "platform", "auditor", "operator", "repair")


class Place(NamedTuple):
    """Where the samples are served, and the demo's folder."""

    url: str
    data: Path


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The demo as `make run` starts it, but on a free port and on 2026-11-22."""
    data = tmp_path_factory.mktemp("demo")
    with addressed(Settings(data=data), "127.0.0.1", 0) as (taken, url):
        services = build(demo.settings_of(Settings(), data, url), FakeClock())
        found = Samples(samples.folder())
        async with lifespan.opened(services):
            await seed(services, found)
            keys, logins = await demo.new_keys(services, found), await demo.new_logins(services, found)
            demo.write(data, url, keys, logins, found)
        config = uvicorn.Config(served(services), log_config=None, access_log=False, lifespan="on", ws="none")
        server = uvicorn.Server(config)
        running = asyncio.create_task(server.serve(sockets=[taken]))
        yield Place(url, data)
        server.should_exit = True
        await running


@pytest.mark.needs("bash", "curl")
@pytest.mark.parametrize("guide", GUIDES)
async def test_what_a_guide_shows_comes_back(guide: str, place: Place, tmp_path: Path) -> None:
    page = (ROOT / "docs" / f"{guide}.md").read_text(encoding="utf-8")
    assert steps(page)
    workplace(tmp_path, place.data)
    for step, printed in await followed(page, tmp_path, place.url):
        check(step, printed)
