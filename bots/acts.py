"""What a conversation wants done. Each act names ids the person chose; whether it is allowed the service decides."""

from __future__ import annotations

import msgspec


class Bind(msgspec.Struct, frozen=True):
    code: str


class Unbind(msgspec.Struct, frozen=True):
    pass


class Look(msgspec.Struct, frozen=True):
    """Read: `what` is status, why or dates."""

    what: str


class LookAtPlan(msgspec.Struct, frozen=True):
    record_id: str = ""


class LookForRepair(msgspec.Struct, frozen=True):
    """The open case, or what could be repaired."""


class OpenCase(msgspec.Struct, frozen=True):
    record_id: str


class Continue(msgspec.Struct, frozen=True):
    case_id: str


class Attach(msgspec.Struct, frozen=True):
    """File a kept upload as `paper` of the case; without a case, of the open one. No upload: the oldest kept."""

    case_id: str | None
    paper: str | None
    upload_id: str | None


class Commit(msgspec.Struct, frozen=True):
    """Sign the 承诺书 in the name of `signed_by`, or by the signed file."""

    case_id: str
    signed_by: str = ""
    upload_id: str = ""


class Submit(msgspec.Struct, frozen=True):
    case_id: str


class Acknowledge(msgspec.Struct, frozen=True):
    """One letter, or every unread one."""

    notice_id: str = ""


class LookAtScore(msgspec.Struct, frozen=True):
    pass


class MakeReport(msgspec.Struct, frozen=True):
    """Issue a 信用核查报告 on the company."""


class LookAtConduct(msgspec.Struct, frozen=True):
    """Every record of conduct, or the one that is to be answered."""

    record_id: str = ""


class StateConduct(msgspec.Struct, frozen=True):
    """陈述申辩: once, and for good."""

    record_id: str
    text: str


Act = (
    Bind | Unbind | Look | LookAtPlan | LookForRepair | OpenCase | Continue | Attach | Commit | Submit | Acknowledge
    | LookAtScore | MakeReport | LookAtConduct | StateConduct
)
