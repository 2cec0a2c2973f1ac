"""`tendercredit demo`, and the commands against a folder that it serves."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.data import write_csv
from tests.commands.conftest import EXAMPLES
from tests.demo_process import Demo, command, free_port, serving

OFFICE, OTHER = "1137019900EX00014E", "1137019900EX000229"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that serves."""
    with serving(tmp_path_factory.mktemp("demo") / "data") as found:
        yield found


def ask(demo: Demo, path: str, role: str = "auditor") -> Any:
    answer = httpx.get(demo.url + path, headers=demo.bearer(role), trust_env=False)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_it_serves_with_a_file_of_keys_for_its_owner_alone(served: Demo) -> None:
    assert stat.S_IMODE((served.data / "demo.json").stat().st_mode) == 0o600
    assert served.json["base_url"] == served.url
    code = served.json["samples"]["barred"]
    card = ask(served, f"/v1/entities/{code}", "platform")
    assert card["code"] == code


def test_it_serves_with_everybodys_score_and_with_conduct(served: Demo) -> None:
    found = ask(served, "/v1/schemes/sample_construction/distribution")
    assert found["complete"] and found["total"] > 75
    code = served.json["samples"]["enterprise"]
    conduct = ask(served, f"/v1/conduct-records?subject={code}", "enterprise")["items"]
    assert {"counts", "stated"} <= {record["state"] for record in conduct}


def letters(demo: Demo) -> list[dict[str, Any]]:
    """Both letters of the barred firm, which come by themselves."""
    found: list[dict[str, Any]] = []
    until = time.monotonic() + 60
    while len(found) < 2 and time.monotonic() < until:
        found = ask(demo, f"/v1/notices?subject={demo.json['samples']['barred']}")["items"]
        time.sleep(0.1)
    return found


def test_the_letters_of_the_pushes_come_by_themselves(served: Demo) -> None:
    assert {letter["kind"] for letter in letters(served)} == {"repair_notice", "dishonesty_notice"}


def test_a_letter_is_exported_as_it_was_issued(served: Demo, tmp_path: Path) -> None:
    items = letters(served)
    notice = items[0]["id"]
    done = command("notices", "export", notice, "--out", tmp_path / "letter", DATA=str(served.data))
    assert (done.returncode, items[0]["number"] in done.stdout) == (0, True)
    assert (tmp_path / "letter" / f"{notice}.pdf").read_bytes().startswith(b"%PDF-")
    assert items[0]["number"] in (tmp_path / "letter" / f"{notice}.txt").read_text(encoding="utf-8")
    evidence = json.loads((tmp_path / "letter" / f"{notice}.json").read_text(encoding="utf-8"))
    assert evidence["notice"]["pdf_sha256"] == items[0]["pdf_sha256"]
    unknown = command("notices", "export", "not_none", "--out", tmp_path / "none", DATA=str(served.data))
    assert (unknown.returncode, (tmp_path / "none").exists()) == (3, False)


def test_an_import_into_a_served_folder_goes_through_the_service(served: Demo, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "file.csv", 40)
    before = ask(served, "/readyz")["log_size"]
    done = command("import", file, "--json", DATA=str(served.data))
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["accepted"]) == (0, 40)
    assert ask(served, "/readyz")["log_size"] >= before + 40
    again = command("import", file, "--json", "--as", OFFICE, DATA=str(served.data))
    assert json.loads(again.stdout)["duplicates"] == 40


def test_a_key_imports_for_its_own_organisation_only(served: Demo, tmp_path: Path) -> None:
    file = write_csv(tmp_path / "file.csv", 3)
    other = command("import", file, "--as", OTHER, DATA=str(served.data))
    assert (other.returncode, OFFICE in other.stderr) == (3, True)
    wrong = command("import", file, DATA=str(served.data), KEY="tc_none")
    assert (wrong.returncode, "密钥" in wrong.stderr) == (3, True)


def test_a_served_folder_can_be_screened_and_checked(served: Demo, supplier_list: Path) -> None:
    screened = command("screen", supplier_list, "--json", DATA=str(served.data))
    assert json.loads(screened.stdout)["rows"] == 6
    dry = command("import", EXAMPLES / "penalties.csv", "--dry-run", "--json", DATA=str(served.data))
    assert json.loads(dry.stdout)["duplicates"] == 57


def test_samples_are_not_served_as_real_nor_twice(served: Demo) -> None:
    real = command("serve", "--port", "1", DATA=str(served.data))
    assert (real.returncode, "演示数据" in real.stderr) == (2, True)
    second = command("demo", "--port", str(free_port()), "--data", served.data)
    assert (second.returncode, served.url in second.stderr) == (3, True)


def test_a_second_start_hands_out_new_keys_over_the_same_samples(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as first:
        size = ask(first, "/readyz")["log_size"]
    with serving(tmp_path / "data") as second:
        assert set(first.json["keys"].values()).isdisjoint(second.json["keys"].values())
        assert ask(second, "/readyz")["log_size"] >= size
        old = httpx.get(f"{second.url}/v1/notices", headers=first.bearer("auditor"), trust_env=False)
        assert old.status_code == 401


def test_fresh_empties_a_demo_only(tmp_path: Path) -> None:
    (tmp_path / "tendercredit.sqlite").write_bytes(b"")
    done = command("demo", "--fresh", "--data", tmp_path, "--port", str(free_port()))
    assert (done.returncode, "不是演示目录" in done.stderr) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == ["tendercredit.sqlite"]
