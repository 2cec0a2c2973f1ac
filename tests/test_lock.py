"""The locks name versions and hashes, nothing else: no download address, no index host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCKS = ["requirements.lock", "requirements-test.lock"]
PIN = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>[^ ;]+)(?P<marker> ;[^\\]*)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}( \\)?$")
ASKED = r"via|[a-z0-9._-]+|tendercredit \(pyproject\.toml(:[a-z]+)?\)|-c requirements\.lock"
NOTE = re.compile(rf"^    #( +({ASKED}))*$")


def pins(lock: str) -> dict[str, str]:
    """Package name to version, as the lock pins them."""
    found = (PIN.match(line) for line in (ROOT / lock).read_text(encoding="utf-8").splitlines())
    return {m["name"]: m["version"] for m in found if m}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_is_a_pin_a_hash_or_who_asked_for_it(lock: str) -> None:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not (PIN.match(line) or HASH.match(line) or NOTE.match(line))] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_at_least_one_hash(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[a-z0-9])", text)[1:]
    assert blocks
    assert [b.split("==")[0] for b in blocks if "--hash=sha256:" not in b] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert re.findall(r"(?i)://|--(?:extra-)?index|find-links|trusted-host|\bfile:| @ ", text) == []


def test_both_locks_agree_and_cover_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, test = pins("requirements.lock"), pins("requirements-test.lock")
    assert {name: test.get(name) for name in run} == run

    def wanted(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=;~! ]", r)[0].lower() for r in requirements}

    assert wanted(project["project"]["dependencies"]) <= set(run)
    assert wanted(project["build-system"]["requires"]) <= set(run)
    assert wanted(project["project"]["optional-dependencies"]["test"]) <= set(test)
