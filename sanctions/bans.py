"""Bars that a decision states: is the basis a law we know, the scope and length what it allows, the body competent?"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import msgspec

from credit.kernel.errors import Refusal
from credit.kernel.periods import add_months
from credit.kernel.rules import Dated, RuleSet
from sanctions.citations import Citation, citations
from sanctions.intake.privacy import without_id_numbers
from sanctions.model import RestrictionInput, Scope


class BasisUnknown(Refusal):
    code = "basis_unknown"
    title = "限制依据不在规则库 Basis of the restriction is not known"


class ScopeNotAllowed(Refusal):
    code = "scope_not_allowed"
    title = "依据的条文不允许限制该范围 Scope not allowed by the basis"


class LengthNotAllowed(Refusal):
    code = "length_not_allowed"
    title = "限制期限超出条文允许的范围 Length not allowed by the basis"


class ToBeforeFrom(Refusal):
    code = "to_before_from"
    title = "限制截止日早于起始日 Last day before first day"


class NotCompetent(Refusal):
    code = "not_competent"
    title = "机关无权作出该项限制 Authority not competent for this restriction"
    status = 403


class KnownBan(msgspec.Struct, frozen=True, kw_only=True):
    """The law behind a stated bar; lengths in months, null where the law states none."""

    basis_id: str
    title: str
    scopes: tuple[Scope, ...]
    months_min: int | None
    months_max: int | None
    open_end: bool  # may run without end
    dated: bool  # may have an end
    competent: tuple[Scope, ...]  # scopes the deciding body must be competent for
    regime: str  # tendering or government_procurement
    announced: bool  # the law has the decision announced, so it may be shown to the public
    source: str
    verified: bool


def known_ban(basis_id: str, day: date, rules: RuleSet) -> KnownBan | None:
    """The ban rule `basis_id` as in force on `day`, or None."""
    rule = rules.find(basis_id, day)
    return _ban(rule, rules.rules[basis_id].title) if rule else None


def bans_cited(basis: str, day: date, rules: RuleSet) -> tuple[KnownBan, ...]:
    """Every ban known on `day` whose articles `basis` cites, in the order cited."""
    names = rules.at("citation.law_names", day).value
    by_article = _by_article(day, rules)
    found = dict.fromkeys(by_article[c] for c in citations(basis, names) if c in by_article)
    return tuple(ban for ban_id in found if (ban := known_ban(ban_id, day, rules)) is not None)


def check_restriction(restriction: RestrictionInput, decided_on: date, rules: RuleSet) -> KnownBan:
    """The ban that the decision states, checked against the law of the decision day.

    Raises ToBeforeFrom, BasisUnknown, ScopeNotAllowed or LengthNotAllowed; where several bans are cited one must fit.
    """
    first, last = restriction.first_day, restriction.last_day
    if last is not None and last < first:
        raise ToBeforeFrom(f"限制截止日 {last} 早于起始日 {first};请核对决定书后更正 to 或 from")
    bans = bans_cited(restriction.basis, decided_on, rules)
    if not bans:
        raise BasisUnknown(
            f"“{without_id_numbers(restriction.basis)}”不是规则库中可以作出限制的条文;请写明法律名称和条号,"
            "例如 招标投标法 第五十三条;没有法律依据的限制不予接收"
        )
    scoped = [ban for ban in bans if restriction.scope in ban.scopes]
    if not scoped:
        allowed = "、".join(scope for ban in bans for scope in ban.scopes)
        raise ScopeNotAllowed(f"{bans[0].source} 只允许限制 {allowed};请更正 scope 或 basis")
    tolerance = timedelta(days=rules.at("tolerance.ban_length", decided_on).value)
    for ban in scoped:
        if _length_fits(ban, first, last, tolerance):
            return ban
    raise LengthNotAllowed(_length_cure(scoped[0], first, last))


def check_competence(ban: KnownBan, scope: Scope, competences: Collection[str]) -> None:
    """Passes when the body may impose `ban` on `scope`; raises NotCompetent.

    Bans under procurement law need the competence of a finance department, `government_procurement`.
    """
    missing = [need for need in dict.fromkeys((scope, *ban.competent)) if need not in competences]
    if missing:
        raise NotCompetent(
            f"依据 {ban.source} 作出限制的机关须有权限 {'、'.join(missing)};请由有权机关推送,或由运营方登记该机关的权限"
        )


def _length_fits(ban: KnownBan, first: date, last: date | None, tolerance: timedelta) -> bool:
    if last is None:
        return ban.open_end
    if not ban.dated:
        return False
    if ban.months_min is None or ban.months_max is None:
        return True
    day = timedelta(days=1)
    shortest, longest = add_months(first, ban.months_min) - day, add_months(first, ban.months_max) - day
    return shortest - tolerance <= last <= longest + tolerance


def _length_cure(ban: KnownBan, first: date, last: date | None) -> str:
    stated = f"{first} 至 {last or '无截止日'}"
    if not ban.dated:
        return f"{ban.source} 的限制没有期限,决定写 {stated};请把 to 留空,或改引规定一定期限的条文"
    if ban.months_min is None or ban.months_max is None:
        return f"{ban.source} 不允许 {stated};请写明截止日 to"
    return f"{ban.source} 允许限制 {ban.months_min} 至 {ban.months_max} 个月,决定写 {stated};请核对决定书的起止日或依据"


def _by_article(day: date, rules: RuleSet) -> dict[Citation, str]:
    return {
        Citation(cited["law"], article): ban_id
        for ban_id, rule in rules.under("ban.", day).items()
        for cited in rule.value["citations"]
        for article in cited["articles"]
    }


def _ban(rule: Dated, title: str) -> KnownBan:
    value = rule.value
    months = value["months"] or {"min": None, "max": None}
    return KnownBan(
        basis_id=rule.rule_id,
        title=title,
        scopes=tuple(map(Scope, value["scopes"])),
        months_min=months["min"],
        months_max=months["max"],
        open_end=value["open_end"],
        dated=value["dated"],
        competent=tuple(map(Scope, value["competent"])),
        regime=value["regime"],
        announced=value["announced"],
        source=rule.source,
        verified=rule.verified,
    )
