"""A list of suppliers asked about at once, each by itself: who bids against whom is a question of an opening."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api import decoding
from api.console import Advance
from api.occupancy import served_at
from api.running import lifespan
from api.wiring import Services, build
from credit.accounts.model import Role
from credit.kernel import database, ledger
from credit.kernel.settings import Settings
from sanctions.intake.asked import AskedRow
from sanctions.service.answering.bulk import Fixed, Line, answered, cells, fixed
from sanctions.verdicts import Source, Tender

_CHUNK = 1000


class Screened(msgspec.Struct, frozen=True):
    """All answers, from one log state and one set of rules."""

    lines: tuple[Line, ...]
    asked: Fixed

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome; `unread` where there was nothing to ask."""
        return dict(Counter(line.outcome for line in self.lines))

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.asked.question.sources


def tender_of(path: Path) -> Tender:
    """The tender of a JSON file: the object itself or a body of `POST /v1/eligibility`. Raises Malformed, Invalid."""
    raw: Any = decoding.parse(path.read_bytes())
    if isinstance(raw, dict) and isinstance(raw.get("tender"), dict):
        raw = raw["tender"]
    found = decoding.collect(Tender, raw)
    if isinstance(found, decoding.Faulty):
        raise found.refusal()
    return found


async def screen(
    settings: Settings, rows: Sequence[AskedRow], tender: Tender, on: date | None, show: Advance
) -> Screened:
    """Answers every row as of the newest log state. Raises TenderContradictory."""
    async with reading(settings) as services:
        asked = await fixed(services.book, tender, on, (await ledger.head()).size - 1, services.clock())
        lines: list[Line] = []
        for start in range(0, len(rows), _CHUNK):
            async for some in answered(rows[start : start + _CHUNK], asked, naming=services.naming):
                lines += some
            show(len(lines), len(rows))
        services.counting.add(Role.OPERATOR, [line.asked.meant for line in lines if line.known])
        await services.counting.flush()
    return Screened(tuple(lines), asked)


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Services]:
    """The services, to read with; the schema of a folder that another process serves is left to that process."""
    services = build(settings)
    if not settings.database.url and served_at(settings.data):
        async with database.opened(database.make_engine(None, settings.data)):
            yield services
        return
    async with lifespan.opened(services):
        yield services


def table(found: Screened) -> Iterator[list[object]]:
    """One row per row of the list, as `sanctions.service.answering.bulk.HEADER` names it."""
    return (cells(line, found.asked) for line in found.lines)
