"""`tendercredit keys rotate-log`, and `verify` over checkpoints of both keys."""

from __future__ import annotations

import json
from pathlib import Path

from tests.demo_process import command


def test_verify_takes_the_checkpoints_of_every_key(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    first = json.loads(command("checkpoint", "--json", DATA=data).stdout)["checkpoint"]
    done = command("keys", "rotate-log", "--json", DATA=data)
    assert done.returncode == 0, done.stderr
    rotated = json.loads(done.stdout)
    assert rotated["vkey"] != rotated["retired"]
    second = json.loads(command("checkpoint", "--json", DATA=data).stdout)["checkpoint"]
    assert first.splitlines()[-1].split()[-1][:5] != second.splitlines()[-1].split()[-1][:5]  # another key id
    report = json.loads(command("verify", "--json", DATA=data).stdout)
    assert (report["ok"], report["checkpoints"]) == (True, 2)
