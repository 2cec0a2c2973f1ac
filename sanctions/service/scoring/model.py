"""A kept score, a run over everybody, and its ranges."""

from __future__ import annotations

from datetime import date

import msgspec


class Cached(msgspec.Struct, frozen=True):
    """A score as it was made out on `on_day`, knowing the log up to `seq`; it holds until `next_change`."""

    scheme: str
    entity_id: str
    value: int
    grade: str
    next_change: date | None
    on_day: date
    seq: int


class Run(msgspec.Struct, frozen=True):
    """How the cache of a scheme stands: position, day and rules; `finished` false while ranges are still open."""

    id: str
    rules: str
    seq: int
    on_day: date
    finished: bool
    chunks: int


class Chunk(msgspec.Struct, frozen=True):
    """A claimed range (after_id, upto_id] of entity ids."""

    id: str
    scheme: str
    number: int
    after_id: str
    upto_id: str
    token: str
