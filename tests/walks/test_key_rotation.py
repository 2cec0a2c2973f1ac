"""The log's key is rotated: what the old key signed stays valid on the page, by the interface and offline."""

from __future__ import annotations

import json
from pathlib import Path

from credit.kernel.checkpoints import open_checkpoint, open_rotation
from credit.kernel.signing import load_verifier
from tests.demo_process import command
from tests.factories import uscc
from tests.walks.house import House


async def test_an_old_receipt_outlives_the_key_that_signed_it(house: House, tmp_path: Path) -> None:
    question = {"subjects": [{"code": uscc(7_700)}], "receipt": True,
                "tender": {"type": "land", "regimes": [], "mandatory": False}}
    old, keys = house.services.log.signer.verifier, house.services.log.custody.keys
    before = (await house.ask(question))["receipt"]
    await keys.rotate(now=house.clock.advance(hours=1), by="operator")
    after = (await house.ask(question))["receipt"]
    assert (before["key_id"], after["key_id"]) == (old.key_id.hex(), house.services.log.signer.verifier.key_id.hex())
    assert before["key_id"] != after["key_id"]

    published = (await house.get("/v1/ledger/keys")).json()
    now, retired = published["keys"]
    assert (now["current"], retired["current"], retired["vkey"]) == (True, False, old.vkey)
    assert (retired["from"], now["until"]) == (None, None)
    assert retired["until"] == now["from"]
    assert open_rotation(now["rotation"], [old]).key.vkey == now["vkey"]  # the old key names the new one
    note = (await house.get("/v1/ledger/checkpoint")).text
    assert open_checkpoint(note, [load_verifier(now["vkey"])], published["origin"]).size > after["entry"]["seq"]

    (tmp_path / "keys.json").write_text(json.dumps(published), encoding="utf-8")
    for n, receipt in enumerate((before, after)):
        checked = (await house.post("/v1/receipts/verify", {"receipt": receipt})).json()
        assert checked["valid"], checked
        assert "回执真实" in (await house.get(f"/receipt/{receipt['statement']['id']}")).text
        file = tmp_path / f"{n}.json"
        file.write_text(json.dumps(receipt), encoding="utf-8")
        done = command("receipts", "check", file, "--keys", tmp_path / "keys.json")
        assert done.returncode == 0, done.stdout
    assert [p.size for p in house.services.log.custody.history(published["origin"])][-1] > before["entry"]["seq"]
