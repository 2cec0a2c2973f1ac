"""Schemes out of a released rule set: which there are, the versions of one, and which is meant where none is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache

import msgspec

from credit.kernel.errors import NotFound, Refusal
from credit.kernel.rules import RuleSet
from credit.model import SubjectKind
from credit.schemes import MarketRole, Scheme, Tender
from credit.scoring import in_force

_PREFIX = "scheme."
_BIDDING = (MarketRole.TENDERER, MarketRole.SUPPLIER)


class UnknownScheme(NotFound):
    """No scheme has this id."""

    code = "scheme_unknown"
    title = "没有这个计分方案 No such scheme"


class SchemeNotForSubject(Refusal):
    """The scheme scores subjects of another kind."""

    code = "scheme_not_for_subject"
    title = "该方案不适用于该主体 Scheme not for this subject"


class NoDefaultScheme(NotFound):
    """The type of tender has no scheme of its own, and none was named."""

    code = "scheme_not_named"
    title = "未指明计分方案 Scheme not named"


@lru_cache(maxsize=128)
def versions_of(rules: RuleSet, scheme_id: str) -> tuple[Scheme, ...]:
    """The versions of a scheme, oldest first. Raises UnknownScheme."""
    rule = rules.rules.get(_PREFIX + scheme_id)
    if rule is None:
        raise UnknownScheme(f"没有计分方案“{scheme_id}”;可用方案见 GET /v1/rules")
    return tuple(msgspec.convert(v.value, Scheme) for v in rule.values if v.value is not None)


def version_on(versions: Sequence[Scheme], day: date) -> Scheme:
    """The version in force on `day`. Raises SchemeNotInForce."""
    found = next((s for s in reversed(versions) if s.since <= day), versions[0])
    in_force(found, day)
    return found


def schemes_on(rules: RuleSet, day: date) -> dict[str, Scheme]:
    """Every scheme in force on `day`, by id."""
    ids = [rule_id.removeprefix(_PREFIX) for rule_id in rules.under(_PREFIX, day)]
    return {name: version_on(versions_of(rules, name), day) for name in ids}


def for_companies(schemes: Mapping[str, Scheme]) -> dict[str, Scheme]:
    """Those by which somebody other than a natural person may be scored."""
    return {name: s for name, s in schemes.items() if not persons_only(s)}


def company_versions(rules: RuleSet, scheme_id: str) -> tuple[Scheme, ...]:
    """The versions of a scheme for a company. Raises UnknownScheme; SchemeNotForSubject for one of persons only."""
    found = versions_of(rules, scheme_id)
    if persons_only(found[-1]):
        raise SchemeNotForSubject(f"“{found[-1].title}”只适用于自然人,企业、机构没有这项得分;请改用其他方案",
                                  kinds=[SubjectKind.NATURAL_PERSON])
    return found


def persons_only(scheme: Scheme) -> bool:
    """Whether a scheme scores natural persons and nobody else."""
    return scheme.applies_to.subject_kinds == (SubjectKind.NATURAL_PERSON,)


def first_choice(schemes: Iterable[Scheme]) -> str | None:
    """The scheme a company's page and plan show where nobody named one: one that is the default of some tender type,
    then a verified one, then no sample; of those for bidders the first by id, national ones before local packs."""
    fitting = [s for s in schemes if not s.applies_to.roles or set(_BIDDING) & set(s.applies_to.roles)]
    ranked = sorted(fitting, key=lambda s: (not s.default_for, not s.verified, s.sample, s.of is not None,
                                            MarketRole.TENDERER not in s.applies_to.roles, s.scheme_id))
    return ranked[0].scheme_id if ranked else None


def default_scheme(rules: RuleSet, tender: Tender | str | None, day: date) -> str:
    """The scheme that a type of tender uses where the question names none. Raises NoDefaultScheme."""
    for name, scheme in schemes_on(rules, day).items():
        if tender is not None and tender in scheme.default_for:
            return name
    raise NoDefaultScheme("该类项目没有默认计分方案,请写明方案编号 scheme,可用方案见 GET /v1/rules")
