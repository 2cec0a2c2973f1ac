"""Companies over HTTP: card, records, score, history, standing, and who asked about them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import Controller, get, post
from litestar.params import Parameter, QueryParameter

from api.auth import anyone, needs, replayed
from api.bodies import json_body
from api.v1.views import (
    EntityCard,
    ListingLine,
    RecordLine,
    RestrictionLine,
    card,
    full_listing,
    full_record,
    public_listing,
    public_record,
    restriction_line,
    sees_all,
    told,
)
from api.wiring import Services
from credit import explain, lookup, names, uscc
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import business_day
from credit.kernel.errors import FieldError, Forbidden, Invalid, NotFound
from credit.kernel.unit import Replayed, Request
from credit.model import Entity
from credit.scoring import Score
from credit.service import EntityInput, MeritInput, add_merit, register_entity
from sanctions.findings import counts
from sanctions.published import published_restrictions
from sanctions.service.dossiers import dossier
from sanctions.verdicts import PublicRestriction

SEES_SCORES = (Role.ENTERPRISE, Role.PLATFORM, Role.AUTHORITY, Role.REVIEWER, Role.COORDINATOR, Role.AUDITOR,
               Role.OPERATOR)
KnownAt = Annotated[str | None, Parameter(description="当时所知:时间(RFC 3339)或日志序号")]
Ground = Annotated[str | None, Parameter(description="办理投诉的机关查询既往状态时,填投诉受理编号")]
OnDay = Annotated[date | None, QueryParameter(name="on", description="哪一天,默认今天")]


class Candidate(msgspec.Struct, frozen=True):
    """A company that may be meant; `why` explains the match."""

    code: str
    name: str
    score: float
    why: str


class Candidates(msgspec.Struct, frozen=True):
    items: tuple[Candidate, ...]
    next_cursor: str | None = None


class Records(msgspec.Struct, frozen=True):
    """Penalties in `items`, entries on lists in `listings`, oldest first."""

    items: tuple[RecordLine, ...]
    next_cursor: str | None = None
    listings: tuple[ListingLine, ...] = ()


class ScoreLine(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "last": "until"}):
    """One addend in points, with its record, rule, basis and inclusive days, and the sentence that explains it."""

    record_id: str | None
    rule: str
    title: str
    basis: str
    points: float
    first: date | None
    last: date | None
    sentence: str


class ScoreAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The score of a day. `sample` schemes are examples, nobody's official score."""

    scheme: str
    title: str
    sample: bool
    value: float
    grade: str
    on: date
    known_seq: int
    lines: tuple[ScoreLine, ...]


class HistoryPoint(msgspec.Struct, frozen=True):
    on: date
    value: float
    grade: str


class History(msgspec.Struct, frozen=True):
    scheme: str
    items: tuple[HistoryPoint, ...]


class StandingAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Bars and shown records on a day."""

    code: str
    on: date
    known_seq: int
    published_restrictions: tuple[PublicRestriction, ...]
    restrictions: tuple[RestrictionLine, ...] | None = None
    parked: int | None = None
    records: tuple[RecordLine, ...] = ()
    listings: tuple[ListingLine, ...] = ()


class AskedLine(msgspec.Struct, frozen=True):
    """How often a kind of asker asked on a day; no platform and no tender is named."""

    day: date
    asker: str
    count: int


class AccessLog(msgspec.Struct, frozen=True):
    items: tuple[AskedLine, ...]
    next_cursor: str | None = None


class Entities(Controller):
    """主体:名片、记录、得分、历史、现状、查询记录。"""

    path = "/v1/entities"
    tags = ["entities"]
    guards = [anyone]

    @get("/", summary="按名称查找 Find by name")
    async def find(self, services: Services, name: str) -> Candidates:
        """Companies that bear or bore exactly this name, width, brackets and blanks folded."""
        if not names.fold(name):
            raise Invalid("填写名称", errors=(FieldError("/name", "missing", "填写企业全称"),))
        found = await lookup.entities_named(names.fold(name))
        items = tuple(Candidate(e.code, e.name, 1.0, _why(e, name)) for e in found if e.code)
        return Candidates(items)

    @post("/", guards=[needs(Role.AUTHORITY, Role.OPERATOR)], dto=json_body(EntityInput), summary="登记主体 Register")
    async def register(
        self, data: EntityInput, services: Services, caller: Caller, request_key: Request | None
    ) -> EntityCard:
        """Enters a company's own facts; the same again changes nothing. What is in is changed by the operator only."""
        if caller.role is not Role.OPERATOR and "push:any" not in caller.scopes:
            await _same_or_new(data)
        try:
            made = await register_entity(
                data, by=caller.key_id, now=services.clock(), salt=services.salt, request=request_key)
        except Replayed as exc:
            made = replayed(exc, Entity)
        return card(made, 0)

    @get("/{code:str}", summary="名片 Card")
    async def read(self, code: str, services: Services) -> EntityCard:
        """A company at a glance; how many penalties and entries on lists are shown now."""
        entity, today = await _entity(code), business_day(services.clock())
        views = await services.standing.penalties(code, today)
        entries = await services.standing.listings(code, today)
        return card(entity, sum(v.published for v in views) + sum(e.published for e in entries))

    @get("/{code:str}/records", summary="处罚记录 Records")
    async def records(self, code: str, services: Services, visitor: Caller | None) -> Records:
        """Every record for public bodies and the company itself; for others those shown now, without prose."""
        await _entity(code)
        today, standing = business_day(services.clock()), services.standing
        views, entries = await standing.penalties(code, today), await standing.listings(code, today)
        if not sees_all(visitor, code):
            shown = tuple(public_listing(e) for e in entries if e.published)
            return Records(tuple(public_record(v) for v in views if v.published), listings=shown)
        return Records(
            tuple([full_record(v, await standing.prose(v.record)) for v in views if told(v, visitor)]),
            listings=tuple([full_listing(e, await standing.prose(e.record)) for e in entries]),
        )

    @get("/{code:str}/score", guards=[needs(*SEES_SCORES)], summary="得分 Score")
    async def score(
        self, code: str, scheme: str, services: Services, caller: Caller, on: OnDay = None,
        known_at: KnownAt = None, ground: Ground = None,
    ) -> ScoreAnswer:
        """The score with every line explained, at any day, from what was known now or then."""
        _own(caller, code)
        code, day = uscc.check(code), on or business_day(services.clock())
        seq = await _known(known_at, services, caller, code, ground)
        found = await services.standing.score(code, scheme, day, seq)
        head = await ledger.head()
        return _score(found, services, min(seq, head.size - 1))

    @get("/{code:str}/history", guards=[needs(*SEES_SCORES)], summary="得分变化 Score over time")
    async def history(
        self, code: str, scheme: str, services: Services, caller: Caller,
        since: Annotated[date | None, QueryParameter(name="from")] = None,
        until: Annotated[date | None, QueryParameter(name="to")] = None,
    ) -> History:
        """The days on which value or grade changed between two inclusive days; a year by default."""
        _own(caller, code)
        last = until or business_day(services.clock())
        first = since or last - timedelta(days=365)
        if first > last or last - first > timedelta(days=366 * 10):
            raise Invalid("起止日期有误,至多十年", errors=(FieldError("/from", "out_of_range", "from 不晚于 to"),))
        found = await services.standing.history(uscc.check(code), scheme, first, last)
        return History(scheme, tuple(HistoryPoint(s.on, s.value / 100, s.grade) for s in found))

    @get("/{code:str}/standing", summary="现状 Standing")
    async def standing(
        self, code: str, services: Services, visitor: Caller | None, on: OnDay = None,
        known_at: KnownAt = None, ground: Ground = None,
    ) -> StandingAnswer:
        """What restricts a company on a day; a past `known_at` only for the entitled, and logged.

        The public sees of another day only what is shown today as well: what was repaired is gone for every day.
        """
        code, today = uscc.check(code), business_day(services.clock())
        day, seq = on or today, await _known(known_at, services, visitor, code, ground)
        known_seq = min(seq, (await ledger.head()).size - 1)
        if not sees_all(visitor, code):
            return await _public_standing(services, code, day, known_seq, today)
        file, entries = await dossier(code, seq), await services.standing.listings(code, day, seq)
        views = [v for v in await services.standing.penalties(code, day, seq) if told(v, visitor)]
        return StandingAnswer(
            code=code, on=day, known_seq=known_seq,
            published_restrictions=published_restrictions(file, day, await services.book.at(seq)),
            restrictions=tuple(restriction_line(r) for v in views if counts(v.record) for r in v.restrictions),
            parked=len(file.parked), records=tuple(full_record(v, None) for v in views),
            listings=tuple(full_listing(e, None) for e in entries),
        )

    @get("/{code:str}/access-log", guards=[needs(Role.ENTERPRISE, Role.AUDITOR)], summary="谁查询过本单位 Who asked")
    async def access_log(self, code: str, services: Services, caller: Caller) -> AccessLog:
        """How often each kind of organisation asked about the company, per day."""
        _own(caller, code)
        return AccessLog(tuple(AskedLine(r["day"], r["asker"], r["count"]) for r in await services.counting.of(code)))


