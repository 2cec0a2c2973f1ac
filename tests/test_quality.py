"""Lint and types are part of the suite: a tool that is missing is an error, never a skip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(*tool: str) -> str:
    """What the tool complains about; empty when it is content."""
    command = [sys.executable, "-m", *tool]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_ruff_is_content() -> None:
    assert run("ruff", "check", "--quiet", ".") == ""


def test_mypy_strict_is_content() -> None:
    assert run("mypy") == ""
