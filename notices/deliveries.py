"""The life of a delivery: one table of states that only move forward, and what a channel may answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec


class DeliveryState(StrEnum):
    """`sent`: the provider took it; `delivered`: it reached the recipient's system. Neither is 送达."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Act(StrEnum):
    """What can happen to a delivery."""

    TRY = "try"
    ACCEPT = "accept"
    ARRIVE = "arrive"
    OPEN = "open"
    FAIL = "fail"
    SUPPRESS = "suppress"


class Outcome(StrEnum):
    """How an attempt ended; `open` while it runs, `uncertain` when nobody can say whether the message left."""

    OPEN = "open"
    SENT = "sent"
    LATER = "later"
    NEVER = "never"
    UNCERTAIN = "uncertain"


_S, _A = DeliveryState, Act
TRANSITIONS: Mapping[tuple[DeliveryState, Act], DeliveryState] = {
    (_S.QUEUED, _A.TRY): _S.SENDING,
    (_S.QUEUED, _A.FAIL): _S.FAILED,
    (_S.QUEUED, _A.SUPPRESS): _S.SUPPRESSED,
    (_S.SENDING, _A.TRY): _S.SENDING,
    (_S.SENDING, _A.ACCEPT): _S.SENT,
    (_S.SENDING, _A.ARRIVE): _S.DELIVERED,
    (_S.SENDING, _A.FAIL): _S.FAILED,
    (_S.SENDING, _A.SUPPRESS): _S.SUPPRESSED,
    (_S.SENT, _A.ARRIVE): _S.DELIVERED,
    (_S.SENT, _A.OPEN): _S.READ,
    (_S.SENT, _A.FAIL): _S.FAILED,
    (_S.DELIVERED, _A.OPEN): _S.READ,
}
ORDER: Mapping[DeliveryState, int] = {
    _S.QUEUED: 0, _S.SENDING: 1, _S.SENT: 2, _S.DELIVERED: 3, _S.READ: 4, _S.FAILED: 5, _S.SUPPRESSED: 5,
}
UNSETTLED = frozenset({_S.QUEUED, _S.SENDING})


def advance(state: DeliveryState, act: Act) -> DeliveryState | None:
    """The next state, or None where the act comes too late or too early and changes nothing."""
    return TRANSITIONS.get((state, act))


class Sent(msgspec.Struct, frozen=True):
    """The channel took the message. `sha256` is of the bytes that left; `arrived`: it reached the recipient."""

    ref: str
    sha256: str
    arrived: bool = False


class Later(msgspec.Struct, frozen=True):
    """Not now. `uncertain`: the message may have left all the same, so the next try may be a repeat."""

    reason: str
    after: timedelta | None = None
    uncertain: bool = False


class Never(msgspec.Struct, frozen=True):
    """This address or message will never be taken."""

    reason: str


Answer = Sent | Later | Never


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is given: the same for every try. A reminder, never 送达."""

    message_id: str  # <delivery id@domain>, stable over repeats
    delivery_id: str
    notice_id: str
    code: str | None
    number: str
    title: str
    text: str
    html: str
    pdf: bytes = msgspec.field(default=b"")
    address: str | None = None
    created_at: datetime


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One letter over one channel, as stored. `seq` planned it, `settled_seq` closed it."""

    delivery_id: str
    notice_id: str
    seq: int
    channel: str
    state: DeliveryState
    version: int
    message_id: str
    created_at: datetime
    updated_at: datetime
    settled_seq: int | None = None
    address_payload: str | None = None
    provider_ref: str = ""
    reason: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try of a delivery."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: Outcome
    detail: str
    uncertain: bool
    sha256: str | None
