"""What is stated, as a call or a form brings it, and what is wrong with it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from credit import uscc
from credit.kernel.errors import FieldError, Invalid, Refusal
from credit.model import SubjectKind
from credit.persons import BadPersonRef, check_ref, name_token
from credit.profiles.model import (
    EntityRole,
    Post,
    QualificationFacts,
    RegistrationFacts,
    RelationFacts,
    RelationKind,
    RepresentativeFacts,
    RoleFacts,
    StaffFacts,
    StatementFacts,
    StatementKind,
    Status,
    StatusFacts,
    Words,
)

_LONGEST_NAME, _LONGEST_TEXT = 300, 200
_WHOLE = 10_000  # hundredths of a percent
_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")


class StatementInput(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from", "last_day": "to"}):
    """What every statement has: inclusive days, and where it is from in words, e.g. the register and its date."""

    first_day: date | None = None
    last_day: date | None = None
    source: str = ""


class RoleInput(StatementInput, frozen=True, kw_only=True):
    role: EntityRole


class QualificationInput(StatementInput, frozen=True, kw_only=True):
    name: str
    number: str
    issuer: str
    grade: str = ""


class StaffInput(StatementInput, frozen=True, kw_only=True):
    """`person_ref`: number in a library of persons, or a salted digest; never an ID number."""

    name: str
    post: Post
    person_ref: str | None = None


class RepresentativeInput(StatementInput, frozen=True, kw_only=True):
    name: str


class RelationInput(StatementInput, frozen=True, kw_only=True):
    """`share` in percent with at most two decimals, for `holds`."""

    relation: RelationKind
    other_code: str
    share: float | None = None


class StatusInput(StatementInput, frozen=True, kw_only=True):
    status: Status


class RegistrationInput(StatementInput, frozen=True, kw_only=True):
    name: str
    kind: SubjectKind = SubjectKind.LEGAL_PERSON


AnyInput = (
    RoleInput | QualificationInput | StaffInput | RepresentativeInput | RelationInput | StatusInput | RegistrationInput
)


INPUTS: dict[StatementKind, type[AnyInput]] = {
    StatementKind.ROLE: RoleInput, StatementKind.QUALIFICATION: QualificationInput, StatementKind.STAFF: StaffInput,
    StatementKind.REPRESENTATIVE: RepresentativeInput, StatementKind.RELATION: RelationInput,
    StatementKind.STATUS: StatusInput,
}  # what may be stated by whoever is entitled; a registration is the company's own act


class Ending(msgspec.Struct, frozen=True, kw_only=True):
    """How a statement ends: `on` is the last day it held; `mistaken`: it never did."""

    on: date | None = None
    mistaken: bool = False


def facts_of(given: AnyInput, code: str, salt: bytes) -> tuple[StatementFacts, Words]:
    """The structured part and the words of a statement about `code`. Raises Invalid with every fault."""
    errors = [*_days(given), *_texts(given), *_sense(given, code)]
    if errors:
        raise Invalid("所填信息有误,见 errors", errors=tuple(errors))
    return _facts(given, salt), Words(name=_name(given), origin=given.source.strip())


def _facts(given: AnyInput, salt: bytes) -> StatementFacts:
    match given:
        case RoleInput():
            return RoleFacts(role=given.role)
        case QualificationInput():
            return QualificationFacts(name=given.name.strip(), number=given.number.strip(),
                                      issuer=given.issuer.strip(), grade=given.grade.strip())
        case StaffInput():
            return StaffFacts(post=given.post, person_ref=given.person_ref and check_ref(given.person_ref))
        case RepresentativeInput():
            return RepresentativeFacts(token=name_token(given.name, salt) or "")
        case RelationInput():
            share = None if given.share is None else round(given.share * 100)
            return RelationFacts(relation=given.relation, other_code=uscc.check(given.other_code), share=share)
        case StatusInput():
            return StatusFacts(status=given.status)
        case RegistrationInput():
            return RegistrationFacts(subject=given.kind)


def _name(given: AnyInput) -> str:
    """The name that goes into the payload: a person's, or that of a company which enters itself."""
    if isinstance(given, StaffInput | RepresentativeInput | RegistrationInput):
        return given.name.strip()
    return ""


def _days(given: AnyInput) -> Iterator[FieldError]:
    first, last = given.first_day, given.last_day
    if first is not None and last is not None and last < first:
        yield FieldError("/to", "before_start", "截止日期不得早于起始日期")
    for place, day in (("/from", first), ("/to", last)):
        if day is not None and not 1900 <= day.year < 3000:
            yield FieldError(place, "out_of_range", "日期超出范围")
    if first is None and isinstance(given, StatusInput):
        yield FieldError("/from", "missing", "填写注销、吊销或合并的日期")


def _texts(given: AnyInput) -> Iterator[FieldError]:
    wanted = {"name": _LONGEST_NAME, "number": 100, "issuer": _LONGEST_TEXT}
    for name, most in {**wanted, "grade": 60, "source": _LONGEST_TEXT}.items():
        value: Any = getattr(given, name, None)
        if not isinstance(value, str):
            continue
        text = value.strip()
        if name in wanted and not text:
            yield FieldError(f"/{name}", "missing", "此项必填")
        elif len(text) > most or not text.isprintable():
            yield FieldError(f"/{name}", "too_long", f"至多{most}字,不含控制字符")
        elif _holds_id(text):
            yield FieldError(f"/{name}", "id_number", "不得填写居民身份证号码")


def _holds_id(text: str) -> bool:
    for found in _ID_NUMBER.findall(unicodedata.normalize("NFKC", text)):
        try:
            uscc.check(found.upper())
        except uscc.IdCardNumber:
            return True
        except uscc.BadCode:
            continue
    return False


def _sense(given: AnyInput, code: str) -> Iterator[FieldError]:
    if isinstance(given, StaffInput) and given.person_ref is not None:
        try:
            check_ref(given.person_ref)
        except BadPersonRef as exc:
            yield FieldError("/person_ref", exc.code, exc.detail)
    if isinstance(given, RegistrationInput) and given.kind is SubjectKind.NATURAL_PERSON:
        yield FieldError("/kind", "not_allowed", "有代码的主体填 legal_person 或 sole_trader")
    if isinstance(given, RelationInput):
        yield from _relation(given, code)


def _relation(given: RelationInput, code: str) -> Iterator[FieldError]:
    try:
        if uscc.check(given.other_code) == code:
            yield FieldError("/other_code", "same", "对方应是另一个单位")
    except Refusal as exc:
        yield FieldError("/other_code", exc.code, exc.detail)
    share = given.share
    if given.relation is RelationKind.HOLDS and share is None:
        yield FieldError("/share", "missing", "持股关系须填持股比例(百分数)")
    if share is not None and (not 0 < share * 100 <= _WHOLE or abs(share * 100 - round(share * 100)) > 1e-6):
        yield FieldError("/share", "out_of_range", "持股比例大于0、至多100,至多两位小数")
