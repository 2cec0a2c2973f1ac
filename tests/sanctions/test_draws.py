"""Draws: the same seed draws the same, shares and avoidance hold for any seed, and a changed list fails the check."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit.kernel import canonical, merkle
from credit.kernel.checkpoints import parse_checkpoint, parse_proof, proof_text, sign_checkpoint
from credit.kernel.cosigning import WitnessKey, cosigned, witness_of
from credit.kernel.rules import RuleSet
from credit.kernel.signing import SigningKey, new_key
from sanctions.draw_checks import check
from sanctions.draw_seeds import PROVES, WITNESSED, seed_of
from sanctions.draws import (
    Announcement,
    DrawInput,
    DrawInvalid,
    DrawKind,
    ItemInput,
    Plan,
    announcement,
    check_input,
    draw,
    list_digest,
    plan,
    wanted,
)
from tests.factories import uscc
from tests.fakes import START

SEED = bytes(range(32))
FILES = Plan(20, {"A": 20, "C": 40, "D": 60, "unrated": 25}, 0)
PAIRS = Plan(3, {"A": 5, "D": 50, "unrated": 10}, 2)
GRADES = st.sampled_from(["A", "C", "D", None, "AAA"])
SEEDS = st.binary(min_size=32, max_size=32)
KEY = new_key("sample.example/log", bytes(32))
WITNESS = new_key("witness.example", bytes([2] * 32))


def tender_files(grades: Sequence[str | None]) -> DrawInput:
    return DrawInput(kind=DrawKind.TENDER_FILES, items=tuple(
        ItemInput(id=f"示例-{n}", subject_code=uscc(n), grade=g) for n, g in enumerate(grades)))


def made(told: DrawInput, used: Plan = FILES, draw_id: str = "drw_sample") -> Announcement:
    return announcement(told, {i.id: i.grade for i in told.items}, used, draw_id=draw_id, log=KEY.verifier.name,
                        moment=START, rules="0" * 64)


@pytest.mark.parametrize(("share", "count", "drawn"), [(20, 10, 2), (20, 11, 3), (25, 1, 1), (60, 5, 3), (0, 9, 0),
                                                       (100, 7, 7)])
def test_shares_are_rounded_up(share: int, count: int, drawn: int) -> None:
    """11 × 20 % = 2.2 → 3; 1 × 25 % = 0.25 → 1."""
    assert wanted(share, count) == drawn


def test_more_is_drawn_where_credit_is_low() -> None:
    """10 × A at 20 % = 2, 10 × C at 40 % = 4, 10 × D at 60 % = 6."""
    found = made(tender_files(["A"] * 10 + ["C"] * 10 + ["D"] * 10))
    share = {i.id: i.share for i in found.items}
    assert Counter(share[d.item] for d in draw(found, SEED)) == {20: 2, 40: 4, 60: 6}


def test_a_stranger_draws_the_same_with_a_few_lines() -> None:
    """The algorithm as the guide gives it, written anew."""
    found = made(tender_files(["A"] * 11))
    told = json.loads(canonical.encode(found))
    ranks = sorted(told["items"], key=lambda i: hashlib.sha256(SEED + f"{told['id']}\n{i['id']}".encode()).digest())
    assert [d.item for d in draw(found, SEED)] == [i["id"] for i in ranks[:3]]


@given(st.lists(GRADES, min_size=1, max_size=60), SEEDS, st.randoms(use_true_random=False))
def test_order_changes_nothing_and_the_minimum_holds(
    grades: list[str | None], seed: bytes, chance: random.Random
) -> None:
    told = tender_files(grades)
    found = made(told)
    again = list(told.items)
    chance.shuffle(again)
    other = made(msgspec.structs.replace(told, items=tuple(again)))
    assert list_digest(found) == list_digest(other)
    result = draw(found, seed)
    assert result == draw(found, seed) == draw(other, seed)
    assert 100 * len(result) >= 20 * len(grades)
    assert len({d.item for d in result}) == len(result)


@settings(max_examples=60)
@given(st.lists(GRADES, min_size=1, max_size=30), st.integers(2, 8), st.data(), SEEDS)
def test_nobody_inspects_whom_they_must_avoid(
    grades: list[str | None], count: int, data: st.DataObject, seed: bytes
) -> None:
    people = tuple(f"示例检查库:{n}" for n in range(count))
    told = msgspec.structs.replace(tender_files(grades), kind=DrawKind.DOUBLE_RANDOM, inspectors=people)
    pairs = st.tuples(st.sampled_from([i.id for i in told.items]), st.sampled_from(people))
    told = msgspec.structs.replace(told, avoid=tuple(data.draw(st.sets(pairs, max_size=20))))
    try:
        check_input(msgspec.structs.replace(told, scheme=None), 2)
    except DrawInvalid as exc:
        assert {e.code for e in exc.errors} == {"no_inspector"}
        return
    for one in draw(made(told, PAIRS), seed):
        assert len(set(one.inspectors)) == 2
        assert not {(one.item, p) for p in one.inspectors} & set(told.avoid)


@given(st.integers(1, 60), st.integers(2, 9), SEEDS)
def test_without_avoidance_the_load_is_even(items: int, count: int, seed: bytes) -> None:
    people = tuple(f"示例检查库:{n}" for n in range(count))
    told = msgspec.structs.replace(tender_files(["D"] * items), kind=DrawKind.DOUBLE_RANDOM, inspectors=people)
    load = Counter(p for d in draw(made(told, PAIRS), seed) for p in d.inspectors)
    each = [load[p] for p in people]
    assert max(each) - min(each) <= 1


def test_chances_are_those_of_the_share() -> None:
    """20 items at 20 %: each is drawn in 4 of 20 draws; of 2,000 seeds 400 ± 5 standard deviations (18) of them."""
    found = made(tender_files(["A"] * 20))
    hits = Counter(d.item for n in range(2000) for d in draw(found, hashlib.sha256(str(n).encode()).digest()))
    assert all(310 < hits[i.id] < 490 for i in found.items)


def test_every_fault_of_a_list_is_named() -> None:
    items = (ItemInput(id="a\nb", subject_code=uscc(1)), ItemInput(id="c", subject_code="x", grade="A"),
             ItemInput(id="c", subject_code=uscc(2)))
    told = DrawInput(kind=DrawKind.DOUBLE_RANDOM, items=items, scheme="sample", inspectors=("110101199003074370",),
                     avoid=(("c", "nobody"),))
    with pytest.raises(DrawInvalid) as refused:
        check_input(told, 2)
    found = {(e.pointer, e.code) for e in refused.value.errors}
    assert {("/items/0/id", "wrong_form"), ("/items/2/id", "duplicate"), ("/items/1/grade", "not_allowed"),
            ("/inspectors", "out_of_range"), ("/inspectors/0", "person_ref_is_id_number"),
            ("/avoid/0", "unknown")} <= found
    assert "110101199003074370" not in str([e.detail for e in refused.value.errors])


def test_the_house_rules_draw_a_fifth_of_published_files_at_least(ruleset: RuleSet) -> None:
    used = plan(ruleset, DrawKind.TENDER_FILES, date(2026, 11, 22))
    assert used.minimum == 20 == used.share("A")
    assert used.share("D") > used.share("C") > used.share("A")
    assert used.share("of another scheme") == used.share(None)
    assert plan(ruleset, DrawKind.DOUBLE_RANDOM, date(2026, 11, 22)).inspectors == 2


def published(found: Announcement, cosigner: SigningKey | None = None) -> dict[str, Any]:
    """A log of two entries, the list's and another, signed, and cosigned by a witness if there is one."""
    entry = canonical.encode({"seq": 0, "kind": "draw_announced", "subject": list_digest(found)})
    leaves = [merkle.leaf_hash(entry.encode()), merkle.leaf_hash(b"other")]
    root = merkle.Frontier().extend(leaves).root
    note = sign_checkpoint(found.log, 2, root, KEY)
    note = cosigned(note, cosigner, 1_795_309_200) if cosigner else note
    seed = seed_of(note, witness_of(cosigner) if cosigner else None)
    return {"list": json.loads(canonical.encode(found)), "seed": seed.hex(),
            "proof": {"entry": entry, "inclusion": proof_text(0, [leaves[1]], note)},
            "result": json.loads(canonical.encode(draw(found, seed)))}


