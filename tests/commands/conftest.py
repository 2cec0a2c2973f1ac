"""What the tests of commands share: databases that commands open themselves, empty or seeded."""

from __future__ import annotations

from pathlib import Path

import pytest

from api import demo, samples
from api.running import lifespan
from api.samples import Samples
from api.seed import seed
from api.wiring import build
from credit.kernel.settings import Settings
from tests.demo_process import ROOT
from tests.fakes import FakeClock

EXAMPLES = ROOT / "examples"


@pytest.fixture
def place(database_url: str | None, data: Path) -> dict[str, str]:
    """The settings under which a command finds this test's database, on both engines."""
    return {"DATA": str(data)} | ({"DATABASE_URL": database_url} if database_url else {})


@pytest.fixture
async def seeded(place: dict[str, str], tender_settings: Settings, clock: FakeClock) -> dict[str, str]:
    """The same with all samples in."""
    services = build(demo.settings_of(tender_settings, tender_settings.data, "http://127.0.0.1:8000"), clock)
    async with lifespan.opened(services, migrate=False):
        await seed(services, Samples(samples.folder()))
    services.renderer.close()
    return place


@pytest.fixture
def supplier_list(tmp_path: Path) -> Path:
    """A clean firm, a barred one, a name, a cell that is a formula, a code too short, and a row without anything."""
    path = tmp_path / "供应商.csv"
    path.write_text(
        "名称,统一社会信用代码,备注\n,91370199MAEX00600X,\n,91370199MAEX00029R,\n示例市远桥建筑工程有限公司,,\n"
        "=1+1,,\n,9137,\n,,示例备注\n", encoding="utf-8",
    )
    return path
