"""A stranger checks the log with what the interface publishes, and learns nothing else from it."""

from __future__ import annotations

import base64

import httpx

from credit.accounts.model import Role
from credit.kernel import merkle
from credit.kernel.checkpoints import open_checkpoint
from credit.kernel.signing import load_verifier
from tests.api.conftest import KeyMaker
from tests.factories import uscc


async def test_the_checkpoint_is_signed_by_a_published_key(client: httpx.AsyncClient) -> None:
    published = (await client.get("/v1/ledger/keys")).json()
    answer = await client.get("/v1/ledger/checkpoint")
    assert answer.headers["Content-Type"].startswith("text/plain")
    trusted = [load_verifier(k["vkey"]) for k in published["keys"]]
    checkpoint = open_checkpoint(answer.text, trusted, published["origin"])
    assert checkpoint.size == 1  # the activation of the rules
    assert [k["current"] for k in published["keys"]] == [True]


async def test_an_entry_is_proven_to_be_in_the_log(client: httpx.AsyncClient, key: KeyMaker) -> None:
    await key(Role.OPERATOR)
    proof = (await client.get("/v1/ledger/proof/inclusion?seq=1")).json()
    root = base64.b64decode(proof["checkpoint"].split("\n")[2])
    path = [bytes.fromhex(h) for h in proof["path"]]
    assert proof["size"] == 3  # rules, organisation, key
    assert merkle.verify_inclusion(bytes.fromhex(proof["leaf_hash"]), 1, 3, path, root)


async def test_the_log_is_proven_to_have_only_grown(client: httpx.AsyncClient, key: KeyMaker) -> None:
    before = (await client.get("/v1/ledger/checkpoint")).text.split("\n")
    await key(Role.OPERATOR)
    after = (await client.get("/v1/ledger/checkpoint")).text.split("\n")
    sizes = int(before[1]), int(after[1])
    proof = (await client.get(f"/v1/ledger/proof/consistency?from={sizes[0]}&to={sizes[1]}")).json()
    assert (proof["from"], proof["to"]) == sizes
    roots = base64.b64decode(before[2]), base64.b64decode(after[2])
    assert merkle.verify_consistency(*sizes, *roots, [bytes.fromhex(h) for h in proof["path"]])


async def test_the_public_sees_place_moment_and_hash_only(client: httpx.AsyncClient) -> None:
    assert set((await client.get("/v1/ledger/entries/0")).json()) == {"seq", "recorded_at", "leaf_hash"}


async def test_parties_and_auditor_see_a_body_that_hashes_to_the_leaf(
    client: httpx.AsyncClient, key: KeyMaker
) -> None:
    party = await key(Role.AUTHORITY)
    auditor = await key(Role.AUDITOR, org=uscc(2))
    stranger = await key(Role.PLATFORM, org=uscc(3))
    for headers in (party, auditor):
        entry = (await client.get("/v1/ledger/entries/1", headers=headers)).json()
        assert entry["body"]["kind"] == "organisation_registered"
        assert merkle.leaf_hash(entry["body_text"].encode()).hex() == entry["leaf_hash"]
    assert "body" not in (await client.get("/v1/ledger/entries/1", headers=stranger)).json()


async def test_positions_that_were_never_reached_are_not_found(client: httpx.AsyncClient) -> None:
    for address in ("entries/99", "proof/inclusion?seq=0&size=99", "proof/inclusion?seq=9", f"entries/{2**53}"):
        assert (await client.get(f"/v1/ledger/{address}")).status_code == 404
    backwards = await client.get("/v1/ledger/proof/consistency?from=1&to=0")
    assert backwards.status_code == 404


async def test_every_rule_is_published_with_its_citation(client: httpx.AsyncClient) -> None:
    book = (await client.get("/v1/rules")).json()
    assert len(book["rules"]) > 30
    assert all(v["source"] for rule in book["rules"] for v in rule["values"])
    one = (await client.get(f"/v1/rules/{book['rules'][0]['id']}")).json()
    assert one == book["rules"][0]


async def test_rules_of_a_day_are_those_in_force_then(client: httpx.AsyncClient) -> None:
    early = (await client.get("/v1/rules?on=2000-01-01")).json()["rules"]
    late = (await client.get("/v1/rules?on=2026-11-22")).json()["rules"]
    assert len(early) < len(late)
    assert all(v["from"] <= "2000-01-01" for rule in early for v in rule["values"])
    assert all(len(rule["values"]) == 1 for rule in late)


async def test_organisations_come_in_pages(client: httpx.AsyncClient, key: KeyMaker) -> None:
    operator = await key(Role.OPERATOR)
    for n in (5, 4, 3):
        body = {"code": uscc(n), "name": f"示例机关{n}"}
        assert (await client.post("/v1/organisations", json=body, headers=operator)).status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"/v1/organisations?limit=3&cursor={cursor}", headers=operator)).json()
        seen += [o["code"] for o in page["items"]]
        cursor = page["next_cursor"]
    assert seen == sorted(uscc(n) for n in (1, 3, 4, 5))
    assert (await client.get("/v1/organisations?cursor=%25", headers=operator)).status_code == 422


async def test_an_organisation_is_checked_field_by_field(client: httpx.AsyncClient, key: KeyMaker) -> None:
    body = {"code": uscc(3), "name": "示例机关", "competences": ["everything"], "region": "37", "phone": "1" * 301}
    answer = await client.post("/v1/organisations", json=body, headers=await key(Role.OPERATOR))
    assert {e["pointer"] for e in answer.json()["errors"]} == {"/competences/0", "/region", "/phone"}
    wrong = await client.post("/v1/organisations", json={"code": "1", "name": "示例"}, headers=await key(Role.OPERATOR))
    assert wrong.status_code == 422
