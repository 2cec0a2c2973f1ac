"""How a score came about and where it may go: over time, between two days with the reasons, and what if."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.params import QueryParameter

from api.auth import needs
from api.bodies import json_body
from api.v1.asked import own
from api.v1.scores import SEES_SCORES, ScoreLine, as_seen, score_lines, seen_by
from api.wiring import Services
from credit import explain, uscc
from credit.accounts.model import Caller, Role
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Invalid
from credit.ratings import Rating
from credit.supposed import FIRST, LAST, NewConduct, NewMerit, NewPenalty, Repair, Supposed
from credit.turning import Happened, ScoreEvent
from credit.whatif import NO_PROMISE, WhatIf

LONGEST = timedelta(days=366 * 10)
YEAR = timedelta(days=365)
From = Annotated[date | None, QueryParameter(name="from", description="起日,默认一年前")]
To = Annotated[date | None, QueryParameter(name="to", description="止日(含),默认今天")]


class HistoryPoint(msgspec.Struct, frozen=True):
    on: date
    value: float
    grade: str


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """A record that began to count, ceased to, was repaired or removed; or a new version of the scheme."""

    on: date
    what: Happened
    record_id: str | None
    title: str
    points: float
    sentence: str


class History(msgspec.Struct, frozen=True):
    """`items`: the day's score on the first day and wherever it changed; `events`: what happened on the way."""

    scheme: str
    items: tuple[HistoryPoint, ...]
    events: tuple[EventLine, ...]


class Valued(msgspec.Struct, frozen=True, kw_only=True):
    """The value that counts on a day; `day_value` differs from it only where a scheme publishes the mean of a period.
    """

    on: date
    value: float
    grade: str
    day_value: float


class MovedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that both days have, with other points: a cap, a floor or a ceiling took another share."""

    record_id: str | None
    rule: str
    title: str
    before: float
    after: float


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """Two days of a score, and why they differ: `sentences` are the words of pages and bots."""

    scheme: str
    title: str
    sample: bool
    before: Valued
    after: Valued
    sentences: tuple[str, ...]
    gone: tuple[ScoreLine, ...]
    come: tuple[ScoreLine, ...]
    moved: tuple[MovedLine, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One supposition: `repair` (a record id) with `on`, or one of `merit`, `penalty`, `conduct`."""

    repair: str | None = None
    on: date | None = None
    merit: NewMerit | None = None
    penalty: NewPenalty | None = None
    conduct: NewConduct | None = None


class WhatIfInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`on`: the day to look at, today by default; a later day alone shows what ends by itself."""

    scheme: str
    on: date | None = None
    changes: tuple[Change, ...] = ()


class WhatIfAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The day as it is and as it would be; nothing was recorded. `assumes` and `promise` belong to every use of it."""

    scheme: str
    title: str
    sample: bool
    before: Valued
    after: Valued
    gain: float
    sentences: tuple[str, ...]
    lines: tuple[ScoreLine, ...]
    assumes: tuple[str, ...]
    promise: str = NO_PROMISE


