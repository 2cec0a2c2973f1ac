"""Which letters follow: by class, stage, origin, window and locality, each with its reason where none does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest

import notices
from credit.kernel.rules import load
from credit.model import Severity, Stage, SubjectKind
from notices.issuance import REASONS, Issuance, NoLetter, Occasion, Origin, letters_for
from notices.model import LetterKind

RULES = load([Path(notices.__file__ or "").parent / "rules"])
REPAIR, LOCAL = LetterKind.REPAIR_NOTICE, LetterKind.DISHONESTY_NOTICE
USED_HERE = frozenset({LOCAL})

PUSHED = Occasion(
    event="penalty_recorded",
    subject_kind=SubjectKind.LEGAL_PERSON,
    origin=Origin.PUSH,
    stage=Stage.DECIDED,
    decided_on=date(2026, 5, 20),
    today=date(2026, 6, 1),
    regime="ndrc36",
    severity=Severity.GENERAL,
    severity_provisional=True,
    field_known=True,
    window_until=date(2027, 5, 20),
)


def decide(local: frozenset[LetterKind] = USED_HERE, **changes: object) -> Issuance:
    return letters_for(msgspec.structs.replace(PUSHED, **changes), RULES, local)


@pytest.mark.parametrize("severity", [Severity.GENERAL, Severity.SERIOUS, None])
def test_general_serious_and_unclassed_records_get_both_where_the_locality_uses_the_local_one(
    severity: Severity | None,
) -> None:
    assert decide(severity=severity).letters == (REPAIR, LOCAL)
    assert decide(frozenset(), severity=severity).letters == (REPAIR,)


def test_minor_records_get_the_repair_notice_only() -> None:
    assert decide(severity=Severity.MINOR).letters == (REPAIR,)


def test_a_draft_gets_its_letters_to_be_served_with_the_decision() -> None:
    assert decide(stage=Stage.DRAFT).letters == (REPAIR, LOCAL)
    assert decide(event="penalty_served") == Issuance(reason=NoLetter.EVENT_WITHOUT_LETTER)


def test_imports_get_letters_only_when_asked() -> None:
    assert decide(origin=Origin.IMPORT) == Issuance(reason=NoLetter.NOT_ASKED)
    assert decide(origin=Origin.IMPORT, letters_asked=True).letters == (REPAIR, LOCAL)


def test_a_completed_parked_row_is_treated_like_a_push() -> None:
    assert decide(origin=Origin.PARKED).letters == (REPAIR, LOCAL)


@pytest.mark.parametrize("origin", [Origin.IMPORT, Origin.PARKED])
def test_a_row_without_field_gets_none_while_its_class_is_provisional(origin: Origin) -> None:
    provisional = decide(origin=origin, letters_asked=True, field_known=False)
    assert provisional == Issuance(reason=NoLetter.CLASS_UNKNOWN)
    settled = decide(origin=origin, letters_asked=True, field_known=False, severity_provisional=False)
    assert settled.letters == (REPAIR, LOCAL)


def test_the_last_day_of_the_window_still_gets_a_letter_and_the_next_day_none() -> None:
    assert decide(today=date(2027, 5, 20)).letters
    assert decide(today=date(2027, 5, 21)) == Issuance(reason=NoLetter.PAST_WINDOW)


def test_before_2023_05_01_there_is_no_regime_and_no_letter() -> None:
    assert decide(decided_on=date(2023, 4, 30), regime=None) == Issuance(reason=NoLetter.BEFORE_REGIMES)
    assert decide(decided_on=date(2023, 5, 1), regime="ndrc58", severity=None).letters == (REPAIR, LOCAL)


def test_natural_persons_and_ended_records_get_none() -> None:
    assert decide(subject_kind=SubjectKind.NATURAL_PERSON).reason is NoLetter.NATURAL_PERSON
    assert decide(ended=True).reason is NoLetter.RECORD_ENDED


def test_an_event_nobody_decided_on_gets_none() -> None:
    assert decide(event="something_else").reason is NoLetter.EVENT_WITHOUT_LETTER


def test_every_reason_has_its_sentence() -> None:
    assert set(REASONS) == set(NoLetter)
