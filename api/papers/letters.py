"""Plain facts for letters: what sanctions know of a record, put into the words that notices understand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from api.papers.letter_parts import channels_of, clocks_of, contacts_of, issuer_of
from api.papers.letter_scores import LetterScores
from api.papers.list_letters import ABOUT_LISTS, INTENDED, ListLetters
from api.papers.repair_letters import ABOUT_REPAIR, RepairLetters
from api.papers.talk_letters import ABOUT_TALKS, TALK, TalkLetters
from credit import lookup
from credit.accounts.model import Organisation
from credit.kernel.clock import Clock as Now
from credit.kernel.clock import business_day
from credit.kernel.rulebook import Rulebook
from credit.kernel.rules import RuleSet
from credit.model import Prose, RecordKind, Stage
from notices.cases import Case, RecordStatus
from notices.issuance import Occasion, Origin
from notices.model import (
    Addressee,
    Ban,
    Issuer,
    LetterFacts,
    LookBack,
    Publication,
    Regime,
    Repair,
    SeveritySource,
)
from notices.service import locality_name
from sanctions.service.listing.proposals import Proposals
from sanctions.service.scoring.standing import PenaltyView, Standing
from sanctions.service.supervising.talks import Talks
from sanctions.wording import scope_title

Addresses = Callable[[str | None], Awaitable[tuple[tuple[str, str], ...]]]


async def nobody(code: str | None) -> tuple[tuple[str, str], ...]:
    """No company has a chat."""
    return ()


class Letters:
    """The port through which notices learn of penalties."""

    def __init__(
        self, book: Rulebook, clock: Now, standing: Standing, locality: str, proposals: Proposals, talks: Talks,
        chats: Addresses = nobody,
    ) -> None:
        self.book = book
        self.clock = clock
        self.standing = standing
        self.locality = locality
        self.repairs = RepairLetters(book, clock, standing)
        self.lists = ListLetters(book, clock, standing, proposals)
        self.scores = LetterScores(book, clock, standing, locality)
        self.talks = TalkLetters(clock, talks)
        self.chats = chats  # what letters are announced to, beside the contacts that came with a record

    async def case(self, record_id: str, event: Mapping[str, Any], seq: int) -> Case | None:
        """The case of a record after the event at `seq`, announced in its company's chats; None: no letter."""
        found = await self._case(record_id, event, seq)
        if found is None:
            return None
        scored = await self.scores.told(found, event, seq)
        return msgspec.structs.replace(scored, addresses=scored.addresses + await self.chats(scored.code))

    async def _case(self, record_id: str, event: Mapping[str, Any], seq: int) -> Case | None:
        kind = event.get("kind")
        if kind in ABOUT_REPAIR and not (kind == "listing_removed" and await self.repairs.unasked(seq)):
            found_case = await self.repairs.case(record_id, event, seq)
            return await self._also_removed(found_case) if kind == "listing_removed" else found_case
        if kind in ABOUT_TALKS:
            return await self.talks.case(record_id, str(kind))
        if kind == "listing_proposed":
            return await self.lists.intended(record_id)
        if kind in ABOUT_LISTS:
            return await self.lists.case(record_id, event)
        today = business_day(self.clock())
        found = await self.standing.penalty(record_id, today)
        prose = await self.standing.prose(found.record) or Prose()
        authority = found.record.penalty.authority
        issuer = await issuer_of(authority.code, found.record.penalty.pushed_by)
        occasion = _occasion(found, event, today)
        regime = found.classification.regime
        if regime is None or issuer is None:
            return None
        place = locality_name(self.locality, self.book.current, today)
        facts = _facts(found, prose, issuer, self.book.current, today, place)
        return Case(record_id=record_id, code=found.entity.code, occasion=occasion, facts=facts,
                    addresses=contacts_of(prose))

    async def _also_removed(self, case: Case | None) -> Case | None:
        """The same case with what the 移出名单通知书 says: the entry and its removal."""
        if case is None:
            return None
        entry = await self.lists.case(case.record_id, {"kind": "listing_removed"})
        facts = msgspec.structs.replace(case.facts, listed=entry.facts.listed, facts=entry.facts.facts)
        return msgspec.structs.replace(case, facts=facts)

    async def status(self, record_id: str) -> RecordStatus:
        """How the record behind a letter stands today."""
        if record_id.startswith(TALK):
            return RecordStatus.CURRENT
        if record_id.startswith(INTENDED):
            return await self.lists.intended_status(record_id)
        record = await lookup.record(record_id)
        if record is not None and record.kind is RecordKind.LIST_ENTRY:
            return await self.repairs.listing_status(record_id)
        found = await self.standing.penalty(record_id, business_day(self.clock()))
        draft = found.record.penalty.stage is Stage.DRAFT
        if found.record.withdrawn:
            return RecordStatus.NEVER_SERVED if draft else RecordStatus.ENDED
        if draft:
            return RecordStatus.DRAFT
        shown = found.window is None or found.published
        return RecordStatus.CURRENT if shown and not found.record.penalty.repaired_on else RecordStatus.ENDED


