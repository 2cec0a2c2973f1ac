"""文号: one series per 机关代字, kind of letter and year, serials from 1 without leading zeros."""

from __future__ import annotations

import re
import unicodedata

import msgspec

from credit.kernel.errors import Refusal
from notices.model import LetterKind

KIND_WORDS = {
    LetterKind.REPAIR_NOTICE: "信修告",
    LetterKind.DISHONESTY_NOTICE: "失信告",
    LetterKind.REPAIR_ACCEPTANCE: "信修受",
    LetterKind.REPAIR_NON_ACCEPTANCE: "信修不受",
    LetterKind.REPAIR_SUPPLEMENT: "信修补",
    LetterKind.REPAIR_EXTENSION: "信修延",
    LetterKind.REPAIR_GRANT: "信修准",
    LetterKind.REPAIR_REFUSAL: "信修不",
    LetterKind.LISTING_PRIOR_NOTICE: "列告",
    LetterKind.LISTING_DECISION: "列通",
    LetterKind.LISTING_REPAIR_NOTICE: "列修告",
    LetterKind.LISTING_REMOVAL: "移通",
    LetterKind.TALK_NOTICE: "约谈通",
    LetterKind.RECTIFICATION_NOTICE: "整改通",
    LetterKind.TALK_REFERRAL: "移送函",
    LetterKind.COMMITMENT: "信修诺",
}
DRAFT_NUMBER = "文号待编"

_BRACKETS = str.maketrans(dict.fromkeys("([{【［﹝〖", "〔") | dict.fromkeys(")]}】］﹞〗", "〕"))
_NUMBER = re.compile(
    r"(?P<organ>[^\s〔〕\d]{1,12}?)(?P<word>" + "|".join(KIND_WORDS.values()) + r")"
    r"〔(?P<year>\d{4})〕(?P<serial>[1-9]\d{0,6})号"
)


class NumberFault(Refusal):
    """Not a letter number; a number reads like 示城管信修告〔2026〕7号."""

    code = "number_malformed"
    title = "文号格式有误 Malformed letter number"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """What serials are counted in; `organ` is the 机关代字."""

    organ: str
    kind: LetterKind
    year: int

    @property
    def key(self) -> str:
        """The series as one string, e.g. 示城管信修告〔2026〕."""
        return f"{self.organ}{KIND_WORDS[self.kind]}〔{self.year}〕"


def format_number(series: Series, serial: int) -> str:
    """The letter number, e.g. 示城管信修告〔2026〕7号. Raises NumberFault for a serial below 1 or a bad 机关代字."""
    text = f"{series.key}{serial}号"
    if parse_number(text) != (series, serial):
        raise NumberFault(f"{text} 不能作为文号:请检查机关代字(不含数字、括号和空格)、年份和序号", number=text)
    return text


def parse_number(text: str) -> tuple[Series, int]:
    """Series and serial of a number in any bracket or width. Raises NumberFault."""
    found = _NUMBER.fullmatch(fold_number(text))
    if found is None:
        raise NumberFault(f"“{text[:60]}”不是文号,请按“示城管信修告〔2026〕7号”的格式填写", number=text[:60])
    kind = next(k for k, word in KIND_WORDS.items() if word == found["word"])
    return Series(organ=found["organ"], kind=kind, year=int(found["year"])), int(found["serial"])


def fold_number(text: str) -> str:
    """The form numbers are looked up by: half-width digits and letters, brackets as 〔〕, no spaces, no 第."""
    folded = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    return re.sub(r"\s+", "", folded).replace("〕第", "〕")
