"""A list of suppliers asked about at once, each by itself: who bids against whom is a question of an opening."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from api import decoding, lifespan
from api.console import Advance
from api.occupancy import served_at
from api.wiring import Services, build
from credit.accounts.model import Role
from credit.kernel import database
from credit.kernel.settings import Settings
from sanctions.intake.privacy import without_id_numbers
from sanctions.intake.suppliers import Supplier
from sanctions.service.ask import Answered, Ask, AsOf
from sanctions.verdicts import Effect, Reason, Subject, Tender

_CHUNK = 1000
HEADER = (
    "行号", "名单中的代码", "名单中的名称", "统一社会信用代码", "登记名称", "结论", "结论说明", "理由", "依据",
    "限制截止日", "日志序号", "规则",
)


class Line(msgspec.Struct, frozen=True):
    """A row of the list with its answer; none where the row could not be read."""

    supplier: Supplier
    answer: Answered | None


class Screened(msgspec.Struct, frozen=True):
    """All answers, from one log state and one set of rules."""

    lines: tuple[Line, ...]
    as_of: AsOf
    rules: str

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome; `unread` where there was nothing to ask."""
        return dict(Counter(line.answer.outcome.value if line.answer else "unread" for line in self.lines))


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
    settings: Settings, suppliers: Sequence[Supplier], tender: Tender, on: date | None, show: Advance
) -> Screened:
    """Answers every row from the newest log state. Raises TenderContradictory."""
    async with reading(settings) as services:
        await services.register.load()
        empty = services.asking.now(Ask(subjects=(), tender=tender, on=on))
        lines: list[Line] = []
        for start in range(0, len(suppliers), _CHUNK):
            chunk = suppliers[start : start + _CHUNK]
            lines += _answered(services, chunk, tender, on)
            show(len(lines), len(suppliers))
        services.counting.add(Role.OPERATOR, [x.answer.code for x in lines if x.answer and x.answer.code])
        await services.counting.flush()
    return Screened(tuple(lines), empty.as_of, empty.rules)


def _answered(services: Services, chunk: Sequence[Supplier], tender: Tender, on: date | None) -> Iterator[Line]:
    asked = [s for s in chunk if s.code or s.name]
    subjects = tuple(Subject(code=s.code, name=s.name, lot=str(s.row)) for s in asked)
    answers = iter(services.asking.now(Ask(subjects=subjects, tender=tender, on=on)).answers)
    for supplier in chunk:
        yield Line(supplier, next(answers) if supplier.code or supplier.name else None)


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


def weighty(answer: Answered) -> tuple[Reason, ...]:
    """The reasons that decide the outcome."""
    return tuple(r for r in answer.reasons if r.effect is not Effect.NONE)


def table(found: Screened) -> Iterator[list[object]]:
    """One row per row of the list, as `HEADER` names it."""
    for line in found.lines:
        supplier, answer = line.supplier, line.answer
        given: list[object] = [supplier.row, without_id_numbers(supplier.code or ""), supplier.name]
        if answer is None:
            yield [*given, None, None, "unread", supplier.fault, None, None, None, None, None]
            continue
        reasons = weighty(answer)
        ends = [r.until for r in reasons if r.bars]
        yield [
            *given, answer.code, answer.name, answer.outcome.value, answer.label,
            ";".join(r.title for r in reasons), ";".join(dict.fromkeys(r.basis for r in reasons if r.basis)),
            ("无期限" if None in ends else max(e for e in ends if e)) if ends else None,
            found.as_of.known_seq, found.rules,
        ]
