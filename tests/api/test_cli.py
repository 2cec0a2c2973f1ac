"""The command line as a process: what it prints, what it returns, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.factories import uscc

Command = Callable[..., subprocess.CompletedProcess[str]]
ORG = uscc(1)
CREATE = ("keys", "create", "--role", "operator", "--org", ORG, "--name", "示例")


@pytest.fixture
def environment(data: Path) -> dict[str, str]:
    """An environment of its own, with nothing set but the data folder."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TENDERCREDIT_")}
    return {**kept, "TENDERCREDIT_DATA": str(data)}


@pytest.fixture
def tendercredit(environment: dict[str, str]) -> Command:
    """Runs a command to its end."""

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api.cli", *words]
        return subprocess.run(
            command, env={**environment, **settings}, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def test_a_key_is_printed_once_and_the_log_verifies(tendercredit: Command, data: Path) -> None:
    refused = tendercredit(*CREATE)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "未登记" in refused.stderr
    made = tendercredit(*CREATE, "--org-name", "示例运营方", "--expires", "2099-12-31")
    assert made.returncode == 0
    assert made.stdout.startswith("tc_")
    assert len(made.stdout.split()) == 1
    signed = json.loads(tendercredit("checkpoint", "--json").stdout)["checkpoint"]
    assert signed.split("\n")[1] == "3"  # rules, organisation, key
    verified = tendercredit("verify", "--json")
    assert verified.returncode == 0
    assert json.loads(verified.stdout)["ok"] is True
    assert (data / "keys" / "log.key").stat().st_mode & 0o077 == 0


def test_wrong_use_is_exit_2_with_one_sentence(tendercredit: Command, data: Path) -> None:
    assert tendercredit("keys", "create", "--role", "boss", "--org", ORG, "--name", "x").returncode == 2
    assert tendercredit("serve", "--workers", "2").returncode == 2
    assert tendercredit("worker").returncode == 2
    assert tendercredit("nothing").returncode == 2
    unknown = tendercredit("doctor", TENDERCREDIT_PORT="1")
    assert unknown.returncode == 2
    assert "TENDERCREDIT_PORT is not a setting" in unknown.stderr
    (data / "demo.json").write_text("{}")
    demo = tendercredit("serve")
    assert demo.returncode == 2
    assert "演示数据" in demo.stderr


def test_refusals_are_json_for_machines(tendercredit: Command) -> None:
    refused = tendercredit(*CREATE, "--scopes", "PUSH", "--json")
    assert refused.returncode == 3
    assert json.loads(refused.stderr)["errors"][0]["pointer"] == "/scopes/0"


def test_doctor_finds_what_is_wrong_and_changes_nothing(tendercredit: Command, data: Path) -> None:
    healthy = tendercredit("doctor", "--json")
    assert healthy.returncode == 0
    assert json.loads(healthy.stdout)["ok"] is True
    ill = tendercredit("doctor", TENDERCREDIT_BASE_URL="nowhere")
    assert ill.returncode == 3
    assert "✗ 对外地址" in ill.stdout
    assert list(data.iterdir()) == []


def test_migrate_copies_the_file_first(tendercredit: Command, data: Path) -> None:
    assert json.loads(tendercredit("migrate", "--json").stdout) == {"engine": "sqlite", "backup": None}
    again = json.loads(tendercredit("migrate", "--json").stdout)
    assert Path(again["backup"]).stat().st_size > 0


def test_rules_check_counts_values_and_names_the_unverified(tendercredit: Command) -> None:
    checked = tendercredit("rules", "check", "--json")
    assert checked.returncode == 0
    assert json.loads(checked.stdout)["rules"] > 30


def test_it_serves_refuses_a_second_process_and_stops_cleanly(
    tendercredit: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "serve.log"
    with log.open("w") as errors:
        served = subprocess.Popen(
            [sys.executable, "-m", "api.cli", "serve", "--port", "0"], env=environment, stderr=errors
        )
    try:
        url = _announced(log, served)
        assert httpx.get(f"{url}/readyz", trust_env=False).json()["status"] == "ready"
        second = tendercredit("serve", "--port", "0")
        assert second.returncode == 3
        assert url in second.stderr
        served.send_signal(signal.SIGTERM)
        served.wait(20)
        assert "Application shutdown complete" in log.read_text()
        lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]
        assert [line for line in lines if line["level"] == "error"] == []
    finally:
        served.kill()
        served.wait()


def _announced(log: Path, served: subprocess.Popen[bytes]) -> str:
    """The address it prints; waits until it answers there."""
    until = time.monotonic() + 60
    while time.monotonic() < until and served.poll() is None:
        words = log.read_text().split()
        urls = [w for w in words if w.startswith("http://")]
        if urls:
            try:
                httpx.get(f"{urls[0]}/healthz", trust_env=False)
            except httpx.TransportError:
                pass
            else:
                return urls[0]
        time.sleep(0.05)
    raise AssertionError(log.read_text())
