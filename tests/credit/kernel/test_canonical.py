from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.kernel import canonical
from credit.kernel.canonical import CanonicalError
from credit.model import Authority, MeritFacts, PenaltyFacts, PenaltyKind

SHANGHAI = timezone(timedelta(hours=8))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


class Colour(StrEnum):
    RED = "red"


FACTS = PenaltyFacts(
    authority=Authority(name="示例市住房和城乡建设局", code=None),
    document_no="示建罚〔2026〕1号",
    decided_on=date(2026, 5, 20),
    kinds=(PenaltyKind.FINE, PenaltyKind.WARNING),
    fine_fen=2334000,
)


def test_one_text_per_value() -> None:
    value = {
        "z": [1, True, None],
        "a": {"日": date(2026, 5, 20), "at": datetime(2026, 5, 20, 8, tzinfo=SHANGHAI)},
        "colour": Colour.RED,
        "pair": (1, "é"),
    }
    assert canonical.encode(value) == (
        '{"a":{"at":"2026-05-20T00:00:00.000000Z","日":"2026-05-20"},'
        '"colour":"red","pair":[1,"é"],"z":[1,true,null]}'
    )


def test_structs_are_written_by_their_encoded_names_and_without_defaults() -> None:
    assert canonical.encode(FACTS) == (
        '{"authority":{"code":null,"name":"示例市住房和城乡建设局"},"decided_on":"2026-05-20",'
        '"document_no":"示建罚〔2026〕1号","fine_fen":2334000,"kinds":["fine","warning"]}'
    )


def test_microseconds_are_always_written() -> None:
    assert canonical.moment(datetime(2026, 1, 1, 0, 0, 0, 5, UTC)) == "2026-01-01T00:00:00.000005Z"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1.5]}, "/a/0: float"),
        (float("nan"), "float"),
        (float("inf"), "float"),
        ({"at": datetime(2026, 1, 1)}, "naive"),  # noqa: DTZ001
        ({1: "x"}, "not text"),
        ({(1, 2): "x"}, "not text"),
        (b"x", "bytes"),
        (Decimal("1.1"), "Decimal"),
        (UUID(int=1), "UUID"),
        (timedelta(1), "timedelta"),
        ("\ud800", "surrogates"),
        (2**64, "64 bits"),
        (-(2**63) - 1, "64 bits"),
        (object(), "object"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: object, says: str) -> None:
    with pytest.raises(CanonicalError, match=says):
        canonical.encode(value)


@given(VALUES)
def test_text_means_what_the_value_meant(value: object) -> None:
    text = canonical.encode(value)
    assert json.loads(text) == value
    assert canonical.decode(text) == value
    assert canonical.encode(canonical.decode(text)) == text


@given(st.dictionaries(TEXT, VALUES, max_size=6), st.randoms())
def test_key_order_does_not_matter(value: dict[str, object], random: object) -> None:
    keys = list(value)
    random.shuffle(keys)  # type: ignore[attr-defined]
    assert canonical.encode({k: value[k] for k in keys}) == canonical.encode(value)
    assert list(canonical.decode(canonical.encode(value))) == sorted(value)


@given(st.datetimes(timezones=st.just(SHANGHAI)))
def test_the_same_moment_has_the_same_text(at: datetime) -> None:
    if at.year > 1:
        assert canonical.encode(at) == canonical.encode(at.astimezone(UTC))
        assert canonical.decode(canonical.encode(at), datetime) == at


def test_typed_decoding() -> None:
    assert canonical.decode(canonical.encode(FACTS), PenaltyFacts) == FACTS
    with pytest.raises(msgspec.DecodeError):
        canonical.decode(canonical.encode(FACTS), MeritFacts)


def test_text_is_the_same_in_every_process() -> None:
    program = (
        "from credit.kernel import canonical\n"
        "print(canonical.digest({'b': {'x', 'y', 'z', 'w'}, 'a': {'日': 1, 'k': (1, 2)}}))"
    )
    root = Path(__file__).parents[3]
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            cwd=root,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1]