class Merits(Controller):
    """守信信息。"""

    path = "/v1/merits"
    tags = ["entities"]
    guards = [needs(Role.AUTHORITY, Role.PLATFORM)]

    @post("/", dto=json_body(MeritInput), summary="登记守信信息 Enter good conduct")
    async def add(
        self, data: MeritInput, services: Services, caller: Caller, request_key: Request | None
    ) -> dict[str, object]:
        """Good conduct that a scheme may count; the same document and item again answers the same id."""
        try:
            record_id, duplicate = await add_merit(data, by=caller.key_id, now=services.clock(), request=request_key)
        except Replayed as exc:
            record_id, duplicate = replayed(exc, tuple[str, bool])
        return {"id": record_id, "duplicate": duplicate}


async def _same_or_new(data: EntityInput) -> None:
    """An office may enter a company that nobody has entered; changing one is the operator's."""
    known = await lookup.entity_by_code(uscc.check(data.code))
    given = (data.founded_on, data.branch_of, data.merged_into)
    if known is not None and (
        not names.same(known.name, data.name) or given != (known.founded_on, known.branch_of, known.merged_into)
    ):
        raise Forbidden("该主体已登记,变更请由运营方办理 only the operator changes what is entered")


async def _entity(code: str) -> Entity:
    found = await lookup.entity_by_code(uscc.check(code))
    if found is None:
        raise NotFound(f"本系统尚无{code}的信息 nothing is recorded about {code}")
    return found


def _why(entity: Entity, name: str) -> str:
    return "名称相同" if names.same(entity.name, name) else f"曾用名;现名“{entity.name}”"


def _own(caller: Caller, code: str) -> None:
    if caller.role is Role.ENTERPRISE and caller.org_code != code:
        raise Forbidden("企业只能查看本单位 an enterprise sees itself only")


async def _known(
    known_at: str | None, services: Services, visitor: Caller | None, code: str, ground: str | None
) -> int:
    """The log position of `known_at`, a moment or a seq. Raises Invalid, NotYetKnown, PastNotAllowed."""
    if known_at is None:
        return lookup.FOREVER
    return await services.asking.look_back(moment_or_seq(known_at), visitor, [code], complaint=ground)


def moment_or_seq(text: str) -> datetime | int:
    """A log position as an address writes it; a plus sign that became a blank is read as one. Raises Invalid."""
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    try:
        moment = msgspec.convert(text.strip().replace(" ", "+"), datetime)
    except msgspec.ValidationError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1900 <= moment.year < 3000:
        raise Invalid("known_at 有误", errors=(
            FieldError("/known_at", "wrong_form", "填写日志序号,或带时区的时间,如 2026-05-20T09:00:00+08:00"),))
    return moment


async def _public_standing(services: Services, code: str, day: date, seq: int, today: date) -> StandingAnswer:
    """What is shown on `day` and still today."""
    file, rules, standing = await dossier(code, seq), await services.book.at(seq), services.standing
    bars = published_restrictions(file, today, rules)
    records = {v.record.record_id for v in await standing.penalties(code, today, seq) if v.published}
    entries = {e.record.record_id for e in await standing.listings(code, today, seq) if e.published}
    return StandingAnswer(
        code=code, on=day, known_seq=seq,
        published_restrictions=tuple(r for r in published_restrictions(file, day, rules) if r in bars),
        records=tuple(public_record(v) for v in await standing.penalties(code, day, seq)
                      if v.published and v.record.record_id in records),
        listings=tuple(public_listing(e) for e in await standing.listings(code, day, seq)
                       if e.published and e.record.record_id in entries),
    )


def _score(found: Score, services: Services, seq: int) -> ScoreAnswer:
    used = services.schemes[found.scheme]
    lines = tuple(
        ScoreLine(record_id=line.record_id, rule=line.rule, title=line.title, basis=line.basis,
                  points=line.points / 100, first=line.first, last=line.last, sentence=explain.sentence(line))
        for line in found.lines
    )
    return ScoreAnswer(scheme=found.scheme, title=used.title, sample=used.sample, value=found.value / 100,
                       grade=found.grade, on=found.on, known_seq=seq, lines=lines)
