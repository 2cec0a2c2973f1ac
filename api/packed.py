"""Rows read in another process, kept packed until they are worked on.

Ten thousand rows unpacked in one go hold up every other request; a slice at a time holds up nobody.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

T = TypeVar("T")
_BLOCK = 50


def pack(rows: Iterable[T]) -> list[bytes]:
    """The rows in blocks of bytes, for `Packed`; runs where they were read."""
    walk = iter(rows)
    blocks = []
    while block := list(islice(walk, _BLOCK)):
        blocks.append(pickle.dumps((len(block), block), protocol=pickle.HIGHEST_PROTOCOL))
    return blocks


class Packed(Sequence[T]):
    """The rows of `pack` as a sequence; only the blocks asked for are unpacked, and none is kept."""

    def __init__(self, blocks: Sequence[bytes]) -> None:
        self._blocks = blocks
        last = pickle.loads(blocks[-1])[0] if blocks else 0  # noqa: S301 - written by our own worker
        self._size = max(0, len(blocks) - 1) * _BLOCK + last

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return self._slice(*at.indices(self._size))
        place = range(self._size)[at]
        return self._block(place // _BLOCK)[place % _BLOCK]

    def _slice(self, start: int, stop: int, step: int) -> list[T]:
        if step != 1:
            return [self[at] for at in range(start, stop, step)]
        first, last = start // _BLOCK, -(-stop // _BLOCK)
        rows = [row for number in range(first, last) for row in self._block(number)]
        return rows[start - first * _BLOCK : max(start, stop) - first * _BLOCK]

    def _block(self, number: int) -> list[T]:
        found: list[T] = pickle.loads(self._blocks[number])[1]  # noqa: S301 - written by our own worker
        return found
