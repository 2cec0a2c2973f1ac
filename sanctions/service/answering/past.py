"""Looking back: which log position a past moment means, who may ask about it, and that it is logged who did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from credit.accounts.model import Caller, Role
from credit.kernel import ledger
from credit.kernel.errors import FieldError, Forbidden, Invalid
from credit.kernel.unit import unit
from sanctions.events import PastAsked
from sanctions.service.answering.register import NotYetKnown


class PastNotAllowed(Forbidden):
    code = "past_not_allowed"
    title = "无权查询既往状态 Past questions need a right"


class Position(NamedTuple):
    """Where a past question stands in the log, and what is logged of it first; None where it asks about now."""

    seq: int
    said: PastAsked | None = None
    by: str = ""


async def position(
    known_at: datetime | int, caller: Caller | None, codes: Sequence[str | None], now: datetime, *,
    complaint: str | None = None, now_too: bool = False,
) -> Position:
    """The log position of `known_at`, for the entitled; with `now_too` the newest position is anybody's.

    Raises PastNotAllowed, Invalid, and NotYetKnown for what is to come.
    """
    head = await ledger.head()
    if isinstance(known_at, int) and known_at < 0:
        raise Invalid("known_at 不得为负", errors=(FieldError("/known_at", "out_of_range", "填写日志序号或时间"),))
    if known_at >= head.size if isinstance(known_at, int) else known_at > now:
        raise NotYetKnown("known_at 尚未到来;查询现状请不填 known_at not yet reached", seq=head.size - 1)
    seq = known_at if isinstance(known_at, int) else await ledger.seq_at(known_at)
    newest = seq == head.size - 1
    if now_too and newest:
        return Position(seq)
    who, ground = _entitled(caller, codes, complaint)
    if newest:
        return Position(seq)
    said = PastAsked(subject=who.org_code, known_seq=seq, subjects=len(codes), ground=ground)
    return Position(seq, said, who.key_id)


async def told(found: Position, now: datetime) -> None:
    """Logs who looks back; before the answer."""
    if found.said is not None:
        async with unit(by=found.by, now=now) as u:
            u.record(found.said)


async def moment_of(known_at: datetime | int, seq: int) -> datetime:
    """The moment a past question puts itself in: what is "now" in it, so that its answer stays the same."""
    return known_at if isinstance(known_at, datetime) else (await ledger.entry(seq)).recorded_at


def _entitled(caller: Caller | None, codes: Sequence[str | None], complaint: str | None) -> tuple[Caller, str]:
    """Who may look back, and on which ground: the auditor, a company at itself, an authority with a complaint."""
    grounds = {Role.AUDITOR: "audit"}
    if caller is not None and all(code == caller.org_code for code in codes):
        grounds[Role.ENTERPRISE] = "own"
    if complaint and complaint.strip():
        grounds[Role.AUTHORITY] = "complaint"
    if caller is None or caller.role not in grounds:
        raise PastNotAllowed("既往状态只答复审计机构、企业本身和办理投诉的机关(须填 ground:投诉受理编号)")
    return caller, grounds[caller.role]
