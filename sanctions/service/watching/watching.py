"""Watches: companies whose answer somebody follows. Each look compares with what was last told, and tells a change.

A look happens when something is recorded about a company (or the one it answers with), when rules or sources change,
when the day turns and when a list goes stale. It reads the database at the log's head, in any process.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby

import msgspec

from credit import uscc
from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.clock import SHANGHAI, Clock, business_day
from credit.kernel.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, Refusal
from credit.kernel.ids import new_id
from credit.kernel.rulebook import Rulebook
from credit.kernel.unit import Request, Unit, unit
from sanctions.following.events import WatchChanged, WatchEnded, WatchOpened
from sanctions.intake.asked import AskedRow
from sanctions.linked import reached
from sanctions.lists import next_stale
from sanctions.service.answering import dossiers
from sanctions.service.answering.bulk import Fixed, answered, fixed
from sanctions.service.watching import store_watches as store
from sanctions.service.watching.model import Line, Watch
from sanctions.service.watching.webhooks import Webhooks, plan
from sanctions.verdicts import Dossier, Tender
from sanctions.watches import MOST_SUBJECTS, State, Told, Why, changed, told
from sanctions.webhooks import Kind

log = logging.getLogger("tendercredit.watches")
MOST_WATCHES = 500  # running ones of an organisation
SYSTEM = "system"
AWARD = "award"
_TOLD_AT_ONCE = 50  # changes in one unit
_PUT_OFF = timedelta(minutes=5)
_ROUNDS = 5  # looks at a line that others keep changing


class TooManyWatches(Conflict):
    code = "too_many_watches"
    title = "关注过多 Too many watches"


class WatchOver(Conflict):
    code = "watch_ended"
    title = "关注已结束 Watch has ended"


class WatchInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`subjects`: codes; `until`: a day (inclusive), `award` (until the 中标通知书 is sent) or null for ever;
    `webhook_id` null: nothing is pushed, the changes are read at the watch."""

    subjects: tuple[str, ...]
    webhook_id: str | None = None
    tender: Tender | None = None
    until: str | None = None


class AwardInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day on which the 中标通知书 was sent."""

    sent_on: date


class Watching:
    """The service of watches."""

    def __init__(self, book: Rulebook, clock: Clock, hooks: Webhooks) -> None:
        self.book = book
        self.clock = clock
        self.hooks = hooks

    async def open(self, given: WatchInput, caller: Caller, request: Request | None = None) -> Watch:
        """Follows companies from now on; what is answered now is the state that changes are told against.

        Raises Invalid, Forbidden, NotFound, TenderContradictory, TooManyWatches, Replayed (with the id).
        """
        codes, now = _codes(given, caller), self.clock()
        last = _last_day(given.until, business_day(now))
        hook_id = (await self.hooks.of(given.webhook_id, caller)).id if given.webhook_id is not None else ""
        tender = given.tender or Tender()
        asked = await self._asked(tender)
        seen = await _seen(codes, asked)
        made = new_id("wat")
        async with unit(by=caller.key_id, now=now, request=request) as u:
            if await store.running(caller.org_code) >= MOST_WATCHES:
                raise TooManyWatches(f"一个单位至多{MOST_WATCHES}项进行中的关注,请先结束不用的")
            event = WatchOpened(subject=made, org_code=caller.org_code, webhook_id=hook_id, subjects=len(codes))
            found = Watch(
                id=made, org_code=caller.org_code, seq=u.record(event), webhook_id=hook_id, state=State.RUNNING,
                tender=msgspec.json.encode(tender).decode(), why=None, created_at=u.now, ended_at=None,
                until_day=last, until_award=given.until == AWARD,
                look_at=next_look(asked))
            await store.write(found, [
                Line(watch_id=made, code=code, told=what, linked=linked, known_seq=asked.seq, on_day=asked.day,
                     changed_at=u.now) for code, (what, linked) in seen.items()])
            u.keep(made)
        return found

    async def of(self, watch_id: str, caller: Caller) -> Watch:
        """The caller's own watch. Raises NotFound."""
        found = await store.watch(watch_id)
        if found is None or found.org_code != caller.org_code or found.state is State.REMOVED:
            raise NotFound("没有这项关注 no such watch")
        return found

    async def lines(self, found: Watch) -> list[Line]:
        """The companies of a watch with what was last told of each."""
        return await store.lines(found.id)

    async def listing(self, caller: Caller, below: int, limit: int) -> list[Watch]:
        """Those of the caller's organisation opened before log position `below`, newest first."""
        return await store.of_organisation(caller.org_code, below, limit)

    async def award(self, watch_id: str, given: AwardInput, caller: Caller) -> Watch:
        """The 中标通知书 was sent: nothing more is told. Raises NotFound, WatchOver, Invalid for a day to come."""
        found = await self.of(watch_id, caller)
        if given.sent_on > business_day(self.clock()):
            raise Invalid("发出日期尚未到来", errors=(FieldError("/sent_on", "out_of_range", "填写今天或以前的日期"),))
        if not await self._end(found, Why.AWARD, by=caller.key_id):
            raise WatchOver("这项关注已经结束 it has ended before")
        return await self.of(watch_id, caller)

    async def remove(self, watch_id: str, caller: Caller) -> None:
        """Ends it without a message and forgets its companies. Raises NotFound."""
        found = await self.of(watch_id, caller)
        async with unit(by=caller.key_id, now=self.clock()) as u:
            if await store.remove(found.id):
                u.record(WatchEnded(subject=found.id, why=Why.REMOVED))

    async def heard(self, codes: Sequence[str]) -> None:
        """Something was recorded about these companies: looks at every line that it may concern."""
        found = sorted(await store.following(codes), key=lambda line: line.watch_id)
        for watch_id, lines in groupby(found, key=lambda line: line.watch_id):
            watch = await store.watch(watch_id)
            if watch is not None:
                await self._look(watch, list(lines))

    async def look(self, watch_id: str) -> None:
        """Looks at a whole watch."""
        watch = await store.watch(watch_id)
        if watch is not None:
            await self._look(watch, await store.lines(watch_id))

    async def all_due(self) -> None:
        """Rules or sources are others: looks at every running watch."""
        await store.all_due(self.clock())
        await self.turn()

    async def turn(self) -> int:
        """Looks at the watches that are due, and ends those whose last day is over; how many."""
        count = 0
        while due := await store.due(self.clock()):
            for watch in due:
                last = watch.until_day
                if last is not None and last < business_day(self.clock()):
                    await self._end(watch, Why.UNTIL, by=SYSTEM)
                    continue
                await self._look_due(watch)
            count += len(due)
        return count

    async def _look_due(self, watch: Watch) -> None:
        """A look that fails is logged and put off, so that it keeps nobody else waiting."""
        try:
            asked = await self._look(watch, await store.lines(watch.id))
        except Exception:
            log.exception("watch %s could not be looked at", watch.id)
            await store.looked(watch, self.clock() + _PUT_OFF)
        else:
            await store.looked(watch, next_look(asked))

    async def _asked(self, tender: Tender) -> Fixed:
        head = await ledger.head()
        return await fixed(self.book, tender, None, head.size - 1, max(self.clock(), head.recorded_at))

    async def _look(self, watch: Watch, lines: list[Line]) -> Fixed:
        tender = msgspec.json.decode(watch.tender, type=Tender) if watch.tender else Tender()
        asked = await self._asked(tender)
        for _ in range(_ROUNDS):
            if not lines or watch.state is not State.RUNNING:
                return asked
            lost = await self._compare(watch, tender.id, lines, asked)
            lines = await store.some(lost)
            asked = await self._asked(tender) if lines else asked
        raise TimeoutError("others keep looking at the same companies")

    async def _compare(self, watch: Watch, tender_id: str | None, lines: list[Line], asked: Fixed) -> list[str]:
        """Keeps the answers of now and tells those that differ; the ids of lines that somebody else looked at since."""
        seen = await _seen([line.code for line in lines], asked)
        lost, other = [], []
        for old in lines:
            what, linked = seen[old.code]
            new = msgspec.structs.replace(old, told=what, linked=linked, known_seq=asked.seq, on_day=asked.day)
            if what.differs(old.told):
                other.append((old, new))
            elif not await store.keep(new, old.looks):
                lost.append(old.id)
        for start in range(0, len(other), _TOLD_AT_ONCE):
            async with unit(by=SYSTEM, now=self.clock()) as u:
                now_running = await store.watch(watch.id)
                if now_running is None or now_running.state is not State.RUNNING:
                    return []
                for old, new in other[start : start + _TOLD_AT_ONCE]:
                    if not await self._tell(u, watch, tender_id, old, new):
                        lost.append(old.id)
        return lost

    async def _tell(self, u: Unit, watch: Watch, tender_id: str | None, old: Line, new: Line) -> bool:
        if not await store.keep(msgspec.structs.replace(new, changed_at=u.now, was=old.told.outcome), old.looks):
            return False
        made = new_id("msg")
        seq = u.record(WatchChanged(
            subject=watch.id, delivery_id=made, known_seq=new.known_seq, old=old.told.outcome, new=new.told.outcome))
        data = changed(watch.id, tender_id, old.code, old.told, new.told, seq=new.known_seq, day=new.on_day)
        if await self.hooks.wants(watch.webhook_id, Kind.CHANGED):
            await plan(u, watch.webhook_id, Kind.CHANGED, data, made=made, seq=seq, watch_id=watch.id)
        return True

    async def _end(self, watch: Watch, why: Why, *, by: str) -> bool:
        async with unit(by=by, now=self.clock()) as u:
            if not await store.end(watch.id, why, u.now):
                return False
            made = new_id("msg") if await self.hooks.wants(watch.webhook_id, Kind.ENDED) else None
            seq = u.record(WatchEnded(subject=watch.id, why=why, delivery_id=made))
            if made is not None:
                tender = msgspec.json.decode(watch.tender, type=Tender)
                data = {"watch_id": watch.id, "tender_id": tender.id, "why": why}
                await plan(u, watch.webhook_id, Kind.ENDED, data, made=made, seq=seq, watch_id=watch.id)
        return True