def _occasion(found: PenaltyView, event: Mapping[str, Any], today: date) -> Occasion:
    facts, of = found.record.penalty, found.classification
    return Occasion(
        event=event.get("kind", "penalty_recorded"), subject_kind=found.entity.kind,
        origin=Origin(event.get("origin", "push")), stage=Stage(event.get("stage", facts.stage)),
        decided_on=facts.decided_on, today=today, regime=of.regime, severity=of.severity,
        severity_provisional=of.severity_provisional, field_known=facts.field is not None,
        window_until=found.class_window_until, letters_asked=bool(event.get("letters", False)),
        ended=found.record.withdrawn or facts.repaired_on is not None,
    )


def _facts(
    found: PenaltyView, prose: Prose, issuer: Organisation, rules: RuleSet, today: date, locality: str
) -> LetterFacts:
    facts, of, window = found.record.penalty, found.classification, found.window
    return LetterFacts(
        issuer=Issuer(name=issuer.name, short=issuer.short_code, code=issuer.code, contact=issuer.contact or None,
                      phone=issuer.phone or None, address=issuer.address or None),
        addressee=Addressee(kind=found.entity.kind, name=prose.subject_name or found.entity.name,
                            code=found.entity.code),
        authority=facts.authority.name, document_no=facts.document_no, decided_on=facts.decided_on,
        served_on=facts.served_on, act_type=prose.act_type, facts=prose.facts, basis=prose.basis,
        content=prose.content, kinds=facts.kinds, fine_fen=facts.fine_fen, confiscated_fen=facts.confiscated_fen,
        procedure=facts.procedure, stage=facts.stage, regime=Regime(of.regime or Regime.NDRC36),
        severity=of.severity, severity_source=SeveritySource(of.severity_source) if of.severity_source else None,
        severity_provisional=of.severity_provisional,
        publication=Publication(published=True, first_day=window.first_day, min_until=window.min_until,
                                max_until=window.max_until, by_itself=window.by_itself,
                                max_stated=window.max_source == "document")
        if window else Publication(published=False),
        repair=_repair(found), bans=tuple(_bans(found)),
        look_back=LookBack(first_day=found.look_back.first_day, last_day=found.look_back.until,
                           basis=found.look_back.basis) if found.look_back else None,
        ban_unread=facts.ban_unread, channels=tuple(channels_of(of.regime or "", rules, today)),
        clocks=clocks_of(facts.served_on, rules, today, fined=bool(facts.fine_fen)), locality=locality,
    )


def _repair(found: PenaltyView) -> Repair:
    facts, window = found.record.penalty, found.window
    return Repair(
        earliest=found.earliest.day, auto_stop_on=window.max_until if window else None,
        performed_on=facts.performed_on or facts.corrected_on,
    )


def _bans(found: PenaltyView) -> list[Ban]:
    return [
        Ban(title=scope_title(r.scope), basis=r.basis, first_day=r.first_day, last_day=r.last_day)
        for r in found.restrictions
    ]
