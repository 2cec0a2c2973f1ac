"""What may be done to a case: one struct per act, with what the act brings."""

from __future__ import annotations

from datetime import date

import msgspec

from repair.model import Evidence, Outcome


class Attach(msgspec.Struct, frozen=True, kw_only=True):
    """A paper is added to the case."""

    evidence: Evidence


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """The 承诺书 of one record is signed, by name and day or as a signed file."""

    record_id: str
    signed_by: str
    signed_on: date
    evidence: Evidence | None = None


class Submit(msgspec.Struct, frozen=True, kw_only=True):
    """The application is handed in; `required` are the papers without which it is not."""

    required: tuple[str, ...]


class Accept(msgspec.Struct, frozen=True, kw_only=True):
    """受理."""


class Decline(msgspec.Struct, frozen=True, kw_only=True):
    """不予受理, with the reason that the company is told."""

    reason_code: str
    reason: str


class AskSupplement(msgspec.Struct, frozen=True, kw_only=True):
    """补正: everything that is wrong, told at once; `defects` are (paper, detail)."""

    defects: tuple[tuple[str, str], ...]
    until: date


class Extend(msgspec.Struct, frozen=True, kw_only=True):
    """延期 with its reason."""

    until: date
    reason: str


class Decide(msgspec.Struct, frozen=True, kw_only=True):
    """准予 or 不予 for one record (empty: the only one). Others than the 认定单位 name its decision and document."""

    record_id: str
    outcome: Outcome
    reason_code: str | None = None
    reason: str = ""
    decision_no: str = ""
    decided_by: str = ""
    external_no: str = ""


class Withdraw(msgspec.Struct, frozen=True, kw_only=True):
    """The applicant takes the application back before the decision."""

    reason: str = ""


Act = Attach | Sign | Submit | Accept | Decline | AskSupplement | Extend | Decide | Withdraw
