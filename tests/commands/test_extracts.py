"""`tendercredit extracts make` and `check`: made here, checked anywhere; exit 0 valid, 1 invalid, 2 wrong use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import application
from credit.kernel.errors import Refusal


def call(*words: object) -> Result:
    return CliRunner().invoke(application(), ["extracts", *map(str, words)])


def test_an_extract_is_made_checked_and_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENDERCREDIT_DATA", str(tmp_path / "data"))
    out, again = tmp_path / "full", tmp_path / "again"
    made = json.loads(call("make", "--out", out, "--json").stdout)
    seq, on = made["manifest"]["known_seq"], made["manifest"]["on"]
    assert call("make", "--out", out).exit_code == 2  # the folder is not empty
    assert call("make", "--on", on, "--known-seq", seq, "--out", again).exit_code == 0
    assert {p.name: p.read_bytes() for p in out.iterdir()} == {p.name: p.read_bytes() for p in again.iterdir()}
    assert call("make", "--on", on).exit_code == 2
    future = call("make", "--on", "2999-12-31", "--known-seq", seq, "--out", tmp_path / "no")
    assert isinstance(future.exception, Refusal) and future.exception.code == "invalid"  # exit 3 of the command line

    whole = call("check", out, "--out", tmp_path / "newest", "--json")
    assert (whole.exit_code, json.loads(whole.stdout)["valid"]) == (0, True)
    assert (tmp_path / "newest" / "tax.jsonl").read_bytes() == (out / "tax.jsonl").read_bytes()
    one = call("check", out / "tax.csv", "--manifest", out / "manifest.note")
    assert one.exit_code == 0 and "文件与清单一致" in one.stdout
    for name, change, step in (("tax.csv", b"x", "digest"), ("manifest.note", b"", "signature")):
        content = (out / name).read_bytes()
        (out / name).write_bytes(content[:-1] + change)
        broken = call("check", out)
        assert broken.exit_code == 1 and f"不通过 FAIL {step}" in broken.stdout
        (out / name).write_bytes(content)
    (out / "tax.csv").unlink()
    assert "不通过 FAIL files" in call("check", out).stdout
    (tmp_path / "not.zip").write_bytes(b"PK\x03\x04 no archive")
    assert call("check", tmp_path / "not.zip").exit_code == 1
    assert call("check", tmp_path / "nowhere").exit_code == 2
