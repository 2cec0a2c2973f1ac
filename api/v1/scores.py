"""Scores of companies over HTTP, with every line explained."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.params import QueryParameter

from api.auth import needs
from api.v1.asked import Ground, KnownAt, OnDay, known, own
from api.v1.views import sees_all
from api.wiring import Services
from credit import explain, uscc
from credit.accounts.model import Caller, Role
from credit.incentives import Incentive, incentives
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.ratings import Mean, Period, Rating
from credit.schemes import PeriodKind
from credit.scores import Line, only_shown
from credit.scoring import weighted
from sanctions.service.answering.dossiers import dossier

SEES_SCORES = (Role.ENTERPRISE, Role.PLATFORM, Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR,
               Role.OPERATOR)

TenderPoints = Annotated[int | None, QueryParameter(ge=1, le=100, description="招标文件信用分值,折算资信标得分")]


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "until"}):
    """One addend in points, with its record, rule, basis and inclusive days, and the sentence that explains it.

    `document_no`: of the record. What the caller may not see is one line without a record.
    """

    record_id: str | None
    document_no: str | None
    rule: str
    title: str
    basis: str
    points: float
    first: date | None
    last: date | None
    sentence: str


class ScoreMean(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The mean of the daily scores of inclusive days."""

    first: date
    last: date
    value: float


class ScorePeriod(msgspec.Struct, frozen=True, kw_only=True):
    """The means of a scheme that averages: the last full calendar period (null before its first) and the running one.
    `published`: the full one is the value that counts."""

    period: PeriodKind
    published: bool
    full: ScoreMean | None
    running: ScoreMean


class ScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a day. `sample` schemes are examples, nobody's official score.

    The lines add up to `day_value`; `value` is the same unless the scheme publishes the mean of a period.
    """

    scheme: str
    title: str
    sample: bool
    value: float
    grade: str
    on: date
    known_seq: int
    lines: tuple[ScoreLine, ...]
    day_value: float
    period: ScorePeriod | None = None


class Incentives(msgspec.Struct, frozen=True, kw_only=True):
    """守信激励 of a grade on a day. `points`: what a tender's credit item of that many points gives (资信标)."""

    scheme: str
    sample: bool
    on: date
    value: float
    grade: str
    items: tuple[Incentive, ...]
    points: float | None = None


class Scores(Controller):
    """主体的得分。"""

    path = "/v1/entities"
    tags = ["entities"]
    guards = [needs(*SEES_SCORES)]

    @get("/{code:str}/score", summary="得分 Score")
    async def score(
        self, code: str, scheme: str, services: Services, caller: Caller, on: OnDay = None,
        known_at: KnownAt = None, ground: Ground = None,
    ) -> ScoreAnswer:
        """The score with every line explained, at any day, from what was known now or then.

        A platform sees lines of what is published; the others are added up in one.
        """
        own(caller, code)
        code, day = uscc.check(code), on or business_day(services.clock())
        seq = await known(known_at, services, caller, code, ground)
        found = as_seen(await services.standing.rating(code, scheme, day, seq), await seen_by(services, caller, code))
        head = await ledger.head()
        return score_answer(found, min(seq, head.size - 1))

    @get("/{code:str}/incentives", summary="守信激励 Incentives")
    async def incentives(
        self, code: str, scheme: str, services: Services, caller: Caller, on: OnDay = None,
        points: TenderPoints = None,
    ) -> Incentives:
        """What the grade of a day earns, each with who gives it and its basis; nobody is barred by a grade."""
        own(caller, code)
        code, day = uscc.check(code), on or business_day(services.clock())
        found = await services.standing.rating(code, scheme, day)
        return Incentives(
            scheme=scheme, sample=found.scheme.sample, on=day, value=found.value / 100, grade=found.grade,
            items=incentives(found, services.book.current, day),
            points=None if points is None else weighted(found.value, found.scheme, points) / 100,
        )


async def seen_by(services: Services, caller: Caller, code: str) -> frozenset[str] | None:
    """The records whose lines the caller may see: those published today and good conduct; None for all of them."""
    if sees_all(caller, code):
        return None
    today, standing = business_day(services.clock()), services.standing
    ids = {v.record.record_id for v in await standing.penalties(code, today) if v.published}
    ids |= {v.record.record_id for v in await standing.listings(code, today) if v.published}
    return frozenset(ids | {r.record_id for r in (await dossier(code)).merits})


def as_seen(found: Rating, seen: Collection[str] | None) -> Rating:
    """A rating with the lines of other records than `seen` added up into one; value and grade stay."""
    if seen is None:
        return found
    lines = only_shown(found.score.lines, seen)
    return msgspec.structs.replace(found, score=msgspec.structs.replace(found.score, lines=lines))


def score_answer(found: Rating, seq: int) -> ScoreAnswer:
    """A rating as calls answer it, each line of the day's score with the sentence that explains it."""
    return ScoreAnswer(
        scheme=found.scheme.scheme_id, title=found.scheme.title, sample=found.scheme.sample, value=found.value / 100,
        grade=found.grade, on=found.score.on, known_seq=seq, lines=score_lines(found.score.lines),
        day_value=found.score.value / 100, period=_period(found.period) if found.period else None,
    )


def score_lines(lines: Iterable[Line]) -> tuple[ScoreLine, ...]:
    """Lines of a score as calls answer them."""
    return tuple(
        ScoreLine(record_id=line.record_id, document_no=line.document or None, rule=line.rule, title=line.title,
                  basis=line.basis, points=line.points / 100, first=line.first, last=line.last,
                  sentence=explain.sentence(line))
        for line in lines
    )


def _period(found: Period) -> ScorePeriod:
    return ScorePeriod(period=found.kind, published=found.published, full=_mean(found.full) if found.full else None,
                       running=_mean(found.running))


def _mean(found: Mean) -> ScoreMean:
    return ScoreMean(first=found.first, last=found.last, value=found.value / 100)