async def _seen(codes: Sequence[str], asked: Fixed) -> dict[str, tuple[Told, tuple[str, ...]]]:
    """The answer about each code as of `asked`, with the companies it answers with."""
    rows = [AskedRow(i, code, None, code) for i, code in enumerate(codes)]
    own = await dossiers.dossiers([], codes, asked.seq)
    held = {file.code: file for file in (*await dossiers.behind(own, asked.seq), *own)}
    linked = {
        file.code: tuple(f.code for f in reached(file, lambda code: held.get(code) or Dossier(code=code)) if f.code)
        for file in own
    }
    found: dict[str, tuple[Told, tuple[str, ...]]] = {}
    async for lines in answered(rows, asked):
        for line in lines:
            if line.verdict is not None:
                code = line.asked.meant
                found[code] = (told(line.verdict), linked.get(code, ()))
    return found


def next_look(asked: Fixed) -> datetime:
    """When an answer may change by itself: at the next midnight in Shanghai, or just after a list goes stale."""
    today = business_day(asked.moment)
    midnight = datetime.combine(today + timedelta(days=1), time.min, SHANGHAI)
    question = asked.question
    stale = next_stale(question.rules, asked.day, question.sources, asked.moment)
    return min(midnight, stale + timedelta(seconds=1)) if stale is not None else midnight


def _last_day(until: str | None, today: date) -> date | None:
    """The last day of a watch; None without one. Raises Invalid for a text that is no day, and for a day gone by."""
    if until is None or until == AWARD:
        return None
    try:
        last = date.fromisoformat(until)
    except ValueError:
        last = date.min
    if last < today:
        raise Invalid("期限有误或已过", errors=(FieldError("/until", "out_of_range", "填写今天或以后的日期,或 award"),))
    return last


def _codes(given: WatchInput, caller: Caller) -> list[str]:
    """The codes to follow, each once. Raises Invalid with every wrong one, and Forbidden for another's code."""
    if not given.subjects or len(given.subjects) > MOST_SUBJECTS:
        raise Invalid(f"一项关注包含1至{MOST_SUBJECTS}个主体",
                      errors=(FieldError("/subjects", "out_of_range", "填写统一社会信用代码"),))
    found: dict[str, None] = {}
    faults: list[FieldError] = []
    for i, text in enumerate(given.subjects):
        try:
            found[uscc.check(text)] = None
        except Refusal as exc:
            faults.append(FieldError(f"/subjects/{i}", exc.code, exc.detail))
    if faults:
        raise Invalid("有代码不正确", errors=tuple(faults))
    if caller.role is Role.ENTERPRISE and set(found) != {caller.org_code}:
        raise Forbidden("企业只能关注本单位 an enterprise may watch itself only")
    return list(found)
