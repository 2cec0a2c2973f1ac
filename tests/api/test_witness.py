"""A witness on another machine: it cosigns a log that grows, and keeps the evidence of one that was rewritten."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from api.app import create_app
from api.running.logbook import Logbook
from api.wiring import Services, build
from api.witnessing import Contradicted, UnknownLogKey, Unreachable, Witness
from credit.accounts.model import Role
from credit.kernel import database, ledger, merkle
from credit.kernel.checkpoints import open_checkpoint
from credit.kernel.cosigning import cosignatures, load_witness, witness_of
from credit.kernel.log_keys import log_key
from credit.kernel.settings import Settings, Web
from sanctions.draw_checks import check
from tests.api.conftest import KeyMaker, visiting
from tests.credit.kernel.acts import disarm
from tests.factories import uscc
from tests.fakes import FakeClock
from tests.sharing import SharedPool, SharedRenderer, sharing

NAME = "witness.example"
ENTRIES = ("log_entry", "log_payload")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "witness"


@pytest.fixture
def services(
    tender_settings: Settings, clock: FakeClock, folder: Path, renderer: SharedRenderer, pool: SharedPool
) -> Services:
    """The service knows this witness."""
    vkey = witness_of(log_key(folder / "witness.key", NAME)).vkey
    chosen = replace(tender_settings, web=Web(rate_limit=0), witnesses=vkey)
    return sharing(build(chosen, clock), renderer, pool)


@pytest.fixture
def watching(client: httpx.AsyncClient, folder: Path) -> Witness:
    return Witness(folder, client, NAME)


async def test_a_growing_log_is_cosigned_and_served_so(
    client: httpx.AsyncClient, key: KeyMaker, watching: Witness, clock: FakeClock
) -> None:
    assert (await client.get("/v1/ledger/checkpoint?cosigned=true")).status_code == 404
    first = await watching.look(clock())
    assert (first.before, first.size, first.taken) == (None, 1, True)  # the activation of the rules
    served = (await client.get("/v1/ledger/checkpoint")).text
    known = [load_witness(watching.vkey)]
    assert [(c.witness, c.seconds) for c in cosignatures(served, known)] == [(NAME, int(clock().timestamp()))]
    await key(Role.OPERATOR)
    assert cosignatures((await client.get("/v1/ledger/checkpoint")).text, known) == ()
    assert (await client.get("/v1/ledger/checkpoint?cosigned=true")).text == served
    again = await watching.look(clock.advance(minutes=1))
    assert (again.before, again.size, again.taken) == (1, 3, True)
    assert (await watching.look(clock())).size == 3
    assert (await client.get("/v1/ledger/checkpoint?cosigned=true")).text.count("\n— ") == 2  # the log's and ours


async def test_a_receipt_fetched_again_brings_the_witness_along_and_holds_without(
    client: httpx.AsyncClient, key: KeyMaker, services: Services, watching: Witness, clock: FakeClock
) -> None:
    platform = await key(Role.PLATFORM)
    await services.register.follow()
    asked = {"subjects": [{"code": uscc(9)}], "receipt": True,
             "tender": {"type": "land", "regimes": [], "mandatory": False}}
    receipt = (await client.post("/v1/eligibility", json=asked, headers=platform)).json()["receipt"]

    async def verified(given: Any) -> tuple[bool, list[str]]:
        found = (await client.post("/v1/receipts/verify", json={"receipt": given})).json()
        return found["valid"], [w["name"] for w in found["witnesses"]]

    assert await verified(receipt) == (True, [])
    await watching.look(clock.advance(minutes=1))
    await key(Role.OPERATOR)  # the log goes on: the newest checkpoint is not the one cosigned
    place = f"/v1/receipts/{receipt['statement']['id']}"
    again = (await client.get(place, headers=platform)).json()["receipt"]
    assert await verified(again) == (True, [NAME])
    assert await verified((await client.get(f"{place}/text", headers=platform)).text) == (True, [NAME])
    changed = again["proof"].replace(f"— {NAME} ", f"— {NAME} A")
    assert await verified(again | {"proof": changed}) == (False, [])


async def test_a_draw_waits_for_the_witness_whom_its_list_names_and_then_follows_by_itself(
    client: httpx.AsyncClient, key: KeyMaker, services: Services, watching: Witness, clock: FakeClock
) -> None:
    office = await key(Role.AUTHORITY)
    await watching.look(clock())  # before the list: this checkpoint counts for nothing
    told = {"kind": "tender_files", "items": [{"id": f"示例-{n}", "subject_code": uscc(n)} for n in range(5)]}
    made = await client.post("/v1/draws", json=told, headers=office)
    assert (made.status_code, made.json()["seed"], made.json()["result"]) == (201, None, [])
    place = f"/v1/draws/{made.json()['id']}"
    early = await client.post(f"{place}/result", headers=office)
    assert (early.status_code, early.json()["code"]) == (409, "seed_awaited")
    assert f"等待见证人 {NAME}" in (await client.get(f"/draws/{made.json()['id']}")).text
    await watching.look(clock.advance(minutes=1))
    drawn = (await client.get(place)).json()
    assert (drawn["seed_source"], len(drawn["result"])) == ("witnessed_checkpoint", 2)
    assert "见证人 <span" in (await client.get(f"/draws/{made.json()['id']}")).text
    known = [load_witness(watching.vkey)]
    assert check((await client.get(place)).content, services.log.verifiers(), known).valid
    size = (await ledger.head()).size
    await watching.look(clock.advance(minutes=1))  # another checkpoint changes nothing
    assert (await client.get(place)).json()["seed"] == drawn["seed"]
    assert (await ledger.head()).size == size
    kept = (watching.folder / "cosigned.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[2] for line in kept] == ["3", str(made.json()["entry_seq"] + 1), str(size)]


async def test_the_offline_page_brings_every_key_and_lets_nothing_be_fetched(
    client: httpx.AsyncClient, services: Services, watching: Witness, clock: FakeClock
) -> None:
    await services.log.custody.keys.rotate(now=clock.advance(days=1), by="operator")
    answer = await client.get("/verifier.html")
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "connect" not in policy
    for vkey in (*(k.vkey for k in services.log.verifiers()), watching.vkey):
        assert vkey in answer.text
    told = (await client.get("/v1/ledger/keys")).json()
    assert (len(told["keys"]), told["witnesses"]) == (2, [watching.vkey])


async def rewrite(services: Services) -> None:
    """Another history of the same length, with the checkpoints thrown away: what an intruder would leave."""
    await forge()
    shutil.rmtree(services.settings.data / "checkpoints")


async def forge() -> None:
    """Another entry 1 in the database."""
    await disarm(*ENTRIES)
    head = await ledger.head()
    leaves = [bytes.fromhex((await ledger.entry(n)).leaf) for n in range(head.size)]
    leaves[1] = merkle.leaf_hash(b"rewritten")
    await database.fetch("UPDATE log_entry SET body = 'rewritten', leaf = {} WHERE seq = 1", leaves[1].hex())
    forged = merkle.Frontier().extend(leaves)
    await database.fetch("UPDATE log_head SET frontier = {}, root = {}", forged.to_json(), forged.root.hex())


@pytest.mark.parametrize("more", [0, 1])
async def test_a_rewritten_log_is_caught_with_both_notes(
    app: Litestar, services: Services, key: KeyMaker, watching: Witness, clock: FakeClock, folder: Path, more: int
) -> None:
    await key(Role.OPERATOR)
    await watching.look(clock())
    before = (folder / "latest").read_text(encoding="utf-8")
    await rewrite(services)
    if more:
        await key(Role.AUDITOR, org=uscc(2))
    again = replace(services, log=Logbook(services.settings, clock))  # as after a restart
    await again.log.open(by="operator")
    async with visiting(create_app(again, migrate=False)) as client:
        with pytest.raises(Contradicted) as caught:
            await Witness(folder, client, NAME).look(clock.advance(minutes=1))
    (evidence,) = (folder / "evidence").iterdir()
    assert caught.value.extra["evidence"] == str(evidence)
    facts = json.loads(evidence.read_text(encoding="utf-8"))
    assert facts["kept"] == before == (folder / "latest").read_text(encoding="utf-8")  # nothing new was signed
    trusted = again.log.verifiers()
    points = [open_checkpoint(facts[name], trusted, "tendercredit.local/log") for name in ("kept", "served")]
    assert [p.size for p in points] == [3, 3 + 2 * more]
    assert points[0].root != points[1].root


async def test_a_service_that_finds_its_log_rewritten_says_so_and_the_witness_raises_the_alarm(
    client: httpx.AsyncClient, key: KeyMaker, watching: Witness, clock: FakeClock, folder: Path
) -> None:
    await key(Role.OPERATOR)
    await watching.look(clock())
    await forge()
    await key(Role.AUDITOR, org=uscc(2))  # the service must sign anew, and cannot
    answer = await client.get("/v1/ledger/checkpoint")
    assert (answer.status_code, answer.json()["code"]) == (503, "log_rewritten")
    assert answer.headers["content-type"] == "application/problem+json"
    with pytest.raises(Contradicted, match="signs no more") as caught:  # a refusal: the command ends with 3
        await watching.look(clock.advance(minutes=1))
    (evidence,) = (folder / "evidence").iterdir()
    assert caught.value.extra["evidence"] == str(evidence)
    facts = json.loads(evidence.read_text(encoding="utf-8"))
    assert facts["kept"] == (folder / "latest").read_text(encoding="utf-8")
    assert json.loads(facts["said"])["code"] == "log_rewritten"


async def test_a_rotated_key_is_followed_and_a_foreign_one_is_not(
    services: Services, key: KeyMaker, watching: Witness, clock: FakeClock, folder: Path
) -> None:
    await watching.look(clock())
    for _ in range(2):  # two changes between two looks
        await services.log.custody.keys.rotate(now=clock.advance(days=1), by="operator")
    assert (await watching.look(clock())).size == 3
    current = services.log.signer.verifier.vkey
    assert (folder / "log.vkey").read_text(encoding="utf-8").strip() == current
    keys = services.settings.data / "keys"
    (keys / "log.key").unlink()  # a key that nobody handed over to
    shutil.rmtree(services.settings.data / "checkpoints")
    await key(Role.OPERATOR)
    with pytest.raises(UnknownLogKey):
        await watching.look(clock())


async def test_cosignatures_of_strangers_and_of_other_logs_are_refused(
    client: httpx.AsyncClient, watching: Witness, clock: FakeClock, tmp_path: Path
) -> None:
    stranger = await Witness(tmp_path / "stranger", client, "stranger.example").look(clock())
    assert (stranger.taken, stranger.said) == (False, "witness_unknown")
    await watching.look(clock())
    note = (await client.get("/v1/ledger/checkpoint")).text
    for bad in ("x", note.replace("\n1\n", "\n2\n"), note[:-1], note.replace("— witness", "— witnes"), note + "x\n"):
        answer = await client.post("/v1/ledger/cosignatures", json={"note": bad})
        assert (answer.status_code, answer.json()["code"]) in {(422, "note_invalid"), (403, "witness_unknown")}
    again = await client.post("/v1/ledger/cosignatures", json={"note": note})
    assert again.json() == {"size": 1, "witnesses": [{"name": NAME, "at": "2026-11-22T01:00:00Z"}]}


async def test_a_log_that_cannot_be_reached_is_not_accused(folder: Path, clock: FakeClock) -> None:
    async def down(request: httpx.Request) -> httpx.Response:
        return httpx.Response(502, text="bad gateway")

    async with httpx.AsyncClient(transport=httpx.MockTransport(down), base_url="http://log.example") as client:
        with pytest.raises(Unreachable):
            await Witness(folder, client, NAME).look(clock())
    assert not (folder / "evidence").exists()
