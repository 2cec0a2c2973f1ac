"""`tendercredit rules check` and a start on faulty files, as processes over a copy of the packages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import PACKAGES
from tests.demo_process import environment

ROOT = Path(__file__).parents[2]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages with a scheme and a rule file that nobody should be judged by."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    scheme = tmp_path / "credit" / "rules" / "schemes" / "sample_construction.yaml"
    text = scheme.read_text("utf-8").replace("to: 8999", "to: 8998", 1).replace("points: 100\n", "points: 1.5\n", 1)
    scheme.write_text(text, "utf-8")
    rule = tmp_path / "sanctions" / "rules" / "withdrawal.yaml"
    rule.write_text(rule.read_text("utf-8").replace("verified: true", "verified: perhaps"), "utf-8")
    return tmp_path


def run(copy: Path, *args: str) -> subprocess.CompletedProcess[str]:
    given = environment(DATA=str(copy / "data")) | {"PYTHONPATH": str(copy)}
    return subprocess.run([sys.executable, "-m", "api.cli", *args], cwd=copy, env=given, capture_output=True, text=True,
                          check=False, timeout=60)


def test_every_fault_is_told_with_file_and_line_and_nothing_starts(copy: Path) -> None:
    checked = run(copy, "rules", "check")
    assert checked.returncode == 3
    assert "sample_construction.yaml:124: faults minor_penalty: `points`" in checked.stdout
    assert "write points in hundredths" in checked.stdout
    assert "withdrawal.yaml:1: " in checked.stdout
    as_json = json.loads(run(copy, "rules", "check", "--json").stdout)
    assert len(as_json["faults"]) == len(checked.stdout.splitlines()) - 1
    started = run(copy, "serve", "--port", "0")
    assert started.returncode == 3
    assert "sample_construction.yaml:124: " in started.stderr
    assert "Traceback" not in started.stderr
