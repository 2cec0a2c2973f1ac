"""Merkle tree of RFC 6962 §2.1 with SHA-256: hashing, the compact frontier, proofs and their verification.

Pure: stored hashes come in through a getter (see `credit.kernel.tiles`). `seq` is the zero-based leaf index.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

import msgspec

from credit.kernel.tiles import Hashes, Range, node_hash, range_hash, split

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 ‖ body)."""
    return sha256(b"\x00" + body).digest()


class Frontier(msgspec.Struct, frozen=True):
    """The right edge of a tree: the roots of its complete subtrees, largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """The frontier with one more leaf hash (32 bytes)."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier with these leaf hashes added in order."""
        size, edge = self.size, list(self.hashes)
        for leaf in leaves:
            full = size
            while full & 1:
                leaf = node_hash(edge.pop(), leaf)
                full >>= 1
            edge.append(leaf)
            size += 1
        return Frontier(size, tuple(edge))

    @property
    def root(self) -> bytes:
        """The Merkle tree hash; SHA-256 of nothing for the empty tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def to_json(self) -> str:
        """`{"hashes":["hex",…],"size":n}`."""
        return msgspec.json.encode({"hashes": [h.hex() for h in self.hashes], "size": self.size}).decode()

    @classmethod
    def from_json(cls, text: str) -> Frontier:
        """The frontier back. Raises ValueError where the hashes do not fit the size."""
        raw = msgspec.json.decode(text)
        hashes = tuple(bytes.fromhex(h) for h in raw["hashes"])
        if len(hashes) != raw["size"].bit_count() or any(len(h) != 32 for h in hashes):
            raise ValueError("the frontier's hashes do not fit its size")
        return cls(raw["size"], hashes)


def inclusion_plan(seq: int, size: int) -> list[Range]:
    """The leaf ranges whose hashes prove leaf `seq` in a tree of `size`, sibling first (RFC 6962 §2.1.1)."""
    if not 0 <= seq < size:
        raise ValueError(f"leaf {seq} is not in a tree of size {size}")
    plan, start, end = [], 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if seq < middle:
            plan.append(Range(middle, end))
            end = middle
        else:
            plan.append(Range(start, middle))
            start = middle
    return plan[::-1]


def consistency_plan(old: int, new: int) -> list[Range]:
    """The leaf ranges whose hashes prove that the tree of `old` begins that of `new` (RFC 6962 §2.1.2)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of size {old} cannot begin one of size {new}")
    if old in (0, new):
        return []
    plan, start, end, whole = [], 0, new, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            plan.append(Range(middle, end))
            end = middle
        else:
            plan.append(Range(start, middle))
            start, whole = middle, False
    if not whole:
        plan.append(Range(start, end))
    return plan[::-1]


def inclusion_path(seq: int, size: int, hashes: Hashes) -> list[bytes]:
    """The audit path of leaf `seq` in the tree of `size`. Raises ValueError for a leaf outside it."""
    return [range_hash(part, hashes) for part in inclusion_plan(seq, size)]


def consistency_path(old: int, new: int, hashes: Hashes) -> list[bytes]:
    """The consistency proof between two sizes; empty when `old` is 0 or equals `new`."""
    return [range_hash(part, hashes) for part in consistency_plan(old, new)]


def verify_inclusion(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from the leaf hash at `seq` to `root` (RFC 9162 §2.1.3.2). Never raises."""
    if not 0 <= seq < size:
        return False
    at, last, found = seq, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(sibling, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def tightest(seq: int, length: int) -> int | None:
    """The smallest tree in which a path of `length` leads from leaf `seq` to the root; None where none does.

    A path looks the same in several sizes of tree. Who states the size beside it, signed by nobody, states this one, so
    that no other number passes.
    """
    for turn in range(length + 1):  # below it the tree is whole beside the leaf, above it only to the left
        if turn and seq >> (turn - 1) & 1:
            continue
        if turn + (seq >> turn).bit_count() == length:
            return (((seq >> turn) << turn) | 1 << (turn - 1)) + 1 if turn else seq + 1
    return None


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the tree of `old` begins that of `new` (RFC 9162 §2.1.4.2). Never raises."""
    if not 0 <= old <= new or (old == 0 and old_root != EMPTY_ROOT):
        return False
    if old in (0, new):
        return not path and (old == 0 or old_root == new_root)
    proof = list(path) if old & (old - 1) else [old_root, *path]
    if not proof:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = proof[0]
    for step in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node_hash(step, first), node_hash(step, second)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            second = node_hash(second, step)
        at, last = at >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
