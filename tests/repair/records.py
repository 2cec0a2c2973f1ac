"""Records as plans see them, and cases, made for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from credit.kernel.rules import RuleSet
from credit.model import Authority, Entity, ListFacts, PenaltyFacts, Record, RecordKind, SubjectKind
from repair.model import Case, CaseState, Extension, FilingChannel, Item, Supplement
from sanctions.model import Restriction, Scope
from sanctions.service.scoring.standing import ListingView, PenaltyView, listing_view, view
from tests.factories import SAMPLE_AUTHORITY, uscc

FIRM = Entity(entity_id="e1", kind=SubjectKind.LEGAL_PERSON, name="示例市样本工程有限公司", code=uscc(1))
DAY = date(2026, 11, 22)


def _record(record_id: str, kind: RecordKind, facts: PenaltyFacts | ListFacts, withdrawn: bool) -> Record:
    return Record(record_id=record_id, revision=1, kind=kind, entity_id="e1", seq=0, first_seq=0,
                  recorded_at=datetime(2026, 5, 21, tzinfo=UTC), facts=facts, withdrawn=withdrawn)


def penalty_view(
    rules: RuleSet, record_id: str = "p1", on: date = DAY, bans: tuple[Restriction, ...] = (),
    entity: Entity = FIRM, withdrawn: bool = False, **facts: Any,
) -> PenaltyView:
    """A penalty of the sample housing bureau with what the rules say of it; keywords are facts."""
    given = {"authority": SAMPLE_AUTHORITY, "document_no": "示建罚〔2026〕1号", "decided_on": date(2026, 5, 20),
             "kinds": ["fine"], **facts}
    made = _record(record_id, RecordKind.PENALTY, msgspec.convert(_plain(given), PenaltyFacts), withdrawn)
    return view(made, entity, bans, on, rules)


def listing(rules: RuleSet, record_id: str = "l1", on: date = DAY, **facts: Any) -> ListingView:
    """A list entry with what the rules say of it; keywords are facts."""
    given = {"authority": Authority(name="示例市某局"), "list": "wage_arrears", "document_no": "示列〔2025〕1号",
             "decided_on": date(2025, 9, 15), **facts}
    made = _record(record_id, RecordKind.LIST_ENTRY, msgspec.convert(_plain(given), ListFacts), False)
    return listing_view(made, FIRM, on, rules)


def ban(until: date | None, record_id: str = "p1", scope: Scope = Scope.MANDATORY_TENDER) -> Restriction:
    return Restriction(restriction_id=f"r-{record_id}", record_id=record_id, entity_id="e1", scope=scope,
                       first_day=date(2026, 5, 20), last_day=until, basis_id="ban.tendering_law_53",
                       basis="招标投标法 第五十三条", seq=0)


def case(**facts: Any) -> Case:
    """A draft of one record; keywords replace members."""
    given: dict[str, Any] = {
        "case_id": "rep_1", "version": 1, "entity_id": "e1", "code": FIRM.code or "", "state": CaseState.DRAFT,
        "channel": FilingChannel.CREDITCHINA, "decider": SAMPLE_AUTHORITY, "opened_on": DAY,
        "items": (Item(record_id="p1"),), **facts,
    }
    return Case(**given)


def handed_in(
    submitted_on: date, accepted_on: date | None = None, asked_on: date | None = None,
    answered_on: date | None = None, extended_until: date | None = None,
) -> Case:
    """A case that was submitted, with what happened since."""
    waiting = asked_on is not None and answered_on is None
    asked = Supplement(asked_on=asked_on, until=date(2027, 1, 15), asked_in=CaseState.SUBMITTED, missing=(),
                       papers=("performance",), answered_on=answered_on) if asked_on else None
    return case(
        state=CaseState.SUPPLEMENT_REQUESTED if waiting else CaseState.SUBMITTED, submitted_on=submitted_on,
        accepted_on=accepted_on, supplement=asked,
        extension=Extension(made_on=submitted_on, until=extended_until) if extended_until else None,
    )


def _plain(given: dict[str, Any]) -> Any:
    return msgspec.to_builtins(given, builtin_types=(date,))
