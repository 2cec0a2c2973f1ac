"""`demo.json` and the folder of a demo."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path

from api import demo, samples
from api.samples import Samples
from credit.kernel.settings import Settings

KEYS = {"authority": "tc_示例"}
ROLES = ("authority", "reviewer", "coordinator", "enterprise", "platform", "operator")
LOGINS = {role: {"name": f"demo-{role}", "password": "示例"} for role in ROLES}


def examples() -> Samples:
    return Samples(samples.folder())


def test_demo_json_has_the_shape_of_the_contract_and_is_its_owners_alone(data: Path) -> None:
    path = demo.write(data, "http://127.0.0.1:8000", KEYS, LOGINS, examples())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = json.loads(path.read_text(encoding="utf-8"))
    assert said["base_url"] == "http://127.0.0.1:8000"
    assert said["keys"] == KEYS
    assert said["logins"] == LOGINS
    assert set(said["logins"]) == {"authority", "reviewer", "coordinator", "enterprise", "platform", "operator"}
    assert set(said["samples"]) == {"clean", "barred", "repairable", "enterprise"}
    assert demo.read(data) == said


def test_writing_again_replaces_it_whole(data: Path) -> None:
    demo.write(data, "http://127.0.0.1:1", {"authority": "a"}, {}, examples())
    demo.write(data, "http://127.0.0.1:2", {"authority": "b"}, {}, examples())
    assert [p.name for p in data.iterdir()] == ["demo.json"]
    assert (demo.read(data) or {})["keys"] == {"authority": "b"}


def test_another_command_on_the_folder_prints_the_address_of_the_demo(data: Path) -> None:
    chosen = replace(Settings(), data=data)
    assert demo.settings_beside(chosen) == chosen
    demo.write(data, "http://127.0.0.1:8104", KEYS, LOGINS, examples())
    beside = demo.settings_beside(chosen)
    assert (beside.demo, beside.web.base_url, beside.data) == (True, "http://127.0.0.1:8104", data)


def test_no_demo_json_reads_as_no_demo(data: Path) -> None:
    assert demo.read(data) is None
    (data / "demo.json").write_text("{")
    assert demo.read(data) is None


def test_only_a_demo_may_be_emptied_and_only_of_what_is_its_own(data: Path) -> None:
    assert demo.removable(data)
    (data / "tendercredit.sqlite").write_bytes(b"")
    assert not demo.removable(data)
    (data / "demo.json").write_text("{}")
    assert demo.removable(data)
    (data / "blobs" / "ab").mkdir(parents=True)
    (data / "notes.txt").write_text("示例")
    demo.empty(data)
    assert [p.name for p in data.iterdir()] == ["notes.txt"]
