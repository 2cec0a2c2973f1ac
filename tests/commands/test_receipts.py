"""`tendercredit receipts check`: offline, from the file and the keys alone; exit 0 valid, 1 invalid, 2 wrong use."""

from __future__ import annotations

import json
from pathlib import Path

from sanctions.receipts import to_text
from tests.demo_process import command
from tests.sanctions.receipts_made import KEY, made, saved


def test_a_receipt_is_checked_with_keys_alone(tmp_path: Path) -> None:
    receipt, keys, file = made(), tmp_path / "keys.txt", tmp_path / "receipt.json"
    keys.write_text(KEY.verifier.vkey + "\n", encoding="utf-8")
    file.write_bytes(saved(receipt))
    done = command("receipts", "check", str(file), "--keys", str(keys), DATA=str(tmp_path / "none"))
    assert done.returncode == 0, done.stderr
    assert "回执有效 valid" in done.stdout
    assert "不证明系统之外没有其他处罚或限制" in done.stdout
    file.write_text(to_text(receipt), encoding="utf-8")
    keys.write_text(json.dumps({"keys": [{"vkey": KEY.verifier.vkey}]}), encoding="utf-8")
    done = command("receipts", "check", str(file), "--keys", str(keys), "--json", DATA=str(tmp_path / "none"))
    assert (done.returncode, json.loads(done.stdout)["valid"]) == (0, True)
    file.write_bytes(saved(receipt).replace(b'"eligible"', b'"eligiblf"'))
    done = command("receipts", "check", str(file), "--keys", str(keys), DATA=str(tmp_path / "none"))
    assert done.returncode == 1
    assert "不通过 FAIL answer" in done.stdout


def test_the_offline_page_is_written_with_the_keys_inside(tmp_path: Path) -> None:
    keys, page = tmp_path / "keys.txt", tmp_path / "verifier.html"
    keys.write_text(KEY.verifier.vkey + "\n", encoding="utf-8")
    done = command("receipts", "verifier", "--out", str(page), "--keys", str(keys), "--json",
                   DATA=str(tmp_path / "none"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["keys"] == 1
    assert KEY.verifier.vkey in page.read_text(encoding="utf-8")


def test_without_keys_or_file_the_use_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "receipt.json"
    file.write_bytes(saved(made()))
    done = command("receipts", "check", str(file), DATA=str(tmp_path / "none"))
    assert done.returncode == 2
    assert "--keys" in done.stderr
    assert not (tmp_path / "none").exists()  # nothing is made by checking
    assert command("receipts", "check", str(tmp_path / "no"), DATA=str(tmp_path / "none")).returncode == 2
    file.with_name("keys").write_text("abc", encoding="utf-8")
    assert command("receipts", "check", str(file), "--keys", str(file.with_name("keys"))).returncode == 2
