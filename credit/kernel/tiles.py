"""Tiles of 256 hashes (C2SP tlog-tiles) and how any subtree hash follows from them.

Hash i of level l is the root of the complete subtree over leaves i·256^l … (i+1)·256^l − 1; level 0 are the
leaf hashes. Tile (level, n) holds the hashes 256n … 256n + 255 of its level, and its root is hash n of the
level above: a store that keeps one hash per full tile can serve every level without partial tiles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

WIDTH = 256

Hashes = Callable[[int, int, int], Sequence[bytes]]
"""`hashes(level, start, end)`: the hashes start … end−1 of a level, all of complete subtrees."""


class Range(NamedTuple):
    """Leaves start … end−1."""

    start: int
    end: int


class Tile(NamedTuple):
    level: int
    number: int


class Read(NamedTuple):
    """One call of the getter: hashes start … end−1 of a level."""

    level: int
    start: int
    end: int


class MissingHashError(LookupError):
    """The store gave fewer hashes than the tree has: a hole in the log."""


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 ‖ left ‖ right)."""
    return sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """The largest power of two below `size` (RFC 6962's k); `size` is at least 2."""
    return 1 << (size - 1).bit_length() - 1


def full_tiles(old: int, new: int) -> list[Tile]:
    """The tiles that become full when the tree grows from `old` to `new` leaves, lower levels first."""
    tiles, level, span = [], 0, WIDTH
    while span <= new:
        tiles += [Tile(level, n) for n in range(old // span, new // span)]
        level, span = level + 1, span * WIDTH
    return tiles


def tile_read(tile: Tile) -> Read:
    """The read that fills a full tile."""
    return Read(tile.level, tile.number * WIDTH, (tile.number + 1) * WIDTH)


def tile_path(tile: Tile, width: int = WIDTH) -> str:
    """The C2SP path `tile/<L>/<N>[.p/<W>]`, e.g. `tile/0/x001/x234/067`."""
    number, parts = tile.number, [f"{tile.number % 1000:03d}"]
    while number := number // 1000:
        parts.insert(0, f"x{number % 1000:03d}")
    partial = f".p/{width}" if width < WIDTH else ""
    return f"tile/{tile.level}/{'/'.join(parts)}{partial}"


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """The root over a power-of-two number of neighbouring hashes, e.g. the 256 of a full tile."""
    row = list(hashes)
    if not row or len(row) & (len(row) - 1):
        raise ValueError("a complete subtree has a power of two of hashes")
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def range_reads(part: Range) -> list[Read]:
    """The reads that give the hash of a range: one per complete subtree in it, from left to right."""
    found, start = [], part.start
    while start < part.end:
        height = (part.end - start).bit_length() - 1
        if start:
            height = min(height, (start & -start).bit_length() - 1)
        level = height // 8
        found.append(Read(level, start >> 8 * level, start + (1 << height) >> 8 * level))
        start += 1 << height
    return found


def range_hash(part: Range, hashes: Hashes) -> bytes:
    """The Merkle tree hash over a range of a proof's plan. Raises MissingHashError at a hole."""
    roots = [_read_root(read, hashes) for read in range_reads(part)]
    root = roots.pop()
    while roots:
        root = node_hash(roots.pop(), root)
    return root


def reads(plan: Iterable[Range]) -> list[Read]:
    """Every read a plan needs, for a store that fetches all of them before the proof is computed."""
    return [read for part in plan for read in range_reads(part)]


def held(rows: Mapping[Read, Sequence[bytes]]) -> Hashes:
    """A getter over reads already fetched."""

    def hashes(level: int, start: int, end: int) -> Sequence[bytes]:
        return rows.get(Read(level, start, end), ())

    return hashes


def _read_root(read: Read, hashes: Hashes) -> bytes:
    found = hashes(*read)
    if len(found) != read.end - read.start:
        raise MissingHashError(f"level {read.level}: hashes {read.start}–{read.end - 1} are not all there")
    return subtree_root(found)
