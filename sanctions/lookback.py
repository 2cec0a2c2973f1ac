"""The look-back condition of 政府采购法 22(1)(5): no 重大违法记录 in the three years before. Neither list nor ban."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.periods import add_months
from credit.kernel.rules import Dated, RuleSet
from credit.model import PenaltyFacts, PenaltyKind, Stage
from sanctions.classify import field_of

_NO_LINE = "罚款(当时没有全国统一的较大数额标准)"


class LookBack(msgspec.Struct, frozen=True, kw_only=True):
    """A penalty that fails the condition from `first_day` to `until`, inclusive.

    `certain` false: a fine whose amount or whose line is not known, so whether it fails cannot be told.
    """

    trigger: str  # 责令停产停业, 吊销许可证或者执照, 较大数额罚款
    first_day: date
    until: date
    basis: str
    verified: bool
    until_verified: bool
    certain: bool = True


def look_back(facts: PenaltyFacts, rules: RuleSet) -> LookBack | None:
    """How a single decision fails 政府采购法 22(1)(5) with 条例 19(1), three years from its day; None if it does not.

    Repair does not remove it, withdrawal does (the caller leaves withdrawn records out); a ban is not a look-back.
    The fine line (fen) is the one in force on the decision day: 财库〔2022〕3号, from 2022-02-08; before, each sector
    and place had its own, none of which is held here.
    """
    if facts.stage is Stage.DRAFT:
        return None
    found = _by_kind(facts, rules) or _by_fine(facts, rules)
    months = rules.find("look_back.months", facts.decided_on)
    if found is None or months is None:
        return None
    trigger, rule, certain = found
    return LookBack(
        trigger=trigger,
        first_day=facts.decided_on,
        until=add_months(facts.decided_on, months.value),
        basis=f"{months.source};{rule.source}" if months.source not in rule.source else rule.source,
        verified=rule.verified,
        until_verified=months.verified,
        certain=certain,
    )


def _by_kind(facts: PenaltyFacts, rules: RuleSet) -> tuple[str, Dated, bool] | None:
    rule = rules.find("look_back.kinds", facts.decided_on)
    trigger = rule and next((rule.value[kind] for kind in facts.kinds if kind in rule.value), None)
    return (trigger, rule, True) if rule and trigger else None


def _by_fine(facts: PenaltyFacts, rules: RuleSet) -> tuple[str, Dated, bool] | None:
    general = rules.find("look_back.fine_line", facts.decided_on)
    rule = rules.find(f"look_back.fine_line.{field_of(facts)}", facts.decided_on) or general
    if rule is None:
        months = rules.find("look_back.months", facts.decided_on)
        fined = PenaltyKind.FINE in facts.kinds or bool(facts.fine_fen)
        return (_NO_LINE, months, False) if months is not None and fined else None
    if facts.fine_fen is None:
        return ("罚款(数额未登记)", rule, False) if PenaltyKind.FINE in facts.kinds else None
    return ("较大数额罚款", rule, True) if facts.fine_fen >= rule.value else None
