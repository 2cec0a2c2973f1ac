"""A company's score on pages: line by line, over time, why it changed between two days, and what if."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import Controller, Request, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.response import Template

from api.v1.score_changes import span
from api.web.chart import Chart, chart
from api.web.forms import Fault, Sent
from api.web.session import Signed, desk, provide_signed, signed_in
from api.wiring import Services
from credit import explain, lookup
from credit.accounts.model import Role
from credit.incentives import incentives
from credit.kernel.clock import business_day
from credit.kernel.errors import Invalid, NotFound
from credit.model import ConductFacts, ListFacts, PenaltyFacts, PenaltyKind, Record, RecordKind
from credit.scheme_rules import first_choice, for_companies, schemes_on, versions_of
from credit.schemes import FaultItem, Scheme
from credit.scores import Score, cleared_on
from credit.supposed import FIRST, LAST, NewConduct, NewMerit, NewPenalty, Repair, Supposed
from credit.whatif import NO_PROMISE, WhatIf

_YEAR = timedelta(days=365)
_FORM = "日期写作 2026-01-10 这样的形式"
_PLACES = {"on": "on", "repair": "repaired_on", "merit": "merit", "penalty": "fault", "conduct": "fault"}


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """The score between two days: drawn, with what happened, and why the last day differs from the first."""

    first: date
    last: date
    drawing: Chart | None
    sentences: tuple[str, ...]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """A record that may be supposed to be repaired."""

    record_id: str
    title: str
    now: str  # what it does to the score today
    ticked: bool


class OwnScore(Controller):
    """本单位的得分。"""

    path = "/desk/score"
    guards = [signed_in(Role.ENTERPRISE)]
    opt = {"unlimited": True}
    include_in_schema = False
    dependencies = {"signed": Provide(provide_signed, sync_to_thread=False)}

    @get("/")
    async def score(self, request: Request[Any, Any, State], signed: Signed, services: Services) -> Template:
        """The score line by line, how it went between two days and why, and how it will go in the next year."""
        asked, today, code = sought(request), business_day(services.clock()), signed.person.org_code
        schemes, chosen = scheme_asked(asked, services, today)
        rating = await services.standing.rating(code, chosen, today)
        past, faults = await _past(asked, code, chosen, services, today)
        coming = await services.standing.history(code, chosen, today, today + _YEAR)
        entity = await lookup.entity_by_code(code)
        records = await lookup.records_of(entity.entity_id) if entity else ()
        return desk(
            "score", signed, schemes=schemes, chosen=chosen, found=rating.score, today=today, rating=rating, past=past,
            lines=tuple((line, explain.sentence(line)) for line in rating.score.lines), faults=faults,
            earned=incentives(rating, services.book.current, today),
            coming=tuple(s for s in coming if s.on > today), points=explain.points_text, typed=asked.kept(),
            pages=_pages(records), status=422 if faults else 200,
        )

    @get("/what-if")
    async def what_if(self, request: Request[Any, Any, State], signed: Signed, services: Services) -> Template:
        """The form of suppositions, and the answer to those in the address; nothing is recorded."""
        asked, today, code = sought(request), business_day(services.clock()), signed.person.org_code
        schemes, chosen = scheme_asked(asked, services, today)
        entity = await lookup.entity_by_code(code)
        records = await lookup.records_of(entity.entity_id) if entity else ()
        rating = await services.standing.rating(code, chosen, today)
        found, faults = None, _faults(asked, schemes[chosen])
        if asked.texts.keys() - {"scheme"} and not faults:
            found, faults = await _answer(asked, code, schemes[chosen], services, today)
        return desk(
            "what_if", signed, schemes=schemes, chosen=chosen, today=today, faults=faults, found=found,
            choices=_choices(records, rating.score, asked), merits=schemes[chosen].merits,
            bad=_supposable(schemes[chosen]), typed=asked.kept(),
            points=explain.points_text, promise=NO_PROMISE, status=422 if faults else 200,
        )


def sought(request: Request[Any, Any, State]) -> Sent:
    """What the form of a page that only reads has put in the address."""
    names = request.query_params.keys()
    return Sent(texts={name: list(request.query_params.getall(name)) for name in names}, files={})


def scheme_asked(asked: Sent, services: Services, today: date) -> tuple[dict[str, Scheme], str]:
    """The schemes in force, and the one asked for or else the first choice. Raises NotFound where there is none."""
    schemes = for_companies(schemes_on(services.book.current, today))
    named = asked.text("scheme")
    chosen = named if named in schemes else first_choice(schemes.values())
    if chosen is None:
        raise NotFound("没有适用的计分方案 no scheme in force")
    return schemes, chosen


async def _past(
    asked: Sent, code: str, chosen: str, services: Services, today: date
) -> tuple[Past | None, tuple[Fault, ...]]:
    """The score between the days asked for, a year up to today by default, from the scheme's first day on."""
    faults = _unread(asked, "from", "to")
    if faults:
        return None, faults
    try:
        first, last = span(asked.day("from"), asked.day("to"), today)
    except Invalid as refusal:
        return None, (Fault("from", refusal.detail),)
    start = versions_of(services.book.current, chosen)[0].since
    if last < start:
        return None, (Fault("to", f"本方案自{explain.day_text(start)}起施行，请选择该日及以后的日期"),)
    first, standing = max(first, start), services.standing
    steps = await standing.history(code, chosen, first, last)
    happened = await standing.events(code, chosen, first, last)
    before, after = await standing.rating(code, chosen, first), await standing.rating(code, chosen, last)
    return Past(first=first, last=last, drawing=chart(steps, first, last, happened),
                sentences=explain.why_rated(before, after)), ()


