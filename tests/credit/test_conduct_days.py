"""Conduct counts after statement and defence: never before its notice, nor before its subject could read the reply."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit.conduct import Hearing, counts_from
from credit.model import Authority, ConductFacts

CLOCKS = Hearing(state_within=5, reply_within=10)
NOTICE = date(2026, 11, 20)  # a Friday; five working days: 23 to 27 November


def conduct(**facts: object) -> ConductFacts:
    given: dict[str, object] = {
        "scheme": "sample", "item": "late", "authority": Authority(name="示例局"), "document_no": "示告〔2026〕1号",
        "happened_on": date(2026, 11, 2), "notice_served_on": NOTICE, **facts}
    return ConductFacts(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(("facts", "first"), [
    ({}, date(2026, 11, 28)),
    ({"stated_on": date(2026, 11, 24)}, None),
    ({"stated_on": date(2026, 11, 24), "replied_on": date(2026, 11, 30), "upheld": True}, date(2026, 11, 30)),
    ({"stated_on": date(2026, 11, 24), "replied_on": date(2026, 11, 30), "reply_entered_on": date(2026, 12, 9),
      "upheld": True}, date(2026, 12, 9)),  # entered later than it is dated
    ({"stated_on": date(2026, 11, 18), "replied_on": date(2026, 11, 19), "reply_entered_on": date(2026, 11, 19),
      "upheld": True}, date(2026, 11, 28)),  # the notice was served anew after both
    ({"stated_on": date(2026, 11, 24), "replied_on": date(2026, 11, 30), "upheld": False}, None),
], ids=["silence", "waiting", "answered", "entered later", "served anew", "dropped"])
def test_the_first_day_of_worked_examples(facts: dict[str, object], first: date | None) -> None:
    assert counts_from(conduct(**facts), CLOCKS) == first


@given(stated=st.none() | st.integers(-30, 60).map(lambda n: NOTICE + timedelta(n)), waited=st.integers(0, 40),
       later=st.integers(0, 40), upheld=st.sampled_from([None, True, False]))
def test_nothing_counts_before_its_notice_or_before_the_reply_can_be_read(
    stated: date | None, waited: int, later: int, upheld: bool | None
) -> None:
    replied = None if stated is None or upheld is None else stated + timedelta(waited)
    entered = None if replied is None else replied + timedelta(later)
    first = counts_from(
        conduct(stated_on=stated, replied_on=replied, reply_entered_on=entered, upheld=upheld), CLOCKS)
    if first is not None:
        assert first > NOTICE or stated == first == NOTICE
        if stated is not None and NOTICE <= stated <= date(2026, 11, 27):
            assert entered is not None and first >= entered
