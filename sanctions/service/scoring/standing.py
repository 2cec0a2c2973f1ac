"""How a company stands on a day: its records with class and window, its bars, its score."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from credit import lookup
from credit.kernel.errors import NotFound
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Entity, ListFacts, PenaltyFacts, Prose, Record, RecordKind, Severity
from credit.ratings import Rating, history_over, rate
from credit.scheme_rules import company_versions, versions_of
from credit.scoring import Score, ScoredRecord, scored
from credit.supposed import Supposed
from credit.turning import ScoreEvent, events
from credit.whatif import WhatIf, what_if
from sanctions import store
from sanctions.classify import Classification, classify
from sanctions.lists import known_list
from sanctions.lookback import LookBack, look_back
from sanctions.model import Restriction, Scope
from sanctions.publication import (
    EarliestRepair,
    Publication,
    class_window_until,
    earliest_repair,
    is_published,
    publication,
)
from sanctions.removals import EarliestRemoval, earliest_removal
from sanctions.service.answering.dossiers import dossier, person
from sanctions.terms import Term, classify_listing, listing_shown, listing_window, term


class PenaltyView(msgspec.Struct, frozen=True, kw_only=True):
    """A penalty with everything the rules say of it on a day."""

    record: Record
    entity: Entity
    classification: Classification
    window: Publication | None
    earliest: EarliestRepair
    look_back: LookBack | None
    restrictions: tuple[Restriction, ...]
    published: bool
    class_window_until: date | None  # last day of the class's window, also where nothing is shown


def view(
    record: Record, entity: Entity, restrictions: tuple[Restriction, ...], day: date, rules: RuleSet
) -> PenaltyView:
    """The rules applied to one penalty. Pure."""
    facts = record.penalty
    found = classify(facts, rules)
    window = publication(facts, found, rules, subject=entity.kind)
    return PenaltyView(
        record=record, entity=entity, classification=found, window=window, earliest=earliest_repair(facts, window),
        look_back=None if record.withdrawn else look_back(facts, rules),
        restrictions=tuple(r for r in restrictions if r.record_id == record.record_id and not r.withdrawn),
        published=is_published(facts, window, day, withdrawn=record.withdrawn),
        class_window_until=class_window_until(facts, found, rules),
    )


class ListingView(msgspec.Struct, frozen=True, kw_only=True):
    """A list entry with everything the rules say of it on a day."""

    record: Record
    entity: Entity
    title: str  # of the list
    classification: Classification
    window: Publication | None
    term: Term
    earliest: EarliestRemoval
    effect_verified: bool
    bars: tuple[Scope, ...]
    basis: str
    published: bool


def listing_view(record: Record, entity: Entity, day: date, rules: RuleSet) -> ListingView:
    """The rules applied to one list entry. Pure."""
    facts = record.listing
    known = known_list(facts.list, facts.decided_on, rules)
    return ListingView(
        record=record, entity=entity, title=known.title if known else facts.list,
        classification=classify_listing(facts, rules), window=listing_window(facts, rules, subject=entity.kind),
        term=term(facts, rules), earliest=earliest_removal(facts, rules),
        effect_verified=known is not None and known.effect_verified, bars=known.bars if known else (),
        basis=known.basis if known else "",
        published=listing_shown(facts, rules, day, subject=entity.kind, withdrawn=record.withdrawn),
    )


class Standing:
    """The service of reading how somebody stands."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book

    async def penalty(self, record_id: str, day: date, seq: int = store.FOREVER) -> PenaltyView:
        """One penalty under the rules known at `seq`. Raises NotFound."""
        record = await lookup.record(record_id, seq)
        if record is None or record.kind is not RecordKind.PENALTY:
            raise NotFound("没有这条处罚记录 no such penalty")
        entity = await lookup.entity_by_id(record.entity_id, seq)
        assert entity is not None  # a record is written with or after its entity
        restrictions = await store.restrictions_of_record(record_id, seq)
        return view(record, entity, restrictions, day, await self._rules(seq))

    async def prose(self, record: Record) -> Prose | None:
        """The record's prose; None once erased."""
        return await lookup.prose(record.payload_id)

    async def penalties(self, code: str, day: date, seq: int = store.FOREVER) -> tuple[PenaltyView, ...]:
        """Every penalty of a company, oldest first."""
        file, rules = await dossier(code, seq), await self._rules(seq)
        if file.entity is None:
            return ()
        return tuple(view(r, file.entity, file.restrictions, day, rules) for r in file.records)

    async def listing(self, record_id: str, day: date, seq: int = store.FOREVER) -> ListingView:
        """One list entry under the rules known at `seq`. Raises NotFound."""
        record = await lookup.record(record_id, seq)
        if record is None or record.kind is not RecordKind.LIST_ENTRY:
            raise NotFound("没有这条名单记录 no such list entry")
        entity = await lookup.entity_by_id(record.entity_id, seq)
        assert entity is not None  # a record is written with or after its entity
        return listing_view(record, entity, day, await self._rules(seq))

    async def listings(self, code: str, day: date, seq: int = store.FOREVER) -> tuple[ListingView, ...]:
        """Every list entry of a company, removed ones included, oldest first."""
        file, rules = await dossier(code, seq), await self._rules(seq)
        if file.entity is None:
            return ()
        return tuple(listing_view(r, file.entity, day, rules) for r in file.listings)

    async def rating(self, code: str, scheme_id: str, day: date, seq: int = store.FOREVER) -> Rating:
        """The value that counts on `day`, and the day's score with its lines, from what was known at `seq`.

        Raises UnknownScheme, SchemeNotForSubject, SchemeNotInForce.
        """
        rules = await self._rules(seq)
        entity = await lookup.entity_by_code(code, seq)
        return rate(await _scored(entity, rules, seq), company_versions(rules, scheme_id), day)

    async def person(self, entity: Entity, day: date) -> tuple[tuple[PenaltyView, ...], tuple[ListingView, ...]]:
        """The penalties and list entries of a natural person, oldest first."""
        file, rules = await person(entity.person_ref or ""), self.book.current
        return (tuple(view(r, entity, file.restrictions, day, rules) for r in file.records),
                tuple(listing_view(r, entity, day, rules) for r in file.listings))

    async def person_rating(self, entity: Entity, scheme_id: str, day: date) -> Rating:
        """The same for a natural person. Raises UnknownScheme, SchemeNotInForce."""
        rules = self.book.current
        return rate(await _scored(entity, rules, store.FOREVER), versions_of(rules, scheme_id), day)

    async def history(self, code: str, scheme_id: str, first: date, last: date) -> tuple[Score, ...]:
        """The days on which the day's score changes between two inclusive days, from what is known now."""
        rules, entity = self.book.current, await lookup.entity_by_code(code)
        scored_records = await _scored(entity, rules, store.FOREVER)
        return history_over(scored_records, company_versions(rules, scheme_id), first, last)

    async def events(self, code: str, scheme_id: str, first: date, last: date) -> tuple[ScoreEvent, ...]:
        """What happened to the day's score after `first` up to `last`, from what is known now."""
        rules, entity = self.book.current, await lookup.entity_by_code(code)
        return events(await _scored(entity, rules, store.FOREVER), company_versions(rules, scheme_id), first, last)

    async def what_if(self, code: str, scheme_id: str, day: date, supposed: Sequence[Supposed]) -> WhatIf:
        """The rating on `day` as it is and as it would be; nothing is written. Raises UnknownScheme, SchemeNotInForce,
        Invalid for a supposition that cannot be."""
        rules, entity = self.book.current, await lookup.entity_by_code(code)

        def ready(record: Record) -> ScoredRecord:
            return with_classes((record,), (), rules)[0]

        records = await _scored(entity, rules, store.FOREVER)
        return what_if(records, company_versions(rules, scheme_id), day, supposed, ready)

    async def _rules(self, seq: int) -> RuleSet:
        return self.book.current if seq == store.FOREVER else await self.book.at(seq)


async def _scored(entity: Entity | None, rules: RuleSet, seq: int) -> list[ScoredRecord]:
    records = await lookup.records_of(entity.entity_id, seq) if entity else ()
    restrictions = await store.restrictions_of(entity.entity_id, seq) if entity else ()
    return with_classes(records, restrictions, rules)


def with_classes(
    records: tuple[Record, ...], restrictions: tuple[Restriction, ...], rules: RuleSet
) -> list[ScoredRecord]:
    """Records made ready for scoring: each with its class and the rule ids of the bans it states."""
    acts: dict[str, tuple[str, ...]] = {}
    for restriction in restrictions:
        if not restriction.withdrawn:
            acts[restriction.record_id] = (*acts.get(restriction.record_id, ()), restriction.basis_id)

    def severity_of(record: Record) -> Severity | None:
        if isinstance(record.facts, ListFacts):
            return classify_listing(record.facts, rules).severity
        return classify(record.facts, rules).severity if isinstance(record.facts, PenaltyFacts) else None

    def acts_of(record: Record) -> tuple[str, ...]:
        if isinstance(record.facts, ListFacts):
            return (f"list.{record.facts.list}",)
        return acts.get(record.record_id, ())

    return scored(records, severity_of, acts_of)
