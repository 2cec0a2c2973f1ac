"""Restores from a backup as the log remembers them, and what they leave of the origins before.

A restored log goes on under another origin. What earlier origins signed is still held against it, as far as the restore
says that their entries are in it (`log_restored`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from credit.kernel import ledger
from credit.kernel.checkpoints import Checkpoint
from credit.kernel.custody import LogRestored, base_of, origin_number


class Restore(msgspec.Struct, frozen=True):
    """A restore as the log tells it: of `old_origin` the first `size` entries went on, those to `lost_size` did not."""

    old_origin: str
    size: int
    lost_size: int
    lost_root: str  # hex

    def contradicts(self, point: Checkpoint) -> bool:
        """Whether the restore hides or misstates what this checkpoint of its old origin published."""
        if point.origin != self.old_origin or point.size < self.lost_size:
            return False
        return point.size > self.lost_size or point.root.hex() != self.lost_root


async def restores() -> tuple[Restore, ...]:
    """Every restore that the log remembers, oldest first."""
    events = [await ledger.event(entry.seq) for entry in await ledger.of_kind(LogRestored.kind)]
    return tuple(msgspec.convert(event, Restore) for event in events)


def surviving(origin: str, told: Sequence[Restore]) -> int | None:
    """How many entries of an origin are still the log's; None for the present origin: all."""
    sizes = [r.size for r in told if origin_number(r.old_origin) >= origin_number(origin)]
    return min(sizes, default=None)


def same_log(one: str, other: str) -> bool:
    """Whether two origins are of one log, before and after a restore."""
    return base_of(one) == base_of(other)
