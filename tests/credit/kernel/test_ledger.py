"""Proofs served from the tables convince somebody who has only the roots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from credit.kernel import ledger, merkle
from credit.kernel.database import Engine
from credit.kernel.errors import NotFound
from tests.credit.kernel.acts import act, happen
from tests.fakes import START, FakeClock

SIZES = [1, 2, 255, 256, 257, 511, 512, 700]


async def grown(clock: FakeClock) -> list[ledger.Head]:
    heads: list[ledger.Head] = []
    for size in SIZES:
        await happen(clock(), *("a" for _ in range(size - (heads[-1].size if heads else 0))))
        heads.append(await ledger.head())
    return heads


async def test_inclusion_and_consistency_hold_across_tiles(engine: Engine, clock: FakeClock) -> None:
    heads = await grown(clock)
    for head in heads:
        root = bytes.fromhex(head.root)
        for seq in {0, 1, 254, 255, 256, head.size // 2, head.size - 1}:
            if seq < head.size:
                leaf = bytes.fromhex((await ledger.entry(seq)).leaf)
                path = await ledger.inclusion(seq, head.size)
                assert merkle.verify_inclusion(leaf, seq, head.size, path, root)
                assert not merkle.verify_inclusion(leaf, seq, head.size, path, bytes(32))
    for old in heads:
        for new in heads[heads.index(old) :]:
            path = await ledger.consistency(old.size, new.size)
            roots = bytes.fromhex(old.root), bytes.fromhex(new.root)
            assert merkle.verify_consistency(old.size, new.size, *roots, path)


async def test_positions_outside_the_log_are_not_found(engine: Engine, clock: FakeClock) -> None:
    await act(clock(), 2)
    for wrong in (ledger.inclusion(2, 2), ledger.inclusion(0, 3), ledger.inclusion(-1, 2), ledger.consistency(1, 3),
                  ledger.consistency(2, 1), ledger.consistency(-1, 1)):
        with pytest.raises(NotFound):
            await wrong
    for seq in (-1, 2, 2**80):
        with pytest.raises(NotFound):
            await ledger.entry(seq)
    with pytest.raises(NotFound):
        await ledger.event(2)


async def test_a_moment_maps_to_the_last_position_recorded_by_then(engine: Engine) -> None:
    await act(START, 2)
    await act(START + timedelta(hours=1))
    assert await ledger.seq_at(START - timedelta(microseconds=1)) == -1
    assert await ledger.seq_at(START) == 1
    assert await ledger.seq_at(START.astimezone(UTC)) == 1
    assert await ledger.seq_at(START + timedelta(minutes=59)) == 1
    assert await ledger.seq_at(datetime(2030, 1, 1, tzinfo=UTC)) == 2
