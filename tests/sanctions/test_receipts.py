"""A receipt holds as it was issued, in both forms, and not otherwise: one bit, one hash, one line is enough."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InclusionProof, InmemoryTree

from credit.kernel import canonical, merkle, tiles
from credit.kernel.checkpoints import parse_checkpoint, parse_proof, proof_text, sign_checkpoint
from credit.kernel.signing import new_key
from sanctions.receipt_checks import Broken, Checked, check, read, taken_apart
from sanctions.receipt_words import Step
from sanctions.receipts import (
    MOST,
    LogPlace,
    Place,
    Receipt,
    Statement,
    exact,
    from_text,
    sealed,
    statement_of,
    to_text,
)
from tests.sanctions.receipts_made import AT, KEY, ORIGIN, draft, made, saved

KEYS = (KEY.verifier,)
RECEIPT = made()
FILE, TEXT = saved(RECEIPT), to_text(RECEIPT).encode()
BARE = canonical.encode_bytes(RECEIPT)
SECOND = InmemoryTree(algorithm="sha256")  # grows as the examples ask; each size of it stays what it was


def outcome(content: bytes, keys: Any = KEYS) -> Checked:
    try:
        return check(read(content), keys)
    except Broken as exc:
        return Checked(valid=False, failed=exc.step, detail=exc.detail)


@pytest.mark.parametrize("content", [FILE, TEXT, BARE])
def test_a_receipt_holds_in_every_form(content: bytes) -> None:
    found = outcome(content)
    assert found.valid, found
    assert found.receipt == RECEIPT
    assert found.not_given == (() if content is FILE else ("question", "answer"))


@settings(max_examples=600, deadline=None)
@given(st.sampled_from([FILE, TEXT, BARE]), st.data())
def test_one_bit_changed_anywhere_is_found(content: bytes, data: st.DataObject) -> None:
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    changed = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    found = outcome(changed)
    assert not found.valid, (at, chr(content[at]), chr(changed[at]))
    assert found.detail


@given(st.sampled_from([FILE, TEXT, BARE]), st.data())
def test_a_file_cut_short_is_found(content: bytes, data: st.DataObject) -> None:
    assert not outcome(content[: data.draw(st.integers(0, len(content) - 1))]).valid


@given(st.integers(1, MOST), st.integers(0, 40), st.integers(0, 40), st.data())
@settings(max_examples=40, deadline=None)
def test_every_place_in_a_batch_and_in_the_log_holds(count: int, before: int, after: int, data: st.DataObject) -> None:
    receipt = made(count=count, which=data.draw(st.integers(0, count - 1)), before=before + 4, after=after)
    assert outcome(canonical.encode_bytes(receipt)).valid
    assert msgspec.convert(from_text(to_text(receipt)), Receipt) == receipt


@given(st.integers(1, MOST), st.data())
@settings(max_examples=40, deadline=None)
def test_a_batch_is_the_tree_of_a_second_implementation(count: int, data: st.DataObject) -> None:
    """pymerkle counts leaves from one, and its path begins with the leaf itself."""
    batch = sealed([statement_of(draft(), f"rcp_{n}", f"{n:064x}", AT) for n in range(count)], KEY)
    tree = InmemoryTree(algorithm="sha256")
    for member in batch.members:
        tree.append_entry(member.text.encode())
    assert batch.root == tree.get_root()
    which = data.draw(st.integers(0, count - 1))
    theirs, member = tree.prove_inclusion(which + 1, count), batch.members[which]
    path = [base64.b64decode(h) for h in member.place.path]
    leaf = merkle.leaf_hash(member.text.encode())
    InclusionProof("sha256", True, count, which + 1, theirs.rule, [leaf, *path]).verify(
        leaf, tree.get_root(), index=which + 1, size=count)
    assert merkle.verify_inclusion(leaf, which, count, theirs.path[1:], batch.root)


@given(st.integers(1, 300), st.data())
@settings(max_examples=40, deadline=None)
def test_the_logs_proofs_agree_with_a_second_implementation(size: int, data: st.DataObject) -> None:
    """Inclusion both ways; consistency between roots that pymerkle computes."""
    leaves = [merkle.leaf_hash(f"entry {n}".encode()) for n in range(size)]
    at, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    tree = SECOND
    while tree.get_size() < size:
        tree.append_entry(f"entry {tree.get_size()}".encode())

    def held(level: int, start: int, end: int) -> list[bytes]:
        return leaves[start:end] if level == 0 else [tiles.subtree_root(leaves[:256])]

    theirs, path = tree.prove_inclusion(at + 1, size), merkle.inclusion_path(at, size, held)
    assert theirs.path == [leaves[at], *path]
    new_root, old_root = tree.get_root(size), tree.get_root(old)
    between = merkle.consistency_path(old, size, held)
    assert merkle.verify_consistency(old, size, old_root, new_root, between)
    assert old == size or not merkle.verify_consistency(old, size, new_root, new_root, between)


def test_an_unknown_key_is_said_to_be_unknown() -> None:
    stranger = new_key(ORIGIN, bytes(32))
    assert outcome(FILE, (stranger.verifier,)).failed is Step.KEY
    assert outcome(FILE, ()).failed is Step.KEY
    assert outcome(FILE, (stranger.verifier, KEY.verifier)).valid  # an old key beside a new one


def test_a_checkpoint_of_another_log_is_named() -> None:
    proof = parse_proof(RECEIPT.proof)
    here = parse_checkpoint(proof.checkpoint.rpartition("\n\n")[0] + "\n")
    note = sign_checkpoint("sample.example/other", here.size, here.root, KEY)
    moved = msgspec.structs.replace(RECEIPT, proof=proof_text(proof.index, proof.path, note))
    found = outcome(canonical.encode_bytes(moved))
    assert found.failed is Step.LOG
    assert "sample.example/other" in found.detail


def test_a_checkpoint_by_an_unknown_key_or_of_another_state_does_not_hold() -> None:
    proof = parse_proof(RECEIPT.proof)
    here = parse_checkpoint(proof.checkpoint.rpartition("\n\n")[0] + "\n")
    for note, step in (
        (sign_checkpoint(ORIGIN, here.size, here.root, new_key(ORIGIN, bytes(32))), Step.CHECKPOINT),
        (sign_checkpoint(ORIGIN, here.size, bytes(32), KEY), Step.PROOF),
    ):
        changed = msgspec.structs.replace(RECEIPT, proof=proof_text(proof.index, proof.path, note))
        assert outcome(canonical.encode_bytes(changed)).failed is step


def test_a_truncated_proof_is_named() -> None:
    proof = parse_proof(RECEIPT.proof)
    short = msgspec.structs.replace(RECEIPT, proof=proof_text(proof.index, proof.path[:-1], proof.checkpoint))
    assert outcome(canonical.encode_bytes(short)).failed is Step.PROOF
    place = msgspec.structs.replace(RECEIPT.batch, path=RECEIPT.batch.path[:-1])
    assert outcome(canonical.encode_bytes(msgspec.structs.replace(RECEIPT, batch=place))).failed is Step.BATCH


def test_parts_of_two_receipts_do_not_make_a_third() -> None:
    other = made(which=3)
    for name, step in (("signature", Step.SIGNATURE), ("statement", Step.SIGNATURE), ("batch", Step.BATCH)):
        mixed = msgspec.structs.replace(RECEIPT, **{name: getattr(other, name)})
        assert outcome(canonical.encode_bytes(mixed)).failed is step


def test_a_receipt_that_claims_to_know_its_own_future_does_not_hold() -> None:
    """known_seq 3 and the batch at position 3: an answer cannot rest on the entry that logs it."""
    assert outcome(canonical.encode_bytes(made(before=3))).failed is Step.ENTRY


@pytest.mark.parametrize(
    ("value", "text"),
    [({"a": 82.5}, '{"a":"82.5"}'), ({"a": 5.0}, '{"a":5}'), ([1e-7], '["0.0000001"]'), ([0.1], '["0.1"]'),
     ([2.0**60], '["1152921504606847000"]'), ([True, None, 7], "[true,null,7]")],
)
def test_numbers_with_a_fraction_are_texts_that_every_language_writes_alike(value: object, text: str) -> None:
    assert exact(value) == text
    assert exact(msgspec.json.decode(text)) == text


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=6,
)
PLACES = [("receipt",), ("question",), ("answer",), *(("receipt", f) for f in Receipt.__struct_fields__),
          *(("receipt", part, name) for part, kind in (("statement", Statement), ("batch", Place), ("entry", LogPlace))
            for name in kind.__struct_fields__)]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), ANYTHING)
def test_whatever_stands_in_place_of_a_member_is_answered(place: tuple[str, ...], value: Any) -> None:
    whole = msgspec.json.decode(FILE)
    holder = whole
    for name in place[:-1]:
        holder = holder[name]
    if value is None and place in (("question",), ("answer",)):
        return  # then it is not given, which is allowed
    same, holder[place[-1]] = holder[place[-1]] == value, value
    try:
        found = check(taken_apart(whole), KEYS)
    except Broken as exc:
        found = Checked(valid=False, failed=exc.step, detail=exc.detail)
    assert found.valid == same
    assert found.detail
