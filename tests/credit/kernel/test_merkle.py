from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import merkle, tiles
from credit.kernel.merkle import Frontier

SIZES = st.integers(0, 600)
LEAVES = [merkle.leaf_hash(f"entry {i}".encode()) for i in range(600)]


def mth(bodies: list[bytes]) -> bytes:
    """The definition of RFC 6962 §2.1, word for word."""
    if not bodies:
        return sha256(b"").digest()
    if len(bodies) == 1:
        return sha256(b"\x00" + bodies[0]).digest()
    k = 1
    while k * 2 < len(bodies):
        k *= 2
    return sha256(b"\x01" + mth(bodies[:k]) + mth(bodies[k:])).digest()


def path(m: int, bodies: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1."""
    if len(bodies) <= 1:
        return []
    k = 1
    while k * 2 < len(bodies):
        k *= 2
    if m < k:
        return [*path(m, bodies[:k]), mth(bodies[k:])]
    return [*path(m - k, bodies[k:]), mth(bodies[:k])]


def subproof(m: int, bodies: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2."""
    if m == len(bodies):
        return [] if whole else [mth(bodies)]
    k = 1
    while k * 2 < len(bodies):
        k *= 2
    if m <= k:
        return [*subproof(m, bodies[:k], whole), mth(bodies[k:])]
    return [*subproof(m - k, bodies[k:], False), mth(bodies[:k])]


BODIES = [f"entry {i}".encode() for i in range(600)]


def stored(level: int, start: int, end: int) -> list[bytes]:
    """A store that keeps leaf hashes and one hash per full tile."""
    if level == 0:
        return LEAVES[start:end]
    return [tiles.subtree_root(stored(level - 1, i * 256, (i + 1) * 256)) for i in range(start, end)]


def flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8 % 32] ^= 1 << bit % 8
    return bytes(changed)


def test_known_roots() -> None:
    # The test vectors that Certificate Transparency implementations share: roots over their first leaves.
    inputs = [
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    roots = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    }
    frontier = Frontier()
    for data in inputs:
        frontier = frontier.append(merkle.leaf_hash(bytes.fromhex(data)))
        if frontier.size in roots:
            assert frontier.root.hex() == roots[frontier.size]
    assert Frontier().root == sha256(b"").digest()


@given(SIZES)
def test_frontier_has_the_root_of_the_definition(size: int) -> None:
    frontier = Frontier().extend(LEAVES[:size])
    assert frontier.size == size
    assert frontier.root == mth(BODIES[:size])
    assert Frontier.from_json(frontier.to_json()) == frontier


@given(SIZES, SIZES)
def test_leaves_may_come_in_any_portions(a: int, b: int) -> None:
    a, b = sorted((a, b))
    assert Frontier().extend(LEAVES[:a]).extend(LEAVES[a:b]) == Frontier().extend(LEAVES[:b])


@given(st.data(), st.integers(1, 600))
def test_inclusion_is_the_path_of_the_definition_and_verifies(data: st.DataObject, size: int) -> None:
    seq = data.draw(st.integers(0, size - 1))
    found = merkle.inclusion_path(seq, size, stored)
    root = mth(BODIES[:size])
    assert found == path(seq, BODIES[:size])
    assert merkle.verify_inclusion(LEAVES[seq], seq, size, found, root)


@given(st.data(), st.integers(1, 600), st.integers(0, 255))
def test_one_flipped_bit_breaks_inclusion(data: st.DataObject, size: int, bit: int) -> None:
    seq = data.draw(st.integers(0, size - 1))
    found = merkle.inclusion_path(seq, size, stored)
    root = Frontier().extend(LEAVES[:size]).root
    assert not merkle.verify_inclusion(flip(LEAVES[seq], bit), seq, size, found, root)
    assert not merkle.verify_inclusion(LEAVES[seq], seq, size, found, flip(root, bit))
    assert not merkle.verify_inclusion(LEAVES[seq], seq, size, [*found, root], root)
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        changed = [*found[:at], flip(found[at], bit), *found[at + 1 :]]
        assert not merkle.verify_inclusion(LEAVES[seq], seq, size, changed, root)
        assert not merkle.verify_inclusion(LEAVES[seq], seq, size, found[:-1], root)
        other = data.draw(st.integers(0, size - 1).filter(lambda i: i != seq))
        assert not merkle.verify_inclusion(LEAVES[seq], other, size, found, root)


@given(SIZES, SIZES)
def test_consistency_is_the_proof_of_the_definition_and_verifies(a: int, b: int) -> None:
    old, new = sorted((a, b))
    found = merkle.consistency_path(old, new, stored)
    roots = mth(BODIES[:old]), mth(BODIES[:new])
    assert found == (subproof(old, BODIES[:new], True) if old else [])
    assert merkle.verify_consistency(old, new, *roots, found)


@given(st.data(), st.integers(1, 600), st.integers(1, 600), st.integers(0, 255))
def test_one_flipped_bit_breaks_consistency(data: st.DataObject, a: int, b: int, bit: int) -> None:
    old, new = sorted((a, b))
    found = merkle.consistency_path(old, new, stored)
    first, second = Frontier().extend(LEAVES[:old]).root, Frontier().extend(LEAVES[:new]).root
    assert not merkle.verify_consistency(old, new, flip(first, bit), second, found)
    assert not merkle.verify_consistency(old, new, first, flip(second, bit), found)
    assert not merkle.verify_consistency(old, new, first, second, [*found, first])
    if found:
        at = data.draw(st.integers(0, len(found) - 1))
        changed = [*found[:at], flip(found[at], bit), *found[at + 1 :]]
        assert not merkle.verify_consistency(old, new, first, second, changed)
        assert not merkle.verify_consistency(old, new, first, second, found[:-1])


def test_nonsense_sizes() -> None:
    root = Frontier().extend(LEAVES[:3]).root
    assert not merkle.verify_inclusion(LEAVES[0], 3, 3, [], root)
    assert not merkle.verify_inclusion(LEAVES[0], -1, 3, [], root)
    assert not merkle.verify_consistency(4, 3, root, root, [])
    assert not merkle.verify_consistency(0, 3, root, root, [])
    assert not merkle.verify_consistency(3, 5, root, root, [])
    with pytest.raises(ValueError, match="not in a tree"):
        merkle.inclusion_plan(3, 3)
    with pytest.raises(ValueError, match="cannot begin"):
        merkle.consistency_plan(4, 3)


@pytest.mark.parametrize("text", ['{"hashes":[],"size":1}', '{"hashes":["00"],"size":1}'])
def test_a_frontier_that_does_not_fit_its_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Frontier.from_json(text)


@given(st.integers(0, 200), st.integers(1, 200))
def test_the_tightest_size_is_the_smallest_with_such_a_path(seq: int, more: int) -> None:
    length = len(merkle.inclusion_plan(seq, seq + more))
    sizes = [n for n in range(seq + 1, seq + more + 1) if len(merkle.inclusion_plan(seq, n)) == length]
    assert merkle.tightest(seq, length) == sizes[0]


@pytest.mark.parametrize(("seq", "length"), [(1, 0), (3, 1), (2, 1)])
def test_a_path_that_no_tree_gives_has_no_size(seq: int, length: int) -> None:
    # leaf 1 has a sibling at least; 3 lies below two nodes; 2 in a tree of three has one hash only, 0-1
    assert (merkle.tightest(seq, length) is None) is (seq != 2)
