"""The page behind the QR code: number and token together, and never more than the record's standing allows."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import date
from enum import StrEnum

import msgspec

from notices import store
from notices.cases import RecordStatus
from notices.model import LetterKind, Organ, Salutation
from notices.numbering import fold_number
from notices.register import Notice, NoticeState
from notices.service.office import Office, kept, token_digest, token_fits

_NOBODY = token_digest("")  # compared with where there is no such number, so that both take as long
_LONGEST = 200  # characters of a number or token worth looking at


class Standing(StrEnum):
    """What the page may say of a letter."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    DRAFT = "draft"
    ENDED = "ended"
    VOIDED = "voided"


SENTENCES = {
    Standing.UNKNOWN: "未查见该文书，请核对文号，并扫描文书上的二维码 No such letter; scan the code printed on it",
    Standing.CURRENT: "文书真实 This letter is genuine",
    Standing.DRAFT: "文书真实，尚未送达",
    Standing.ENDED: "文书真实；所涉信息已终止公示",
    Standing.VOIDED: "文书已作废 This letter was voided",
}
_STANDING = {
    RecordStatus.DRAFT: Standing.DRAFT, RecordStatus.CURRENT: Standing.CURRENT,
    RecordStatus.ENDED: Standing.ENDED, RecordStatus.NEVER_SERVED: Standing.VOIDED,
}


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: a sentence always, particulars only while the record is current, `same_file` where one was given."""

    standing: Standing
    sentence: str
    number: str | None = None
    kind: LetterKind | None = None
    title: str | None = None
    issuer: str | None = None
    addressee: str | None = None  # never of a natural person
    issued_on: date | None = None
    pdf_sha256: str | None = None
    same_file: bool | None = None

    @property
    def genuine(self) -> bool:
        return self.standing in (Standing.CURRENT, Standing.DRAFT, Standing.ENDED)


class Verifying:
    """Confirms letters to whoever holds one."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def verify(self, number: str, token: str) -> Verification:
        """What may be said of the letter with this number (in any bracket or width) and this token; never raises."""
        found = await self._found(number, token)
        return await self._view(found) if found else _said(Standing.UNKNOWN)

    async def letter_to(self, code: str, number: str, token: str) -> str | None:
        """The id of a letter to the company `code` with this number and token: whoever holds it received it for the
        company. None for anything else, a voided letter and one that is not yet served included; never raises."""
        found = await self._found(number, token)
        if found is None or found.code != code or found.state is NoticeState.VOIDED:
            return None
        status = _STANDING[await self.office.status(found.record_id)]
        return found.notice_id if status in (Standing.CURRENT, Standing.ENDED) else None

    async def check_file(self, number: str, token: str, content: bytes) -> Verification:
        """As `verify`, and whether `content` is the issued file bit by bit."""
        found = await self._found(number, token)
        if found is None:
            return _said(Standing.UNKNOWN)
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        same = hmac.compare_digest(digest, found.pdf_sha256 or "")
        return msgspec.structs.replace(await self._view(found), same_file=same)

    async def _found(self, number: str, token: str) -> Notice | None:
        if max(len(number), len(token)) > _LONGEST or not token.isascii():
            return None
        key = fold_number(number)
        found = await store.by_number(key) if key.isprintable() else None
        fits = token_fits(token, found.token_sha256 if found else _NOBODY)
        return found if found is not None and fits and found.ever_issued else None

    async def _view(self, notice: Notice) -> Verification:
        if notice.state is NoticeState.VOIDED:
            return _said(Standing.VOIDED)
        standing = _STANDING[await self.office.status(notice.record_id)]
        if standing is not Standing.CURRENT:
            return _said(standing)
        return Verification(
            standing=standing, sentence=SENTENCES[standing], number=notice.number, kind=notice.kind,
            title=notice.title, issuer=await _line(notice, Organ), issued_on=notice.issued_on,
            addressee=await _line(notice, Salutation) if notice.code else None, pdf_sha256=notice.pdf_sha256,
        )


def _said(standing: Standing) -> Verification:
    return Verification(standing=standing, sentence=SENTENCES[standing])


async def _line(notice: Notice, kind: type[Organ | Salutation]) -> str | None:
    """The letter's first line of that kind, without the colon at its end."""
    words = await kept(notice)
    blocks = words.letter.blocks if words else ()
    return next((block.text.rstrip(":：") for block in blocks if isinstance(block, kind)), None)
