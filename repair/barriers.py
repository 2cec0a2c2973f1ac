"""What keeps a company from tenders, record by record: what a repair lifts and what runs on until when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from credit.kernel.periods import next_day
from credit.model import Stage
from repair.repairable import RecordView
from sanctions.service.scoring.standing import ListingView, PenaltyView
from sanctions.wording import day_text, look_back_title, scope_title, until_text


class RunsOn(msgspec.Struct, frozen=True, kw_only=True):
    """What repair neither shortens nor removes, through `until` inclusive; null: no end stated or known."""

    code: str
    until: date | None
    basis: str
    title: str = ""


class Barrier(msgspec.Struct, frozen=True, kw_only=True):
    """Something that bars or leaves open through `until`; `lifts`: leaving the list ends it at once."""

    record_id: str
    until: date | None
    lifts: bool


def runs_on(found: RecordView, day: date) -> tuple[RunsOn, ...]:
    """Statutory bans, the look-back condition and bars nobody has read yet, as far as they run on `day` or later."""
    if isinstance(found, ListingView) or found.record.withdrawn:
        return ()
    return tuple(_runs_on(found, day))


def _runs_on(found: PenaltyView, day: date) -> Iterator[RunsOn]:
    for ban in found.restrictions:
        if ban.last_day is None or ban.last_day >= day:
            yield RunsOn(code="statutory_ban", until=ban.last_day, basis=ban.basis,
                         title=f"限制{scope_title(ban.scope)},{until_text(ban.last_day)}")
    past = found.look_back
    if past is not None and past.until >= day:
        told = look_back_title(past.trigger, past.first_day, past.until)
        if not past.certain:
            told = f"罚款数额未登记,是否构成三年内重大违法记录以认定机关确认为准,至{day_text(past.until)}(含当日)"
        yield RunsOn(code="look_back" if past.certain else "look_back_uncertain", until=past.until, basis=past.basis,
                     title=told)
    if found.record.penalty.ban_unread and not found.restrictions:
        yield RunsOn(code="ban_unread", until=None, basis="以处罚决定书为准",
                     title="处罚内容提到限制参加活动,尚未录入,范围和期限以处罚决定书为准")


def barriers(found: RecordView, day: date) -> tuple[Barrier, ...]:
    """Everything in a record that bars or leaves open some tender on `day` or later."""
    record = found.record
    if record.withdrawn:
        return ()
    if isinstance(found, ListingView):
        over = found.term.until is not None and found.term.verified and day > found.term.until
        if over or (record.listing.removed_on is not None and record.listing.removed_on <= day):
            return ()
        until = found.term.until if found.term.verified else None
        return (Barrier(record_id=record.record_id, until=until, lifts=True),)
    if record.penalty.stage is Stage.DRAFT:
        return ()
    return tuple(Barrier(record_id=record.record_id, until=r.until, lifts=False) for r in runs_on(found, day))


def eligible_from(all_of: Iterable[Barrier], repaired: Mapping[str, date], day: date) -> date | None:
    """The first day from `day` on which nothing stands in the way when these repairs are granted on their days.

    None where something has no end that is known.
    """
    first = day
    for barrier in all_of:
        lifted = repaired.get(barrier.record_id) if barrier.lifts else None
        free = lifted or (next_day(barrier.until) if barrier.until is not None else None)
        if free is None:
            return None
        first = max(first, free)
    return first
