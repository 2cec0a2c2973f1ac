"""Whether a penalty may be taken in at all: every fault is named with its field and cure, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from credit.kernel.errors import FieldError
from credit.model import PenaltyKind, SubjectKind
from credit.persons import BadPersonRef, check_ref
from sanctions.intake.privacy import without_id_numbers
from sanctions.model import NO_END_FROM, ListingCommand, PenaltyCommand, SubjectInput

# lengths of the 双公示 columns
MAX_LENGTHS = {
    "document_no": 128, "act_type": 2000, "facts": 2000, "basis": 2048, "content": 4000, "licence": 200, "note": 512,
}
_MAX_NAME = 200
_MAX_FEN = 10**15


def faults(command: PenaltyCommand, today: date, founded_on: date | None = None) -> tuple[FieldError, ...]:
    """Every fault of form or sense in `command` as of `today`; empty when it may be received."""
    return (*_subject(command), *_texts(command), *_days(command, today, founded_on), *_money(command))


def _subject(command: PenaltyCommand | ListingCommand) -> Iterator[FieldError]:
    yield from subject_faults(command.subject)
    yield from _identity(command)


def subject_faults(subject: SubjectInput) -> Iterator[FieldError]:
    """Every fault of a company or person as an office names it; the check digit of a code aside."""
    if not subject.name.strip():
        yield FieldError("/subject/name", "missing", "填写当事人全称 name the subject")
    if len(subject.name) > _MAX_NAME:
        yield FieldError("/subject/name", "too_long", f"当事人名称至多{_MAX_NAME}字")
    if subject.kind is SubjectKind.NATURAL_PERSON:
        if not subject.person_ref:
            yield FieldError("/subject/person_ref", "missing", "自然人须填专家库编号或加盐摘要,不得填身份证号")
        else:
            yield from _reference(subject.person_ref)
        if subject.code:
            yield FieldError("/subject/code", "not_allowed", "自然人没有统一社会信用代码;请删除该字段")
    elif not subject.code:
        yield FieldError("/subject/code", "missing", "填写18位统一社会信用代码")


def _identity(command: PenaltyCommand | ListingCommand) -> Iterator[FieldError]:
    """Names and numbers are published and never erased: no ID number may be in them. The number is not repeated."""
    held = {"/subject/name": command.subject.name, "/document_no": command.document_no,
            "/authority/name": command.authority.name, "/source/name": command.source.name if command.source else ""}
    for pointer, text in held.items():
        if without_id_numbers(text) != text:
            yield FieldError(pointer, "id_number", "含有居民身份证号码;请删除该号码")


def _reference(person_ref: str) -> Iterator[FieldError]:
    try:
        check_ref(person_ref)
    except BadPersonRef as exc:
        yield FieldError("/subject/person_ref", exc.code, exc.detail)


def listing_faults(
    command: ListingCommand, today: date, founded_on: date | None = None
) -> tuple[FieldError, ...]:
    """Every fault of form or sense in an entry on a list as of `today`; empty when it may be received."""
    return (*_subject(command), *_listing_texts(command), *_listing_days(command, today, founded_on))


def _listing_texts(command: ListingCommand) -> Iterator[FieldError]:
    if not command.document_no.strip():
        yield FieldError("/document_no", "missing", "填写列入决定书文号")
    if not command.basis.strip():
        yield FieldError("/basis", "missing", "填写列入依据;没有依据的名单不予接收")
    if not command.authority.name.strip():
        yield FieldError("/authority/name", "missing", "填写列入机关全称")
    for name in ("document_no", "facts", "basis"):
        if len(getattr(command, name)) > MAX_LENGTHS[name]:
            yield FieldError(f"/{name}", "too_long", f"至多{MAX_LENGTHS[name]}字;请精简或写入附件")
    if len(command.authority.name) > _MAX_NAME:
        yield FieldError("/authority/name", "too_long", f"列入机关名称至多{_MAX_NAME}字")


def _listing_days(command: ListingCommand, today: date, founded_on: date | None) -> Iterator[FieldError]:
    decided = command.decided_on
    if decided > today:
        yield FieldError("/decided_on", "in_future", f"列入决定日期{decided}晚于今天{today};请核对")
    if founded_on is not None and decided < founded_on:
        yield FieldError("/decided_on", "before_founding", f"决定日期早于主体成立日期{founded_on};请核对主体或日期")
    if command.until is not None and command.open_end:
        yield FieldError("/open_end", "contradiction", "无截止日的不填 until")
    if command.until is not None and command.until.year >= NO_END_FROM:
        yield FieldError("/until", "open_end", f"{command.until}表示没有截止日的,填 open_end: true,until 留空")
    for name in ("served_on", "corrected_on"):
        day = getattr(command, name)
        if day is not None and day > today:
            yield FieldError(f"/{name}", "in_future", f"{day}晚于今天{today};请核对")
    for name in ("served_on", "until"):
        day = getattr(command, name)
        if day is not None and day < decided:
            yield FieldError(f"/{name}", "before_decision", "早于列入决定日期;请核对")


def _texts(command: PenaltyCommand) -> Iterator[FieldError]:
    if not command.document_no.strip():
        yield FieldError("/document_no", "missing", "填写行政处罚决定书文号")
    for name, limit in MAX_LENGTHS.items():
        if len(getattr(command, name) or "") > limit:
            yield FieldError(f"/{name}", "too_long", f"至多{limit}字;请精简或写入附件")
    if not command.authority.name.strip():
        yield FieldError("/authority/name", "missing", "填写处罚机关全称")
    if len(command.authority.name) > _MAX_NAME:
        yield FieldError("/authority/name", "too_long", f"处罚机关名称至多{_MAX_NAME}字")
    if not command.kinds:
        yield FieldError("/kinds", "missing", "至少填写一种处罚种类")


def _days(command: PenaltyCommand, today: date, founded_on: date | None) -> Iterator[FieldError]:
    decided = command.decided_on
    if decided > today:
        yield FieldError("/decided_on", "in_future", f"处罚决定日期{decided}晚于今天{today};请核对")
    if founded_on is not None and decided < founded_on:
        yield FieldError("/decided_on", "before_founding", f"决定日期早于主体成立日期{founded_on};请核对主体或日期")
    for name in ("served_on", "corrected_on", "performed_on"):
        day = getattr(command, name)
        if day is not None and day > today:
            yield FieldError(f"/{name}", "in_future", f"{day}晚于今天{today};请核对")
    if command.served_on is not None and command.served_on < decided:
        yield FieldError("/served_on", "before_decision", "送达日期早于决定日期;请核对")
    for name in ("valid_until", "publish_until"):
        day = getattr(command, name)
        if day is not None and day < decided:
            yield FieldError(f"/{name}", "before_decision", "早于决定日期;请核对")


def _money(command: PenaltyCommand) -> Iterator[FieldError]:
    fine = command.fine_fen
    for name in ("fine_fen", "confiscated_fen"):
        amount = getattr(command, name)
        if amount is not None and not 0 <= amount <= _MAX_FEN:
            yield FieldError(f"/{name}", "out_of_range", "金额以分为单位,须为非负整数")
    if PenaltyKind.FINE in command.kinds and not fine:
        yield FieldError("/fine_fen", "missing", "处罚种类含罚款,须填罚款金额(分)")
    if PenaltyKind.FINE not in command.kinds and fine:
        yield FieldError("/kinds", "kind_missing", "填了罚款金额,处罚种类须含 fine")


_PROSE = ("act_type", "facts", "basis", "content", "licence", "note")


def without_ids(command: PenaltyCommand | ListingCommand) -> dict[str, str]:
    """The prose fields that hold ID numbers, without them: as in files, they are not kept."""
    told = {name: getattr(command, name, None) or "" for name in _PROSE}
    return {name: kept for name, text in told.items() if (kept := without_id_numbers(text)) != text}


def blank_to_none(command: PenaltyCommand) -> PenaltyCommand:
    """The command with outer blanks of its names and number removed, and no ID numbers in its prose."""
    subject = msgspec.structs.replace(command.subject, name=command.subject.name.strip())
    authority = msgspec.structs.replace(command.authority, name=command.authority.name.strip())
    return msgspec.structs.replace(
        command, subject=subject, authority=authority, document_no=command.document_no.strip(), **without_ids(command)
    )
