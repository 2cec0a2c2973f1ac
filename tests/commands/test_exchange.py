"""`tendercredit exchange`: a file in, the same out, and its receipt checked on another machine."""

from __future__ import annotations

import json
from pathlib import Path

from api.running import lifespan
from api.wiring import build
from credit.accounts import service as accounts
from credit.accounts.model import OrganisationInput
from credit.kernel.settings import Settings
from tests import engines
from tests.commands.conftest import EXAMPLES
from tests.demo_process import command
from tests.fakes import FakeClock

OFFICE = "1137019900EX00014E"


async def test_from_the_file_to_the_receipt(
    data: Path, databases: engines.Databases, tmp_path: Path, clock: FakeClock
) -> None:
    async with databases.fresh("sqlite", data):
        services = build(Settings(data=data), clock)
        async with lifespan.opened(services, migrate=False):
            office = OrganisationInput(code=OFFICE, name="示例市住房和城乡建设局")
            await accounts.register_organisation(office, by="test", now=clock())
            keys = tmp_path / "keys.txt"
            keys.write_text("\n".join(key.vkey for key in services.log.verifiers()), encoding="utf-8")
        out, here = tmp_path / "upload.xlsx", {"DATA": str(data)}
        done = command("exchange", "in", "double_publicity", EXAMPLES / "penalties.csv", "--as", OFFICE, "--receipt",
                       tmp_path / "in.json", "--json", **here)
        assert done.returncode == 1, done.stderr  # rows went back
        told = json.loads(done.stdout)["tally"]
        assert told == {"rows": 83, "accepted": 56, "duplicates": 1, "parked": 18, "rejected": 8}
        done = command("exchange", "out", "double_publicity", "--as", OFFICE, "--out", out, "--json", **here)
        assert (done.returncode, json.loads(done.stdout)["rows"]) == (0, 56), done.stderr
        receipt, nowhere = tmp_path / "upload.xlsx.receipt.json", {"DATA": str(tmp_path / "none")}
        checked = command("exchange", "receipt", receipt, "--keys", keys, "--file", out, **nowhere)
        assert (checked.returncode, "文件相符" in checked.stdout) == (0, True), checked.stderr
