from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import merkle, tiles
from credit.kernel.tiles import Range, Read, Tile

HUGE = st.integers(1, 2**40)


def test_tiles_of_the_specification() -> None:
    # A tree of 70,000 leaves has 273 full tiles of level 0 and one of level 1.
    full = tiles.full_tiles(0, 70_000)
    assert sum(tile.level == 0 for tile in full) == 273
    assert [tile for tile in full if tile.level] == [Tile(1, 0)]
    assert tiles.full_tiles(0, 255) == []
    assert tiles.full_tiles(255, 256) == [Tile(0, 0)]
    assert tiles.full_tiles(65_535, 65_536) == [Tile(0, 255), Tile(1, 0)]


@given(st.lists(st.integers(0, 70_000), min_size=2, max_size=4))
def test_each_tile_becomes_full_exactly_once(sizes: list[int]) -> None:
    sizes = sorted(sizes)
    steps = [t for a, b in zip([0, *sizes], sizes, strict=False) for t in tiles.full_tiles(a, b)]
    assert sorted(steps) == sorted(tiles.full_tiles(0, sizes[-1]))


def test_paths() -> None:
    assert tiles.tile_path(Tile(0, 1234067)) == "tile/0/x001/x234/067"
    assert tiles.tile_path(Tile(1, 5), 17) == "tile/1/005.p/17"


def test_a_tile_is_read_as_256_hashes_of_its_level() -> None:
    assert tiles.tile_read(Tile(1, 2)) == Read(1, 512, 768)


@given(HUGE, st.data())
def test_a_proof_reads_little_of_a_large_tree(size: int, data: st.DataObject) -> None:
    seq = data.draw(st.integers(0, size - 1))
    reads = tiles.reads(merkle.inclusion_plan(seq, size))
    assert all(0 < read.end - read.start <= 128 for read in reads)
    assert all(read.end * 256**read.level <= size for read in reads)
    assert sum((read.end - read.start) * 256**read.level for read in reads) == size - 1


@given(st.integers(1, 600), st.integers(1, 600))
def test_reads_fetched_ahead_give_the_same_proof(a: int, b: int) -> None:
    old, new = sorted((a, b))
    leaves = [merkle.leaf_hash(str(i).encode()) for i in range(600)]

    def stored(level: int, start: int, end: int) -> list[bytes]:
        if level == 0:
            return leaves[start:end]
        return [tiles.subtree_root(leaves[i * 256 : i * 256 + 256]) for i in range(start, end)]

    plan = merkle.consistency_plan(old, new)
    ahead = tiles.held({read: stored(*read) for read in tiles.reads(plan)})
    assert merkle.consistency_path(old, new, ahead) == merkle.consistency_path(old, new, stored)


def test_a_hole_in_the_store_is_named() -> None:
    with pytest.raises(tiles.MissingHashError, match="level 0: hashes 0–3"):
        tiles.range_hash(Range(0, 4), lambda level, start, end: [b"x" * 32])


@pytest.mark.parametrize("count", [0, 3])
def test_a_subtree_root_needs_a_power_of_two(count: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        tiles.subtree_root([b"x" * 32] * count)
