"""How long a penalty is shown, when its repair may be applied for, and when display stops by itself."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.periods import add_months, next_day
from credit.kernel.rules import Dated, RuleSet
from credit.model import PenaltyFacts, PenaltyKind, Procedure, Severity, Stage, SubjectKind
from sanctions.classify import Classification, field_of
from sanctions.model import Regime


class Publication(msgspec.Struct, frozen=True, kw_only=True, rename={"first_day": "from"}):
    """The window of display in inclusive days. `min_until` null: no minimum, repair once the duty is done.

    `max_source` is `document` where the decision's own 公示截止期 lies within the rule and shortens it.
    """

    first_day: date
    min_until: date | None
    max_until: date
    max_source: str = "rule"
    by_itself: bool = False  # stops without application (samr107 minor)
    basis: str = ""
    verified: bool = True


class Unpublished(msgspec.Struct, frozen=True, kw_only=True):
    """Why a penalty is not shown, so that there is nothing to repair."""

    code: str
    title: str
    source: str
    verified: bool


class EarliestRepair(msgspec.Struct, frozen=True, kw_only=True):
    """The first day a repair may be applied for, or the reason why there is none yet.

    `missing` names dates still to be proven; with a day given, the day is then a lower bound.
    """

    day: date | None = None
    code: str | None = None
    title: str | None = None
    missing: tuple[str, ...] = ()


PAYABLE = frozenset({PenaltyKind.FINE, PenaltyKind.CONFISCATE_GAINS, PenaltyKind.CONFISCATE_GOODS})


def publication(
    facts: PenaltyFacts,
    classification: Classification,
    rules: RuleSet,
    *,
    subject: SubjectKind = SubjectKind.LEGAL_PERSON,
) -> Publication | None:
    """The display window from the decision day to the corresponding days (民法典 202), or None if not shown.

    A 公示截止期 in the document shortens the maximum only within the rule; outside it the rule stands.
    """
    if why_unpublished(facts, classification, rules, subject=subject) is not None:
        return None
    rule = _window(facts, classification, rules)
    minimum = _minimum(rule.value["min"], facts, classification, rules)
    start = facts.decided_on
    min_until = add_months(start, minimum) if minimum is not None else None
    max_until = add_months(start, rule.value["max"])
    stated = facts.publish_until
    shortens = stated is not None and (min_until or start) <= stated < max_until
    return Publication(
        first_day=start,
        min_until=min_until,
        max_until=stated if stated is not None and shortens else max_until,
        max_source="document" if shortens else "rule",
        by_itself=bool(rule.value.get("by_itself")),
        basis=rule.source,
        verified=rule.verified,
    )


def why_unpublished(
    facts: PenaltyFacts,
    classification: Classification,
    rules: RuleSet,
    *,
    subject: SubjectKind = SubjectKind.LEGAL_PERSON,
) -> Unpublished | None:
    """Why the penalty is not shown; None when it is."""
    regime, day = classification.regime, facts.decided_on
    if regime is None:
        return Unpublished(
            code="no_regime", title="决定日期早于信用修复制度施行,不适用公示期", source="", verified=True
        )
    person = rules.find("unpublished.natural_person", day)
    if subject is SubjectKind.NATURAL_PERSON and person is not None:
        return _unpublished("natural_person", person, rules)
    kinds = rules.find(f"unpublished.{regime}.kinds", day)
    if kinds is not None and facts.kinds and set(facts.kinds) <= set(kinds.value) and _light(classification):
        return _unpublished("warning_only", kinds, rules)
    simple = rules.find(f"unpublished.{regime}.simple_procedure", day)
    if simple is not None and facts.procedure is Procedure.SIMPLE:
        return _unpublished("simple_procedure", simple, rules)
    window = _window(facts, classification, rules)
    return None if window.value["published"] else _unpublished("minor_not_published", window, rules)


def class_window_until(facts: PenaltyFacts, classification: Classification, rules: RuleSet) -> date | None:
    """The last day of the class's window, also for a penalty that is not shown; None before any regime."""
    if classification.regime is None:
        return None
    return add_months(facts.decided_on, _window(facts, classification, rules).value["max"])


def earliest_repair(facts: PenaltyFacts, window: Publication | None) -> EarliestRepair:
    """The later of the day after the minimum and the day the duty was done; else null with the reason.

    A fine or confiscation without `performed_on` keeps its day as a lower bound and names what is missing.
    """
    if window is None:
        return EarliestRepair(code="not_published", title="该处罚不公示,无需修复")
    if window.by_itself:
        return EarliestRepair(code="stops_by_itself", title="公示期满自动停止公示,不需申请")
    if facts.corrected_on is None:
        return EarliestRepair(
            code="correction_date_unknown",
            title="尚无纠正失信行为、履行义务的日期,登记后方可计算",
            missing=("corrected_on",),
        )
    unpaid = facts.performed_on is None and bool(PAYABLE & set(facts.kinds))
    days = [facts.corrected_on, facts.performed_on, window.min_until and next_day(window.min_until)]
    return EarliestRepair(day=max(day for day in days if day is not None), missing=("performed_on",) if unpaid else ())


def auto_stop_on(window: Publication | None) -> date | None:
    """The last day shown: display stops by itself at its 24:00. Null when the penalty is not shown."""
    return window.max_until if window else None


def is_published(facts: PenaltyFacts, window: Publication | None, day: date, *, withdrawn: bool = False) -> bool:
    """Whether it is shown on `day`: never as a draft, once withdrawn, or from the day of its repair."""
    if window is None or withdrawn or facts.stage is Stage.DRAFT:
        return False
    if facts.repaired_on is not None and day >= facts.repaired_on:
        return False
    return window.first_day <= day <= window.max_until


def _window(facts: PenaltyFacts, classification: Classification, rules: RuleSet) -> Dated:
    regime, severity = classification.regime, classification.severity
    rule_id = f"publication.{regime}.{severity}" if severity else f"publication.{regime}"
    return rules.at(rule_id, facts.decided_on)


def _minimum(months: int | None, facts: PenaltyFacts, found: Classification, rules: RuleSet) -> int | None:
    longer = rules.find(f"publication.{found.regime}.long_minimum", facts.decided_on)
    if longer is None or months is None or not {facts.field, field_of(facts)} & set(longer.value["fields"]):
        return months
    return max(months, int(longer.value["min"]))


def _light(classification: Classification) -> bool:
    return classification.regime is Regime.NDRC58 or classification.severity is Severity.MINOR


def _unpublished(code: str, rule: Dated, rules: RuleSet) -> Unpublished:
    return Unpublished(code=code, title=rules.rules[rule.rule_id].title, source=rule.source, verified=rule.verified)
