"""What a tender touches, as the contract tells it; what is not said is read every way it can be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctions.tender import TenderContradictory, readings, unsaid
from sanctions.verdicts import Tender, TenderRegime, TenderType
from tests.sanctions.dossiers import tender

ALL = "all_public_resources"


@pytest.mark.parametrize(
    ("asked", "scopes"),
    [
        ({"type": "construction", "regimes": ["tendering"], "mandatory": True}, [{"mandatory_tender"}]),
        ({"type": "construction", "regimes": ["tendering"], "mandatory": False}, [set()]),
        (
            {
                "type": "construction",
                "regimes": ["tendering", "government_procurement"],
                "mandatory": True,
            },
            [{"mandatory_tender", "government_procurement"}],
        ),
        (
            {"type": "construction", "regimes": ["government_procurement"], "mandatory": False},
            [{"government_procurement"}],
        ),
        # regimes unsaid: {tendering} and {tendering, government_procurement}
        (
            {"type": "construction", "mandatory": True},
            [{"mandatory_tender"}, {"mandatory_tender", "government_procurement"}],
        ),
        # mandatory unsaid: both
        ({"type": "construction", "regimes": ["tendering"]}, [{"mandatory_tender"}, set()]),
        # neither said: two by two
        (
            {"type": "construction"},
            [
                {"mandatory_tender"},
                set(),
                {"mandatory_tender", "government_procurement"},
                {"government_procurement"},
            ],
        ),
        # under procurement alone nothing can be 依法必须招标
        (
            {"type": "construction", "regimes": ["government_procurement"]},
            [{"government_procurement"}],
        ),
        ({"type": "government_procurement"}, [{"government_procurement"}]),
        ({"type": "government_procurement", "mandatory": True}, [{"government_procurement"}]),
        ({"type": "land"}, [{"land_transaction"}]),
        ({"type": "mining", "mandatory": True}, [{"land_transaction"}]),
        ({"type": "state_property"}, [{"property_transaction"}]),
        ({"type": "agency"}, [{"agency_work"}]),
        ({"type": "evaluation"}, [{"evaluation_work"}]),
        ({"type": "other", "regimes": []}, [set()]),
        ({"type": "other", "regimes": ["tendering"], "mandatory": True}, [{"mandatory_tender"}]),
    ],
)
def test_what_bars_where(asked: dict[str, Any], scopes: list[set[str]]) -> None:
    found = [set(map(str, reading.scopes)) - {ALL} for reading in readings(tender(**asked))]
    assert sorted(found, key=sorted) == sorted(scopes, key=sorted)


def test_bars_on_all_public_resources_hold_everywhere() -> None:
    assert all(ALL in reading.scopes for reading in readings(Tender()))


def test_what_was_not_said_is_named() -> None:
    assert unsaid(tender(type="construction")) == ("regimes", "mandatory")
    assert unsaid(tender(type="land", regimes=[], mandatory=False)) == ()


tenders = st.builds(
    Tender,
    type=st.none() | st.sampled_from(TenderType),
    regimes=st.none() | st.lists(st.sampled_from(TenderRegime), unique=True).map(tuple),
    mandatory=st.none() | st.booleans(),
)


@given(tenders, st.booleans())
def test_saying_more_never_adds_a_reading(asked: Tender, mandatory: bool) -> None:
    def of(one: Tender) -> set[Any]:
        try:
            return set(readings(one))
        except TenderContradictory:
            return set()

    told = Tender(type=asked.type, regimes=asked.regimes, mandatory=mandatory)
    if asked.mandatory is None:
        assert of(told) <= of(asked)
