"""Cells to values: days and amounts, exactly as written or not at all."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_EMPTY = frozenset({"-", "--", "—", "——", "/", "\\", "无", "不详", "未知", "暂无", "空", "null", "none", "n/a", "nan"})
_CELL_ERROR = re.compile(r"#(?:REF!|N/A|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_TIME = r"(?:[\sT]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_DAY = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*日?" + _TIME)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NO_DAY = re.compile(r"\d{4}\s*(?:[年/.-]\s*(?:\d{1,2}\s*月?)?)?|\d{6}")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_SERIALS = range(20_000, 80_000)  # 1954 to 2119
_SERIAL_ZERO = date(1899, 12, 30)
_FIRST_YEAR = 1949
_HAN = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN_DAY = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})日)?)?"
)
_NUMBER = re.compile(r"(\d+|\d{1,3}(?:,\d{3})+)(?:\.(\d+))?")
_AMOUNT = re.compile(r"([+-]?)\s*([\d.,]+)\s*(万元|万|元)?")
_WAN, _YUAN = 6, 2  # digits after the point that make one fen
_MOST_DIGITS = 18


class ValueFault(Exception):
    """A cell that says something else than a day or an amount: code, and the cure in a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def is_empty(text: str) -> bool:
    """True for blanks and for the marks offices write where there is nothing (无, /, —, 不详)."""
    return not text or text.casefold() in _EMPTY


def is_cell_error(text: str) -> bool:
    """True for what a spreadsheet shows where a calculation failed (#REF!, #N/A)."""
    return bool(_CELL_ERROR.fullmatch(text))


def parse_date(text: str, shift: int = 0) -> date:
    """The day a cell names, Asia/Shanghai; `shift` is added to serial numbers. Raises ValueFault, never guesses."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if found := _DAY.fullmatch(folded) or _COMPACT.fullmatch(folded):
        year, month, day = map(int, found.groups())
        return _day(year, month, day)
    if (found := _SERIAL.fullmatch(folded)) and int(found[1]) + shift in _SERIALS:
        return _SERIAL_ZERO + timedelta(days=int(found[1]) + shift)
    return _other_date(re.sub(r"\s+", "", folded))


def parse_amount(text: str, unit: str | None) -> int:
    """Fen from a number in `unit` (万元, 元; None = the header names none). Exact; raises ValueFault."""
    folded = unicodedata.normalize("NFKC", text).strip()
    found = _AMOUNT.fullmatch(folded)
    if not found:
        raise ValueFault("amount_unreadable", "金额不是数字:请填阿拉伯数字,单位按列名")
    sign, digits, written = found.groups()
    if sign == "-":
        raise ValueFault("amount_negative", "金额为负:请核对")
    return _fen(digits, _places(unit, {"万": "万元"}.get(written, written)))


def _places(unit: str | None, written: str | None) -> int:
    if unit and written and written != unit:
        raise ValueFault("amount_unit", f"列的单位是{unit},单元格写的是{written}:请按列的单位换算后填写")
    used = unit or written
    if used is None:
        raise ValueFault("amount_unit_unknown", "列名和单元格都没有写单位:请注明万元或元")
    return _WAN if used == "万元" else _YUAN


def _fen(digits: str, places: int) -> int:
    found = _NUMBER.fullmatch(digits)
    if not found:
        raise ValueFault("amount_unreadable", "金额不是数字:请填阿拉伯数字,单位按列名")
    whole, part = found[1].replace(",", ""), (found[2] or "").rstrip("0")
    if len(part) > places:
        raise ValueFault("amount_below_fen", "金额精确到分以下:请核对")
    fen = whole.lstrip("0") + part.ljust(places, "0")
    if len(fen) > _MOST_DIGITS:
        raise ValueFault("amount_too_large", "金额过大:请核对单位")
    return int(fen)


def _other_date(text: str) -> date:
    if found := _HAN_DAY.fullmatch(text):
        if not found[3]:
            raise ValueFault("date_no_day", "日期不完整:请填到日")
        return _day(int(found[1].translate(_HAN)), _han(found[2]), _han(found[3]))
    if _NO_DAY.fullmatch(text):
        raise ValueFault("date_no_day", "日期不完整:请填到日")
    raise ValueFault("date_unreadable", "日期无法辨认:请写成 2026-05-20 的形式")


def _han(text: str) -> int:
    tens, ten, units = text.rpartition("十")
    if "十" in tens:
        raise ValueFault("date_unreadable", "日期无法辨认:请写成 2026-05-20 的形式")
    value = int(units.translate(_HAN)) if units else 0
    return value + (int(tens.translate(_HAN)) if tens else 1) * 10 if ten else value


def _day(year: int, month: int, day: int) -> date:
    try:
        if year >= _FIRST_YEAR:
            return date(year, month, day)
    except ValueError:
        pass
    raise ValueFault("date_unreadable", "没有这一天:请核对处罚决定书上的日期")
