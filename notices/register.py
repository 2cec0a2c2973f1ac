"""The letter as the register knows it: number, state, file hash; and the addresses built from it. Pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from urllib.parse import quote

import msgspec

from notices.model import Letter, LetterKind

TITLES = {
    LetterKind.REPAIR_NOTICE: "行政处罚信息信用修复告知书",
    LetterKind.DISHONESTY_NOTICE: "失信告知书",
    LetterKind.REPAIR_ACCEPTANCE: "信用修复申请受理通知书",
    LetterKind.REPAIR_NON_ACCEPTANCE: "信用修复申请不予受理通知书",
    LetterKind.REPAIR_SUPPLEMENT: "信用修复申请补正通知书",
    LetterKind.REPAIR_EXTENSION: "信用修复办理延期告知书",
    LetterKind.REPAIR_GRANT: "准予信用修复决定书",
    LetterKind.REPAIR_REFUSAL: "不予信用修复决定书",
    LetterKind.LISTING_PRIOR_NOTICE: "列入严重失信主体名单告知书",
    LetterKind.LISTING_DECISION: "列入名单决定通知书",
    LetterKind.LISTING_REPAIR_NOTICE: "列入名单信用修复告知书",
    LetterKind.LISTING_REMOVAL: "移出名单通知书",
    LetterKind.TALK_NOTICE: "约谈通知书",
    LetterKind.RECTIFICATION_NOTICE: "整改通知书",
    LetterKind.TALK_REFERRAL: "约谈事项移送函",
    LetterKind.COMMITMENT: "信用承诺书",
}


class NoticeState(StrEnum):
    RESERVED = "reserved"
    ISSUED = "issued"
    VOIDED = "voided"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One revision of a letter. `pdf_sha256` is null until it was issued; `reason` says why it was voided."""

    notice_id: str
    revision: int
    seq: int
    kind: LetterKind
    cause_seq: int
    round: int
    series: str
    serial: int
    number: str
    number_key: str
    token_sha256: str
    record_id: str
    code: str | None
    issuer_code: str | None
    template: str
    issued_on: date
    state: NoticeState
    reason: str
    pdf_sha256: str | None
    payload_id: str
    acknowledged_on: date | None

    @property
    def title(self) -> str:
        return TITLES[self.kind]

    @property
    def ever_issued(self) -> bool:
        """Whether it was issued at any time, voided since or not."""
        return self.pdf_sha256 is not None

    def voided(self, reason: str) -> Notice:
        """The next revision: 作废, with its reason."""
        return msgspec.structs.replace(self, revision=self.revision + 1, state=NoticeState.VOIDED, reason=reason)


class Kept(msgspec.Struct, frozen=True):
    """The erasable part: the letter's words and the token of its QR code."""

    letter: Letter
    token: str


def verify_url(base_url: str, number: str, token: str) -> str:
    """The address behind a letter's QR code; number and token quoted."""
    return f"{base_url.rstrip('/')}/verify/{quote(number, safe='')}?t={quote(token, safe='')}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report as the register holds it."""

    report_id: str
    seq: int
    number: str
    code: str
    org_code: str
    whole: bool
    scheme: str
    valid_on: date
    known_seq: int
    issued_on: date
    template: str
    pdf_sha256: str
    payload_id: str


class KeptReport(msgspec.Struct, frozen=True):
    """What is kept beside a report: its words, and the records it shows."""

    letter: Letter
    record_ids: tuple[str, ...]
