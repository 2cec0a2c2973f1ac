"""An outcome stands where every reading of the tender agrees; where they differ it stays open and says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctions.reasons import Finding, bar, doubt, note, weigh, with_note
from sanctions.verdicts import Effect, Outcome, Reason, ReasonSource

LAW = ReasonSource.STATUTE
INCOMPLETE = doubt("tender_incomplete", ReasonSource.DATA, "示例")
BARS = bar("ban_in_force", LAW, "示例", basis="示例法第一条", verified=True)
OPEN = doubt("record_incomplete", LAW, "示例")
SEEN = note("entity_unknown", LAW, "示例")


@pytest.mark.parametrize(
    ("findings", "outcome", "codes"),
    [
        # two readings: bit 1 the first, bit 2 the second
        ([], "eligible", []),
        ([Finding(SEEN, -1)], "eligible", ["entity_unknown"]),
        ([Finding(BARS, 0b11)], "ineligible", ["ban_in_force"]),
        ([Finding(BARS, 0b01)], "undetermined", ["ban_in_force", "tender_incomplete"]),
        ([Finding(BARS, 0b01), Finding(BARS, 0b10)], "ineligible", ["ban_in_force", "ban_in_force"]),
        ([Finding(OPEN, -1)], "undetermined", ["record_incomplete"]),
        ([Finding(OPEN, 0b10)], "undetermined", ["record_incomplete", "tender_incomplete"]),
        ([Finding(OPEN, 0b01), Finding(OPEN, 0b10)], "undetermined", ["record_incomplete", "record_incomplete"]),
        (
            [Finding(BARS, 0b01), Finding(OPEN, 0b10)],
            "undetermined",
            ["ban_in_force", "record_incomplete", "tender_incomplete"],
        ),
        ([Finding(BARS, 0b11), Finding(OPEN, 0b11)], "ineligible", ["ban_in_force", "record_incomplete"]),
        ([Finding(BARS, 0b00, SEEN)], "eligible", ["entity_unknown"]),
        ([Finding(BARS, 0b00)], "eligible", []),
    ],
)
def test_two_readings(findings: list[Finding], outcome: str, codes: list[str]) -> None:
    found = weigh(findings, 2, INCOMPLETE)
    assert found.outcome == outcome
    assert sorted(reason.code for reason in found.reasons) == codes


def test_a_bar_in_some_readings_only_is_not_called_a_bar() -> None:
    assert not any(reason.bars for reason in weigh([Finding(BARS, 0b01)], 2, INCOMPLETE).reasons)


@pytest.mark.parametrize(("basis", "verified"), [("示例法第一条", False), ("", True)])
def test_what_has_no_verified_basis_never_bars(basis: str, verified: bool) -> None:
    reason = bar("ban_in_force", LAW, "示例", basis=basis, verified=verified)
    assert (reason.code, reason.effect, reason.bars) == ("effect_unverified", Effect.UNDETERMINED, False)


def test_bars_come_first_then_what_is_open_then_notes() -> None:
    found = weigh([Finding(SEEN, -1), Finding(OPEN, -1), Finding(BARS, -1)], 1, INCOMPLETE)
    assert found.reasons == (BARS, OPEN, SEEN)
    assert with_note((BARS, OPEN), SEEN) == found.reasons


@given(st.lists(st.tuples(st.sampled_from([BARS, OPEN, SEEN]), st.integers(0, 7)), max_size=6))
def test_the_order_of_findings_does_not_matter(pairs: list[tuple[Reason, int]]) -> None:
    findings = [Finding(reason, mask) for reason, mask in pairs]
    assert weigh(findings, 3, INCOMPLETE) == weigh(findings[::-1], 3, INCOMPLETE)
    barred = 0
    for reason, mask in pairs:
        barred |= mask if reason is BARS else 0
    assert (weigh(findings, 3, INCOMPLETE).outcome is Outcome.INELIGIBLE) == (barred == 7)
