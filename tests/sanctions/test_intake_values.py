"""Days and amounts are read exactly or refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanctions.intake.values import ValueFault, is_empty, parse_amount, parse_date

FEN = st.integers(min_value=0, max_value=10**15)
DAYS = st.dates(min_value=date(1955, 1, 1), max_value=date(2099, 12, 31))


@given(FEN)
def test_an_amount_in_wan_yuan_is_exact_to_the_fen(fen: int) -> None:
    written = f"{Decimal(fen).scaleb(-6):f}"
    assert parse_amount(written, "万元") == fen
    assert parse_amount(written + "万元", None) == fen


@given(FEN)
def test_width_and_grouping_change_nothing(fen: int) -> None:
    grouped = f"{fen // 10**6:,}.{fen % 10**6:06d}"
    wide = "".join(chr(ord(c) + 0xFEE0) for c in grouped)
    assert parse_amount(grouped, "万元") == parse_amount(wide, "万元") == fen


@given(FEN)
def test_yuan_and_wan_yuan_differ_by_four_places(fen: int) -> None:
    assert parse_amount(f"{Decimal(fen).scaleb(-2):f}", "元") == fen


@given(st.text(max_size=12), st.sampled_from(["万元", "元", None]))
def test_an_amount_is_fen_or_a_fault(text: str, unit: str | None) -> None:
    try:
        assert parse_amount(text, unit) >= 0
    except ValueFault as fault:
        assert fault.code.startswith("amount_")


@pytest.mark.parametrize(
    ("text", "unit", "code"),
    [
        ("12,34", "万元", "amount_unreadable"),
        ("1.2.3", "万元", "amount_unreadable"),
        ("1 2", "万元", "amount_unreadable"),
        ("2E+02", "万元", "amount_unreadable"),
        ("约2", "万元", "amount_unreadable"),
        ("-0.5", "万元", "amount_negative"),
        ("2万元", "元", "amount_unit"),
        ("20000", None, "amount_unit_unknown"),
        ("0.001", "元", "amount_below_fen"),
        ("9" * 19, "万元", "amount_too_large"),
    ],
)
def test_what_is_no_plain_amount_is_refused(text: str, unit: str | None, code: str) -> None:
    with pytest.raises(ValueFault) as caught:
        parse_amount(text, unit)
    assert caught.value.code == code


FORMS = [
    "{y}-{m}-{d}",
    "{y}/{m:02}/{d:02}",
    "{y}{m:02}{d:02}",
    "{y}年{m}月{d}日",
    "{y} 年 {m:02} 月 {d:02} 日",
    "{y}.{m}.{d}",
]


@given(DAYS, st.sampled_from([*FORMS, "{y}-{m:02}-{d:02} 17:13", "{y}/{m:02}/{d:02} 17:13:37.000"]))
def test_every_written_form_gives_the_day(day: date, form: str) -> None:
    assert parse_date(form.format(y=day.year, m=day.month, d=day.day)) == day


@given(DAYS)
def test_serial_numbers_count_from_1900_or_with_the_shift_from_1904(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert parse_date(str(serial)) == day
    assert parse_date(str(serial - 1462), 1462) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("二〇一四年六月二十七日", date(2014, 6, 27)),
        ("二○二六年十月十日", date(2026, 10, 10)),
        ("二零二六年十二月三十一日", date(2026, 12, 31)),
        ("２０２６年５月２０日", date(2026, 5, 20)),
    ],
)
def test_chinese_numerals_and_full_width(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["2026年5月", "2026-05", "202605", "2026", "二〇二六年五月"])
def test_a_month_is_no_day(text: str) -> None:
    with pytest.raises(ValueFault) as caught:
        parse_date(text)
    assert caught.value.code == "date_no_day"


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026年13月1日", "昨天", "20260229", "99999", "0026-01-01", "二〇二六年五月三十二日"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueFault) as caught:
        parse_date(text)
    assert caught.value.code == "date_unreadable"


@given(st.text(max_size=20))
def test_a_date_is_a_day_or_a_fault(text: str) -> None:
    try:
        assert parse_date(text) - date(1949, 1, 1) >= timedelta(0)
    except ValueFault as fault:
        assert fault.code.startswith("date_")


def test_marks_for_nothing_are_empty() -> None:
    assert all(map(is_empty, ["", "无", "/", "—", "不详", "NULL"]))
    assert not any(map(is_empty, ["0", "无名公司", "警告"]))
