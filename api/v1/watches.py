"""Watches: a push when the answer about a followed company changes, until the 中标通知书 or as long as wished."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from litestar import Controller, Response, delete, get, post

from api.auth import replayed
from api.bodies import json_body
from api.paging import Cursor, Limit, below, cursor_of
from api.v1.webhooks import OWNERS
from api.wiring import Services
from credit.accounts.model import Caller
from credit.kernel.unit import Replayed, Request
from sanctions.service.watching.model import Line, Watch
from sanctions.service.watching.watching import AWARD, AwardInput, WatchInput
from sanctions.verdicts import Outcome, Tender
from sanctions.watches import State, Why


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """What was last told of a company: the outcome, the codes of the reasons that decide, and since when; `was` is the
    outcome before the latest change, null where nothing has changed yet."""

    code: str
    outcome: Outcome
    was: Outcome | None
    reasons: tuple[str, ...]
    since: datetime
    known_seq: int
    valid_at: date


class WatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A watch; `until` is its last day, `award`, or null; `webhook_id` null: nothing is pushed; `subjects` null in
    lists."""

    id: str
    state: State
    webhook_id: str | None
    tender: Tender
    until: str | None
    seq: int
    created_at: datetime
    ended_at: datetime | None
    why: Why | None
    subjects: tuple[SubjectView, ...] | None = None


class WatchPage(msgspec.Struct, frozen=True):
    items: list[WatchView]
    next_cursor: str | None


class BidderWatches(Controller):
    """关注投标人:结论一变即推送。"""

    path = "/v1/watches"
    tags = ["watches"]

    @post("/", guards=[OWNERS], dto=json_body(WatchInput), summary="关注 Watch")
    async def open(
        self, data: WatchInput, services: Services, caller: Caller, request_key: Request | None
    ) -> Response[WatchView]:
        """Up to 1,000 codes with the tender as in `POST /v1/eligibility`; an enterprise may watch itself. The answer
        holds what changes are told against."""
        try:
            made, status = await services.watching.open(data, caller, request_key), 201
        except Replayed as exc:
            made, status = await services.watching.of(replayed(exc, str), caller), 200
        return Response(view(made, await services.watching.lines(made)), status_code=status)

    @get("/", guards=[OWNERS], summary="本单位的关注 Own watches")
    async def listing(self, services: Services, caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> WatchPage:
        """Newest first, ended ones included."""
        found = await services.watching.listing(caller, below(cursor), limit)
        more = cursor_of(str(found[-1].seq)) if len(found) == limit else None
        return WatchPage([view(one) for one in found], more)

    @get("/{watch_id:str}", guards=[OWNERS], summary="一项关注 One watch")
    async def one(self, watch_id: str, services: Services, caller: Caller) -> WatchView:
        """With what was last told of each company."""
        found = await services.watching.of(watch_id, caller)
        return view(found, await services.watching.lines(found))

    @post("/{watch_id:str}/award", guards=[OWNERS], dto=json_body(AwardInput), status_code=200,
          summary="中标通知书已发出 Award sent")
    async def award(self, watch_id: str, data: AwardInput, services: Services, caller: Caller) -> WatchView:
        """Ends the watch: what happens later is told no more."""
        return view(await services.watching.award(watch_id, data, caller))

    @delete("/{watch_id:str}", guards=[OWNERS], summary="删除 Remove")
    async def remove(self, watch_id: str, services: Services, caller: Caller) -> None:
        """Ends it without a message and forgets its companies."""
        await services.watching.remove(watch_id, caller)


def view(found: Watch, lines: list[Line] | None = None) -> WatchView:
    """A watch as it leaves the house, for its owner only."""
    subjects = None if lines is None else tuple(
        SubjectView(code=line.code, outcome=line.told.outcome, was=line.was, reasons=line.told.reasons,
                    since=line.changed_at, known_seq=line.known_seq, valid_at=line.on_day)
        for line in lines)
    last = found.until_day.isoformat() if found.until_day else None
    return WatchView(
        id=found.id, state=found.state, webhook_id=found.webhook_id or None, seq=found.seq,
        tender=msgspec.json.decode(found.tender, type=Tender), until=AWARD if found.until_award else last,
        created_at=found.created_at, ended_at=found.ended_at, why=found.why, subjects=subjects)