def outcome(told: dict[str, Any], witnesses: Sequence[WitnessKey] = ()) -> tuple[bool, int]:
    found = check(json.dumps(told).encode(), [KEY.verifier], witnesses)
    return found.valid, len(found.passed)


def test_a_list_without_a_witness_is_written_as_before() -> None:
    """Digests of lists in the log stay what they are."""
    assert "witness" not in canonical.encode(made(tender_files(["A"])))


def test_with_a_witness_the_seed_needs_its_signature() -> None:
    stranger = new_key("stranger.example", bytes([3] * 32))
    listed = msgspec.structs.replace(made(tender_files(["A"] * 10)), witness=witness_of(WITNESS).vkey)
    found = published(listed, WITNESS)
    assert outcome(found) == outcome(found, [witness_of(WITNESS)]) == (True, 6)
    checked = check(json.dumps(found).encode(), [KEY.verifier])
    assert (checked.witness, checked.proves) == (listed.witness, PROVES[WITNESSED])
    assert outcome(found, [witness_of(stranger)]) == (False, 3)  # the list names one whom the checker does not know
    own = published(listed)  # the service's own root, as if no witness were needed
    assert outcome(own) == (False, 3)
    proof = parse_proof(found["proof"]["inclusion"])
    root = parse_checkpoint(proof.checkpoint.partition("\n\n")[0] + "\n").root
    ground = {**found, "seed": root.hex(), "result": own["result"]}
    assert outcome(ground) == (False, 4)
    note = proof.checkpoint.replace("— witness.example ", "— witness.example A")
    forged = {**found["proof"], "inclusion": proof_text(proof.index, proof.path, note)}
    assert outcome({**found, "proof": forged})[0] is False
    later = cosigned(proof.checkpoint.rpartition("— witness")[0], WITNESS, 1_795_309_201)  # signed a second later
    other = {**found["proof"], "inclusion": proof_text(proof.index, proof.path, later)}
    assert outcome({**found, "proof": other}) == (False, 4)


