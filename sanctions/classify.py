"""Which repair regime a penalty falls under and how grave it is: 轻微, 一般, 严重."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from credit.kernel.rules import Dated, RuleSet
from credit.model import Field, PenaltyFacts, PenaltyKind, Procedure, Severity
from sanctions.model import Regime


class SeveritySource(StrEnum):
    AUTHORITY = "authority"
    SECTOR_RULE = "sector_rule"
    DEFAULT = "default"


class Basis(msgspec.Struct, frozen=True):
    """A rule that a result rests on, with its citation."""

    rule_id: str
    source: str
    verified: bool


class Classification(msgspec.Struct, frozen=True, kw_only=True):
    """The class of one penalty. `regime` null: decided before any regime, so no class, window or letter."""

    regime: Regime | None = None
    severity: Severity | None = None
    severity_source: SeveritySource | None = None
    severity_provisional: bool = False
    verified: bool = True
    basis: tuple[Basis, ...] = ()


RANK = {Severity.MINOR: 0, Severity.GENERAL: 1, Severity.SERIOUS: 2}
PRECEDENCE = (Regime.SAMR107, Regime.NDRC36, Regime.NDRC58)  # the sector's own rule before the general one


def field_of(facts: PenaltyFacts) -> Field | None:
    """The field that decides regime and thresholds: the deciding authority's, else the record's own."""
    return facts.authority_field or facts.field


def classify(facts: PenaltyFacts, rules: RuleSet) -> Classification:
    """The regime of the decision day and the class under it.

    The authority's own class stands; else the gravest kind decides, by the sector's thresholds where known. A
    class found by default is provisional (类别为系统暂定). 令第58号 knows no classes: severity is null.
    """
    found = _regime(facts, rules)
    if found is None:
        return Classification()
    regime, rule = found
    if not rule.value["classes"]:
        return Classification(regime=regime, verified=rule.verified, basis=(_cite(rule),))
    if facts.severity is not None:
        return Classification(
            regime=regime,
            severity=facts.severity,
            severity_source=SeveritySource.AUTHORITY,
            verified=rule.verified,
            basis=(_cite(rule),),
        )
    return _by_rules(facts, rules, regime, rule)


def _regime(facts: PenaltyFacts, rules: RuleSet) -> tuple[Regime, Dated] | None:
    return regime_on(field_of(facts), facts.decided_on, rules)


def regime_on(field: Field | None, day: date, rules: RuleSet) -> tuple[Regime, Dated] | None:
    """The repair regime of a decision of `day` in `field`, with its rule; None before any regime."""
    for regime in PRECEDENCE:
        rule = rules.find(f"regime.{regime}", day)
        if rule is not None and (rule.value["fields"] is None or field in rule.value["fields"]):
            return regime, rule
    return None


def _by_rules(facts: PenaltyFacts, rules: RuleSet, regime: Regime, rule: Dated) -> Classification:
    graded = [_grade(kind, facts, rules) for kind in dict.fromkeys(facts.kinds or (PenaltyKind.OTHER,))]
    gravest = max((severity for severity, _, _ in graded), key=RANK.__getitem__)
    deciding = [(source, cited) for severity, source, cited in graded if severity is gravest]
    by_default = any(source is SeveritySource.DEFAULT for source, _ in deciding)
    verified = rule.verified and not by_default and all(cited.verified for _, cited in deciding)
    return Classification(
        regime=regime,
        severity=gravest,
        severity_source=SeveritySource.DEFAULT if by_default else SeveritySource.SECTOR_RULE,
        severity_provisional=not verified,
        verified=verified,
        basis=(_cite(rule), *(_cite(cited) for _, cited in deciding)),
    )


def _grade(kind: PenaltyKind, facts: PenaltyFacts, rules: RuleSet) -> tuple[Severity, SeveritySource, Dated]:
    day = facts.decided_on
    simple = rules.find("class.simple_procedure", day)
    if facts.procedure is Procedure.SIMPLE and simple is not None and kind in simple.value["kinds"]:
        return Severity(simple.value["class"]), SeveritySource.DEFAULT, simple
    threshold = rules.find(f"fine_threshold.{field_of(facts)}", day)
    if kind is PenaltyKind.FINE and threshold is not None and facts.fine_fen is not None:
        return _by_amount(facts.fine_fen, threshold), SeveritySource.SECTOR_RULE, threshold
    default = rules.at(f"class.default.{kind}", day)
    return Severity(default.value), SeveritySource.DEFAULT, default


def _by_amount(fine_fen: int, threshold: Dated) -> Severity:
    if fine_fen >= threshold.value["serious_from"]:
        return Severity.SERIOUS
    return Severity.GENERAL if fine_fen >= threshold.value["general_from"] else Severity.MINOR


def _cite(rule: Dated) -> Basis:
    return Basis(rule.rule_id, rule.source, rule.verified)