class ScoreChanges(Controller):
    """得分的变化、原因和推算。"""

    path = "/v1/entities"
    tags = ["entities"]
    guards = [needs(*SEES_SCORES)]

    @get("/{code:str}/history", summary="得分变化 Score over time")
    async def history(
        self, code: str, scheme: str, services: Services, caller: Caller, since: From = None, until: To = None
    ) -> History:
        """The days on which the day's score changed between two inclusive days, and what happened on the way.

        A platform is told of published records only.
        """
        own(caller, code)
        first, last = span(since, until, business_day(services.clock()))
        checked, standing = uscc.check(code), services.standing
        found = await standing.history(checked, scheme, first, last)
        happened, seen = await standing.events(checked, scheme, first, last), await seen_by(services, caller, checked)
        return History(scheme, tuple(HistoryPoint(s.on, s.value / 100, s.grade) for s in found),
                       tuple(_event(e) for e in happened if seen is None or e.record_id is None or e.record_id in seen))

    @get("/{code:str}/score/changes", summary="得分为什么变化 Why a score changed")
    async def changes(
        self, code: str, scheme: str, services: Services, caller: Caller, since: From = None, until: To = None
    ) -> Changes:
        """Two days of a score with the lines that came, went or moved, from what is known now."""
        own(caller, code)
        first, last = span(since, until, business_day(services.clock()))
        checked, standing = uscc.check(code), services.standing
        seen = await seen_by(services, caller, checked)
        before, after = [as_seen(await standing.rating(checked, scheme, day), seen) for day in (first, last)]
        return _changes(before, after)

    @post("/{code:str}/score/what-if", dto=json_body(WhatIfInput), status_code=200, summary="假设推算 What if",
          guards=[needs(Role.ENTERPRISE, Role.AUTHORITY, Role.AUDITOR)])
    async def what_if(self, code: str, data: WhatIfInput, services: Services, caller: Caller) -> WhatIfAnswer:
        """The score as it would be with repairs, merits, penalties or conduct that are supposed; records nothing."""
        own(caller, code)
        supposed, day = suppositions(data.changes), data.on or business_day(services.clock())
        if not FIRST <= day <= LAST:
            raise Invalid("日期有误", errors=(FieldError("/on", "out_of_range", f"日期在{FIRST}至{LAST}之间"),))
        return _what_if(await services.standing.what_if(uscc.check(code), data.scheme, day, supposed))


def span(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """Two inclusive days, a year up to today where none are given. Raises Invalid for more than ten years."""
    try:
        last = until or (max(today, since) if since else today)
        first = since or last - YEAR
    except OverflowError:
        first = last = date.max
    if first > last or last - first > LONGEST or not FIRST <= first <= last <= LAST:
        raise Invalid("起止日期有误,至多十年", errors=(
            FieldError("/from", "out_of_range", f"from 不晚于 to,都在{FIRST}至{LAST}之间"),))
    return first, last


def suppositions(changes: tuple[Change, ...]) -> list[Supposed]:
    """What a body supposes, in its order. Raises Invalid where an item is not exactly one thing."""
    found, faults = list[Supposed](), list[FieldError]()
    for number, one in enumerate(changes):
        others = [x for x in (one.merit, one.penalty, one.conduct) if x is not None]
        if one.repair is not None and one.on is not None and not others:
            found.append(Repair(record_id=one.repair, on=one.on))
        elif one.repair is None and one.on is None and len(others) == 1:
            found.append(others[0])
        else:
            faults.append(FieldError(f"/changes/{number}", "wrong_form",
                                     "每项写 repair 和 on,或者 merit、penalty、conduct 之一"))
    if faults:
        raise Invalid("假设的写法有误", errors=tuple(faults))
    return found


def _event(found: ScoreEvent) -> EventLine:
    return EventLine(on=found.on, what=found.what, record_id=found.record_id, title=found.title,
                     points=found.points / 100, sentence=found.sentence)


def _valued(found: Rating) -> Valued:
    return Valued(on=found.score.on, value=found.value / 100, grade=found.grade, day_value=found.score.value / 100)


def _changes(before: Rating, after: Rating) -> Changes:
    found = explain.changed(before.score, after.score)
    return Changes(
        scheme=after.scheme.scheme_id, title=after.scheme.title, sample=after.scheme.sample, before=_valued(before),
        after=_valued(after), sentences=explain.why_rated(before, after), gone=score_lines(found.gone),
        come=score_lines(found.come), moved=tuple(
            MovedLine(record_id=new.record_id, rule=new.rule, title=new.title, before=old.points / 100,
                      after=new.points / 100) for old, new in found.moved),
    )


def _what_if(found: WhatIf) -> WhatIfAnswer:
    scheme = found.after.scheme
    return WhatIfAnswer(
        scheme=scheme.scheme_id, title=scheme.title, sample=scheme.sample, before=_valued(found.before),
        after=_valued(found.after), gain=found.gain / 100, sentences=found.sentences,
        lines=score_lines(found.after.score.lines), assumes=found.assumes,
    )