async def _answer(
    asked: Sent, code: str, scheme: Scheme, services: Services, today: date
) -> tuple[WhatIf | None, tuple[Fault, ...]]:
    day = asked.day("on") or today
    try:
        return await services.standing.what_if(code, scheme.scheme_id, day, _supposed(asked, day, scheme)), ()
    except Invalid as refusal:
        places = {e.pointer: _PLACES.get(e.pointer.split("/")[3] if e.pointer.count("/") > 2 else "on", "on")
                  for e in refusal.errors}
        return None, tuple(Fault(places[e.pointer], e.detail) for e in refusal.errors)


def _supposed(asked: Sent, day: date, scheme: Scheme) -> list[Supposed]:
    on = asked.day("repaired_on") or day
    found: list[Supposed] = [Repair(record_id=record_id, on=on) for record_id in asked.all("record")]
    if asked.text("merit"):
        found.append(NewMerit(item=asked.text("merit"), granted_on=on))
    bad = next((item for item in _supposable(scheme) if item.item == asked.text("fault")), None)
    if bad is not None:
        found.append(_bad(bad, on))
    return found


def _supposable(scheme: Scheme) -> tuple[FaultItem, ...]:
    """The bad items that a penalty or conduct can be supposed for; entries on lists are no supposition."""
    return tuple(f for f in scheme.faults if f.conduct or not f.match.acts or _bans(f))


def _bans(item: FaultItem) -> tuple[str, ...]:
    return tuple(act for act in item.match.acts if not act.startswith("list."))


def _bad(item: FaultItem, on: date) -> NewPenalty | NewConduct:
    """What the item takes, at the least."""
    if item.conduct:
        return NewConduct(item=item.item, happened_on=on)
    match = item.match
    return NewPenalty(kinds=match.kinds[:1] or (PenaltyKind.FINE,), decided_on=on, severity=match.severity,
                      field=match.fields[0] if match.fields else None, acts=_bans(item)[:1])


def _faults(asked: Sent, scheme: Scheme) -> tuple[Fault, ...]:
    unread = _unread(asked, "on", "repaired_on")
    if asked.text("fault") and asked.text("fault") not in {item.item for item in _supposable(scheme)}:
        unread += (Fault("fault", "请从列表中选择一项"),)
    days = [(name, asked.day(name)) for name in ("on", "repaired_on")]
    told = f"日期在{explain.day_text(FIRST)}至{explain.day_text(LAST)}之间"
    return unread + tuple(Fault(name, told) for name, day in days if day and not FIRST <= day <= LAST)


def _unread(asked: Sent, *names: str) -> tuple[Fault, ...]:
    return tuple(Fault(name, _FORM) for name in names if asked.text(name) and asked.day(name) is None)


def _pages(records: tuple[Record, ...]) -> dict[str, str]:
    """Where the company reads of each record; good conduct has no page of its own."""
    places = {RecordKind.CONDUCT: "/desk/conduct/", RecordKind.PENALTY: "/desk/records/",
              RecordKind.LIST_ENTRY: "/desk/records/"}
    return {r.record_id: places[r.kind] + r.record_id for r in records if r.kind in places}


def _choices(records: tuple[Record, ...], found: Score, asked: Sent) -> tuple[Choice, ...]:
    """What can be repaired, oldest first, and what it does to the score today."""
    ticked = asked.all("record")
    return tuple(
        Choice(record_id=r.record_id, title=r.facts.document_no, now=_now(r.record_id, found),
               ticked=r.record_id in ticked)
        for r in records if isinstance(r.facts, PenaltyFacts | ListFacts | ConductFacts)
        and not r.withdrawn and cleared_on(r) is None
    )


def _now(record_id: str, found: Score) -> str:
    """工程建设领域一般失信行政处罚,今天扣10分."""
    lines = [line for line in found.lines if line.record_id == record_id]
    if not lines:
        return "今天不计分"
    points, grade = sum(line.points for line in lines), next((line.grade for line in lines if line.grade), None)
    effect = [f"今天扣{explain.points_text(-points)}分"] if points else [] if grade else ["今天不计分"]
    return ",".join([lines[0].title, *effect, *([f"等级最高{grade}级"] if grade else [])])
