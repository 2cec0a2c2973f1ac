"""List sources: an operator declares which list's data is held, from which channel, as of when."""

from __future__ import annotations

from datetime import datetime

import msgspec

from credit.kernel.clock import Clock
from credit.kernel.errors import FieldError, Invalid
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, unit
from sanctions import store
from sanctions.events import SourceDeclared
from sanctions.model import SourceState


class SourceInput(msgspec.Struct, frozen=True, kw_only=True):
    """`static`: a fixed copy without freshness, always shown as such."""

    list: str
    official_channel: str
    fetched_at: datetime
    static: bool = False


class Sources:
    def __init__(self, book: Rulebook, clock: Clock) -> None:
        self.book = book
        self.clock = clock

    async def declare(self, given: SourceInput, *, by: str, request: Request | None = None) -> SourceState:
        """Enters that `list` is held as of `fetched_at`. Raises Invalid for an unknown list or a moment to come."""
        now = self.clock()
        if f"list.{given.list}" not in self.book.current.rules:
            unknown = FieldError("/list", "unknown_list", "见 GET /v1/rules")
            raise Invalid(f"规则中没有名单“{given.list}”", errors=(unknown,))
        if given.fetched_at.tzinfo is None or given.fetched_at > now:
            raise Invalid("取得时间须带时区且不晚于现在",
                          errors=(FieldError("/fetched_at", "in_future", "如 2026-11-22T09:00:00+08:00"),))
        async with unit(by=by, now=now, request=request) as u:
            old = {s.list: s for s in await store.sources()}.get(given.list)
            seq = u.record(SourceDeclared(subject=given.list, static=given.static))
            made = SourceState(list=given.list, official_channel=given.official_channel, fetched_at=given.fetched_at,
                               static=given.static, revision=old.revision + 1 if old else 1, seq=seq)
            store.write_source(u, made)
            u.keep(made)
        return made

    async def all(self, seq: int = store.FOREVER) -> tuple[SourceState, ...]:
        """Every source as declared by `seq`."""
        return await store.sources(seq)
