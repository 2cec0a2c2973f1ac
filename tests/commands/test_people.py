"""`tendercredit people`: a one-time password shown once, a new one, and an end; nothing of it in the log's words."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from tests.demo_process import command
from tests.factories import uscc

CREATE = ("people", "create", "--role", "reviewer", "--org", uscc(1), "--name", "Zhao.Sample")


def test_a_one_time_password_is_printed_once_reset_and_ended(data: Path) -> None:
    unknown = command(*CREATE, DATA=str(data))
    assert (unknown.returncode, unknown.stdout) == (3, "")
    made = command(*CREATE, "--display", "赵样本", "--org-name", "示例认定单位", DATA=str(data))
    assert made.returncode == 0, made.stderr
    first = made.stdout.strip()
    assert [len(part) for part in first.split("-")] == [5, 5, 5, 5]
    assert "首次登录须修改" in made.stderr
    assert command(*CREATE, DATA=str(data)).returncode == 3  # the name is taken
    again = json.loads(command("people", "reset", "--name", "zhao.sample", "--json", DATA=str(data)).stdout)
    assert (again["name"], again["role"]) == ("zhao.sample", "reviewer")
    assert again["password"] != first
    ended = json.loads(command("people", "end", "--name", "zhao.sample", "--json", DATA=str(data)).stdout)
    assert ended["ended"] is True
    assert command("people", "reset", "--name", "zhao.sample", DATA=str(data)).returncode == 3
    with sqlite3.connect(data / "tendercredit.sqlite") as held:
        kept = [row[0] for row in held.execute("SELECT body FROM credit_payload")]
    assert kept == [None] * len(kept)
    assert json.loads(command("verify", "--json", DATA=str(data)).stdout)["ok"] is True


def test_an_unknown_role_is_wrong_use(data: Path) -> None:
    wrong = command(*CREATE[:3], "queen", *CREATE[4:], DATA=str(data))
    assert (wrong.returncode, "--role" in wrong.stderr) == (2, True)
