"""Idempotency-Keys of calls that are several units: looked up before the first, kept after the last.

A stop in between leaves no key; the acts themselves are the same again when repeated.
"""

from __future__ import annotations

from datetime import datetime

from credit.accounts.model import Caller
from credit.kernel.unit import Request, unit


async def look_up(request: Request | None, caller: Caller, now: datetime) -> None:
    """Raises Replayed with the kept answer of the same request, RequestMismatch for the same key with another body."""
    if request is not None:
        async with unit(by=caller.key_id, now=now, request=request):
            pass


async def keep(request: Request | None, caller: Caller, now: datetime, answer: object) -> None:
    """Keeps the answer for a repeat of the same request."""
    if request is not None:
        async with unit(by=caller.key_id, now=now, request=request) as u:
            u.keep(answer)
