"""How long a list entry holds and is shown: the last day as stated or computed, the class, the window of display."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.periods import add_months
from credit.kernel.rules import RuleSet
from credit.model import ListFacts, Severity, SubjectKind
from sanctions.classify import Basis, Classification, SeveritySource, regime_on
from sanctions.lists import known_list
from sanctions.model import Regime
from sanctions.publication import Publication


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """The last day of an entry, inclusive. `verified` false: from the next day only the authority can tell.

    `until` null: no text names a length, or with `open_end` the authority states that there is none. `source` is
    `document` where the authority's word decides.
    """

    until: date | None
    verified: bool
    source: str
    basis: str = ""
    open_end: bool = False


def term(facts: ListFacts, rules: RuleSet) -> Term:
    """The corresponding day after the months of the list (民法典 202), unless the authority states a last day.

    Where it states that there is none, a length that was read in the text still ends what the list does by itself, and
    from the next day only the authority can tell; without such a length the entry holds until it is removed.
    """
    if facts.until is not None:
        return Term(until=facts.until, verified=True, source="document")
    rule = rules.find(f"list_months.{facts.list}", facts.decided_on)
    if facts.open_end and (rule is None or not rule.verified):
        return Term(until=None, verified=True, source="document", open_end=True)
    if rule is None:
        return Term(until=None, verified=False, source="rule")
    until = add_months(facts.decided_on, rule.value)
    return Term(until=until, verified=rule.verified and not facts.open_end, source="rule", basis=rule.source,
                open_end=facts.open_end)


def on_list(facts: ListFacts, day: date, *, withdrawn: bool = False) -> bool:
    """Whether the entry was decided and not yet removed on `day`, whatever its term."""
    removed = facts.removed_on is not None and day >= facts.removed_on
    return not withdrawn and facts.decided_on <= day and not removed


def classify_listing(facts: ListFacts, rules: RuleSet) -> Classification:
    """Serious under the regimes that know classes, provisional until the sector has said so; null before."""
    found = _regime(facts, rules)
    if found is None:
        return Classification()
    regime, classes, cited = found
    rule = rules.find("list_class", facts.decided_on) if classes else None
    if rule is None:
        return Classification(regime=regime, verified=cited.verified, basis=(cited,))
    return Classification(
        regime=regime, severity=Severity(rule.value), severity_source=SeveritySource.DEFAULT,
        severity_provisional=not rule.verified, verified=rule.verified and cited.verified,
        basis=(cited, Basis(rule.rule_id, rule.source, rule.verified)),
    )


def listing_window(
    facts: ListFacts, rules: RuleSet, *, subject: SubjectKind = SubjectKind.LEGAL_PERSON
) -> Publication | None:
    """The days on which the entry is shown: those of its class, where there is none those of the list itself.

    None for natural persons, and where neither names a last day.
    """
    if subject is SubjectKind.NATURAL_PERSON:
        return None
    found, last = classify_listing(facts, rules), term(facts, rules)
    start = facts.decided_on
    if found.regime is None or found.severity is None:
        if last.until is None:
            return None
        return Publication(first_day=start, min_until=None, max_until=last.until, max_source=last.source,
                           basis=last.basis, verified=last.verified)
    rule = rules.at(f"publication.{found.regime}.{found.severity}", start)
    return Publication(
        first_day=start, min_until=add_months(start, rule.value["min"]),
        max_until=add_months(start, rule.value["max"]), basis=rule.source, verified=rule.verified,
    )


def listing_shown(
    facts: ListFacts, rules: RuleSet, day: date, *, subject: SubjectKind = SubjectKind.LEGAL_PERSON,
    withdrawn: bool = False,
) -> bool:
    """Whether the entry is shown on `day`: while it is on the list, through its term and the longest display."""
    window, last = listing_window(facts, rules, subject=subject), term(facts, rules).until
    if window is None or not on_list(facts, day, withdrawn=withdrawn):
        return False
    return window.first_day <= day <= (window.max_until if last is None else min(window.max_until, last))


def _regime(facts: ListFacts, rules: RuleSet) -> tuple[Regime, bool, Basis] | None:
    """The regime by the field of the list itself, since a list has one field wherever its entries come from."""
    known = known_list(facts.list, facts.decided_on, rules)
    found = regime_on(known.field if known else facts.authority_field, facts.decided_on, rules)
    if found is None:
        return None
    regime, rule = found
    return regime, bool(rule.value["classes"]), Basis(rule.rule_id, rule.source, rule.verified)
