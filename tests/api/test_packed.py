"""Rows from another process come back one by one as they were, however they are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.packed import Packed, pack

ROWS = [f"row {n}" for n in range(137)]  # two whole blocks and a part


@given(count=st.integers(0, 137), start=st.integers(-5, 140), stop=st.integers(-5, 140))
def test_slices_are_those_of_the_rows(count: int, start: int, stop: int) -> None:
    rows = ROWS[:count]
    packed = Packed[str](pack(rows))
    assert len(packed) == count
    assert packed[start:stop] == rows[start:stop]
    assert packed[start:stop:3] == rows[start:stop:3]


def test_rows_are_found_one_by_one_and_in_order() -> None:
    packed = Packed[str](pack(iter(ROWS)))
    assert list(packed) == ROWS
    assert packed[-1] == ROWS[-1]
    with pytest.raises(IndexError):
        packed[137]
