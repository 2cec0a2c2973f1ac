"""Facts for the letters of lists: an entry with its repair notice, a removal, in the words that notices understand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from api.papers.letter_parts import channels_of, clocks_of, contacts_of, issuer_of
from credit import lookup
from credit.accounts.model import Organisation
from credit.kernel.clock import Clock as Now
from credit.kernel.clock import business_day
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Prose, Record, RemovalFacts, RemovalGround, Stage
from notices.cases import Case, RecordStatus
from notices.issuance import NoLetter, Occasion, Origin
from notices.model import (
    Addressee,
    Clock,
    ClockUnit,
    Hearing,
    Issuer,
    LetterFacts,
    Listed,
    Publication,
    Regime,
    Removal,
    Repair,
    SeveritySource,
)
from sanctions.lists import known_list
from sanctions.proposals import ProposalAct, ProposalState
from sanctions.service.listing.proposals import Proposals, ProposalView
from sanctions.service.scoring.standing import ListingView, Standing
from sanctions.wording import scope_title

INTENDED = "prp_"  # ids of intended entries
ABOUT_LISTS = frozenset({"listing_recorded", "listing_corrected", "listing_removed"})
_GROUNDS = {
    RemovalGround.REPAIR: "准予信用修复，提前移出", RemovalGround.EXPIRY: "列入期满",
    RemovalGround.PERFORMANCE: "义务履行完毕", RemovalGround.REVOKED: "列入决定被撤销、变更或者确认违法",
}
_FROM = {"decision": "自列入决定之日起", "correction": "自纠正失信行为之日起"}


class ListLetters:
    """The letters of an entry on a list."""

    def __init__(self, book: Rulebook, clock: Now, standing: Standing, proposals: Proposals) -> None:
        self.book = book
        self.clock = clock
        self.standing = standing
        self.proposals = proposals

    async def case(self, record_id: str, event: Mapping[str, Any]) -> Case:
        """The case after an entry, its correction or its removal."""
        day, rules = business_day(self.clock()), self.book.current
        found = await self.standing.listing(record_id, day)
        prose = await self.standing.prose(found.record) or Prose()
        facts = found.record.listing
        office = await issuer_of(facts.authority.code, facts.pushed_by)
        removal, before = await self.removal(found.record), await self.proposals.behind(record_id)
        occasion = _occasion(found, event, day, _wanting(prose, office))
        made = listing_facts(found, prose, office, rules, day, removal, hearing_of(before) if before else None)
        return Case(record_id=record_id, code=found.entity.code, occasion=occasion, facts=made,
                    addresses=contacts_of(prose))

    async def intended(self, proposal_id: str) -> Case | None:
        """The case of the 列入告知书 of an intended entry; None once its words were erased."""
        found = await self.proposals.told(proposal_id)
        if found is None or found.given is None:
            return None
        given, first, rules = found.given, found.proposal.first, self.book.current
        office = await issuer_of(first.authority_code, first.org_code)
        listed = msgspec.structs.replace(
            listed_of(first.list, first.day, rules), until=given.until, until_stated=given.until is not None,
            hearing=hearing_of(found))
        facts = LetterFacts(
            issuer=issuer_words(office, given.authority.name), authority=given.authority.name, decided_on=first.day,
            addressee=Addressee(kind=given.subject.kind, name=given.subject.name, code=first.subject_code),
            document_no="", facts=given.facts, content=given.reason, basis=given.basis, listed=listed)
        prose = Prose(facts=given.facts, basis=given.basis, contacts=given.contacts)
        occasion = Occasion(
            event="listing_proposed", subject_kind=given.subject.kind, origin=Origin.PUSH, stage=Stage.DECIDED,
            decided_on=first.day, today=business_day(self.clock()), regime=Regime.NDRC36, severity=None,
            severity_provisional=False, field_known=True, window_until=None, withheld=_wanting(prose, office),
            of_list=first.list)
        return Case(record_id=proposal_id, code=first.subject_code, occasion=occasion, facts=facts,
                    addresses=contacts_of(prose))

    async def intended_status(self, proposal_id: str) -> RecordStatus:
        """A 列入告知书 stands until the entry is dropped."""
        found = await self.proposals.told(proposal_id)
        gone = found is None or found.state is ProposalState.DROPPED
        return RecordStatus.ENDED if gone else RecordStatus.CURRENT

    async def removal(self, record: Record) -> Removal | None:
        """The removal that closed an entry; None while it stands."""
        removal_id = record.listing.removal_id
        kept = await lookup.record(removal_id) if removal_id else None
        if kept is None or not isinstance(kept.facts, RemovalFacts):
            return None
        prose = await self.standing.prose(kept) or Prose()
        return Removal(document_no=kept.facts.document_no, decided_on=kept.facts.decided_on,
                       ground=_GROUNDS[kept.facts.ground], basis=prose.basis)


def listed_of(code: str, day: date, rules: RuleSet) -> Listed:
    """What the rules of `day` say of a list, for whomever it concerns. Pure."""
    known = known_list(code, day, rules)
    early, months = rules.find(f"list_early.{code}", day), rules.find(f"list_months.{code}", day)
    told = ""
    if early is not None:
        value = early.value
        waiting = f"{_FROM[value['counted_from']]}满{value['months']}个月，" if value["months"] else ""
        told = f"{waiting}{value['needs']}"
    return Listed(
        title=known.title if known else code, months=months.value if months else None,
        until_verified=months is not None and months.verified, term_basis=months.source if months else "",
        bars=tuple(map(scope_title, known.bars)) if known else (),
        by_file=tuple(map(scope_title, known.by_file)) if known else (),
        effect_basis=known.basis if known else "", effect_verified=known is not None and known.effect_verified,
        early=told, early_basis=early.source if early else "", early_verified=early is not None and early.verified,
    )


def listing_facts(
    found: ListingView, prose: Prose, office: Organisation | None, rules: RuleSet, day: date,
    removal: Removal | None = None, hearing: Hearing | None = None,
) -> LetterFacts:
    """The facts of a letter about an entry. Pure."""
    facts, of, window = found.record.listing, found.classification, found.window
    listed = msgspec.structs.replace(
        listed_of(facts.list, facts.decided_on, rules), until=None if found.term.open_end else found.term.until,
        until_verified=found.term.verified,
        until_stated=found.term.source == "document", removal=removal,
        hearing=hearing)
    return LetterFacts(
        issuer=issuer_words(office, facts.authority.name),
        addressee=Addressee(kind=found.entity.kind, name=prose.subject_name or found.entity.name,
                            code=found.entity.code),
        authority=facts.authority.name, document_no=facts.document_no, decided_on=facts.decided_on,
        served_on=facts.served_on, facts=prose.facts, basis=prose.basis, regime=Regime(of.regime or Regime.NDRC36),
        severity=of.severity, severity_source=SeveritySource(of.severity_source) if of.severity_source else None,
        severity_provisional=of.severity_provisional,
        publication=Publication(published=True, first_day=window.first_day, min_until=window.min_until,
                                max_until=window.max_until)
        if window else Publication(published=False),
        repair=Repair(earliest=found.earliest.day, earliest_strict=found.earliest.strict,
                      performed_on=facts.corrected_on),
        channels=tuple(channels_of(of.regime or "", rules, day)),
        clocks=clocks_of(facts.served_on, rules, day, fined=False),
        listed=listed,
    )


def hearing_of(found: ProposalView) -> Hearing:
    """How the company was heard, or is to be. Pure."""
    open_, steps = found.answerable, {line.step.act: line for line in found.lines}
    served, stated = steps.get(ProposalAct.SERVED), steps.get(ProposalAct.STATED)
    reply = steps.get(ProposalAct.REPLIED)
    days = None
    if open_.days is not None:
        days = Clock(amount=open_.days, unit=ClockUnit.WORKING_DAYS, source=open_.basis)
    return Hearing(
        last_day=open_.last_day, days=days, by_authority=open_.by_authority, verified=open_.verified,
        served_on=served.step.day if served else None, stated_on=stated.step.day if stated else None,
        answer=reply.text if reply else "")


def issuer_words(office: Organisation | None, name: str) -> Issuer:
    """Who signs; without a registered organisation only a name, which no letter is issued under."""
    if office is None:
        return Issuer(name=name, short="")
    return Issuer(name=office.name, short=office.short_code, code=office.code, contact=office.contact or None,
                  phone=office.phone or None, address=office.address or None)


def _wanting(prose: Prose, office: Organisation | None) -> NoLetter | None:
    if office is None or not office.short_code:
        return NoLetter.NO_ISSUER
    return None if prose.facts.strip() and prose.basis.strip() else NoLetter.FACTS_MISSING


def _occasion(found: ListingView, event: Mapping[str, Any], day: date, withheld: NoLetter | None) -> Occasion:
    facts, of, kind = found.record.listing, found.classification, str(event["kind"])
    removed = kind == "listing_removed"
    return Occasion(
        event=kind, subject_kind=found.entity.kind, origin=Origin(event.get("origin", "push")), stage=Stage.DECIDED,
        decided_on=facts.decided_on, today=day, regime=of.regime, severity=of.severity,
        severity_provisional=False,  # no letter of a list depends on the class
        field_known=True, window_until=None if removed else found.term.until, letters_asked=bool(event.get("letters")),
        ended=not removed and (found.record.withdrawn or facts.removed_on is not None),
        withheld=None if removed and withheld is NoLetter.FACTS_MISSING else withheld, of_list=facts.list,
    )

