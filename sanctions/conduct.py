"""Conduct that is no penalty: what an office brings, and whether it may be recorded at all. It bars nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Annotated

import msgspec

from credit.accounts.model import Role
from credit.kernel.errors import FieldError, Refusal
from credit.model import Authority, SubjectKind
from credit.scheme_rules import SchemeNotForSubject
from credit.schemes import FaultItem, Scheme
from sanctions.bans import NotCompetent
from sanctions.checks import subject_faults
from sanctions.intake.privacy import without_id_numbers
from sanctions.model import SubjectInput

Prose = Annotated[str, msgspec.Meta(max_length=4000)]
Number = Annotated[str, msgspec.Meta(max_length=128)]
KINDS = {SubjectKind.LEGAL_PERSON: "法人和非法人组织", SubjectKind.SOLE_TRADER: "个体工商户",
         SubjectKind.NATURAL_PERSON: "自然人"}


class ConductCommand(msgspec.Struct, frozen=True, kw_only=True):
    """One record as `POST /v1/conduct-records` takes it. `authority` null = the caller's own organisation;
    `valid_until` only where a document states the last day."""

    subject: SubjectInput
    scheme: Annotated[str, msgspec.Meta(max_length=80)]
    item: Annotated[str, msgspec.Meta(max_length=80)]
    happened_on: date
    notice_served_on: date
    evidence: Prose = ""
    document_no: Number = ""  # of the 告知书
    project: Annotated[str, msgspec.Meta(max_length=100)] | None = None
    valid_until: date | None = None
    authority: Authority | None = None


class StatementInput(msgspec.Struct, frozen=True, kw_only=True):
    """陈述申辩: its words, and the day on which an office received it on paper (null = today)."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
    stated_on: date | None = None


class ReplyInput(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the statement: `upheld` true keeps the record, false and it never counts."""

    replied_on: date
    upheld: bool
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ConductWithdrawal(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever recorded it takes it back."""

    withdrawn_on: date
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ConductRepair(msgspec.Struct, frozen=True, kw_only=True):
    """整改完成: the day on which the conduct was put right, and what shows it. The record does not count from then."""

    repaired_on: date
    proof: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ConductItemUnknown(Refusal):
    code = "conduct_item_unknown"
    title = "没有这个行为项目 No such item of conduct"


class PlatformMayNotRecord(Refusal):
    code = "platform_may_not_record"
    title = "该方案不由交易平台记录 Not for platforms to record"
    status = 403


def faults(command: ConductCommand, today: date, founded_on: date | None = None) -> tuple[FieldError, ...]:
    """Every fault of form or sense as of `today`; empty when it may be recorded."""
    return (*subject_faults(command.subject), *_identity(command), *_days(command, today, founded_on))


def _identity(command: ConductCommand) -> Iterator[FieldError]:
    named = command.authority.name if command.authority else ""
    held = {"/subject/name": command.subject.name, "/document_no": command.document_no,
            "/project": command.project or "", "/authority/name": named}
    for pointer, text in held.items():
        if without_id_numbers(text) != text:
            yield FieldError(pointer, "id_number", "含有居民身份证号码;请删除该号码")


def _days(command: ConductCommand, today: date, founded_on: date | None) -> Iterator[FieldError]:
    happened, served = command.happened_on, command.notice_served_on
    for name, day in (("happened_on", happened), ("notice_served_on", served)):
        if day > today:
            yield FieldError(f"/{name}", "in_future", f"{day}晚于今天{today};请核对")
    if served < happened:
        yield FieldError("/notice_served_on", "before_conduct", "告知书送达日期早于行为发生日期;请核对")
    if founded_on is not None and happened < founded_on:
        yield FieldError("/happened_on", "before_founding", f"早于主体成立日期{founded_on};请核对主体或日期")
    if command.valid_until is not None and command.valid_until < happened:
        yield FieldError("/valid_until", "before_conduct", "记录期限的最后一日早于行为发生日期;请核对")


def trimmed(command: ConductCommand) -> ConductCommand:
    """Without outer blanks, and without ID numbers in what is kept as prose."""
    subject = msgspec.structs.replace(command.subject, name=command.subject.name.strip())
    project = (command.project or "").strip() or None
    return msgspec.structs.replace(
        command, subject=subject, document_no=command.document_no.strip(), project=project,
        scheme=command.scheme.strip(), item=command.item.strip(), evidence=kept(command.evidence),
    )


def kept(prose: str) -> str:
    """What is kept of a text: no ID numbers."""
    return without_id_numbers(prose.strip())


def competence(scheme_id: str) -> str:
    """The competence that an organisation needs to record conduct under a scheme."""
    return f"conduct:{scheme_id}"


def check_recorder(scheme: Scheme, role: Role, competences: Collection[str]) -> None:
    """Passes for an organisation with the scheme's competence; a platform only where the scheme takes platforms.

    Raises NotCompetent, PlatformMayNotRecord.
    """
    if role is Role.PLATFORM and not scheme.platforms_record:
        raise PlatformMayNotRecord(f"“{scheme.title}”的行为由行政监督部门记录;请把线索移送该部门")
    need = competence(scheme.scheme_id)
    if need not in competences:
        raise NotCompetent(f"按“{scheme.title}”记录行为须有权限 {need};请由有权机关记录,或由运营方登记本单位的权限")


def check_subject(scheme: Scheme, kind: SubjectKind) -> None:
    """Passes for a subject of a kind that the scheme is for; one that names none is for everybody.

    Raises SchemeNotForSubject.
    """
    kinds = scheme.applies_to.subject_kinds
    if kinds and kind not in kinds:
        named = "、".join(KINDS[k] for k in kinds)
        raise SchemeNotForSubject(f"“{scheme.title}”只适用于{named},不能按它记录{KINDS[kind]};请核对当事人或方案",
                                  kinds=list(kinds))


def conduct_item(scheme: Scheme, since: date, item: str, happened_on: date) -> FaultItem:
    """The item that takes this conduct in a scheme in force `since` a day; its loader sees to the `hearing`.

    Raises ConductItemUnknown naming the items there are, or the day before which nothing is recorded.
    """
    found = scheme.conduct_item(item)
    items = {f.item: f.title for f in scheme.faults if f.conduct}
    if found is None:
        known = "、".join(f"{name}({title})" for name, title in items.items()) or "无"
        raise ConductItemUnknown(f"方案“{scheme.title}”没有行为项目“{without_id_numbers(item)}”;可用项目:{known}",
                                 known=list(items))
    if happened_on < since:
        raise ConductItemUnknown(f"“{scheme.title}”自{since}起施行,此前的行为不按它记录", known=list(items))
    return found
