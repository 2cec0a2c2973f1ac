"""统一社会信用代码 (GB 32100-2015): table-driven check with one refusal per kind of mistake.

No refusal repeats the input: at most one character and its position are named.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from operator import getitem

from credit.kernel.errors import Refusal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{8}[0-9X][0-9A-HJ-NPQRTUWXY]")
_BLANKS = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\-‐‑–]+")
_MASKED = re.compile(r"[*＊×●•?？#＃]|[XxＸｘ]{4,}")
_ID_CARD = re.compile(r"[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9X]")

_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_TERMS = tuple({c: v * w for v, c in enumerate(ALPHABET)} for w in _WEIGHTS)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714: letters count A=10 … Z=35
_ORG_TERMS = tuple({c: int(c, 36) * w for c in ALPHABET} for w in _ORG_WEIGHTS)
_ORG_DIGITS = "0X987654321"  # by Σ mod 11
_ID_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_LOOKALIKE = {"I": "数字1", "O": "数字0", "Z": "数字2", "S": "数字5", "V": "字母U或Y"}


class BadCode(Refusal):
    """The text is no 统一社会信用代码; `detail` says how to mend it, `extra["position"]` counts from 1."""

    code = "code_invalid"
    title = "统一社会信用代码有误 Invalid unified social credit code"


class EmptyCode(BadCode):
    code = "code_empty"


class WrongLength(BadCode):
    code = "code_length"


class IllegalLetter(BadCode):
    code = "code_letter"


class LowerCase(BadCode):
    code = "code_lower_case"


class FullWidth(BadCode):
    code = "code_full_width"


class Masked(BadCode):
    code = "code_masked"


class WrongCheckDigit(BadCode):
    code = "code_check_digit"


class IdCardNumber(BadCode):
    code = "code_is_id_card"


def compact(code: str) -> str:
    """The text without blanks, zero-width characters and hyphens; letters and width stay as they were."""
    return _BLANKS.sub("", code)


def is_valid(code: str) -> bool:
    """True for a canonical 18-character code with both check digits right that is no ID-card number."""
    if not _FORM.fullmatch(code):
        return False
    if code[17] != check_digit(code) or code[16] != org_check_digit(code[8:16]):
        return False
    return not _is_id_card(code)


def check(code: str) -> str:
    """The canonical 18 characters (blanks and hyphens dropped). Raises a BadCode that names the cure."""
    text = compact(code)
    if is_valid(text):
        return text
    raise _fault(text)


def region(code: str) -> str:
    """The six digits of the registering authority's 行政区划 (positions 3–8)."""
    return code[2:8]


def org_code(code: str) -> str:
    """The nine characters of the 组织机构代码 (GB 11714, positions 9–17)."""
    return code[8:17]


def check_digit(code: str) -> str:
    """The 18th character due for the first 17 (GB 32100-2015). Raises KeyError on a foreign character."""
    if len(code) < 17:
        raise ValueError("a check digit needs 17 characters")
    total = sum(map(getitem, _TERMS, code))
    return ALPHABET[-total % 31]


def org_check_digit(body: str) -> str:
    """The ninth character of an organisation code, from its first eight (GB 11714)."""
    if len(body) != 8:
        raise ValueError("an organisation code has 8 characters before its check digit")
    total = sum(map(getitem, _ORG_TERMS, body))
    return _ORG_DIGITS[total % 11]


def _is_id_card(text: str) -> bool:
    """An 18-digit citizen number (GB 11643): birth date and ISO 7064 MOD 11-2 digit both right."""
    if not _ID_CARD.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{text[6:10]}-{text[10:12]}-{text[12:14]}")
    except ValueError:
        return False
    total = sum(int(c) * w for c, w in zip(text[:17], _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == text[17]


def _fault(text: str) -> BadCode:
    if not text:
        return EmptyCode("未填写统一社会信用代码:请填写营业执照或登记证书上的18位代码")
    if _is_id_card(unicodedata.normalize("NFKC", text).upper()):
        return IdCardNumber("这是居民身份证号码,不是统一社会信用代码:请删除该号码,自然人请使用主体库编号")
    if _MASKED.search(text):
        return Masked("代码已被遮盖(含 * 或连续的 X):请向数据来源单位取得完整的18位代码")
    return _form_fault(text) or WrongCheckDigit(_digit_fault(text))


def _form_fault(text: str) -> BadCode | None:
    for position, char in enumerate(text, 1):
        if "！" <= char <= "～":
            return FullWidth(f"第{position}位是全角字符:请改用半角字母和数字", position=position)
    for position, char in enumerate(text, 1):
        if "a" <= char <= "z":
            return LowerCase(f"第{position}位是小写字母“{char}”:请改为大写", position=position)
    if len(text) != 18:
        return WrongLength(f"共{len(text)}位:统一社会信用代码应为18位,请补全或去掉多余字符", length=len(text))
    for position, char in enumerate(text, 1):
        cure = _letter_cure(position, char)
        if cure:
            shown = char if char.isprintable() else f"U+{ord(char):04X}"
            return IllegalLetter(f"第{position}位是“{shown}”:{cure}", position=position, letter=shown)
    return None


def _letter_cure(position: int, char: str) -> str | None:
    if char in _LOOKALIKE:
        return f"代码不使用字母 I、O、Z、S、V,请核对是否为{_LOOKALIKE[char]}"
    if char not in ALPHABET:
        return "代码只由数字和大写字母组成,请删除或更正该字符"
    if 3 <= position <= 8 and not char.isdigit():
        return "第3至8位是行政区划代码,只能是数字,请核对"
    if position == 17 and not (char.isdigit() or char == "X"):
        return "第17位是组织机构代码的校验码,只能是数字或X,请核对"
    return None


def _digit_fault(text: str) -> str:
    if text[17] != check_digit(text):
        return "第18位校验码与前17位不符:请对照营业执照逐位核对"
    return "第17位(组织机构代码的校验码)与第9至16位不符:请对照营业执照逐位核对"
