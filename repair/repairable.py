"""Whether and from when a record can be repaired: both readings, or the reason why there is nothing to repair. Pure."""

from __future__ import annotations

from datetime import date

import msgspec

from credit.kernel.rules import RuleSet
from credit.model import Authority, Stage, SubjectKind
from sanctions.publication import why_unpublished
from sanctions.service.scoring.standing import ListingView, PenaltyView, listing_view, view

RecordView = PenaltyView | ListingView


class Repairable(msgspec.Struct, frozen=True, kw_only=True):
    """`possible` false: `why_not` says why no application is needed or taken. A null `earliest` of a repairable
    record has its reason in `why_not` as well; `missing` names dates still to be proven."""

    possible: bool
    earliest: date | None = None
    strict: date | None = None
    why_not: str | None = None
    title: str = ""
    missing: tuple[str, ...] = ()
    strict_basis: str = ""

    def early_reading(self, day: date) -> bool:
        """Whether an application on `day` rests on the earlier of two readings."""
        return self.earliest is not None and self.strict is not None and self.earliest <= day < self.strict


def repairable(found: RecordView, day: date, rules: RuleSet) -> Repairable:
    """What holds for a record on `day`."""
    if found.entity.kind is SubjectKind.NATURAL_PERSON:
        return _no("natural_person", "自然人的记录只存储,不公示,不办理信用修复")
    if found.record.withdrawn:
        return _no("withdrawn", "决定已被撤销、变更,记录已终止,不需修复")
    return _penalty(found, day, rules) if isinstance(found, PenaltyView) else _listing(found, day)


def with_corrected(found: RecordView, corrected_on: date | None, day: date, rules: RuleSet) -> RecordView:
    """The record as it would stand with a day of correction where it has none."""
    if corrected_on is None or found.record.facts.corrected_on is not None:  # type: ignore[union-attr]
        return found
    facts = msgspec.structs.replace(found.record.facts, corrected_on=corrected_on)
    record = msgspec.structs.replace(found.record, facts=facts)
    if isinstance(found, PenaltyView):
        return view(record, found.entity, found.restrictions, day, rules)
    return listing_view(record, found.entity, day, rules)


def authority_of(found: RecordView) -> Authority:
    """The 认定单位: who decided, decides on the repair."""
    return found.record.penalty.authority if isinstance(found, PenaltyView) else found.record.listing.authority


def pushed_by(found: RecordView) -> str:
    """The organisation that handed the record in."""
    return found.record.penalty.pushed_by if isinstance(found, PenaltyView) else found.record.listing.pushed_by


def document_no(found: RecordView) -> str:
    return found.record.penalty.document_no if isinstance(found, PenaltyView) else found.record.listing.document_no


def decided_on(found: RecordView) -> date:
    return found.record.penalty.decided_on if isinstance(found, PenaltyView) else found.record.listing.decided_on


def corrected_on(found: RecordView) -> date | None:
    facts = found.record.penalty if isinstance(found, PenaltyView) else found.record.listing
    return facts.corrected_on


def _penalty(found: PenaltyView, day: date, rules: RuleSet) -> Repairable:
    facts, window = found.record.penalty, found.window
    if facts.stage is Stage.DRAFT:
        return _no("draft", "处罚决定尚未送达,不产生效果")
    if facts.repaired_on is not None:
        return _no("repaired", f"已于{facts.repaired_on}准予修复")
    if found.classification.regime is None:
        return _no("before_regimes", "作出决定时尚无适用的信用修复规则,不适用公示期")
    if window is None:
        why = why_unpublished(facts, found.classification, rules, subject=found.entity.kind)
        return _no("not_published", f"该处罚不公示,无需修复({why.title})" if why else "该处罚不公示,无需修复")
    if day > window.max_until:
        return _no("display_ended", f"已于{window.max_until}满最长公示期,自动停止公示")
    if window.by_itself:
        return _no("stops_by_itself", f"至{window.max_until}期满自动停止公示,不需申请")
    earliest = found.earliest
    if earliest.day is None:
        return Repairable(possible=True, why_not=earliest.code, title=earliest.title or "", missing=earliest.missing)
    if earliest.day > window.max_until:
        return _no("stops_first", f"最长公示期至{window.max_until},先于可申请日届满,届时自动停止公示")
    return Repairable(possible=True, earliest=earliest.day, missing=earliest.missing)


def _listing(found: ListingView, day: date) -> Repairable:
    facts, earliest, last = found.record.listing, found.earliest, found.term
    if facts.removed_on is not None:
        return _no("removed", f"已于{facts.removed_on}移出名单")
    if last.until is not None and last.verified and day > last.until:
        return _no("display_ended", f"列入期限已于{last.until}届满")
    if earliest.code == "ends_first":
        return _no("stops_first", earliest.title or "")
    if earliest.day is None:
        return Repairable(possible=True, why_not=earliest.code, title=earliest.title or "", missing=earliest.missing,
                          strict_basis=earliest.strict_basis)
    return Repairable(possible=True, earliest=earliest.day, strict=earliest.strict, missing=earliest.missing,
                      strict_basis=earliest.strict_basis)


def _no(code: str, title: str) -> Repairable:
    return Repairable(possible=False, why_not=code, title=title)
