"""Facts for the letters of an application: what repair and sanctions know, in the words that notices understand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from credit.accounts import service as accounts
from credit.accounts.model import Organisation
from credit.kernel.clock import Clock as Now
from credit.kernel.clock import business_day
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Prose, Stage
from notices.cases import Case as LetterCase
from notices.cases import RecordStatus
from notices.issuance import Occasion, Origin
from notices.model import (
    Addressee,
    Clock,
    Clocks,
    ClockUnit,
    Issuer,
    LetterFacts,
    Proceeding,
    Publication,
    Regime,
    Repair,
)
from repair.barriers import runs_on
from repair.clocks import clocks
from repair.model import Case, Item, Outcome, Party
from repair.plans import lifts
from repair.repairable import RecordView, decided_on, document_no
from repair.service.files import record_view
from repair.service.reading import case_at, case_of_seq
from sanctions.service.scoring.standing import ListingView, Standing
from sanctions.wording import day_text

_GRANTS = frozenset({"penalty_repaired", "listing_removed"})
ABOUT_REPAIR = _GRANTS | {
    "repair_accepted", "repair_not_accepted", "repair_supplement_asked", "repair_extended", "repair_decided",
}


class RepairLetters:
    """The letters that follow what happens to an application."""

    def __init__(self, book: Rulebook, clock: Now, standing: Standing) -> None:
        self.book = book
        self.clock = clock
        self.standing = standing

    async def case(self, record_id: str, event: Mapping[str, Any], seq: int) -> LetterCase | None:
        """The letter case after an act; None where another body has issued its own letter, or nothing was decided."""
        found = await self._application(event, seq)
        if found is None or not _ours(found, record_id, event):
            return None
        issuer = await accounts.find_organisation(found.decider.code or "")
        if issuer is None or not issuer.short_code:
            return None
        day, rules = business_day(self.clock()), self.book.current
        views = [await record_view(self.standing, r, day) for r in _concerned(found, record_id, event)]
        prose = await self.standing.prose(views[0].record) or Prose()
        facts = letter_facts(found, views, issuer, prose, rules, day, event=event)
        addresses = tuple((c["channel"], c["address"]) for c in prose.contacts if c.get("channel") and c.get("address"))
        return LetterCase(record_id=record_id, code=found.code, facts=facts, addresses=addresses,
                          occasion=_occasion(views[0], str(event.get("kind")), day))

    async def unasked(self, seq: int) -> bool:
        """Whether the act at `seq` was not brought by an application."""
        return await case_of_seq(seq) is None

    async def listing_status(self, record_id: str) -> RecordStatus:
        """How a list entry behind a letter stands today."""
        found = await self.standing.listing(record_id, business_day(self.clock()))
        gone = found.record.withdrawn or found.record.listing.removed_on is not None
        return RecordStatus.ENDED if gone else RecordStatus.CURRENT

    async def commitment(self, case: Case, record_id: str) -> LetterFacts:
        """The facts of the 承诺书 of one record, signed or still to be signed."""
        day = business_day(self.clock())
        found = await record_view(self.standing, record_id, day)
        prose = await self.standing.prose(found.record) or Prose()
        company = Organisation(code=case.code, name=prose.subject_name or found.entity.name)
        signer = case.words.signers.get(record_id, "")
        return letter_facts(case, [found], company, prose, self.book.current, day, event={}, signed_by=signer)

    async def _application(self, event: Mapping[str, Any], seq: int) -> Case | None:
        if event.get("kind") in _GRANTS:
            return await case_of_seq(seq)
        return await case_at(str(event["case_id"]), int(event["revision"]))


def _ours(case: Case, record_id: str, event: Mapping[str, Any]) -> bool:
    """Whether the 认定单位 acted here: what a window only recorded has its letter elsewhere."""
    if event.get("kind") in _GRANTS:
        item = case.item(record_id)
        return item is not None and item.decided_as is Party.DECIDER
    return event.get("party") == Party.DECIDER and event.get("outcome", Outcome.REFUSED) == Outcome.REFUSED


def _concerned(case: Case, record_id: str, event: Mapping[str, Any]) -> tuple[str, ...]:
    if event.get("kind") in _GRANTS | {"repair_decided"}:
        return (record_id,)
    return tuple(item.record_id for item in case.items)


def letter_facts(
    case: Case, views: list[RecordView], issuer: Organisation, prose: Prose, rules: RuleSet, day: date, *,
    event: Mapping[str, Any], signed_by: str = "",
) -> LetterFacts:
    """The facts of a letter about an application. Pure."""
    first = views[0]
    return LetterFacts(
        issuer=Issuer(name=issuer.name, short=issuer.short_code, code=issuer.code, contact=issuer.contact or None,
                      phone=issuer.phone or None, address=issuer.address or None),
        addressee=Addressee(kind=first.entity.kind, name=prose.subject_name or first.entity.name, code=case.code),
        authority=case.decider.name, document_no=document_no(first), decided_on=decided_on(first), kinds=(),
        regime=Regime(first.classification.regime or Regime.NDRC36), severity=None,
        publication=Publication(published=False), repair=Repair(), clocks=_remedies(rules, day),
        proceeding=_proceeding(case, views, rules, day, event, signed_by),
    )


def _proceeding(
    case: Case, views: list[RecordView], rules: RuleSet, day: date, event: Mapping[str, Any], signed_by: str
) -> Proceeding:
    kind = event.get("kind")
    item = case.item(views[0].record.record_id) or Item(record_id="")
    papers = {p["code"]: p["title"] for p in rules.at("repair.papers", day).value}
    due = next((c.due_on for c in clocks(case, day, rules) if c.code == "feedback"), None)
    asked, extended, granted = case.supplement, case.extension, kind in _GRANTS
    until = {"repair_supplement_asked": asked.until if asked else None,
             "repair_extended": extended.until if extended else None}.get(str(kind))
    reasons = {"repair_extended": case.words.extension_reason, "repair_not_accepted": case.words.closing_reason}
    return Proceeding(
        records=tuple(_record_words(view) for view in views), applied_on=case.submitted_on, due_on=due, until=until,
        defects=tuple((papers.get(paper, paper), detail) for paper, detail in case.words.defects),
        reason=reasons.get(str(kind), case.words.reasons.get(item.record_id, "")), decision_no=item.decision_no,
        granted_on=item.decided_on if granted else None,
        lifts=tuple(line.title for line in lifts(views[0], day, rules)) if granted else (),
        runs_on=tuple(f"{line.title}({line.basis})" for line in runs_on(views[0], day)) if granted else (),
        caution=rules.at("repair.caution", day).value, signed_by=signed_by,
    )


def _record_words(view: RecordView) -> str:
    when, number = day_text(decided_on(view)), document_no(view)
    if isinstance(view, ListingView):
        authority = view.record.listing.authority.name
        return f"{authority}于{when}作出的列入“{view.title}”的决定（{number}）"
    return f"{view.record.penalty.authority.name}于{when}作出的行政处罚决定（{number}）"


def _remedies(rules: RuleSet, day: date) -> Clocks:
    found = {}
    for name in ("review", "suit"):
        rule = rules.at(f"clock.{name}", day)
        found[name] = Clock(amount=rule.value, unit=ClockUnit(rules.rules[rule.rule_id].unit or ""), source=rule.source)
    return Clocks(review=found["review"], suit=found["suit"])


def _occasion(view: RecordView, kind: str, day: date) -> Occasion:
    of = view.classification
    return Occasion(
        event=kind, subject_kind=view.entity.kind, origin=Origin.PUSH, stage=Stage.DECIDED, decided_on=day, today=day,
        regime=of.regime or Regime.NDRC36, severity=of.severity, severity_provisional=False, field_known=True,
        window_until=None, of_list=view.record.listing.list if isinstance(view, ListingView) else "none",
        applied=True,
    )