def test_a_published_draw_passes_and_every_change_fails_at_its_step() -> None:
    found = published(made(tender_files(["A"] * 10 + ["D"] * 5)))
    assert outcome(found) == (True, 5)
    first, left_out = found["list"]["items"][0], found["result"][:-1]
    assert outcome({**found, "list": {**found["list"], "items": found["list"]["items"][1:]}}) == (False, 1)
    share = [{**first, "share": 100}, *found["list"]["items"][1:]]
    assert outcome({**found, "list": {**found["list"], "items": share}}) == (False, 1)
    low = [{**first, "share": 0}, *found["list"]["items"][1:]]
    assert outcome({**found, "list": {**found["list"], "items": low}}) == (False, 0)
    assert outcome({**found, "list": {**found["list"], "extra": 1}}) == (False, 0)
    assert outcome({**found, "seed": "0" * 64}) == (False, 3)
    assert outcome({**found, "result": left_out}) == (False, 4)
    assert outcome({**found, "proof": {**found["proof"], "entry": found["proof"]["entry"] + " "}}) == (False, 2)
    assert outcome({**found, "proof": {**found["proof"], "inclusion": "c2sp"}}) == (False, 2)
    assert outcome({**found, "proof": None}) == (False, 0)
    stranger = new_key("sample.example/log", bytes([1] * 32)).verifier
    assert not check(json.dumps(found).encode(), [stranger]).valid
    assert not check(b"[" * 100_000, [KEY.verifier]).valid
