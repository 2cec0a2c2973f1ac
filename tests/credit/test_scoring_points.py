"""Penalty points: conduct after its hearing, caps on bad conduct, cycles, thresholds; by hand, then as properties."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit import explain
from credit.model import ConductFacts
from credit.schemes import Newcomer
from credit.scores import Line, LineKind, Score, ScoredRecord
from credit.scoring import history, next_change, score
from tests.credit.points_scheme import DAYS, RECORDS, SCHEME, conduct, faults, merits, praise

SERVED = date(2026, 3, 2)  # a Monday; five working days end on Monday 9 March, so silence counts from 10 March
COUNTS = date(2026, 3, 10)


def on(day: date, *records: ScoredRecord) -> Score:
    return score(records, SCHEME, day)


def line(found: Score, kind: LineKind) -> Line:
    return next(x for x in found.lines if x.kind is kind)


def test_conduct_counts_after_the_time_to_state_and_is_seen_before() -> None:
    late = conduct("c1", "late", SERVED)
    assert [x.kind for x in on(SERVED - timedelta(1), late).lines] == [LineKind.BASE]
    open_ = on(COUNTS - timedelta(1), late)
    pending = line(open_, LineKind.PENDING)
    assert (open_.value, pending.points, pending.first) == (2500, 0, COUNTS)
    assert "处于陈述申辩期,尚未计入,最早自2026年3月10日起计入" in explain.sentence(pending)
    counted = on(COUNTS, late)
    assert (counted.value, line(counted, LineKind.FAULT).first) == (2200, COUNTS)


@pytest.mark.parametrize(
    ("facts", "value"),
    [
        ({"stated_on": date(2026, 3, 5)}, 2500),  # a statement in time and no reply: open
        ({"stated_on": date(2026, 3, 5), "replied_on": date(2026, 3, 6), "upheld": True}, 2200),
        ({"stated_on": date(2026, 3, 5), "replied_on": date(2026, 3, 6), "upheld": False}, 2500),
        ({"repaired_on": date(2026, 3, 20)}, 2500),
        ({"scheme": "another"}, 2500),
        ({"item": "unknown"}, 2500),
    ],
)
def test_what_becomes_of_conduct(facts: dict[str, Any], value: int) -> None:
    record = conduct("c1", "late", SERVED)
    changed = msgspec.structs.replace(record.record, facts=msgspec.structs.replace(record.record.facts, **facts))
    assert on(date(2026, 3, 20), ScoredRecord(changed)).value == value


def test_conduct_under_an_unknown_code_is_a_line_without_points() -> None:
    assert line(on(COUNTS, conduct("c1", "unknown", SERVED)), LineKind.NOT_LISTED).record_id == "c1"


def test_a_group_caps_bad_conduct() -> None:
    # 4 + 3 of at most 8, then 1 of 3; the second phone is one record too many
    found = on(COUNTS, *(conduct(f"c{i}", item, SERVED) for i, item in enumerate(["late", "late", "phone", "phone"])))
    taken = (x.points for x in found.lines if x.kind in {LineKind.FAULT, LineKind.FAULT_CAPPED})
    assert sorted(taken) == [-400, -300, -100, 0]
    assert found.value == 2500 - 800
    told = [explain.sentence(x) for x in found.lines if x.kind is LineKind.FAULT_CAPPED]
    assert any("受上限限制,扣1分" in x for x in told)
    assert any("已达上限,不再扣分" in x for x in told)


def test_points_are_cleared_with_the_cycle() -> None:
    # Served on 16 February 2026 would count from 2 March, in the next cycle; served on 2 February from 10 February.
    before, after = conduct("c1", "late", date(2026, 2, 2)), conduct("c2", "late", date(2026, 2, 24))
    assert line(on(date(2026, 2, 20), before), LineKind.FAULT).last == date(2026, 2, 28)
    assert on(date(2026, 3, 1), before).value == 2500
    assert line(on(date(2026, 4, 1), after), LineKind.FAULT).last == date(2027, 2, 28)


def test_fifteen_points_at_once_suspend_for_six_months() -> None:
    found = on(COUNTS, conduct("c1", "leaving", SERVED))
    reached = next(x for x in found.lines if x.rule == "sample_points.once_15")
    # 25 − 15 is 10, band B; held at S from 10 March to 10 September
    assert (found.value, found.grade, reached.points) == (1000, "S", 0)
    assert (reached.record_id, reached.first, reached.last) == ("c1", COUNTS, date(2026, 9, 10))
    assert "自2026年3月10日起信用等级最高为S级,计至2026年9月10日(含当日)" in explain.sentence(reached)
    later = next_change([conduct("c1", "leaving", SERVED)], SCHEME, date(2026, 6, 11))
    assert later is not None
    assert (later.on, later.grade) == (date(2026, 9, 11), "B")


def test_twenty_five_points_in_a_cycle_and_a_further_record_begins_the_time_anew() -> None:
    # 10 on 10 March, 10 on 10 April (served 1 April: 清明 on the 6th; five working days end on the 9th), 10 on 9 May
    one, two = conduct("c1", "absent", SERVED), conduct("c2", "absent", date(2026, 4, 1))
    three, four = conduct("c3", "absent", date(2026, 4, 27)), conduct("c4", "late", date(2026, 6, 1))
    assert on(date(2026, 4, 30), one, two).grade == "B"
    steps = history([one, two, three], SCHEME, date(2026, 3, 1), date(2027, 3, 1))
    begun = next(s for s in steps if s.grade == "S")
    reached = next(x for x in begun.lines if x.rule == "sample_points.year_25")
    assert (begun.value, reached.record_id, reached.first) == (-500, "c3", begun.on)
    longer = on(date(2026, 12, 1), one, two, three, four)
    held = next(x for x in longer.lines if x.rule == "sample_points.year_25")
    assert (held.first, held.record_id, held.last) == (begun.on, "c4", date(2026, 12, 9))


def test_points_of_two_cycles_do_not_add_up() -> None:
    # 10 + 10 before 1 March, 10 after: 20 and 10, never 25; but 12 within three months hold B
    old = [conduct(f"c{i}", "absent", date(2026, 2, 2)) for i in (1, 2)]
    found = on(COUNTS, *old, conduct("c3", "absent", SERVED))
    assert found.value == 1500
    assert {x.rule for x in found.lines if x.kind is LineKind.THRESHOLD} == {"sample_points.three_12"}


def test_a_repaired_record_no_longer_holds_the_grade_down() -> None:
    mended = conduct("c1", "leaving", SERVED, repaired_on=date(2026, 5, 1))
    assert on(date(2026, 4, 30), mended).grade == "S"
    assert (on(date(2026, 5, 1), mended).value, on(date(2026, 5, 1), mended).grade) == (2500, "A")


def test_an_award_brings_no_more_than_its_like() -> None:
    found = on(COUNTS, praise("m1", "city_praise", SERVED))
    assert (found.value, line(found, LineKind.CAPPED).points) == (2700, 200)
    # together no more than the cap of the like award, 4
    assert on(COUNTS, *(praise(f"m{i}", "city_praise", SERVED) for i in range(3))).value == 2900


def test_a_newcomer_keeps_its_grade_until_the_first_bad_record() -> None:
    newcomer = Newcomer(grade="A", title="初次入库", source="示例", verified=False)
    scheme = msgspec.structs.replace(SCHEME, base=2000, newcomer=newcomer)
    clean = score([], scheme, COUNTS)
    assert (clean.value, clean.grade) == (2000, "A")
    assert "没有不良记录,信用等级不低于A级" in explain.sentence(line(clean, LineKind.NEWCOMER))
    assert score([conduct("c1", "late", SERVED)], scheme, COUNTS).grade == "B"
    assert score([conduct("c1", "late", SERVED)], scheme, COUNTS - timedelta(1)).grade == "A"


def not_above(after: Score, before: Score) -> bool:
    return after.value <= before.value and SCHEME.rank(after.grade) >= SCHEME.rank(before.grade)


@given(RECORDS, faults(), DAYS)
def test_a_further_bad_record_never_raises(records: list[ScoredRecord], more: ScoredRecord, day: date) -> None:
    assert not_above(on(day, *records, more), on(day, *records))


@given(RECORDS, faults(), DAYS)
def test_a_worse_record_never_raises(records: list[ScoredRecord], one: ScoredRecord, day: date) -> None:
    """Not repaired, not dropped, of a higher class."""
    facts, severity = one.record.facts, one.severity
    if isinstance(facts, ConductFacts):
        upheld = True if facts.upheld is False else facts.upheld
        facts = msgspec.structs.replace(facts, repaired_on=None, upheld=upheld)
    worse = ScoredRecord(msgspec.structs.replace(one.record, facts=facts), severity and type(severity).SERIOUS)
    assert not_above(on(day, *records, worse), on(day, *records, one))


@given(RECORDS, merits(), DAYS)
def test_further_good_conduct_never_lowers(records: list[ScoredRecord], more: ScoredRecord, day: date) -> None:
    assert not_above(on(day, *records), on(day, *records, more))


@given(RECORDS, DAYS, st.randoms(use_true_random=False))
def test_order_does_not_matter(records: list[ScoredRecord], day: date, random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert on(day, *shuffled) == on(day, *records)


@given(RECORDS, DAYS)
def test_lines_add_up_within_bounds(records: list[ScoredRecord], day: date) -> None:
    found = on(day, *records)
    assert sum(x.points for x in found.lines) == found.value <= 3000
    assert sum(-x.points for x in found.lines if x.rule in {"sample_points.late", "sample_points.phone"}) <= 800
    assert sum(x.points for x in found.lines if x.kind in {LineKind.MERIT, LineKind.CAPPED}) <= 500
    worst = max((x.grade for x in found.lines if x.grade), key=SCHEME.rank, default="A")
    assert SCHEME.rank(found.grade) == max(SCHEME.rank(worst), SCHEME.rank(SCHEME.band(found.value).grade))


@given(RECORDS, faults(), DAYS)
def test_what_begins_later_does_not_alter_the_past(
    records: list[ScoredRecord], more: ScoredRecord, day: date
) -> None:
    facts = more.record.facts
    begins = facts.notice_served_on if isinstance(facts, ConductFacts) else more.record.penalty.decided_on
    before = min(day, begins - timedelta(1))
    assert on(before, *records, more) == on(before, *records)


@given(RECORDS, DAYS, st.integers(0, 300))
def test_history_knows_every_day(records: list[ScoredRecord], first: date, span: int) -> None:
    steps = history(records, SCHEME, first, first + timedelta(span))
    for offset in range(0, span + 1, 11):
        day = first + timedelta(offset)
        step, now = [s for s in steps if s.on <= day][-1], on(day, *records)
        assert (step.value, step.grade) == (now.value, now.grade)
