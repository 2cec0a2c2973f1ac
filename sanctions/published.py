"""What anybody may see without a key: bars in force whose decision the law has announced, shown look-backs, lists."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from credit.kernel.rules import RuleSet
from credit.model import Record, SubjectKind
from sanctions.bans import known_ban
from sanctions.classify import classify
from sanctions.findings import counts, stayed
from sanctions.listed import in_effect
from sanctions.lists import known_list
from sanctions.lookback import look_back
from sanctions.model import Restriction
from sanctions.publication import is_published, publication
from sanctions.terms import listing_shown, term
from sanctions.verdicts import Dossier, PublicRestriction


def published_restrictions(dossier: Dossier, day: date, rules: RuleSet) -> tuple[PublicRestriction, ...]:
    """The public part of the answer, without ids; nothing about natural persons.

    A running statutory ban is shown even after repair; a look-back or a list with verified effect only while the
    penalty or the entry itself is shown.
    """
    if dossier.entity is not None and dossier.entity.kind is SubjectKind.NATURAL_PERSON:
        return ()
    found = {*_lists(dossier, day, rules)}
    found |= {shown for _, _, shown in shown_bans(dossier, day, rules)}
    found |= {shown for _, shown in shown_look_backs(dossier, day, rules)}
    return tuple(sorted(found, key=lambda shown: (shown.first_day, shown.until or date.max, shown.basis)))


def shown_bans(
    dossier: Dossier, day: date, rules: RuleSet
) -> Iterator[tuple[Restriction, Record, PublicRestriction]]:
    """Bars that decisions state, in force on `day` and announced by law, each with its record."""
    records = {record.record_id: record for record in dossier.records if counts(record)}
    for restriction in dossier.restrictions:
        record, last = records.get(restriction.record_id), restriction.last_day
        if restriction.withdrawn or record is None or (last is not None and day > last):
            continue
        if day < max(restriction.first_day, record.penalty.decided_on):
            continue
        ban = known_ban(restriction.basis_id, record.penalty.decided_on, rules)
        if ban is not None and ban.announced and not stayed(record.penalty, day):
            shown = PublicRestriction(basis=restriction.basis, first_day=restriction.first_day, until=last)
            yield restriction, record, shown


def shown_look_backs(dossier: Dossier, day: date, rules: RuleSet) -> Iterator[tuple[Record, PublicRestriction]]:
    """Penalties shown on `day` that fail a look-back condition, certain and verified only."""
    for record in dossier.records:
        if not counts(record) or record.penalty.repaired_on is not None:
            continue
        facts = record.penalty
        found = look_back(facts, rules)
        window = publication(facts, classify(facts, rules), rules)
        shown = found is not None and found.certain and found.verified and day <= found.until
        if shown and found is not None and is_published(facts, window, day):
            yield record, PublicRestriction(basis=found.basis, first_day=found.first_day, until=found.until)


def _lists(dossier: Dossier, day: date, rules: RuleSet) -> Iterator[PublicRestriction]:
    for record in dossier.listings:
        facts, last = record.listing, term(record.listing, rules)
        known = known_list(facts.list, day, rules)
        shown = listing_shown(facts, rules, day, withdrawn=record.withdrawn)
        if known is not None and shown and in_effect(record, day, known, last):
            yield PublicRestriction(basis=f"{known.title}({known.basis})", first_day=facts.decided_on, until=last.until)
