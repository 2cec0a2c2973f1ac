"""Issuance: which letters follow an event, by dated data; pure. A letter that does not follow has its reason."""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from credit.kernel.rules import RuleSet
from credit.model import Severity, Stage, SubjectKind
from notices.model import LetterKind

RULE = "notices.issuance"
NEEDS_FIELD = "notices.issuance.needs_field"


class Origin(StrEnum):
    """How the record came in: one by one, from a file, or completed by a person from a parked row."""

    PUSH = "push"
    IMPORT = "import"
    PARKED = "parked"


class NoLetter(StrEnum):
    """Why no letter follows; `wording` of each is in REASONS."""

    NATURAL_PERSON = "natural_person"
    RECORD_ENDED = "record_ended"
    BEFORE_REGIMES = "before_regimes"
    NOT_ASKED = "not_asked"
    CLASS_UNKNOWN = "class_unknown"
    PAST_WINDOW = "past_window"
    FACTS_MISSING = "facts_missing"
    NO_ISSUER = "no_issuer"
    ISSUED_ELSEWHERE = "issued_elsewhere"
    DEADLINE_PAST = "deadline_past"
    EVENT_WITHOUT_LETTER = "event_without_letter"


REASONS: Mapping[NoLetter, str] = {
    NoLetter.NATURAL_PERSON: "自然人的记录只存储,不公示、不推送",
    NoLetter.RECORD_ENDED: "处罚决定已撤销或者信用已修复",
    NoLetter.BEFORE_REGIMES: "作出决定时尚无适用的信用修复规则",
    NoLetter.NOT_ASKED: "文件导入未要求制发告知书(letters=true)",
    NoLetter.CLASS_UNKNOWN: "缺少领域,类别仅为暂定,请补录领域后制发",
    NoLetter.PAST_WINDOW: "已过公示期,不再制发",
    NoLetter.FACTS_MISSING: "缺少事实或者依据,不制发;请更正补录,补全后随即制发",
    NoLetter.NO_ISSUER: "发文机关尚未登记机关代字,不能编文号;请运营方登记,登记后更正一次即制发",
    NoLetter.ISSUED_ELSEWHERE: "该文书由作出决定的机关自行制发和送达",
    NoLetter.DEADLINE_PAST: "要求的期限已过,不再制发整改通知书",
    NoLetter.EVENT_WITHOUT_LETTER: "该事项不制发告知书",
}


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What issuance decides on. `window_until`: last day of the class's window, also where nothing is shown."""

    event: str
    subject_kind: SubjectKind
    origin: Origin
    stage: Stage
    decided_on: date
    today: date
    regime: str | None
    severity: Severity | None
    severity_provisional: bool
    field_known: bool
    window_until: date | None
    letters_asked: bool = False  # an import with letters=true
    ended: bool = False  # withdrawn or repaired
    withheld: NoLetter | None = None  # what the source itself found wanting
    of_list: str = "none"
    applied: bool = False  # a removal that an application for repair brought


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """The letters that follow, or why none does. `once`: not those that the record has already brought."""

    letters: tuple[LetterKind, ...] = ()
    reason: NoLetter | None = None
    once: bool = False


def letters_for(occasion: Occasion, rules: RuleSet, local: Set[LetterKind]) -> Issuance:
    """The letters that follow an occasion; `local` are the letters of locality in use there.

    No letter without its reason: the same occasion and rules always give the same answer.
    """
    reason = _reason(occasion, rules)
    return Issuance(reason=reason) if reason else _by_case(occasion, rules, local)


def _reason(occasion: Occasion, rules: RuleSet) -> NoLetter | None:
    if occasion.subject_kind is SubjectKind.NATURAL_PERSON:
        return NoLetter.NATURAL_PERSON
    if occasion.ended:
        return NoLetter.RECORD_ENDED
    if occasion.regime is None or rules.find(RULE, occasion.decided_on) is None:
        return NoLetter.BEFORE_REGIMES
    if occasion.origin is Origin.IMPORT and not occasion.letters_asked:
        return NoLetter.NOT_ASKED
    if occasion.window_until is not None and occasion.today > occasion.window_until:
        return NoLetter.PAST_WINDOW
    if _lacks_field(occasion, rules):
        return NoLetter.CLASS_UNKNOWN
    return occasion.withheld


def _lacks_field(occasion: Occasion, rules: RuleSet) -> bool:
    if occasion.field_known or not occasion.severity_provisional:
        return False
    needing = rules.find(NEEDS_FIELD, occasion.decided_on)
    return needing is not None and occasion.origin.value in needing.value


def _by_case(occasion: Occasion, rules: RuleSet, local: Set[LetterKind]) -> Issuance:
    asked = {
        "event": occasion.event,
        "class": occasion.severity.value if occasion.severity else "none",
        "stage": occasion.stage.value,
        "origin": occasion.origin.value,
        "list": occasion.of_list,
        "applied": "yes" if occasion.applied else "no",
    }
    cases: list[dict[str, Any]] = rules.at(RULE, occasion.decided_on).value
    for case in cases:
        if all(value in case[key] for key, value in asked.items() if key in case):
            return _outcome(case, local)
    return Issuance(reason=NoLetter.EVENT_WITHOUT_LETTER)


def _outcome(case: Mapping[str, Any], local: Set[LetterKind]) -> Issuance:
    kinds = [LetterKind(kind) for kind in case.get("letters", ())]
    kinds += [kind for kind in map(LetterKind, case.get("local", ())) if kind in local]
    if not kinds:
        return Issuance(reason=NoLetter(case.get("reason", NoLetter.EVENT_WITHOUT_LETTER)))
    return Issuance(letters=tuple(kinds), once=bool(case.get("once")))
