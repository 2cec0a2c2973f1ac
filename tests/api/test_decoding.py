"""All faults of a value at once, each with pointer, code and cure; and never anything but a value or faults."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from api import decoding
from api.decoding import Faulty, collect, collect_each
from api.problems import Malformed
from credit.kernel.errors import Invalid
from sanctions.model import PenaltyCommand


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Part(msgspec.Struct, frozen=True, rename={"first_day": "from"}):
    first_day: date
    colour: Colour | None = None


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    count: Annotated[int, Meta(ge=0)] = 0
    ratio: float = 0.0
    flag: bool = False
    at: datetime | None = None
    parts: tuple[Part, ...] = ()
    tags: dict[str, str] = {}


def faults(raw: object, kind: Any = Whole) -> set[tuple[str, str]]:
    found = collect(kind, raw)
    assert isinstance(found, Faulty)
    return {(e.pointer, e.code) for e in found.errors}


def test_a_good_value_comes_out_as_its_type() -> None:
    found = collect(Whole, {"name": "甲", "parts": [{"from": "2026-05-20", "colour": "red"}]})
    assert found == Whole(name="甲", parts=(Part(date(2026, 5, 20), Colour.RED),))


def test_every_fault_is_named_at_once() -> None:
    raw = {
        "name": "", "count": -1, "ratio": "x", "flag": 1, "at": "2026-05-20T09:00:00", "nmae": "甲",
        "parts": [{"colour": "blue"}, {"from": "2026-02-30"}, 7], "tags": {"a": 1},
    }
    assert faults(raw) == {
        ("/name", "too_short"), ("/count", "out_of_range"), ("/ratio", "wrong_type"), ("/flag", "wrong_type"),
        ("/at", "not_a_moment"), ("/nmae", "unknown_field"), ("/parts/0/from", "missing"),
        ("/parts/0/colour", "not_allowed"), ("/parts/1/from", "not_a_day"), ("/parts/2", "wrong_type"),
        ("/tags/a", "wrong_type"),
    }


def test_a_fault_says_the_cure() -> None:
    found = collect(Whole, {"nmae": "甲", "parts": [{"from": "2026-05-20", "colour": "blue"}]})
    assert isinstance(found, Faulty)
    said = {e.pointer: e.detail for e in found.errors}
    assert said["/nmae"] == "没有此字段;是否指 name"
    assert said["/parts/0/colour"] == "只能是:red、green"
    assert said["/name"] == "缺少 name,请填写"


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"name": "a\x00b"}, ("/name", "control_character")),
        ({"name": "\ud800"}, ("/name", "control_character")),
        ({"name": "甲", "tags": {"a\x00": "b"}}, ("/tags", "control_character")),
        ({"name": "甲", "count": 2**63}, ("/count", "out_of_range")),
        ({"name": "甲", "count": 1.0}, ("/count", "wrong_type")),
        ({"name": "甲", "count": True}, ("/count", "wrong_type")),
        ({"name": "甲", "parts": [{"from": "9999-12-31"}]}, ("/parts/0/from", "out_of_range")),
        ({"name": "甲", "at": "0001-01-01T00:00:00+08:00"}, ("/at", "not_a_moment")),
        ({"name": "甲", "parts": [{"from": "20260520"}]}, ("/parts/0/from", "not_a_day")),
        ([], ("", "wrong_type")),
        (None, ("", "wrong_type")),
    ],
)
def test_what_no_database_could_hold_is_a_fault(raw: object, fault: tuple[str, str]) -> None:
    assert faults(raw) == {fault}


def test_a_bad_item_of_a_batch_stops_no_other() -> None:
    found = list(collect_each(Part, [{"from": "2026-05-20"}, {"from": 1}, {"from": "2026-05-21"}]))
    assert [isinstance(f, Faulty) for f in found] == [False, True, False]


def test_pointers_stand_below_the_given_place() -> None:
    found = collect(Part, {}, at="/3")
    assert isinstance(found, Faulty)
    assert found.errors[0].pointer == "/3/from"


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'"\xff"', b"NaN", b"1e400", b"1" * 5000, b"[" * 100_000, b'{"a":' * 50_000,
             b'"\\ud800"', b"{} {}"],
)
def test_a_body_that_is_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        decoding.read(Whole, body)


def test_a_body_with_faults_is_invalid_and_counts_them() -> None:
    with pytest.raises(Invalid) as refused:
        decoding.read(Whole, b'{"count": "x"}')
    assert {e.pointer for e in refused.value.errors} == {"/name", "/count"}
    assert refused.value.detail.startswith("共2处有误")


def test_a_refusal_names_at_most_a_hundred_faults() -> None:
    with pytest.raises(Invalid) as refused:
        decoding.read(Whole, msgspec.json.encode({"name": "甲", "parts": [0] * 1000}))
    assert len(refused.value.errors) == 100
    assert "1000" in refused.value.detail


WORDS = st.text() | st.sampled_from(["2026-05-20", "red", "fine"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS)
NAMES = st.sampled_from(["name", "count", "parts", "from", "colour", "at", "subject", "kinds", "restrictions", "x"])
VALUES = st.recursive(SCALARS, lambda v: st.lists(v, max_size=4) | st.dictionaries(NAMES | st.text(), v, max_size=6))


@given(VALUES)
def test_anything_becomes_a_value_or_faults(raw: object) -> None:
    for kind in (Whole, PenaltyCommand):
        found = collect(kind, raw)
        assert isinstance(found, kind) or (isinstance(found, Faulty) and found.errors)


@given(st.builds(Whole, name=st.text("甲乙ab", min_size=1, max_size=5), count=st.integers(0, 2**62)))
def test_what_the_service_writes_it_reads(value: Whole) -> None:
    assert decoding.read(Whole, msgspec.json.encode(value)) == value
