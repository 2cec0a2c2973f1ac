"""What a tender touches: which scopes bar in it and which law it runs under, in every reading of what is not said."""

from __future__ import annotations

import msgspec

from credit.kernel.errors import Refusal
from sanctions.model import Scope
from sanctions.verdicts import Tender, TenderRegime, TenderType


class TenderContradictory(Refusal):
    code = "tender_contradictory"
    title = "项目信息自相矛盾 Tender fields contradict each other"


class Reading(msgspec.Struct, frozen=True):
    """One way to understand a tender: the scopes that bar in it and the regimes it runs under."""

    scopes: frozenset[Scope]
    regimes: frozenset[TenderRegime]

    @property
    def procurement(self) -> bool:
        """Whether bidders take part in 政府采购活动, so that 政府采购法 22 applies to them."""
        return Scope.GOVERNMENT_PROCUREMENT in self.scopes


TENDERING, PROCUREMENT = TenderRegime.TENDERING, TenderRegime.GOVERNMENT_PROCUREMENT
NONE: frozenset[TenderRegime] = frozenset()
WORKS = (TenderType.CONSTRUCTION, TenderType.OTHER)
SALES = (TenderType.LAND, TenderType.MINING, TenderType.STATE_PROPERTY)
UNSAID = {  # the regimes a type may run under when the question does not say
    TenderType.CONSTRUCTION: (frozenset({TENDERING}), frozenset({TENDERING, PROCUREMENT})),
    TenderType.GOVERNMENT_PROCUREMENT: (frozenset({PROCUREMENT}),),
    TenderType.LAND: (NONE,),
    TenderType.MINING: (NONE,),
    TenderType.STATE_PROPERTY: (NONE,),
    TenderType.AGENCY: (frozenset({TENDERING, PROCUREMENT}),),
    TenderType.EVALUATION: (frozenset({TENDERING, PROCUREMENT}),),
    TenderType.OTHER: (NONE, frozenset({TENDERING}), frozenset({PROCUREMENT})),
}
SCOPES = {
    TenderType.GOVERNMENT_PROCUREMENT: Scope.GOVERNMENT_PROCUREMENT,
    TenderType.LAND: Scope.LAND_TRANSACTION,
    TenderType.MINING: Scope.LAND_TRANSACTION,
    TenderType.STATE_PROPERTY: Scope.PROPERTY_TRANSACTION,
    TenderType.AGENCY: Scope.AGENCY_WORK,
    TenderType.EVALUATION: Scope.EVALUATION_WORK,
}


def readings(tender: Tender) -> tuple[Reading, ...]:
    """Every distinct reading of the tender; one when type, regimes and mandatory are told or do not matter.

    Raises TenderContradictory when no reading makes all stated fields true.
    """
    found = dict.fromkeys(
        _read(kind, regimes, mandatory)
        for kind in ([tender.type] if tender.type else TenderType)
        for regimes in _regimes(kind, tender.regimes)
        for mandatory in ([tender.mandatory] if tender.mandatory is not None else [True, False])
        if _consistent(kind, regimes, mandatory=mandatory)
    )
    if not found:
        raise TenderContradictory(_cure(tender))
    return tuple(found)


def unsaid(tender: Tender) -> tuple[str, ...]:
    """The fields whose absence leaves the tender open to readings."""
    return tuple(name for name in ("type", "regimes", "mandatory") if getattr(tender, name) is None)


def _regimes(kind: TenderType, stated: tuple[TenderRegime, ...] | None) -> tuple[frozenset[TenderRegime], ...]:
    if stated is None or (not stated and kind in (TenderType.AGENCY, TenderType.EVALUATION)):
        return UNSAID[kind]
    return (frozenset(stated),)


def _consistent(kind: TenderType, regimes: frozenset[TenderRegime], *, mandatory: bool) -> bool:
    if kind in WORKS:
        return not mandatory or TENDERING in regimes
    if kind is TenderType.GOVERNMENT_PROCUREMENT:
        return PROCUREMENT in regimes
    return not (kind in SALES and PROCUREMENT in regimes)


def _read(kind: TenderType, regimes: frozenset[TenderRegime], mandatory: bool) -> Reading:
    scopes = {Scope.ALL_PUBLIC_RESOURCES}
    if kind not in WORKS:
        scopes.add(SCOPES[kind])
    elif PROCUREMENT in regimes:
        scopes.add(Scope.GOVERNMENT_PROCUREMENT)
    if kind in WORKS and TENDERING in regimes and mandatory:
        scopes.add(Scope.MANDATORY_TENDER)
    return Reading(frozenset(scopes), regimes)


def _cure(tender: Tender) -> str:
    if tender.type is TenderType.GOVERNMENT_PROCUREMENT:
        return "type 为 government_procurement 时 regimes 须包含 government_procurement;工程请用 construction"
    if tender.type in SALES:
        return "土地、矿业权、产权的出让转让不是政府采购,请从 regimes 去掉 government_procurement"
    return "依法必须招标(mandatory 为 true)的项目,regimes 须包含 tendering;否则请将 mandatory 改为 false"
