"""A delivery only ever moves forward, in whatever order receipts come in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.deliveries import ORDER, TRANSITIONS, UNSETTLED, Act, DeliveryState, advance

S = DeliveryState


def walk(acts: list[Act]) -> list[DeliveryState]:
    states = [S.QUEUED]
    for act in acts:
        states.append(advance(states[-1], act) or states[-1])
    return states


@given(st.lists(st.sampled_from(Act)))
def test_no_sequence_of_acts_moves_a_delivery_back(acts: list[Act]) -> None:
    ranks = [ORDER[state] for state in walk(acts)]
    assert ranks == sorted(ranks)


@given(st.lists(st.sampled_from(Act)))
def test_what_failed_or_was_suppressed_stays_so(acts: list[Act]) -> None:
    states = walk(acts)
    for ended in (S.FAILED, S.SUPPRESSED, S.READ):
        if ended in states:
            assert set(states[states.index(ended):]) == {ended}


@given(st.lists(st.sampled_from(Act)))
def test_nothing_is_sent_without_an_attempt(acts: list[Act]) -> None:
    states = walk(acts)
    if {S.SENT, S.DELIVERED, S.READ} & set(states):
        assert S.SENDING in states


def test_every_state_can_be_reached() -> None:
    assert set(TRANSITIONS.values()) | {S.QUEUED} == set(S)


@pytest.mark.parametrize("state", [S.SENT, S.DELIVERED, S.READ])
def test_what_has_gone_out_is_not_tried_again(state: DeliveryState) -> None:
    assert state not in UNSETTLED
    assert advance(state, Act.TRY) is None


def test_a_late_receipt_changes_nothing() -> None:
    assert advance(S.READ, Act.ARRIVE) is None
    assert advance(S.DELIVERED, Act.ACCEPT) is None
